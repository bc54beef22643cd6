"""File names: what an uploaded file is, read from its name alone."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NoReturn

from hoops.contract.columns import DATASETS, FIRST_SEASON, LAST_SEASON, REFERENCE, RESULTS
from hoops.contract.events import EVENTS
from hoops.contract.events import LIMITS as EVENTS_LIMITS
from hoops.contract.lookalikes import Lookalike, lookalike
from hoops.contract.payload import WHOLE, Limits
from hoops.contract.report import reject, shown
from hoops.games.leagues import Kind, League

MAX_KEY = 1024
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tar.gz", ".tgz")
_NAME = re.compile(
    r"(?P<stem>[A-Za-z]{1,60})(?P<season>[0-9]{4})?(_(?P<timestamp>[0-9]{8}(T[0-9]{4}([0-9]{2})?)?))?"
    r"\.csv(?P<gzipped>\.gz)?",
    re.ASCII,
)
_NEARLY = re.compile(r"(?P<stem>[A-Za-z]{1,60})(?P<season>[0-9]{4})?(?P<rest>.*)\.csv(\.gz)?", re.ASCII | re.DOTALL)
_FORMATS = {8: "%Y%m%d", 13: "%Y%m%dT%H%M", 15: "%Y%m%dT%H%M%S"}
_KINDS = {"RegularSeason": Kind.REGULAR, "NCAATourney": Kind.NCAA, "SecondaryTourney": Kind.SECONDARY}
_STEMS = {
    (f"{league}{dataset.name}" if league else dataset.name): (league, dataset)
    for dataset in (*DATASETS.values(), EVENTS)
    for league in ((*League,) if dataset.by_league else (None,))
}
_BY_SEASON = {stem for stem, (_, dataset) in _STEMS.items() if dataset.by_season}
# Before 2019 Kaggle's files of the men had no letter, and some had these additions.
_OLD_PARTS = re.compile(
    r"^(stage ?[12](data|updated)?(files)?|prelim(data)?[0-9]{0,4})_?|_?(prelim|sample)[a-z]*[0-9]*$", re.IGNORECASE
)
_OLD_NAMES = {"regularseasonresults": "RegularSeasonCompactResults", "tourneyresults": "NCAATourneyCompactResults"}
_TIMESTAMPS = "_YYYYMMDD, _YYYYMMDDTHHMM or _YYYYMMDDTHHMMSS (UTC, a real date of 1970-2100)"


@dataclass(frozen=True)
class SourceName:
    """What every file's name says; it is a `WholeName` or an `EventsName`.

    dataset: name of its `hoops.contract.columns.Dataset`, such as RegularSeasonDetailedResults, Teams or Events.
    league: None for the files of both leagues (Cities, Conferences).
    timestamp: YYYYMMDDTHHMMSSZ, or None if the name has none.
    file: the name without its folder.
    limits: how large the file may be.
    """

    folder: str
    dataset: str
    league: League | None
    timestamp: str | None
    gzipped: bool
    file: str
    limits: ClassVar[Limits]

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.file}"


@dataclass(frozen=True)
class WholeName(SourceName):
    """Name of a file that is read whole, by `hoops.contract.read`. kind: of games; None outside results."""

    kind: Kind | None
    detailed: bool
    limits: ClassVar = WHOLE


@dataclass(frozen=True)
class EventsName(SourceName):
    """Name of a season of play-by-play, which is read as a stream, by `hoops.plays`."""

    league: League
    season: int
    limits: ClassVar = EVENTS_LIMITS


def parse(key: str) -> WholeName | EventsName:
    """Read a key of the source bucket, or a bare file name.

    Raises
    ------
    Rejected
        The name is outside the contract, or the file lies in another folder than its name belongs to.

    >>> parse("results/MRegularSeasonCompactResults_20240315T0600.csv.gz").timestamp
    '20240315T060000Z'
    >>> parse("MEvents2018.csv").key
    'events/MEvents2018.csv'
    """
    if len(key) > MAX_KEY:
        reject(key[:MAX_KEY], f"a name of {len(key):,} characters", f"at most {MAX_KEY} characters")
    *folders, file = key.split("/")
    match = _NAME.fullmatch(file)
    if match is None or match["stem"] not in _STEMS or (match["season"] is None) == (match["stem"] in _BY_SEASON):
        _reject_name(key, file)
    league, dataset = _STEMS[match["stem"]]
    if folders and folders != [dataset.folder]:
        reject(key, f"the folder '{shown('/'.join(folders))}'", f"{dataset.folder}/{file}, where this file belongs")
    timestamp, gzipped = _timestamp(key, match["timestamp"]), match["gzipped"] is not None
    if league and match["season"]:
        season = _season(key, match["season"])
        return EventsName(dataset.folder, dataset.name, league, timestamp, gzipped, file, season)
    kind = next((kind for prefix, kind in _KINDS.items() if dataset.name.startswith(prefix)), None)
    return WholeName(
        dataset.folder, dataset.name, league, timestamp, gzipped, file,
        kind=kind if dataset.folder == RESULTS else None,
        detailed="Detailed" in dataset.name,
    )  # fmt: skip


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
    found = lookalike(file, _STEMS, _BY_SEASON)
    if found is None and file.lower().endswith(".csv") and (mens := _mens_file(file)):
        return Lookalike(None, "its name is from before 2019", f"rename it to {mens}.csv if these are the men's")
    return found


def allowed_names() -> list[str]:
    """Every file name of the contract, without timestamp; of those with a season, that of one."""
    return [f"{_example(stem)}.csv" for stem in _STEMS]


def _example(stem: str) -> str:
    return f"{stem}2018" if stem in _BY_SEASON else stem


def _season(key: str, text: str) -> int:
    if not FIRST_SEASON <= int(text) <= LAST_SEASON:
        reject(key, f"the season {text}", f"a season {FIRST_SEASON}-{LAST_SEASON}, the year in which it ends")
    return int(text)


def _timestamp(key: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        moment = datetime.strptime(text, _FORMATS[len(text)])
    except ValueError:
        reject(key, f"the timestamp {text}", _TIMESTAMPS)
    if not 1970 <= moment.year <= 2100:
        reject(key, f"the timestamp {text}", _TIMESTAMPS)
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
                 if league is League.MEN and not dataset.by_season and dataset.name.casefold() == plain),
                None)  # fmt: skip


def _reject_name(key: str, file: str) -> NoReturn:
    """Say what is wrong with a name: behind a stem of the contract only that, else the name as a whole."""
    match = _NEARLY.fullmatch(file)
    if match is None or match["stem"] not in _STEMS:
        reject(key, f"the name '{shown(file)}'", _advice(file))
    stem, season, rest = match["stem"], match["season"] or "", match["rest"]
    if stem not in _BY_SEASON:
        found, allowed = f"'{shown(season + rest)}' after {stem}", f"nothing, or {_TIMESTAMPS}"
    elif season:
        found, allowed = f"'{shown(rest)}' after {stem}{season}", f"nothing, or {_TIMESTAMPS}"
    else:
        found, allowed = f"no season after {stem}", f"{stem} and a season, such as {_example(stem)}.csv"
    reject(key, found, f"{allowed}{_hint(file, '; ')}")


def _hint(file: str, before: str, after: str = "") -> str:
    found = meant(file)
    return f"{before}{shown(found.slip)}: {shown(found.todo, 200)}{after}" if found else ""


def _advice(file: str) -> str:
    stem = re.split(r"[_.]", file, maxsplit=1)[0][:80]
    lowered = {each.lower(): each for each in _STEMS}
    near = difflib.get_close_matches(stem.lower(), lowered, n=1, cutoff=0.5)
    hint = f"{_example(lowered[near[0]])}.csv is the nearest; " if near else ""
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
        f"{{M|W}}Retractions, {{M|W}}PlayerSeasons, {{M|W}}Rosters, {{M|W}}PlayerGames, {{M|W}}Events and a season, "
        f"such as MEvents2018, or a reference file ({reference}); then "
        f"optionally a timestamp, {_TIMESTAMPS}; then .csv or .csv.gz"
    )
