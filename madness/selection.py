"""Which files and seasons of a folder go into the pipeline."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from hoops.contract import EventsName, WholeName, parse
from hoops.errors import MadnessError
from hoops.games.leagues import League
from lake.contents import contents
from lake.folder import filtered, seasons_in
from lake.players import OF_SEASONS
from operate.upload import Upload

DEFAULT_SEASONS = 3
ALL = "all"


class SelectionError(MadnessError):
    """Leagues or seasons that cannot be had; the text says what is there."""


def existing_folder(path: Path, say: Callable[[str], None]) -> Path:
    """The folder or zip file; every near miss in it is said.

    Raises
    ------
    SelectionError
        It is neither.
    MadnessError
        As `lake.contents.contents` does.
    """
    if not path.exists():
        raise SelectionError(f"{path} is not a folder. Give --data a folder of Kaggle's CSV files, or their zip.")
    for remark in contents(path).remarks:
        say(remark)
    return path


def parse_leagues(text: str) -> tuple[League, ...]:
    """Read `M`, `W` or `M,W`.

    >>> parse_leagues("w, M")
    (<League.MEN: 'M'>, <League.WOMEN: 'W'>)
    """
    wanted = [part.strip().upper() for part in text.split(",")]
    unknown = [part for part in wanted if part not in {*League}]
    if unknown:
        raise SelectionError(f"unknown league {unknown[0]!r}; allowed: M (men), W (women), or M,W")
    return tuple(league for league in League if league in wanted)


def parse_seasons(text: str) -> tuple[int, ...] | None:
    """Read `2024`, `2022-2024`, `2011,2013-2015`; None for `all`.

    >>> parse_seasons("2011,2013-2015")
    (2011, 2013, 2014, 2015)
    """
    if text.strip().lower() == ALL:
        return None
    seasons: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", part)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise SelectionError(
                f"seasons {text!r}; allowed: a year, a range such as 2022-2024, a list of both, or all"
            )
        seasons.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(seasons))


def choose_seasons(folder: Path, leagues: Iterable[League], text: str | None) -> tuple[int, ...]:
    """The seasons asked for; without a wish the last three that the folder has.

    Raises
    ------
    SelectionError
        The folder does not have a season that was asked for.
    """
    present = seasons_in(folder, leagues)
    if not present:
        raise SelectionError(f"{folder} has no results of {', '.join(leagues)}.")
    if text is None:
        return tuple(present[-DEFAULT_SEASONS:])
    wanted = parse_seasons(text)
    if wanted is None:
        return tuple(present)
    missing = [season for season in wanted if season not in present]
    if missing:
        raise SelectionError(f"{folder} has no season {missing[0]}; it has {_ranges(present)}.")
    return wanted


def uploads(
    folder: Path,
    leagues: Collection[League],
    seasons: Collection[int],
    say: Callable[[str], None] = lambda text: None,
) -> list[Upload]:
    """The files of a folder that concern some leagues, cut to some seasons; those left empty are left out.

    Players' files go whole: what a player did before is of use in the seasons asked for.
    Play-by-play has a file a season, which goes as it lies there; those of other seasons are left out and said.
    """
    found: list[Upload] = []
    left_out: list[EventsName] = []
    for file in contents(folder).files:
        name = parse(file.name)
        if name.league is not None and name.league not in leagues:
            continue
        if isinstance(name, WholeName):
            body = file.read_bytes() if name.dataset in OF_SEASONS else filtered(file, seasons)
            if body:
                found.append(Upload(name.key, body))
        elif name.season in seasons:
            found.append(Upload(name.key, file))
        else:
            left_out.append(name)
    if left_out:
        say(_left_out(left_out, seasons))
    return found


def _left_out(names: Collection[EventsName], seasons: Collection[int]) -> str:
    is_one = len({name.season for name in names}) == 1
    return (
        f"{', '.join(name.file for name in names)} {'is' if len(names) == 1 else 'are'} left out: "
        f"season{'' if is_one else 's'} {_ranges({name.season for name in names})} {'is' if is_one else 'are'} none of "
        f"those asked for, {_ranges(seasons)} (--seasons)"
    )


def _ranges(seasons: Iterable[int]) -> str:
    ordered = sorted(seasons)
    starts = [s for s in ordered if s - 1 not in ordered]
    ends = [s for s in ordered if s + 1 not in ordered]
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True))
