"""Which games a home holds, and the files that they come from: a folder of a person's, or the sample league."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hoops.contract.columns import FOLDERS
from hoops.games.leagues import League
from madness import selection
from madness.console import Voice
from madness.local import ministack
from madness.local.home import Home, LocalError
from operate.stage import load_stage
from operate.upload import Upload
from sample import is_sample
from sample.shape import STOP_DAY

STAGE = "local"
SAMPLE, FOLDER = "sample", "folder"  # kinds of data
_WORDS = {False: "real", True: "made-up"}


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


def choose(home: Home, wishes: Wishes) -> dict[str, Any]:
    """Where the games come from: what was asked for, else what the home has, else the sample league.

    Raises
    ------
    LocalError
        The folder is missing, or real games would mix with made-up ones.
    """
    known = home.settings().get("data") or _told_by_the_disk(home)
    if wishes.data is None:
        if known == {"kind": FOLDER}:
            raise LocalError(
                f"{home.root} holds games, and nothing says any more where they came from. Name the folder with --data."
            )
        return known or {"kind": SAMPLE}
    if not wishes.data.exists():
        raise LocalError(
            f"{wishes.data} is not a folder. Give --data a folder or zip of Kaggle's files, or leave it out."
        )
    path, made_up = str(wishes.data.resolve()), is_sample(wishes.data)
    if known and known["kind"] == SAMPLE:
        raise LocalError(
            f"{home.root} holds the sample league, and other games must not mix with made-up ones. "
            "Run `madness reset` first, or choose another place with --home."
        )
    if known and known.get("path") != path and made_up != known.get("made_up", False):
        raise LocalError(
            f"{home.root} holds {_WORDS[not made_up]} games, and {path} has {_WORDS[made_up]} ones: they must not mix. "
            "Run `madness reset` first, or choose another place with --home."
        )
    return {"kind": FOLDER, "path": path, "made_up": made_up}


def _told_by_the_disk(home: Home) -> dict[str, Any] | None:
    """What kind of games a home holds whose settings are lost; None if it holds none."""
    bucket = load_stage(STAGE).source
    if not any(ministack.has_objects(home, bucket, f"{folder}/") for folder in FOLDERS):
        return None
    return {"kind": SAMPLE if home.sample.exists() else FOLDER}


def files_of(home: Home, wishes: Wishes, source: dict[str, Any], voice: Voice) -> list[Upload]:
    """The files to be in the source bucket; notes the choice of leagues and seasons in `source`."""
    # The sample league lies in the home, wherever that was moved or copied.
    folder = home.sample if source["kind"] == SAMPLE else Path(source["path"])
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
    uploads = selection.uploads(folder, leagues, seasons, voice.say)
    return _dated(uploads) if source["kind"] == SAMPLE else uploads


def _dated(uploads: list[Upload]) -> list[Upload]:
    """The sample league's files, dated the day on which it stands: whatever a person uploads later is newer."""
    calendars = (upload for upload in uploads if upload.key.endswith(("/MSeasons.csv", "/WSeasons.csv")))
    with next(calendars).open() as calendar:
        last = max(csv.DictReader(io.TextIOWrapper(calendar)), key=lambda row: int(row["Season"]))
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
