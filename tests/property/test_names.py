"""Names of files under fire: whatever they are, a name is read one way, or rejected with a report."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hoops.contract import EventsName, Rejected, parse
from hoops.contract.names import allowed_names, meant

STEMS = sorted({name.removesuffix(".csv").rstrip("0123456789") for name in allowed_names()})
NAMES = st.builds(
    lambda *parts: "".join(parts),
    st.sampled_from(["", "", "", "Copy of ", "Stage2", " ", "."]),
    st.one_of(
        st.sampled_from(STEMS), st.sampled_from(STEMS).map(str.lower), st.sampled_from(["Events", "MEvent", "X"])
    ),
    st.sampled_from(["", "", "_", "-", " "]),
    st.one_of(st.just(""), st.integers(1970, 2110).map(str), st.text("0123456789٢", max_size=5)),
    st.sampled_from(["", "", "_20240315", "_20240315T0600", "_20240230", "_final", " (1)", " - Copy"]),
    st.sampled_from([".csv", ".csv", ".csv.gz", ".CSV", ".csv.csv", ".txt", ".xlsx", ".csv.zip", "", "\n"]),
)


@settings(deadline=None, derandomize=True, max_examples=1_000)
@given(NAMES)
@example("MEvents2018.csv")
def test_a_name_is_read_one_way_or_rejected_in_one_line(file: str) -> None:
    try:
        name = parse(file)
    except Rejected as rejection:
        assert len(rejection.report.problems) == 1
        assert all(line.isprintable() and len(line) < 2_000 for line in rejection.report.text().split("\n"))
        return
    assert parse(name.key) == name and name.file == file
    assert isinstance(name, EventsName) == (name.folder == "events") == ("Events" in file)
    assert not isinstance(name, EventsName) or f"Events{name.season}" in file
    with pytest.raises(Rejected):
        parse(f"elsewhere/{file}")


@settings(deadline=None, derandomize=True, max_examples=1_000)
@given(NAMES)
@example("mevents_2018_20180401 (1).csv.gz")
def test_what_a_name_is_taken_for_is_a_name_of_the_contract(file: str) -> None:
    found = meant(file)
    if found and found.name:
        try:
            name = parse(found.name)
        except Rejected as rejection:
            assert "the timestamp" in rejection.report.problems[0].found, "a name with two slips is not taken"
            return
        assert f"{name.league or ''}{name.dataset}".lower() in file.lower()
        assert not isinstance(name, EventsName) or str(name.season) in file
        assert name.file.endswith(".gz") == ("gz" in file.lower())
