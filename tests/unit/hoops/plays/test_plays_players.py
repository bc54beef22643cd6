"""Names of players."""

from __future__ import annotations

import pytest

from hoops.plays.players import full_name


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Trae", "Young", "Trae Young"),
        ("Jaylen ", "Forbes", "Jaylen Forbes"),
        ("Trevor ", "Banks\t", "Trevor Banks"),
        ("", "Loyola", "Loyola"),
        (None, None, ""),
        ("Jy&#X27;Lan", "Washington", "Jy'Lan Washington"),
        ("Tra’Quan", "Knight", "Tra'Quan Knight"),
        ("Geo", "Baker1819", "Geo Baker"),
        ("Tahj-Malik", "CAMPBELL", "Tahj-Malik Campbell"),
        ("K.J.", "O'NEAL", "K.J. O'Neal"),
        ("KC", "Ross-Miller", "KC Ross-Miller"),
        ("Kira", "Lewis Jr. ", "Kira Lewis Jr."),
        ("Nisre\u0301", "Zouzoua", "Nisré Zouzoua"),
        ("MontÃ©", "Morris", "Monté Morris"),
        ("Walter", "Whyte, ", "Walter Whyte"),
        ("Devonte'", "Graham", "Devonte' Graham"),
        ("Keaton", "Van Soelen", "Keaton Van Soelen"),
        ("Robert", "Hill III", "Robert Hill III"),
    ],
)
def test_names_as_people_write_them(first: str | None, last: str | None, name: str) -> None:
    assert full_name(first, last) == name
