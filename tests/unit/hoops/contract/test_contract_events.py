"""Names of play-by-play files."""

from __future__ import annotations

import pytest

from hoops.contract import Rejected
from hoops.contract.events import parse_events
from hoops.games.leagues import League


def test_what_a_name_says() -> None:
    name = parse_events("events/WEvents2019_20190401T0600.csv.gz")
    assert (name.league, name.season, name.timestamp, name.gzipped) == (League.WOMEN, 2019, "20190401T060000Z", True)
    assert name.key == "events/WEvents2019_20190401T0600.csv.gz"
    assert parse_events("MEvents2018.csv").timestamp is None


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("events/Events2018.csv", "the name 'Events2018.csv'"),
        ("MEvents.csv", "the name 'MEvents.csv'"),
        ("MEvents1899.csv", "the name 'MEvents1899.csv'"),
        ("MEvents2018.csv.zip", "the name 'MEvents2018.csv.zip'"),
        ("results/MEvents2018.csv", "the folder 'results'"),
        ("MEvents2018_20180231.csv", "the timestamp 20180231"),
    ],
)
def test_a_name_that_is_none(key: str, found: str) -> None:
    with pytest.raises(Rejected) as rejection:
        parse_events(key)
    assert rejection.value.report.problems[0].found == found
