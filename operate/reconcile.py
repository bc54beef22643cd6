"""Run the healing function now instead of waiting for its schedule."""

from __future__ import annotations

import json
from typing import Any

from operate.stage import Stage


def invoke_reconcile(lambda_client: Any, stage: Stage) -> None:
    """Ask for one run of `reconcile`, without waiting for it: it may outlast any patience and is safe at any time."""
    lambda_client.invoke(
        FunctionName=stage.function("reconcile"), InvocationType="Event", Payload=json.dumps(event()).encode()
    )


def event(**detail: Any) -> dict[str, Any]:
    """What a schedule hands to its function, with what a person asks for as detail."""
    return {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "madness.cli",
        "account": "000000000000",
        "time": "1970-01-01T00:00:00Z",
        "region": "",
        "resources": [],
        "detail": detail,
    }
