"""What the dashboard of a local stack is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from madness.local import dashboard
from madness.local.home import Home
from tests.fake_aws import NAMES


@pytest.mark.parametrize(("kind", "is_made_up"), [("sample", True), ("folder", False)])
def test_only_the_sample_league_is_said_to_be_made_up(tmp_path: Path, kind: str, is_made_up: bool) -> None:
    home = Home(tmp_path)
    home.remember(data={"kind": kind, "path": str(tmp_path)})
    told = dashboard.settings(home, NAMES)
    assert told["MADNESS_DASHBOARD_BUCKET"] == NAMES.dashboard
    assert ("made up" in told.get("MADNESS_DASHBOARD_NOTE", "")) is is_made_up
