"""What must be published, computed without any of the pipeline: read all files, merge, fold in order, encode."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

import pyarrow as pa

from hoops import contract, tables
from hoops.brackets.tree import BadBracket, field_of
from hoops.contract import merge
from hoops.contract.merge import ReferenceStatement, Statement
from hoops.contract.reader import Accepted
from hoops.forecast.fold import Day, FoldedDay, days_of, fold
from hoops.forecast.model import Model, shipped, shipped_report
from hoops.games.leagues import SELECTION_SUNDAY, League
from hoops.games.moment import Moment
from hoops.games.reference import Reference
from hoops.knowledge import Knowledge
from hoops.players import Squads
from hoops.schemas import PUBLISHED
from hoops.selection.projection import projection
from lake import parquet
from lake.published import table_key

InCharge = Callable[[Moment], Model]


def published_bytes(league: League, files: Mapping[str, bytes], in_charge: InCharge | None = None) -> dict[str, bytes]:
    """Parquet bytes by key of every table but `upcoming`, from uploaded files given oldest first.

    in_charge: who forecasts a day; by default the model that ships, because nobody has decided anything. Of decisions
    nothing is known here: with them there is no table of models.
    """
    read = [contract.read(contract.parse(key), body) for key, body in files.items()]
    mine = [(f"{place:06d}", one) for place, one in enumerate(read) if one.name.league in (league, None)]
    games = merge.merge(
        [_statement(version, one) for version, one in mine if one.name.folder in ("results", "retractions")]
    )
    listed = merge.open_fixtures(
        [_statement(version, one) for version, one in mine if one.name.folder in ("fixtures", "retractions")]
    )
    made = league_tables(
        league, games, _reference(mine), in_charge or (lambda day: shipped(league)), listed, _players(mine)
    )
    if in_charge is None:
        made[table_key("models", league)] = tables.models([_shipped(league)])
    return {key: parquet.encode(table, PUBLISHED[key.split("/")[0]].schema) for key, table in made.items()}


def _shipped(league: League) -> tables.ModelSummary:
    model, test = shipped(league), shipped_report(league)["test"]
    reason = "it ships with the program, and was in charge before the first decision"
    return tables.ModelSummary(
        model.id, "in charge", True, model.trained_through, "", {"all": test["pooled"]["all"][test["model"]]},
        tables.Decided("shipped", None, "", "", reason, None),
    )  # fmt: skip


def by_log(log: bytes, league: League, models: Iterable[Model]) -> InCharge:
    """Who forecasts a day by the words of a log, in the engine of its newest decision: the newest that applies."""
    known = {model.id: model for model in models}
    decided = [one for one in json.loads(log)["leagues"][league]["decisions"] if one["action"] != "kept"]
    mine = [one for one in decided if one["constants"] == decided[-1]["constants"]]

    def in_charge(moment: Moment) -> Model:
        applies = [one for one in mine if one["effective_from"] is None or tuple(one["effective_from"]) <= moment]
        return known[(applies[-1] if applies else mine[0])["id"]]

    return in_charge


def league_tables(
    league: League,
    games: pa.Table,
    reference: Reference,
    in_charge: InCharge,
    fixtures: pa.Table | None = None,
    players: Mapping[str, pa.Table] | None = None,
) -> dict[str, pa.Table]:
    squads = None if players is None else Squads.of(*players.values())
    folded = [*_folded(games, in_charge, squads)]
    newest = folded[-1][0].season if folded else None
    made, summaries = {}, []
    for season, group in groupby(folded, key=lambda pair: pair[0].season):
        days = [day for _, day in group]
        rows = tables.SeasonRows(
            season, pa.concat_tables([d.predicted for d in days]), pa.concat_tables([d.rated for d in days]),
            days[-1].known.absences, _names(players or {}, season),
        )  # fmt: skip
        field = field_of(reference.tables, league, season)
        if field is not None:
            selected = [day.known for day in days if (day.known.day or 0) <= SELECTION_SUNDAY][-1]
            of_bracket = tables.bracket_tables(
                field, selected, rows.predicted, in_charge, reference, is_newest=season == newest
            )
            made |= {table_key(name, league, season): table for name, table in of_bracket.items()}
        elif season == newest and (days[-1].known.day or 0) <= SELECTION_SUNDAY:
            of_evening = _projected(league, days[-1].known, games, reference, fixtures, in_charge)
            made |= {table_key(name, league, season): table for name, table in of_evening.items()}
        summaries.append(tables.summary(season, rows.predicted))
        for name, table in tables.season_tables(rows, reference).items():
            made[table_key(name, league, season)] = table
    for season, known in _before_rosters(folded, squads):
        of_rosters = tables.roster_tables(
            known, season, squads or Squads.empty(), reference, in_charge((season, 0)).parameters
        )
        made |= {table_key(name, league, season): table for name, table in of_rosters.items()}
    made[table_key("teams", league)] = tables.teams(summaries, reference)
    made[table_key("seasons", league)] = tables.seasons(summaries, reference)
    return made


def _names(players: Mapping[str, pa.Table], season: int) -> dict[int, str]:
    """By the ids of the files, the last name that a season and the one before it have of a player.

    A roster is told when its season begins, totals when it is over.
    """
    told = [
        (row["season"] + over, row["team_id"], row["player_id"], row["player_name"])
        for dataset, over in (("Rosters", 0.0), ("PlayerSeasons", 0.5))
        if dataset in players
        for row in players[dataset].to_pylist()
        if row["season"] in (season - 1, season) and row["player_name"]
    ]
    return {player: name for _, _, player, name in sorted(told)}


def _folded(games: pa.Table, in_charge: InCharge, squads: Squads | None) -> Iterator[tuple[Day, FoldedDay]]:
    known = None
    for day in days_of(games):
        model = in_charge(day.timestamp)
        (folded,) = fold([day], model, known, squads)
        known = folded.known
        yield day, folded


def _before_rosters(folded: Iterable[tuple[Day, FoldedDay]], squads: Squads | None) -> Iterator[tuple[int, Knowledge]]:
    """Seasons with a roster whose players' last season is told, and what was known when the games before were over."""
    if squads is None:
        return
    told = set(squads.seasons["season"].to_pylist())
    ends = {day.season: one.known for day, one in folded}
    for season in sorted(set(squads.rosters["season"].to_pylist())):
        before = [one for one in ends if one < season]
        if before and season - 1 in told and season <= max(ends) + 1:
            yield season, ends[max(before)]


