"""A whole sample league: every file a user would have, made from nothing but a seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hoops.contract.columns import FIRST_SEASON, LAST_SEASON
from hoops.games.leagues import League
from sample.careers import build_players
from sample.files import FIRST_TEAM, LeagueFiles, csv, shared_files, with_rows
from sample.player_files import player_files
from sample.season import SeasonSimulator
from sample.shape import FULL, PLAY, SMALL, STOP_DAY, Shape, check_stop_day
from sample.strength import strengths
from sample.totals import season_totals
from sample.world import World, build_world

BOTH = (League.MEN, League.WOMEN)
LEAGUE_OF_PLAYS = League.MEN  # whose last season has play-by-play
MOST_SEASONS = 30  # so that the made-up names suffice
TRUTH_COLUMNS = ("Season", "DayNum", "Team1ID", "Team2ID", "Prob1", "Margin1")
TRUTH_FOLDER = "truth"

Progress = Callable[[int, int], None]  # league-seasons done, league-seasons in all


@dataclass(frozen=True)
class SampleLeague:
    """Files of a sample league.

    files: name -> bytes, in the file contract's formats. plays: the same of play-by-play, of the men's last season.
    truth: name -> bytes of {M|W}Truth.csv with a row for every game played or to come: Season, DayNum, Team1ID, Team2ID
    (lower id first), Prob1 (team 1's true win probability before the game, to 6 decimals) and Margin1 (mean of team 1's
    final margin, points). Truth is never uploaded. A file that would have no row is left out.
    """

    files: dict[str, bytes]
    plays: dict[str, bytes]
    truth: dict[str, bytes]

    def digest(self) -> str:
        """SHA-256 over all names and bytes: two samples with one digest are the same."""
        whole = hashlib.sha256()
        for name, data in sorted((self.files | self.plays | self.truth).items()):
            whole.update(f"{name}\0{len(data)}\0".encode() + data)
        return whole.hexdigest()


def generate(
    seed: int = 2026,
    first_season: int = 2021,
    seasons: int = 6,
    leagues: Sequence[League] = BOTH,
    shape: Shape = FULL,
    stop_day: int | None = STOP_DAY,
    progress: Progress | None = None,
) -> SampleLeague:
    """The sample league of a seed: the same arguments give the same bytes everywhere.

    stop_day: last day of the last season with results; later games are fixtures. None plays the season to its final.
    The same league with a later `stop_day`, or with more seasons, says how the games to come end. A league's files do
    not depend on which other leagues are made.

    Raises ValueError for an argument outside its range.
    """
    if seed < 0:
        raise ValueError(f"seed: {seed}, allowed 0 and up")
    if not 1 <= seasons <= MOST_SEASONS:
        raise ValueError(f"seasons: {seasons}, allowed 1 to {MOST_SEASONS}")
    check_stop_day(stop_day)
    if not FIRST_SEASON <= first_season <= LAST_SEASON - seasons + 1:
        raise ValueError(f"first_season: {first_season}, all seasons must lie in {FIRST_SEASON} to {LAST_SEASON}")
    years = tuple(range(first_season, first_season + seasons))
    world = build_world(seed, years, shape)
    made = SampleLeague(shared_files(world, len(shape.conference_sizes)), {}, {})
    for number, league in enumerate(leagues):

        def step(done: int, before: int = number * seasons) -> None:
            if progress is not None:
                progress(before + done, len(leagues) * seasons)

        _add_league(made, seed, League(league), world, shape, stop_day, step)
    return made


def generate_small(
    seed: int = 2026,
    first_season: int = 2023,
    seasons: int = 2,
    leagues: Sequence[League] = BOTH,
    stop_day: int | None = STOP_DAY,
) -> SampleLeague:
    """A sample league for tests: 24 teams in three conferences, a tournament of ten teams (its first round is R4)."""
    return generate(seed, first_season, seasons, leagues, SMALL, stop_day)


def _add_league(
    made: SampleLeague, seed: int, league: League, world: World, shape: Shape, stop_day: int | None,
    step: Callable[[int], None],
) -> None:  # fmt: skip
    strength = strengths(seed, league, world, PLAY[league])
    players = build_players(seed, league, world, strength, PLAY[league])
    played, truth = [], []
    for s, season in enumerate(world.seasons):
        simulator = SeasonSimulator(seed, league, season, world, shape, strength.total[s])
        one = simulator.run(stop_day if season == world.seasons[-1] else None)
        played.append(one)
        for meetings in one.meetings():
            what = simulator.truth(meetings)
            team1, team2 = (team + league.team_ids[0] + FIRST_TEAM for team in (meetings.team1, meetings.team2))
            columns = (meetings.day, team1, team2, what.probability, what.margin)
            truth += [(season, *row) for row in zip(*(column.tolist() for column in columns), strict=True)]
        step(s + 1)
    files = LeagueFiles(league, world, players)
    totals = [season_totals(seed, league, one, players, s) for s, one in enumerate(played)]
    if league is LEAGUE_OF_PLAYS:
        plays, totals[-1] = files.plays(seed, played[-1])
        made.plays.update(with_rows(plays))
    rows = ((*row[:4], f"{row[4]:.6f}", f"{row[5]:.3f}") for row in sorted(truth))
    made.files.update(with_rows(files.reference(played) | files.games(played)))
    made.files.update(with_rows(player_files(seed, league, world.seasons, players, totals, stop_day)))
    made.truth[f"{league.value}Truth.csv"] = csv(TRUTH_COLUMNS, rows)


def write(folder: Path, sample: SampleLeague) -> list[Path]:
    """Writes the files into `folder`, and the truth into its subfolder `truth`; returns the paths of the former."""
    (folder / TRUTH_FOLDER).mkdir(parents=True, exist_ok=True)
    for name, data in sample.truth.items():
        (folder / TRUTH_FOLDER / name).write_bytes(data)
    files = sample.files | sample.plays
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in sorted(files)]


def is_sample(folder: Path) -> bool:
    """True if a folder holds a league that `write` has written: the truth lies beside it.

    >>> is_sample(Path("/no/such/folder"))
    False
    """
    return any((folder / TRUTH_FOLDER / f"{league}Truth.csv").is_file() for league in League)
