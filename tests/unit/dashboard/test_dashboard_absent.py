"""The pages of a team and of a game to come say who is out: nobody, one, six, and where nothing is told."""

from __future__ import annotations

import fabricated
import pyarrow as pa
import pytest
from asking import browser

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from lake.published import table_key
from tests.memory_store import MemoryStore

RECORDS, UPCOMING = (table_key(name, League.MEN, 2024) for name in ("team_records", "upcoming"))


@pytest.fixture(scope="module")
def thinned() -> MemoryStore:
    return fabricated.bucket([League.MEN], seasons=(2022, 2023, 2024), teams=8, absences=True)


def test_a_team_shows_who_is_out(thinned: MemoryStore) -> None:
    there, rows = browser(thinned), fabricated.decode(thinned.get(RECORDS).body).to_pylist()
    names = {row["team_id"]: row["team_name"] for row in rows}
    nobody, one, six, untold = (there.page("/team", f"?team={team}") for team in range(1101, 1105))
    assert "Nobody is out." in nobody and "Who is out" not in nobody
    assert f"{names[1102]} is without a player who usually plays 31 of 200 minutes" in one
    assert "Al Short" in one and "31 minutes a game, missed the last 3" in one
    assert "Players' games tell of" not in one, "a forfeit is no game of which they could tell"
    assert one.index("Who is out") < one.index("Games to come")
    (played,) = [row["wins"] + row["losses"] for row in rows if row["team_id"] == 1103]
    told = (
        f"is without 6 players who usually play 156 of 200 minutes. Players' games tell of {played - 1} of its {played}"
    )
    assert told in six and "missed the last game" in six and six.count(" minutes a game, missed") == 6
    assert "is out" not in untold.lower()
    before = [there.page("/team", f"?team={team}&season=2023") for team in (1101, 1102)]
    assert "Nobody was out at the end." in before[0] and "Who was out at the end" in before[1]
    assert "was without a player who usually plays" in before[1]
    assert "out at the end" not in there.page("/team", "?team=1102&season=2022")


@pytest.mark.parametrize(
    ("kinds", "owed", "words"),
    [({0, 1}, 0.25, ["nobody is out.", "usually plays 31 of 200", "That drives the forecast for {0} by 0.25 log-odds"]),
     ({1, 2}, -0.1234, ["usually play 156 of 200", "That drives the forecast for {1} by 0.12 log-odds"]),
     ({1, 3}, 0.001, ["no players' games tell of it.", "by less than 0.005 log-odds"]),
     ({2, 3}, None, ["The forecast does not take it into account"])],
)  # fmt: skip
def test_a_game_to_come_shows_who_is_out_of_both_teams(
    thinned: MemoryStore, kinds: set[int], owed: float | None, words: list[str]
) -> None:
    rows = fabricated.decode(thinned.get(UPCOMING).body).to_pylist()
    game = next(row for row in rows if {(row[f"team{side}_id"] - 1101) % 4 for side in (1, 2)} == kinds)
    changed = [row | {"absences": owed} if row is game else row for row in rows]
    schema = PUBLISHED["upcoming"].schema
    thinned.put(UPCOMING, fabricated.encode(pa.Table.from_pylist(changed, schema=schema), schema))
    page = browser(thinned).page("/game", f"?game={game['day']}-{game['team1_id']}-{game['team2_id']}")
    assert all(one.format(game["team1_name"], game["team2_name"]) in page for one in words)


def test_a_game_that_was_played_and_one_of_teams_that_nothing_is_told_of_say_nothing_of_who_is_out(
    thinned: MemoryStore,
) -> None:
    assert "Who is out" not in browser(thinned).page("/game")
    without = fabricated.bucket([League.MEN], seasons=(2024,), teams=8)
    row, *_ = fabricated.decode(without.get(UPCOMING).body).to_pylist()
    assert "Who is out" not in browser(without).page("/game", f"?game={row['day']}-{row['team1_id']}-{row['team2_id']}")
