"""Parameters of the training: one place, given as text where a job gives them."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from hoops.errors import MadnessError
from ml_jobs.settings import Settings


def test_every_parameter_can_be_given_as_text():
    defaults = Settings()
    again = Settings.of({name: str(value) for name, value in asdict(defaults).items()})
    assert again == defaults
    given = Settings.of({"width": "0", "ridge": "3.5", "refit": "False", "groups": "strength, adjusted"})
    assert (given.width, given.ridge, given.refit) == (0, 3.5, False)
    assert given.group_names == ("strength", "adjusted")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"depth": "3"}, "no parameter depth"),
        ({"width": "wide"}, "width must be a whole number"),
        ({"refit": "maybe"}, "refit must be true or false"),
        ({"device": "tpu"}, "device must be"),
        ({"members": "0"}, "members must be at least 1"),
        ({"test_seasons": "0"}, "test_seasons must be at least 1"),
        ({"width": "-1"}, "width must be a number of at least 0"),
        ({"seed": "-1"}, "seed must be a number of at least 0"),
        ({"ridge": "-5"}, "ridge must be a number of at least 0"),
        ({"boxed": "nan"}, "boxed must be a number of at least 0"),
        ({"margin_weight": "inf"}, "margin_weight must be a number of at least 0"),
        ({"learning_rate": "0"}, "learning_rate must be more than 0"),
        ({"groups": "strength,luck"}, "no group of features luck"),
        ({"groups": ""}, "no group of features"),
    ],
)
def test_what_cannot_be_is_refused(given, said):
    with pytest.raises(MadnessError, match=said):
        Settings.of(given)


def test_people_write_name_and_value():
    assert Settings.read(["width=8", " learning_rate = 1e-3"]) == Settings(width=8, learning_rate=0.001)
    with pytest.raises(MadnessError, match="not of the form NAME=VALUE"):
        Settings.read(["width"])
