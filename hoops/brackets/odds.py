"""Exact odds of a bracket by dynamic programming over its slots.

Games are independent given their probabilities. Upwards, the chance that a team comes out of a slot is the chance that
it comes out of the slot before, times the sum over the teams of the other side of their chance to come out of theirs
times its chance to beat them. Where slots are decided (games played, or picks), only their winners come out, each slot
is divided by what is left, and a second pass downwards tells each slot what was decided above it: the odds are those
given the decisions, by Bayes' rule, not those of a bracket that was forced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hoops.arrays import Floats
from hoops.brackets.tree import OFFSETS, PLACES, ROUNDS, Bracket

Decided = Mapping[str, int]  # winner (id) by slot

NOTHING: Decided = {}


@dataclass(frozen=True, eq=False)
class Odds:
    """What may become of a bracket.

    Attributes
    ----------
    bracket : Bracket
    come_out : tuple of 7 float64 (..., 128)
        By round and place: the chance to come out of the slot.
    into : tuple of 7 float64 (..., 128)
        By round and place: the chance to come into the slot, given what is decided before it alone.
    pairs : tuple of 7 float64 (..., slots, 2^round, 2^round)
        By round: chance that a place of the strong side beats one of the weak side.
    decided : mapping of slot to winner (id)
    above : tuple of 7 float64 (..., 128) or None
        By round and place: how likely, up to a factor by slot, is what is decided in and after the slot if this place
        comes out of it; None if nothing is decided.
    log_likelihood : float64 (...)
        Logarithm of the chance of all that is decided, games played among them.
    """

    bracket: Bracket
    come_out: tuple[Floats, ...]
    into: tuple[Floats, ...]
    pairs: tuple[Floats, ...]
    decided: Decided
    above: tuple[Floats, ...] | None
    log_likelihood: Floats

    @cached_property
    def reach(self) -> Floats:
        """Chance of each team to reach each of `hoops.brackets.tree.STAGES`, (..., n, 7)."""
        return np.stack([one[..., self.bracket.places] for one in self.come_out], axis=-1)

    @cached_property
    def meetings(self) -> Floats:
        """Chance of each game of `Bracket.games` to be played, (..., m)."""
        met = []
        for round_, (into, pairs) in enumerate(zip(self.into, self.pairs, strict=True)):
            strong, weak = sides(into, round_)
            chance = strong[..., :, None] * weak[..., None, :]
            if self.above is not None:
                over, under = sides(self.above[round_], round_)
                chance = chance * (pairs * over[..., :, None] + (1.0 - pairs) * under[..., None, :])
                total = chance.sum(axis=(-2, -1), keepdims=True)
                chance = chance / np.where(total > 0.0, total, 1.0)
            met.append(chance.reshape(*chance.shape[:-3], -1))
        return np.concatenate(met, axis=-1)[..., self.bracket.games.pair]

    def meet(self, one: int, other: int) -> Floats:
        """Chance that two teams (ids) meet: in the only slot in which they can, `Bracket.meeting`."""
        games, rows = self.bracket.games, {self.bracket.row[one], self.bracket.row[other]}
        strong, weak = min(rows), max(rows)
        (found,) = np.flatnonzero((games.strong == strong) & (games.weak == weak))
        return self.meetings[..., found]


def odds(bracket: Bracket, chances: Floats, decided: Decided = NOTHING) -> Odds:
    """The odds of a bracket.

    Parameters
    ----------
    chances : float64 (..., m)
        Of each game of `Bracket.games`: probability 0-1 that the team of the strong side wins. Leading axes, such as
        draws of the teams' strengths, are kept.
    decided : mapping of slot to team (id)
        Who won, or is picked to win; he has then won every slot on his way there.

    Raises
    ------
    BadBracket
        The decisions cannot all be, or their probability is 0.
    """
    pairs = spread(chances, bracket)
    allowed = allowed_places(bracket, decided)
    into, log_likelihood = [np.ones((*chances.shape[:-1], PLACES))], np.zeros(chances.shape[:-1])
    for round_, one in enumerate(pairs):
        strong, weak = sides(into[-1], round_)
        out = _joined(strong * _times(one, weak), weak * _times_left(strong, 1.0 - one))
        if allowed is not None:
            out, of_slot = _shares(out * allowed[round_], round_)
            if not out.any(axis=tuple(range(out.ndim - 1))).reshape(-1, 2 << round_).any(axis=1).all():
                raise bracket.wrong("what is decided has no chance to be")
            with np.errstate(divide="ignore"):  # of draws, some may leave no chance
                log_likelihood += np.log(of_slot).sum(axis=-1)
        into.append(out)
    if allowed is None:
        return Odds(bracket, tuple(into[1:]), tuple(into[:-1]), pairs, decided, None, log_likelihood)
    # Downwards: how likely all that is decided above a slot is, given who comes out of it. Nothing is learned from a
    # slot whose two teams were certain, as those of games played are.
    top = _learned_from(bracket, decided)
    above = [np.broadcast_to(one, into[0].shape) for one in allowed[max(top, 0) :]]
    for round_ in range(top, 0, -1):
        strong, weak = sides(into[round_], round_)
        over, under = sides(above[0], round_)
        one = pairs[round_]
        other = 1.0 - one
        before = _joined(
            over * _times(one, weak) + _times(other, weak * under),
            under * _times_left(strong, other) + _times_left(strong * over, one),
        )
        above.insert(0, _shares(before * allowed[round_ - 1], round_ - 1)[0])
    out_of = (_shares(out * above[round_], round_)[0] if round_ < top else out for round_, out in enumerate(into[1:]))
    return Odds(bracket, tuple(out_of), tuple(into[:-1]), pairs, decided, tuple(above), log_likelihood)


def expected_points(found: Odds, points: Floats) -> Floats:
    """Expected points of picking a team as far as it goes, (..., n): the sum over rounds of points times chance.

    points: (7,) by round, play-ins first; or (n, 7) by team too, where a scoring rewards upsets.
    """
    total: Floats = (found.reach * found.bracket.plays * points).sum(axis=-1)
    return total


def closed(bracket: Bracket, decided: Decided) -> dict[str, int]:
    """The decisions, and those on the way there that follow from them.

    Raises
    ------
    BadBracket
        A slot or a team is not of the bracket, the team cannot come to the slot, or two decisions contradict.
    """
    winners: dict[str, tuple[int, str]] = {}
    for name, team in decided.items():
        slot = bracket.slot.get(name)
        if slot is None:
            raise bracket.wrong(f"{name} is no slot of the bracket")
        if team not in bracket.row:
            raise bracket.wrong(f"team {team} is to win {name}, and has no seed")
        path = bracket.path(team)
        if slot not in path:
            raise bracket.wrong(f"{bracket.named(team)} cannot win {name}: no way leads there")
        for before in reversed(path[: path.index(slot) + 1]):
            other, said = winners.setdefault(before.name, (team, name))
            if other != team:
                raise bracket.wrong(
                    f"{bracket.named(other)} to win {said} and {bracket.named(team)} to win {name} cannot both be: "
                    f"one of them wins {before.name}"
                )
            if said != name:
                break  # whoever said so has gone down from here
    return {name: team for name, (team, _) in winners.items()}


def spread(chances: Floats, bracket: Bracket) -> tuple[Floats, ...]:
    """The chances by round, (..., slots, places of the strong side, of the weak side); 1 where nobody stands."""
    games = bracket.games
    if chances.shape[-1] != len(games):
        raise ValueError(f"{chances.shape[-1]} chances, and {len(games)} games that can be")
    flat = np.ones((*chances.shape[:-1], OFFSETS[-1]))
    flat[..., games.pair] = chances
    return tuple(
        flat[..., OFFSETS[round_] : OFFSETS[round_ + 1]].reshape(*chances.shape[:-1], -1, 1 << round_, 1 << round_)
        for round_ in range(ROUNDS)
    )


def sides(values: Floats, round_: int) -> tuple[Floats, Floats]:
    """Values by place (..., 128) of the strong and of the weak side of each slot, (..., slots, 2^round)."""
    both = values.reshape(*values.shape[:-1], -1, 2, 1 << round_)
    return both[..., 0, :], both[..., 1, :]


def _times(matrix: Floats, vector: Floats) -> Floats:
    return np.matmul(matrix, vector[..., None])[..., 0]


def _times_left(vector: Floats, matrix: Floats) -> Floats:
    return np.matmul(vector[..., None, :], matrix)[..., 0, :]


def allowed_places(bracket: Bracket, decided: Decided) -> tuple[Floats, ...] | None:
    """By round, 1 for the places that may come out of their slot, 0 for the others, (128,); None if all may."""
    if not decided:
        return None
    allowed = np.ones((ROUNDS, PLACES))
    for name, team in closed(bracket, decided).items():
        slot = bracket.slot[name]
        width = 2 << slot.round
        row = allowed[slot.round]
        row[slot.place * width : (slot.place + 1) * width] = 0.0
        row[bracket.places[bracket.row[team]]] = 1.0
    return tuple(allowed)


def _learned_from(bracket: Bracket, decided: Decided) -> int:
    """The last round with a decided slot to which more than two teams could have come; -1 if there is none."""
    winners = closed(bracket, decided)
    rounds = [slot.round for slot in map(bracket.slot.__getitem__, winners)
              if any(feed in bracket.slot and feed not in winners for feed in (slot.strong, slot.weak))]  # fmt: skip
    return max(rounds, default=-1)


def _joined(strong: Floats, weak: Floats) -> Floats:
    """Values by place, (..., 128), of those of the two sides of each slot: the way back from `sides`."""
    both = np.empty((*strong.shape[:-1], 2, strong.shape[-1]))
    both[..., 0, :], both[..., 1, :] = strong, weak
    return both.reshape(*strong.shape[:-2], PLACES)


def _shares(values: Floats, round_: int) -> tuple[Floats, Floats]:
    """Values by place (..., 128) as shares of each slot's sum, 0 where that is 0; and the sums, (..., slots)."""
    by_slot = values.reshape(*values.shape[:-1], -1, 2 << round_)
    total = by_slot.sum(axis=-1)
    shares = by_slot / np.where(total == 0.0, 1.0, total)[..., None]
    return shares.reshape(values.shape), total
