"""`madness up`: from a folder of files, or none, to forecasts in the browser.

    MiniStack ─► stack ─► chalice deploy ─► upload and accept ─► days folded in order ─► tables ─► dashboard

Every step finds out what is already there, so that a second run resumes in seconds and a run after a crash heals.
"""

from __future__ import annotations

import csv
import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError

from hoops.errors import Retryable
from hoops.games.leagues import League
from lake.lake import Lake
from madness import selection
from madness.console import Voice
from madness.deploy import provision
from madness.local import dashboard, ministack
from madness.local.deploy import deploy
from madness.local.home import Home, LocalError
from madness.local.ministack import Endpoint, local_clients
from operate.aws import Clients, open_lake
from operate.backlog import wait_until_published
from operate.mapping import Mapping
from operate.stage import Stage, load_stage, project_root
from operate.summary import count_games
from operate.upload import UNCHANGED, Outcome, Upload, ingest
from sample.shape import STOP_DAY

STAGE = "local"
SAMPLE = "sample"


@dataclass(frozen=True)
class Wishes:
    """What a person asked `up` for; None leaves it as the home has it.

    data: folder of files; for a new home without one, the sample league.
    """

    data: Path | None = None
    leagues: tuple[League, ...] | None = None
    seasons: str | None = None
    port: int | None = None
    once: bool = False


