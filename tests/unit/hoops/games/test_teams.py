"""Team names as people write them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.team_names import TeamError, TeamNames

TEAMS = {
    1181: "Duke", 1314: "North Carolina", 1301: "NC State", 1268: "Maryland", 1390: "Stanford", 1393: "Syracuse",
    1274: "Miami OH or Miami FL", 1388: "St Mary's CA",
}  # fmt: skip
SPELLINGS = [("unc", 1314), ("n. carolina", 1314), ("miami (fl)", 1274), ("mia", 1274), ("mia", 1275)]


def names(league: League = League.MEN) -> TeamNames:
    return TeamNames(
        Reference({
            "Teams": pa.table({"team_id": list(TEAMS), "team_name": list(TEAMS.values())}),
            "TeamSpellings": pa.table({"spelling": [s for s, _ in SPELLINGS], "team_id": [t for _, t in SPELLINGS]}),
        }),
        league,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "team"), [
    ("Duke", 1181), ("  dUKE ", 1181), ("UNC", 1314), ("N Carolina", 1314), ("Miami (FL)", 1274),
    ("st. marys (ca)", 1388), ("1181", 1181),
])  # fmt: skip
def test_capitals_spaces_and_punctuation_make_no_difference(text: str, team: int) -> None:
    assert names().find(text) == team


@pytest.mark.parametrize(("text", "suggested"), [
    ("Dukee", "Duke"), ("Nort Carolina", "North Carolina"), ("Siracuse", "Syracuse"), ("Miami", "Miami OH or Miami FL"),
])  # fmt: skip
def test_near_misses_are_suggested(text: str, suggested: str) -> None:
    with pytest.raises(TeamError, match=f"no men's team is called '{text}'.*did you mean .*{suggested}"):
        names().find(text)


@pytest.mark.parametrize("text", ["mia", "Gonzaga", "", "3181", "1999"])
def test_what_is_no_team_or_several_is_refused(text: str) -> None:
    with pytest.raises(TeamError, match="men's team"):
        names().find(text)


def test_without_names_ids_still_serve() -> None:
    nameless = TeamNames(Reference({}), League.WOMEN)
    assert nameless.find("3181") == 3181 and not nameless
    with pytest.raises(TeamError, match="give an id, such as 3181"):
        nameless.find("Duke")
