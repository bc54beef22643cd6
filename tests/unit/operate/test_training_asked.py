"""Asking for a training: what the function is told, and what its answer means."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from hoops.games.leagues import League
from operate.stage import Stage
from operate.training.ask import Answer, TrainingError, start

STAGE = Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo")


class Function:
    """A deployed start_training. asked: the events that it was given."""

    def __init__(self, answer: Any, **more: Any) -> None:
        self._answer, self._more = answer, more
        self.asked: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert (FunctionName, InvocationType) == ("madness-dev-start_training", "RequestResponse")
        self.asked.append(json.loads(Payload))
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(self._answer).encode()), **self._more}


def test_the_function_is_told_what_is_wished_and_answers_by_league() -> None:
    job = "madness-dev-m-2025d104-0a1b2c3d-1"
    function = Function([
        {"league": "M", "job": job, "started": True, "reason": "41 new games"},
        {"league": "W", "job": None, "started": False, "reason": "no games"},
    ])  # fmt: skip
    answers = start(function, STAGE, leagues=League, by="ada", reason="try", hyperparameters={"width": "8"})
    assert answers == [Answer(League.MEN, job, True, "41 new games"), Answer(League.WOMEN, None, False, "no games")]
    (event,) = function.asked
    assert event["detail-type"] == "Scheduled Event"
    assert event["detail"] == {
        "leagues": ["M", "W"], "by": "ada", "reason": "try", "again": False, "hyperparameters": {"width": "8"}
    }  # fmt: skip


def test_a_function_that_fails_says_why_and_where_more_is() -> None:
    function = Function({"errorMessage": "ask for ml.g4dn.xlarge", "errorType": "Quota"}, FunctionError="Unhandled")
    with pytest.raises(
        TrainingError, match=r"failed: ask for ml\.g4dn\.xlarge\. Its log is /aws/lambda/madness-dev-st"
    ):
        start(function, STAGE, leagues=[League.MEN], by="ada", reason="try")
