"""Where a command takes its games from: a folder of files, or a stage."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from madness.commands.reach import clients_of

if TYPE_CHECKING:
    from hoops.games.leagues import League
    from operate.sources import Source


def one_league(text: str) -> League:
    """The league of `--league`, where a command is about one at a time.

    Raises
    ------
    SelectionError
        It is none, or more than one.
    """
    from madness.selection import SelectionError, parse_leagues

    leagues = parse_leagues(text)
    if len(leagues) != 1:
        raise SelectionError("one league at a time: --league M or --league W")
    return leagues[0]


def source_of(league: League, data: Path | None, home: Path, stage: str, say: Callable[[str], None]) -> Source:
    """Of one league, as of `sources_of`."""
    return sources_of((league,), data, home, stage, say)[league]


def sources_of(
    leagues: Collection[League], data: Path | None, home: Path, stage: str, say: Callable[[str], None]
) -> dict[League, Source]:
    """Where the games of each league come from: the folder or zip if one is named, else the stage.

    Raises
    ------
    MadnessError
        The folder is none, or the stage cannot be reached.
    """
    from operate.sources import FolderSource, LakeSource

    if data is not None:
        from madness.selection import existing_folder

        folder = existing_folder(data, say)
        return {league: FolderSource(folder, league) for league in leagues}
    from operate.aws import open_lake
    from operate.stage import load_stage

    names = load_stage(stage)
    lake = open_lake(names, clients_of(names, home))
    return {league: LakeSource(lake, league) for league in leagues}
