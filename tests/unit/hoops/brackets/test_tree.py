"""Fields laid out as trees, and what is said of those that cannot be."""

from __future__ import annotations

from random import Random

import pytest

from hoops.brackets.tree import BadBracket, bracket, field_of, standard
from hoops.games.leagues import League
from tests.unit.hoops.brackets.small_brackets import SIXTY_EIGHT, of_seeds

SMALL = [
    (seed, 1101 + place) for place, seed in enumerate(("W01", "W02", "X01", "X02a", "X02b", "Y01", "Y02", "Z01", "Z02"))
]
SLOTS = [*standard(seed for seed, _ in SMALL), ("X02", "X02a", "X02b")]


@pytest.mark.parametrize(
    ("lines", "play_ins", "teams"), [(16, (), 64), (16, ("Z16",), 65), (16, SIXTY_EIGHT, 68), (2, (), 8)]
)
def test_a_field_has_a_game_less_than_teams_and_each_pair_meets_once(lines, play_ins, teams) -> None:
    field = of_seeds(lines, play_ins)
    assert len(field) == teams and len(field.slots) == teams - 1
    assert len(field.games) == teams * (teams - 1) // 2
    pairs = set(zip(field.games.strong.tolist(), field.games.weak.tolist(), strict=True))
    assert len(pairs) == len(field.games) and all(strong < weak for strong, weak in pairs)
    for slot, strong, weak in list(zip(field.games.slot, field.games.strong, field.games.weak, strict=True))[::37]:
        assert field.meeting(int(field.teams[weak]), int(field.teams[strong])) == field.slots[slot]


def test_the_tree_of_a_usual_field_is_the_usual_one() -> None:
    field = of_seeds(16, SIXTY_EIGHT)
    feeds = {slot.name: (slot.strong, slot.weak) for slot in field.slots}
    assert feeds["W16"] == ("W16a", "W16b") and feeds["R1W1"] == ("W01", "W16") and feeds["R1Z8"] == ("Z08", "Z09")
    assert feeds["R2X1"] == ("R1X1", "R1X8") and feeds["R3Y2"] == ("R2Y2", "R2Y3") and feeds["R4Z1"] == ("R3Z1", "R3Z2")
    assert (feeds["R5WX"], feeds["R5YZ"], feeds["R6CH"]) == (("R4W1", "R4X1"), ("R4Y1", "R4Z1"), ("R5WX", "R5YZ"))
    assert [slot.name for slot in field.path(int(field.teams[field.seeds.index("W16b")]))] == [
        "W16", "R1W1", "R2W1", "R3W1", "R4W1", "R5WX", "R6CH"
    ]  # fmt: skip


def test_neither_the_order_of_rows_nor_slots_that_go_without_saying_matter() -> None:
    expected = bracket(League.MEN, 2024, SMALL, SLOTS)
    seeds, slots = SMALL[:], SLOTS[:]
    for draw in range(5):
        Random(draw).shuffle(seeds)
        Random(draw).shuffle(slots)
        found = bracket(League.MEN, 2024, seeds, slots)
        assert (found.seeds, found.slots) == (expected.seeds, expected.slots)
        assert found.teams.tolist() == expected.teams.tolist()
    assert bracket(League.MEN, 2024, SMALL, SLOTS[:-1]).slots == expected.slots
    assert bracket(League.MEN, 2024, SMALL).slots == expected.slots


def test_the_slots_of_a_season_rule_over_the_usual_tree() -> None:
    crossed = [(name, strong, {"R4X1": "R4Z1", "R4Z1": "R4X1"}.get(weak, weak)) for name, strong, weak in SLOTS]
    field = bracket(League.MEN, 2024, SMALL, crossed)
    assert field.meeting(1101, 1108).name == "R5WX" and field.meeting(1101, 1103).name == "R6CH"


@pytest.mark.parametrize(
    ("seeds", "slots", "text"),
    [
        ([*SMALL, ("W01", 1200)], SLOTS, "seed W01 has 2 teams (1101, 1200)"),
        ([*SMALL, ("Y03", 1101)], SLOTS, "team 1101 has 2 seeds (W01, Y03)"),
        ([*SMALL, ("Y03", 1200)], SLOTS, "seed Y03 plays in no slot"),
        (SMALL[:-1], SLOTS, "slot R4Z1 waits for Z02, which is neither a slot nor a team's seed"),
        ([one for one in SMALL if one[0] != "X02b"], SLOTS, "seed X02a has a team, and X02b has none"),
        ([*SMALL, ("X02", 1200)], SLOTS, "seed X02a has a team, and so has X02"),
        (SMALL, [*SLOTS, ("R4W1", "W01", "W02")], "slot R4W1 stands twice"),
        (SMALL, [*SLOTS, ("R4W2", "W01", "W02")], "W01 plays in two slots, R4W1 and R4W2"),
        (SMALL, [one for one in SLOTS if one[0] != "R4Y1"], "slot R5YZ waits for R4Y1, which is neither"),
        (SMALL, [one for one in SLOTS if one[0] != "R6CH"], "the slots have no final, R6CH; the last one is R5YZ"),
        (SMALL, [("R5WX", "R6CH", "R4X1") if one[0] == "R5WX" else one for one in SLOTS],
         "the slots have no final, R6CH; the last one is R4W1"),
        (SMALL, [("R4W1", "W01", "R4Z1") if one[0] == "R4W1" else ("R5YZ", "R4Y1", "W02") if one[0] == "R5YZ" else one
                 for one in SLOTS], "slot R4W1 waits for R4Z1, which is not of an earlier round"),
        (SMALL[:-1], (), "Z02 is missing, and without slots every region needs seeds"),
        ([("W01", 1101), ("W02", 1102), ("W03", 1103)], (), "region W has 3 seeds, and without slots every region"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_named(seeds, slots, text) -> None:
    with pytest.raises(BadBracket) as raised:
        bracket(League.MEN, 2024, seeds, slots)
    assert str(raised.value).startswith("Men, season 2024: ") and text in str(raised.value)


def test_a_season_without_seeds_has_no_field() -> None:
    assert field_of({}, League.WOMEN, 2020) is None
