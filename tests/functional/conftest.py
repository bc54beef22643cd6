"""A stage in memory and a small league to upload."""

from __future__ import annotations

import pytest

from hoops import contract
from sample import generate_small
from tests.fakes import Stage


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """Every file of the small sample league by source key, reference first: two seasons, the last stops in February."""
    sample = generate_small()
    keys = {f"{contract.folder_of(name)}/{name}": body for name, body in sample.files.items()}
    order = ["reference", "players", "fixtures", "results"]
    return dict(sorted(keys.items(), key=lambda item: (order.index(item[0].split("/")[0]), item[0])))


@pytest.fixture(scope="session")
def _full_stage(files: dict[str, bytes]) -> Stage:
    stage = Stage()
    for key, body in files.items():
        stage.upload(key, body)
    stage.drain()
    return stage


@pytest.fixture
def stage() -> Stage:
    """A stage with nothing in it."""
    return Stage()


@pytest.fixture
def full_stage(_full_stage: Stage) -> Stage:
    """A stage to which the whole sample league was uploaded, and everything applied."""
    return _full_stage.copy()