def _projected(
    league: League,
    known: Knowledge,
    games: pa.Table,
    reference: Reference,
    fixtures: pa.Table | None,
    in_charge: InCharge,
) -> dict[str, pa.Table]:
    season, day = known.now
    try:
        found = projection(league, season, day, games, reference.tables, fixtures, known, in_charge((season, day + 1)))
    except BadBracket:
        return {
            name: PUBLISHED[name].schema.empty_table() for name in ("projected_field", "conference_odds", "game_worth")
        }
    return tables.projection_tables(found, reference)


def _players(read: Iterable[tuple[str, Accepted]]) -> dict[str, pa.Table]:
    """Rows of players' files that hold, with the ids of the files, in the order that `Squads.of` takes them in."""
    said: dict[str, list[ReferenceStatement]] = {"PlayerSeasons": [], "Rosters": [], "PlayerGames": []}
    for version, one in read:
        if one.name.folder == "players":
            said[one.name.dataset].append(ReferenceStatement(version, version, one.table))
    return {name: merge.merge_players(name, of) for name, of in said.items()}


def _statement(version: str, one: Accepted) -> Statement:
    if one.name.folder == "retractions":
        return Statement(version, version, retractions=one.table)
    return Statement(version, version, games=one.table)


def _reference(read: Iterable[tuple[str, Accepted]]) -> Reference:
    datasets: dict[str, list[ReferenceStatement]] = {}
    for version, one in read:
        if one.name.folder == "reference":
            datasets.setdefault(one.name.dataset, []).append(ReferenceStatement(version, version, one.table))
    return Reference({name: merge.merge_reference(name, statements) for name, statements in datasets.items()})
