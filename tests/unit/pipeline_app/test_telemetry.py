"""What an invocation costs is published as metrics, whatever becomes of it."""

from __future__ import annotations

import json

import pytest

from pipeline_app.telemetry import Requests, measured


def test_each_invocation_publishes_its_own_time_and_requests(capsys: pytest.CaptureFixture) -> None:
    ticks = iter([1.0, 1.25, 5.0, 5.5])
    requests = Requests()
    requests.count()
    with measured("first", requests, lambda: next(ticks)):
        for _ in range(3):
            requests.count()
    with pytest.raises(ValueError, match="no"), measured("second", requests, lambda: next(ticks)):
        requests.count()
        raise ValueError("no")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    told = [{name: one[name] for name in ("function", "Duration", "S3Requests")} for one in (first, second)]
    assert told == [
        {"function": "first", "Duration": [250.0], "S3Requests": [3.0]},
        {"function": "second", "Duration": [500.0], "S3Requests": [1.0]},
    ]
    assert first["PeakMemory"][0] > 10
    (directive,) = first["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Madness"
    assert {metric["Name"] for metric in directive["Metrics"]} == {"Duration", "S3Requests", "PeakMemory"}
