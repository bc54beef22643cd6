"""`madness rollback`: the program that was live before is live again; data stay as they are."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lake.store import S3Store, Store
from madness.deploy import functions, sources
from madness.deploy.functions import Sleep
from madness.deploy.releases import Release, ReleaseError, Releases, alone
from madness.deploy.steps import Say
from operate.aws import Clients
from operate.stage import Stage


@dataclass(frozen=True)
class RolledBack:
    """came_from, went_to: releases. changed: functions that got other code, settings or rights, and `training`."""

    came_from: Release
    went_to: Release
    changed: list[str]


def roll_back(stage: Stage, clients: Clients, to: int | None, say: Say, sleep: Sleep = time.sleep) -> RolledBack:
    """Put every function back to what it was in a release: the one before the live one, unless told which.

    Raises
    ------
    ReleaseError
        There is none before, or somebody deploys.
    """
    releases = Releases(S3Store(clients("s3"), stage.deployments))
    with alone(releases.store, f"madness rollback --stage {stage.name}"):
        live = releases.current()
        if live is None:
            raise ReleaseError(f"No release of stage {stage.name} is recorded: `madness deploy` records one.")
        target = _target(releases, live, to)
        say(f"from release {live.number} to {target.number} (of {target.made}, commit {target.commit})")
        changed = []
        for part in target.parts():
            for name, was in part.functions.items():
                role = name if was.policy is not None else None
                did = functions.put_back(clients, name, was, stage.deployments, part.key, role, sleep)
                say(f"    {name}: {'put back' if did else 'is as it was'}")
                changed += [name] if did else []
        if _put_sources_back(S3Store(clients("s3"), stage.models), target):
            say(f"    training: jobs run {target.sources} again")
            changed.append("training")
        releases.make_current(target.number)
    return RolledBack(live, target, changed)


def _put_sources_back(models: Store, target: Release) -> bool:
    """Have training jobs run what they ran then; a release from before there were any changes nothing."""
    if target.sources is None or sources.current(models) == target.sources:
        return False
    sources.point(models, target.sources)
    return True


def _target(releases: Releases, live: Release, to: int | None) -> Release:
    if to is not None:
        return releases.get(to)
    if live.previous is None or live.previous not in releases.numbers():
        kept = ", ".join(map(str, releases.numbers()))
        raise ReleaseError(f"There is no release before {live.number}, which is live; kept are {kept}.")
    return releases.get(live.previous)
