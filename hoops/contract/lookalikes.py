"""Names that are nearly names of the contract: what was meant, and what to do.

Downloads, spreadsheets and file managers bend names in ways of their own: `MTeams (1).csv`, `Copy of MTeams.csv`,
`mteams.CSV`, `MTeams.csv.csv`, `MTeams.xlsx`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

from hoops.contract.columns import FIRST_SEASON, LAST_SEASON

_ENDINGS = "csv|gz|txt|tsv|xlsx?|xlsm|ods|numbers|zip|7z|rar|crdownload|part|download|bak|old|orig"
_FILE = re.compile(rf"(?P<body>.+?)(?P<endings>(\.({_ENDINGS}))*)", re.IGNORECASE | re.DOTALL)
_COPY = re.compile(
    r"(?P<before>copy of |kopie von )?(?P<body>.+?)(?P<after>( ?- ?copy| copy|\s?\(\d+\)| \d+)*)",
    re.IGNORECASE | re.DOTALL,
)
_STAMPED = re.compile(
    r"(?P<stem>[a-z]+)(?P<season>[_-]?\d{4})?(?P<stamp>_\d{8}(t\d{4}(\d{2})?)?)?", re.IGNORECASE | re.ASCII
)
_STEM = re.compile(r"(?P<stem>[a-z]+)([_-]?(?P<season>\d{4})(?!\d))?", re.IGNORECASE | re.ASCII)
_SHEETS = {"xls", "xlsx", "xlsm", "ods", "numbers"}
_ARCHIVES = {"zip", "7z", "rar"}
_UNFINISHED = {"crdownload", "part", "download"}
_ALIKE = 0.88  # MTeam and MTeams are; MCoaches and MCities, SampleSubmission and anything are not


@dataclass(frozen=True)
class Lookalike:
    """What a name seems to mean.

    name: the name of the contract under which it can be read as it is; None where that takes a person.
    slip: what is the matter, to follow "FILE: ".
    todo: what a person can do.
    """

    name: str | None
    slip: str
    todo: str


def lookalike(file: str, stems: Collection[str], by_season: Collection[str] = ()) -> Lookalike | None:
    """What a file's name, which is none of the contract, seems to mean; None if it is nothing like one.

    stems: names of the contract without season, timestamp and ending.
    by_season: those behind which a season stands.

    >>> lookalike("mteams (1).csv", {"MTeams"}).name
    'MTeams.csv'
    >>> lookalike("MEvents_2018.csv", {"MEvents"}, {"MEvents"}).name
    'MEvents2018.csv'
    >>> lookalike("MMasseyOrdinals.csv", {"MTeams"})
    """
    parts = _FILE.fullmatch(file)
    copied = _COPY.fullmatch(parts["body"]) if parts else None
    if parts is None or copied is None:
        return None
    endings = parts["endings"].lower().split(".")[1:]
    lowered = {stem.lower(): stem for stem in stems}
    stamped = _STAMPED.fullmatch(copied["body"])
    stem = lowered.get(stamped["stem"].lower()) if stamped else None
    if stamped is None or stem is None or (stamped["season"] is None) == (stem in by_season):
        return _astray(copied["body"], lowered, by_season) if set(endings) - _ARCHIVES or not endings else None
    season = stamped["season"] or ""
    if season and not FIRST_SEASON <= int(season[-4:]) <= LAST_SEASON:
        return Lookalike(None, f"its season is none of {FIRST_SEASON}-{LAST_SEASON}", _with_season(stem))
    right = stem + season[-4:] + (stamped["stamp"] or "").upper()
    name = f"{right}.csv" + (".gz" if "gz" in endings and "csv" in endings else "")
    if odd := _odd_ending(endings, name):
        return odd
    if name == file:
        return Lookalike(None, "its timestamp is no date", "its form is _YYYYMMDD, _YYYYMMDDTHHMM or _YYYYMMDDTHHMMSS")
    if copied["before"] or copied["after"]:
        return Lookalike(name, "its name is that of a copy", f"rename it to {name}")
    if endings not in (["csv"], ["csv", "gz"]):
        return Lookalike(name, f"it ends in .{'.'.join(endings)}", f"rename it to {name}")
    if len(season) > 4:
        return Lookalike(name, f"there is '{season[0]}' before its season", f"rename it to {name}")
    return Lookalike(name, "upper and lower case differ", f"rename it to {name}")


def _odd_ending(endings: list[str], name: str) -> Lookalike | None:
    """What cannot be read as it is."""
    last = endings[-1] if endings else ""
    shown = f"it ends in .{'.'.join(endings)}" if endings else "it has no ending"
    if last in _SHEETS:
        return Lookalike(None, f"{shown}, a spreadsheet", f"save it as comma-separated text, {name}")
    if last in _ARCHIVES:
        return Lookalike(None, f"{shown}, an archive", f"unzip it: what is read is {name}")
    if last in _UNFINISHED:
        return Lookalike(None, f"{shown}, a download that has not ended", f"download it again: what is read is {name}")
    if [one for one in endings if one != "csv"] not in ([], ["gz"]) or "csv" not in endings or endings.index("csv"):
        return Lookalike(None, shown, f"if it is comma-separated text, rename it to {name}")
    return None


def _astray(body: str, lowered: dict[str, str], by_season: Collection[str]) -> Lookalike | None:
    """A known stem with something behind it or no season, one without its league's letter, or a typing error."""
    found = _STEM.match(body)
    if found is None:
        return None
    stem = found["stem"].lower()

    def named(right: str) -> str:
        return right + (found["season"] or "YYYY") if right in by_season else right

    if stem in lowered:
        right = lowered[stem]
        if right in by_season and not found["season"]:
            return Lookalike(None, "its name has no season", _with_season(right))
        rest = body[found.end() if right in by_season else found.end("stem") :]
        right = named(right)
        return Lookalike(None, f"there is '{rest}' after {right}", f"name it {right}.csv, or {right}_YYYYMMDD.csv")
    lettered = [named(right) for low, right in lowered.items() if low[1:] == stem and right[0] in "MW"]
    if lettered:
        names = " or ".join(f"{right}.csv" for right in lettered)
        return Lookalike(
            None, "its name has no letter for the league", f"name it {names}: men's files begin with M, women's with W"
        )
    near = difflib.get_close_matches(stem, lowered, n=1, cutoff=_ALIKE)
    if near:
        return Lookalike(None, f"{named(lowered[near[0]])}.csv is the nearest", "rename it if that is meant")
    return None


def _with_season(stem: str) -> str:
    return f"name it {stem}YYYY.csv, YYYY being the year in which the season ends"