class RejectedFilesError(LocalError):
    """Files were rejected; everything else went on."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes
        super().__init__("\n".join(o.report.text() if o.report else f"{o.key} was rejected" for o in outcomes))


def up(home: Home, wishes: Wishes, voice: Voice) -> dict[str, Any]:
    """Do it all; gives the summary that `--json` prints.

    Raises
    ------
    MadnessError
        With one line on what happened and what to do next.
    """
    with home.lock():
        source = _choose_data(home, wishes)
        # What cannot be had of the files is said before anything is started or deployed.
        uploads = _files(wishes, source, voice)
        if not wishes.once:
            dashboard.check_port(home, wishes.port)
        was_running = ministack.running(home) is not None
        try:
            return _run(home, wishes, voice, source, uploads)
        except (Retryable, BotoCoreError) as error:
            if ministack.running(home) is not None:
                raise
            raise LocalError(
                f"The local AWS was stopped or killed meanwhile (its log: {home.logs / 'ministack.log'}). "
                "Nothing is lost: `madness up` goes on from there."
            ) from error
        finally:
            if wishes.once and not was_running:
                dashboard.stop(home)
                ministack.stop(home)


def start_stack(home: Home, voice: Voice, seconds: dict[str, float] | None = None) -> tuple[Stage, Endpoint]:
    """Start MiniStack, provision and deploy: a stack without data."""
    root = project_root()
    stage = load_stage(STAGE, root)
    seconds = {} if seconds is None else seconds
    home.create()
    with _timed(seconds, "start"):
        endpoint = ministack.start(home)
        clients = local_clients(endpoint)
        provision.provision(stage, clients("cloudformation"), template=root / "infra" / "template.yaml")
        voice.say(f"local AWS at {endpoint.url}, kept in {home.root}")
    with _timed(seconds, "deploy"):
        endpoint = _deploy(home, stage, root, endpoint, clients, voice)
    functions = local_clients(endpoint)("lambda")
    Mapping.of(functions, stage.function("apply_results")).turn_on(functions)
    return stage, endpoint


def _run(home: Home, wishes: Wishes, voice: Voice, source: dict[str, str], uploads: list[Upload]) -> dict[str, Any]:
    seconds: dict[str, float] = {}
    stage, endpoint = start_stack(home, voice, seconds)
    clients = local_clients(endpoint)
    lake = open_lake(stage, clients)
    with _timed(seconds, "ingest"):
        outcomes = _ingest(home, uploads, stage, lake, clients, voice)
    home.remember(data=source)
    with _timed(seconds, "process"), voice.task("days applied") as advance:
        wait_until_published(lake, stage, clients, tuple(League), progress=advance)
    port = None if wishes.once else dashboard.start(home, stage, project_root(), endpoint, wishes.port)
    rejected = [outcome for outcome in outcomes if outcome.is_rejected]
    if rejected:
        raise RejectedFilesError(rejected)
    return {
        **count_games(lake),
        "seconds": {step: round(taken, 2) for step, taken in seconds.items()},
        "files": {"uploaded": sum(o.outcome == "accepted" for o in outcomes), "checked": len(outcomes)},
        "buckets": stage.buckets(),
        "endpoint": endpoint.url,
        "home": str(home.root),
        "dashboard": dashboard.url(port) if port else None,
    }


def _choose_data(home: Home, wishes: Wishes) -> dict[str, str]:
    """Where the games come from: what was asked for, else what the home has, else the sample league.

    Raises
    ------
    LocalError
        The folder is missing, or real games would mix with made-up ones.
    """
    known = home.settings().get("data")
    if wishes.data is None:
        return known or {"kind": SAMPLE, "path": str(home.sample)}
    if not wishes.data.exists():
        raise LocalError(
            f"{wishes.data} is not a folder. Give --data a folder of Kaggle's CSV files, or their zip, or leave it out."
        )
    if known and known["kind"] == SAMPLE:
        raise LocalError(
            f"{home.root} holds the sample league, and real games must not mix with made-up ones. "
            "Run `madness reset` first, or choose another place with --home."
        )
    return {"kind": "folder", "path": str(wishes.data.resolve())}


def _deploy(home: Home, stage: Stage, root: Path, endpoint: Endpoint, clients: Clients, voice: Voice) -> Endpoint:
    with voice.task("deploying functions") as advance:
        steps = 0

        def say(_: str) -> None:
            nonlocal steps
            steps += 1
            advance(steps, max(17, steps))

        deployed = deploy(home, stage, root, endpoint, clients, say)
    if not deployed:
        return endpoint
    voice.say("functions deployed")
    # From here on a kill loses no function, queue or mapping.
    return ministack.checkpoint(home)


def _ingest(
    home: Home, uploads: list[Upload], stage: Stage, lake: Lake, clients: Clients, voice: Voice
) -> list[Outcome]:
    """Upload the files that are new or changed since the last `up`.

    A file of the folder that has not changed is not uploaded again over one of the same name that a person has
    ingested since.
    """
    files = {upload.key: upload for upload in uploads}
    content = {key: hashlib.sha256(upload.body).hexdigest() for key, upload in files.items()}
    known = home.settings().get("uploaded", {})
    outcomes = [Outcome(key, UNCHANGED) for key in files if known.get(key) == content[key]]
    changed = [upload for key, upload in files.items() if known.get(key) != content[key]]
    with voice.task("files accepted") as advance:

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            advance(len(outcomes), len(files))
            for warning in outcome.warnings:
                voice.say(f"{outcome.key}: {warning}")

        advance(len(outcomes), len(files))
        ingest(changed, stage, lake, clients, done=done)
    taken = {outcome.key: content[outcome.key] for outcome in outcomes if not outcome.is_rejected}
    home.remember(uploaded={**known, **taken})
    return outcomes


def _files(wishes: Wishes, source: dict[str, str], voice: Voice) -> list[Upload]:
    """The files to be in the source bucket; notes the choice of leagues and seasons in `source`."""
    folder = Path(source["path"])
    if source["kind"] == SAMPLE:
        write_sample(folder, voice)
    elif not folder.exists():
        voice.say(f"{folder} is gone; going on with what is in the buckets")
        return []
    else:
        selection.existing_folder(folder, voice.say)
    leagues = wishes.leagues or selection.parse_leagues(source.get("leagues", "M,W"))
    by_default = selection.ALL if source["kind"] == SAMPLE else None
    wanted = wishes.seasons or source.get("seasons") or by_default
    seasons = selection.choose_seasons(folder, leagues, wanted)
    source["leagues"] = ",".join(leagues)
    if wanted:
        source["seasons"] = wanted
    uploads = selection.uploads(folder, leagues, seasons)
    return _dated(uploads) if source["kind"] == SAMPLE else uploads


def _dated(uploads: list[Upload]) -> list[Upload]:
    """The sample league's files, dated the day on which it stands: whatever a person uploads later is newer."""
    calendar = next(upload.body for upload in uploads if upload.key.endswith("Seasons.csv")).decode()
    last = max(csv.DictReader(io.StringIO(calendar)), key=lambda row: int(row["Season"]))
    today = datetime.strptime(last["DayZero"], "%m/%d/%Y") + timedelta(days=STOP_DAY)
    return [Upload(upload.key.replace(".csv", f"_{today:%Y%m%d}.csv"), upload.body) for upload in uploads]


def write_sample(folder: Path, voice: Voice) -> None:
    """Write the sample league, unless it is there whole."""
    written = folder / ".complete"
    if written.exists():
        return
    import sample

    with voice.task("sample league, seasons") as advance:
        sample.write(folder, sample.generate(progress=advance))
    written.touch()


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        seconds[step] = seconds.get(step, 0.0) + time.monotonic() - started
