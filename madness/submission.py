"""How good submissions to Kaggle would have been: every season from models that earlier seasons gave.

folder -> games -> what was known on the evening of a day of each season -+
                -> for each season a model trained on earlier ones -------+-> all pairs -> the games that count
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hoops import knowledge
from hoops.evaluation.kaggle import Contest, contests, evenings, games_that_count
from hoops.forecast.model import Model
from hoops.forecast.pairs import all_pairs, by_strength
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import defaults
from lake.folder import Folder
from madness.backtest import ModelName, walk_forward
from ml_jobs.read import LeagueGames
from operate.submission import game_day

if TYPE_CHECKING:
    from madness.console import Voice


def score(folder: Folder, seasons: Collection[int], model: ModelName, as_of: int, voice: Voice) -> list[Contest]:
    """Forecast the tournaments of some seasons from the evening of a day, on neutral ground; and what came of them.

    Raises
    ------
    MadnessError
        Training is not possible here, or there are no seeds to tell which games count.
    """
    # Before the long work, so that what is missing is said at once.
    counted = {
        league: games_that_count(_of_seasons(files.games, seasons), files.seeds)
        for league, files in folder.leagues.items()
    }
    return [one for league, games in counted.items() for one in _of_league(folder, league, games, model, as_of, voice)]


def _of_league(
    folder: Folder, league: League, counted: Results, model: ModelName, as_of: int, voice: Voice
) -> list[Contest]:
    read, parameters, pairs = LeagueGames.of(folder, league), defaults(league), {}
    with ExitStack() as waiting:
        progress = waiting.enter_context(voice.task(f"{league.label.lower()}'s games taken in"))
        known = evenings(read.games, parameters, set(counted.season.tolist()), as_of, progress, read.squads)
        for season, trained in _models(league, read, tuple(known), model, voice, waiting):
            before = knowledge.advance(known[season], season, game_day(as_of), parameters)
            games = counted.rows(counted.season == season)
            teams = np.concatenate([games.team1, games.team2])
            pairs[season] = all_pairs(before, teams, trained) if trained else by_strength(before, teams, parameters)
    return contests(league, pairs, counted)


def _models(
    league: League, read: LeagueGames, seasons: tuple[int, ...], model: ModelName, voice: Voice, waiting: ExitStack
) -> Iterable[tuple[int, Model | None]]:
    """The model of each season, trained on earlier ones; None for the state-space model alone."""
    if model is ModelName.STATESPACE:
        return [(season, None) for season in seasons]
    full = walk_forward(league, read, (), voice, waiting)
    return full.models(full.described(read.games, seasons, read.squads), seasons)


def _of_seasons(games: pa.Table, seasons: Collection[int]) -> Results:
    return Results.of(games.filter(pc.is_in(games["season"], pa.array(sorted(seasons), pa.int16()))))
