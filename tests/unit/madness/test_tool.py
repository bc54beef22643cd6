"""Running a tool that may never end."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from madness.deploy import tool


def test_a_tool_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    script = "import time; print('Waiting for stack x', flush=True); time.sleep(60)"
    said: list[str] = []
    began = time.monotonic()
    with pytest.raises(tool.ToolError, match=r"(?s)zappa deploy had not ended after 1 seconds.*Waiting for stack x"):
        tool.run("zappa deploy", [sys.executable, "-c", script], tmp_path, os.environ, tmp_path / "log", said.append, 1)
    assert time.monotonic() - began < 30
    assert said == ["Waiting for stack x"]
