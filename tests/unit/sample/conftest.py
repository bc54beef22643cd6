"""The sample league at its two sizes, made once: what only looks at it takes it from here."""

import pytest

from sample import SampleLeague, generate, generate_small


@pytest.fixture(scope="session")
def full() -> SampleLeague:
    return generate()


@pytest.fixture(scope="session")
def small() -> SampleLeague:
    return generate_small()
