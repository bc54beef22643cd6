from dataclasses import astuple, replace

import pytest

from hoops.games.leagues import League
from hoops.games.moment import end_of
from hoops.knowledge.parameters import defaults, trained_through


@pytest.mark.parametrize("league", League)
def test_shipped_parameters_are_finite_floats_chosen_before_2011(league):
    assert all(isinstance(value, float) and abs(value) < 1e3 for value in astuple(defaults(league)))
    assert trained_through(league) <= end_of(2010)


def test_digest_tells_every_constant_apart():
    given = defaults(League.MEN)
    assert given.digest() == replace(given).digest()
    assert len({given.digest(), *(replace(given, **{name: getattr(given, name) + 1e-9}).digest()
                                  for name in given.__dataclass_fields__)}) == 1 + len(astuple(given))  # fmt: skip
