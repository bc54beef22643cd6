"""What an invocation cost is logged, also when it fails."""

from __future__ import annotations

import json
from itertools import count

import pytest

from pipeline_app.meter import Meter


def test_each_invocation_logs_its_own_time_and_requests(capsys: pytest.CaptureFixture) -> None:
    ticks = count(0, 0.25)
    meter = Meter(clock=lambda: next(ticks))
    meter.count()
    with meter.measured("first"):
        for _ in range(3):
            meter.count()
    with pytest.raises(ValueError, match="no"), meter.measured("second"):
        meter.count()
        raise ValueError("no")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["function"], first["milliseconds"], first["s3_requests"]) == ("first", 250, 3)
    assert (second["function"], second["milliseconds"], second["s3_requests"]) == ("second", 250, 1)
    assert first["peak_mib"] > 10
