"""The file contract as Markdown tables, for `docs/file-contract.md`: one section a dataset, made from its spec."""

from __future__ import annotations

from collections.abc import Iterable

from hoops.contract.columns import (
    DATASETS,
    FIXTURES_FOLDER,
    PLAYERS_FOLDER,
    RESULTS,
    RETRACTIONS_FOLDER,
    Column,
    Dataset,
)
from hoops.contract.events import EVENTS


def tables() -> str:
    """Markdown: for every dataset its name, what replaces what, and a table of its columns.

    The columns of a detailed file's box scores are the same in all kinds of results; they are listed once.
    """
    compact, detailed = DATASETS["RegularSeasonCompactResults"], DATASETS["RegularSeasonDetailedResults"]
    secondary = DATASETS["SecondaryTourneyCompactResults"]
    sections = [
        "### Results, compact\n\n"
        f"`{RESULTS}/{{M|W}}{{RegularSeason|NCAATourney|SecondaryTourney}}CompactResults[_TIMESTAMP].csv[.gz]`: "
        f"{_list(DATASETS[name].description for name in DATASETS if name.endswith('CompactResults'))}.\n",
        _table([*compact.columns, *(c for c in secondary.columns if c not in compact.columns)]),
        "\n### Results with box scores\n\n"
        f"`{RESULTS}/{{M|W}}{{RegularSeason|NCAATourney|SecondaryTourney}}DetailedResults[_TIMESTAMP].csv[.gz]`: "
        "the columns above and these.\n",
        _table([c for c in detailed.columns if c not in compact.columns]),
    ]
    for dataset in (*DATASETS.values(), EVENTS):
        if dataset.folder != RESULTS:
            sections += [f"\n### {dataset.name}\n\n{_about(dataset)}\n", _table(dataset.columns)]
    return "\n".join(sections)


def _about(dataset: Dataset) -> str:
    league = "{M|W}" if dataset.by_league else ""
    season = "{Season}" if dataset.by_season else ""
    text = f"`{dataset.folder}/{league}{dataset.name}{season}[_TIMESTAMP].csv[.gz]`: {dataset.description}. "
    if dataset.folder == RETRACTIONS_FOLDER:
        return text + "Takes back what older files said of the games it names."
    if dataset.folder == FIXTURES_FOLDER:
        return text + "A newer file replaces all older fixtures of each season it names."
    if dataset.name == "PlayerGames":
        return text + "A newer file replaces all older rows of each team that it names, on each day."
    if dataset.folder == PLAYERS_FOLDER:
        return text + "A newer file replaces all older rows of each team that it names, in each season."
    if dataset.by_season:
        return text + "A newer file replaces the older one of its season whole."
    if dataset.unit is None:
        return text + "A newer file replaces the older one whole."
    titles = {column.name: column.title for column in dataset.columns}
    return text + f"A newer file replaces all older rows of each {titles[dataset.unit]} it names."


def _table(columns: Iterable[Column]) -> str:
    rows = ["| column | meaning | allowed |", "| --- | --- | --- |"]
    for column in columns:
        optional = "" if column.required else " (optional)"
        allowed = column.allowed(None).replace("|", "\\|")
        rows.append(f"| `{column.title}`{optional} | {column.description} | {allowed} |")
    return "\n".join(rows)


def _list(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{'; '.join(most)}; {last}"
