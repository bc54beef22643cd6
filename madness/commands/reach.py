"""How a command reaches its stage: the home of the local one, or the account of the environment."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from madness.local.home import Home
    from operate.aws import Clients
    from operate.stage import Stage


def existing(home: Path) -> Home:
    """The local stack in a folder; raise `LocalError` if there is none."""
    from madness.local.home import Home, LocalError

    found = Home(home)
    if not found.exists:
        raise LocalError(
            f"There is no local stack in {found.root}. `madness up` makes one; --home names another place."
        )
    return found


def clients_of(stage: Stage, home: Path, patience: float = 60.0) -> Clients:
    """Clients of a stage: of the local stack in a folder if it is the local one, else of the account.

    patience: seconds that an answer may take.
    """
    from madness.local import ministack
    from madness.local.home import LocalError
    from operate.aws import account_clients

    if not stage.is_local:
        return account_clients(stage, patience=patience)
    place = existing(home)
    endpoint = ministack.running(place)
    if endpoint is None:
        raise LocalError(f"The local AWS of {place.root} does not run. Start it with `madness up --home {place.root}`.")
    return ministack.local_clients(endpoint, place, patience)


def who(stage: Stage, clients: Clients) -> str:
    """Who asks: the user of this machine on the local stage, else whom the credentials are of."""
    import getpass

    return getpass.getuser() if stage.is_local else str(clients("sts").get_caller_identity()["Arn"])


def patience_of(stage: Stage, home: Path) -> Callable[[float], None]:
    """How to wait for a stage: for the local one with an eye on its disk."""
    from madness.local.room import Watch

    return time.sleep if not stage.is_local else Watch(existing(home)).sleep
