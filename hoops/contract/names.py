"""File names: what an uploaded file is, read from its name alone."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hoops.contract.columns import DATASETS, REFERENCE, RESULTS
from hoops.contract.lookalikes import Lookalike, lookalike
from hoops.contract.report import reject, shown
from hoops.games.leagues import Kind, League

MAX_KEY = 1024
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tar.gz", ".tgz")
_NAME = re.compile(
    r"(?P<stem>[A-Za-z]{1,60})(_(?P<timestamp>[0-9]{8}(T[0-9]{4}([0-9]{2})?)?))?\.csv(?P<gzipped>\.gz)?", re.ASCII
)
_FORMATS = {8: "%Y%m%d", 13: "%Y%m%dT%H%M", 15: "%Y%m%dT%H%M%S"}
_KINDS = {"RegularSeason": Kind.REGULAR, "NCAATourney": Kind.NCAA, "SecondaryTourney": Kind.SECONDARY}
_STEMS = {
    (f"{league}{dataset.name}" if league else dataset.name): (league, dataset)
    for dataset in DATASETS.values()
    for league in ((*League,) if dataset.by_league else (None,))
}
# Before 2019 Kaggle's files of the men had no letter, and some had these additions.
_OLD_PARTS = re.compile(
    r"^(stage ?[12](data|updated)?(files)?|prelim(data)?[0-9]{0,4})_?|_?(prelim|sample)[a-z]*[0-9]*$", re.IGNORECASE
)
_OLD_NAMES = {"regularseasonresults": "RegularSeasonCompactResults", "tourneyresults": "NCAATourneyCompactResults"}
TIMESTAMPS = "_YYYYMMDD, _YYYYMMDDTHHMM or _YYYYMMDDTHHMMSS (UTC, a real date of 1970-2100)"


@dataclass(frozen=True)
class SourceName:
    """What a file name says.

    dataset: name in `hoops.contract.columns.DATASETS`, such as RegularSeasonDetailedResults or Teams.
    league: None for the files of both leagues (Cities, Conferences).
    kind: kind of game; None outside results.
    timestamp: YYYYMMDDTHHMMSSZ, or None if the name has none.
    file: the name without its folder.
    season: of play-by-play, whose files are of one season each; None for the others.
    """

    folder: str
    dataset: str
    league: League | None
    kind: Kind | None
    detailed: bool
    timestamp: str | None
    gzipped: bool
    file: str
    season: int | None = None

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.file}"


def parse(key: str) -> SourceName:
    """Read a key of the source bucket, or a bare file name.

    Raises
    ------
    Rejected
        The name is outside the contract, or the file lies in another folder than its name belongs to.

    >>> parse("results/MRegularSeasonCompactResults_20240315T0600.csv.gz").timestamp
    '20240315T060000Z'
    """
    if len(key) > MAX_KEY:
        reject(key[:MAX_KEY], f"a name of {len(key):,} characters", f"at most {MAX_KEY} characters")
    *folders, file = key.split("/")
    match = _NAME.fullmatch(file)
    if match is None or match["stem"] not in _STEMS:
        stem = re.split(r"[_. ]", file, maxsplit=1)[0]
        if stem in _STEMS and file.endswith((".csv", ".csv.gz")):
            rest = file.removeprefix(stem).removesuffix(".gz").removesuffix(".csv")
            reject(key, f"'{shown(rest)}' after {stem}", f"nothing, or {TIMESTAMPS}{_hint(file, '; ')}")
        reject(key, f"the name '{shown(file)}'", _advice(file))
    league, dataset = _STEMS[match["stem"]]
    if folders and folders != [dataset.folder]:
        reject(key, f"the folder '{shown('/'.join(folders))}'", f"{dataset.folder}/{file}, where this file belongs")
    kind = next((kind for prefix, kind in _KINDS.items() if dataset.name.startswith(prefix)), None)
    return SourceName(
        folder=dataset.folder,
        dataset=dataset.name,
        league=league,
        kind=kind if dataset.folder == RESULTS else None,
        detailed="Detailed" in dataset.name,
        timestamp=timestamp_of(key, match["timestamp"]),
        gzipped=match["gzipped"] is not None,
        file=file,
    )


def refuse_ahead(name: SourceName, now: datetime) -> None:
    """Raise Rejected if a file speaks as of later than tomorrow: until then it would hold against every correction.

    now: the moment at which the file is taken, UTC. Tomorrow is let through, as local time written for UTC, and a clock
        that is ahead, come to no more.
    """
    last = f"{now + timedelta(days=1):%Y%m%d}"
    if name.timestamp and name.timestamp[:8] > last:
        reject(
            name.key,
            f"a timestamp in the future, {name.timestamp}",
            f"until the end of tomorrow, {last} (UTC): a later one would hold against every correction until then. "
            "It says as of when the file speaks: give it that date, or none, and upload it again",
        )


def folder_of(name: str) -> str:
    """Folder of the source bucket to which a bare file name belongs; raises Rejected as `parse` does."""
    return parse(name.rsplit("/", 1)[-1]).folder


def meant(file: str) -> Lookalike | None:
    """What a bare file name that is none of the contract seems to mean; None if it is nothing like one."""
    found = lookalike(file, _STEMS)
    if found is None and file.lower().endswith(".csv") and (mens := _mens_file(file)):
        return Lookalike(None, "its name is from before 2019", f"rename it to {mens}.csv if these are the men's")
    return found


def allowed_names() -> list[str]:
    """Every file name of the contract, without timestamp."""
    return [f"{stem}.csv" for stem in _STEMS]


def timestamp_of(key: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        moment = datetime.strptime(text, _FORMATS[len(text)])
    except ValueError:
        reject(key, f"the timestamp {text}", TIMESTAMPS)
    if not 1970 <= moment.year <= 2100:
        reject(key, f"the timestamp {text}", TIMESTAMPS)
    return f"{text[:8]}T{text[9:]:0<6}Z"


def _mens_file(file: str) -> str | None:
    """The men's file of today that a name without a letter meant until 2018: MTeams for Teams.csv.

    >>> _mens_file("TourneySeeds.csv"), _mens_file("Stage2RegularSeasonCompactResults.csv")
    ('MNCAATourneySeeds', 'MRegularSeasonCompactResults')
    """
    stem = re.sub(r"_[0-9T]+$", "", file[:80].partition(".")[0])
    plain = _OLD_PARTS.sub("", stem).replace("_", "").casefold()
    plain = _OLD_NAMES.get(plain, plain).casefold()
    plain = f"ncaa{plain}" if plain.startswith("tourney") else plain
    return next((each for each, (league, dataset) in _STEMS.items()
                 if league is League.MEN and dataset.name.casefold() == plain), None)  # fmt: skip


def _hint(file: str, before: str, after: str = "") -> str:
    found = meant(file)
    return f"{before}{shown(found.slip)}: {shown(found.todo, 200)}{after}" if found else ""


def _advice(file: str) -> str:
    stem = re.split(r"[_.]", file, maxsplit=1)[0][:80]
    lowered = {each.lower(): each for each in _STEMS}
    near = difflib.get_close_matches(stem.lower(), lowered, n=1, cutoff=0.5)
    hint = f"{lowered[near[0]]}.csv is the nearest; " if near else ""
    hint = _hint(file, "", "; ") or hint
    if mens := _mens_file(file):
        hint = f"{mens}.csv if these are the men's, as such files are called since 2019; "
    if file.lower().endswith(_ARCHIVES):
        hint = hint or "an archive is to be unzipped first (`madness up --data` reads a zip as it is); "
    reference = ", ".join(
        ("{M|W}" if dataset.by_league else "") + dataset.name
        for dataset in DATASETS.values()
        if dataset.folder == REFERENCE
    )
    return (
        f"{hint}{{M|W}}{{RegularSeason|NCAATourney|SecondaryTourney}}{{Compact|Detailed}}Results, {{M|W}}Fixtures, "
        f"{{M|W}}Retractions, or a reference file ({reference}); then optionally a timestamp, {TIMESTAMPS}; "
        "then .csv or .csv.gz"
    )
