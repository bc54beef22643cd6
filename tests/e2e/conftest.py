"""Real stacks: MiniStack, CloudFormation and `chalice deploy`, each in a home of its own on ports of its own.

`deployed`  an empty stack, shared by the session's tests: use seasons that no other test uses
`served`    the small sample league, processed, with its dashboard running
`new_home`  makes homes; whatever a test starts in them is stopped after it
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import sample
from lake.lake import Lake
from madness.console import Silent
from madness.local import dashboard, ministack
from madness.local.home import Home
from madness.local.ministack import Endpoint, local_clients
from madness.local.sagemaker import process as sagemaker
from madness.local.up import Wishes, start_stack, up
from operate.aws import Clients, open_lake
from operate.stage import Stage
from operate.upload import Outcome, Upload, ingest

# What takes long to build, by the group of tests that shares it.
SHARED = {"served": "served", "deployed": "deployed", "visit": "browser", "unwatched": "browser", "edge": "first page"}


@pytest.hookimpl(wrapper=True)  # around xdist, which reads the marks in this very hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Everything here is slow. Tests that share a stack or the browser's sites run on one worker: it is built once."""
    here, grouped = Path(__file__).parent, []
    for item in (item for item in items if here in item.path.parents):
        item.add_marker(pytest.mark.slow)
        group = next((SHARED[name] for name in SHARED if name in getattr(item, "fixturenames", ())), None)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
            grouped.append(item)
    yield
    if config.getoption("loadgroup", False):
        assert all("@" in item.nodeid for item in grouped), "xdist does not see the groups: stacks would be built twice"


@dataclass(frozen=True)
class Running:
    """A running stack."""

    home: Home
    stage: Stage
    endpoint: Endpoint

    @cached_property
    def clients(self) -> Clients:
        return local_clients(self.endpoint, self.home)

    @cached_property
    def lake(self) -> Lake:
        return open_lake(self.stage, self.clients)

    def ingest(self, *uploads: Upload) -> list[Outcome]:
        return ingest(uploads, self.stage, self.lake, self.clients)

    def logs(self, function: str) -> list[str]:
        """What a function has printed, oldest first."""
        logs = self.clients("logs")
        group = f"/aws/lambda/{self.stage.function(function)}"
        try:
            pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group))
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for page in pages for event in page["events"]]


def stop_all(home: Home) -> None:
    dashboard.stop(home)
    sagemaker.stop(home)
    ministack.stop(home)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = Home(tmp_path_factory.mktemp("deployed") / "home")
    try:
        stage, endpoint = start_stack(home, Silent())
        yield Running(home, stage, endpoint)
    finally:
        stop_all(home)


@dataclass(frozen=True)
class Served:
    """A processed sample league with its dashboard. data: the folder it came from."""

    home: Home
    data: Path
    summary: dict[str, Any]

    @property
    def url(self) -> str:
        return self.summary["dashboard"]


@pytest.fixture(scope="session")
def small_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the small sample league: 24 teams a league, two seasons."""
    folder = tmp_path_factory.mktemp("small") / "league"
    sample.write(folder, sample.generate_small())
    return folder


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, small_league: Path) -> Iterator[Served]:
    home = Home(tmp_path_factory.mktemp("served") / "home")
    try:
        yield Served(home, small_league, up(home, Wishes(data=small_league), Silent()))
    finally:
        stop_all(home)


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Callable[[str], Home]]:
    made: list[Home] = []

    def make(name: str = "home") -> Home:
        made.append(Home(tmp_path / name))
        return made[-1]

    yield make
    for home in made:
        stop_all(home)


@pytest.fixture
def madness() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a person's shell would, in a process of its own."""

    def run(*arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "madness", *map(str, arguments)]
        env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MADNESS_"))}
        return subprocess.run(command, capture_output=True, text=True, input=text, env=env, timeout=300, check=False)

    return run
