"""`madness doctor --stage S` for a stage on AWS: every check there is, from this machine to what the stage answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from hoops.errors import MadnessError
from madness.deploy import checks
from madness.deploy.checks import PROBLEM, WARNING, Finding
from operate.aws import Clients, account_clients, explain
from operate.stage import Stage


def examine(stage: Stage, root: Path, connect: Callable[[Stage], Clients] = account_clients) -> Iterator[Finding]:
    """Every finding, as it comes."""
    yield from checks.machine(root)
    yield from checks.checkout(root)
    wrong = False
    for one in checks.place(stage):
        wrong = wrong or one.level == PROBLEM
        yield one
    if wrong:
        yield _unseen()
        return
    try:
        clients = connect(stage)
        asker = checks.account(clients)
    except (ClientError, BotoCoreError, MadnessError) as error:
        yield Finding(PROBLEM, "account", str(error) if isinstance(error, MadnessError) else explain(error))
        yield _unseen()
        return
    yield from checks.identity(stage, asker)
    yield from checks.quotas(stage, clients, root)
    yield from checks.stage_on_aws(stage, clients, root)


def _unseen() -> Finding:
    return Finding(
        WARNING, "AWS", "not looked at: names, layer, quota, stack, functions, training, mapping, queues, alarms, "
        "dashboard, releases", "mend the problem above, and ask again",
    )  # fmt: skip
