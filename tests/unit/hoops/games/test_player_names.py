"""Players' names as people read them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoops.contract import parse, read
from hoops.games.player_names import display_name

REAL = Path(__file__).parents[4] / "../shared/data/events/MPlayers.csv"


@pytest.mark.parametrize(("first", "last", "shown"), [
    # spaces, and characters that nobody sees
    ("Al ", "Ash\t", "Al Ash"), ("Dae  Dae", "Oak\xa0Fir", "Dae Dae Oak Fir"), ("\ufeffAl", "A\u200bsh", "Al Ash"),
    # encodings
    ("Jy&#X27;Lan", "O&amp;Ash", "Jy'Lan O&Ash"), ("Mont\u00c3\u00a9", "J\u00c3\u00bcrgens", "Monté Jürgens"),
    ("Tra’Quan", "Ash", "Tra'Quan Ash"), ("Traâ€™Quan", "Ash", "Tra'Quan Ash"), ("Monte\u0301", "Ash", "Monté Ash"),
    ("Ignas", "Sargiūnas", "Ignas Sargiūnas"), ("Monté", "Møller", "Monté Møller"),
    # stray punctuation and digits
    ("Al,", "-Ash-Oak;", "Al Ash-Oak"), ("Geo", "Ash1819", "Geo Ash"), ("Al 12", "Ash", "Al Ash"),
    ("Tre'", "Ash", "Tre' Ash"), ("Anthony 'Cat'", "Ash", "Anthony 'Cat' Ash"),
    # capitals
    ("Fred", "SLATER", "Fred Slater"), ("TRE", "TODD", "Tre Todd"), ("CJ", "ASH", "CJ ASH"), ("CJ", "Ash", "CJ Ash"),
    ("Al", "McCARTHY", "Al McCarthy"), ("Al", "MCCARTHY", "Al McCarthy"), ("Al", "O'NEAL-SMITH", "Al O'Neal-Smith"),
    ("DE'ANDRE", "ASHTON III", "De'Andre Ashton III"), ("Joshu'A", "Ash", "Joshu'a Ash"),
    ("Kjell", "de Ash", "Kjell de Ash"),
    # initials
    ("K.J.", "Ash", "K.J. Ash"), ("C. J.", "Ash", "C.J. Ash"), ("J.J", "Ash", "J.J. Ash"),
    ("E. Vic", "Ash", "E. Vic Ash"), ("JR", "Ash", "JR Ash"), ("V", "Ash", "V Ash"), ("L", "J", "L J"),
    # suffixes
    ("Al", "Ash Jr", "Al Ash Jr."), ("Al", "Ash, jr.", "Al Ash Jr."), ("Ivy", "Ash.Jr", "Ivy Ash Jr."),
    ("Al", "AshJr.", "Al Ash Jr."), ("Al Jr.", "Ash", "Al Ash Jr."), ("Jr.", "Ash", "Ash Jr."),
    ("Al", "Ash Iii", "Al Ash III"), ("JR.", "HAWTHORNE", "Hawthorne Jr."), ("Al", "Ash V", "Al Ash V"),
    # a letter that went astray, and what is missing
    ("Deonte       Y", "earns", "Deonte Yearns"), ("", "Loyola", "Loyola"), (None, "Ash", "Ash"), ("Al", None, "Al"),
    ("-", "Ash", "Ash"), (".", "..", None), ("", "", None), (None, None, None), ("12", "7", None),
])  # fmt: skip
def test_names_are_put_right(first: str | None, last: str | None, shown: str | None) -> None:
    assert display_name(first, last) == shown


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_written_there_a_name_is_printable_or_none(first: str, last: str) -> None:
    name = display_name(first, last)
    assert name is None or (name and name == " ".join(name.split()) and name.isprintable())


@pytest.mark.skipif(not REAL.is_file(), reason="the real file is not here")
def test_real_names_are_whole_and_put_right_in_a_second() -> None:
    players = read(parse(REAL.name), REAL.read_bytes()).table
    said = list(zip(players["first_name"].to_pylist(), players["last_name"].to_pylist(), strict=True))
    began = time.perf_counter()
    names = [display_name(first, last) for first, last in said]
    assert time.perf_counter() - began < 1
    assert len(names) == 15_807
    assert all(name and name == name.strip() and not set(name) & set("\t&#;,’0123456789") for name in names)
    changed = [name for name, (first, last) in zip(names, said, strict=True) if name != f"{first} {last}"]
    assert len(changed) < 100  # what is right stays as it is
    again = [display_name("", name) for name in names]
    assert [one for one in zip(names, again, strict=True) if one[0] != one[1]] == []
