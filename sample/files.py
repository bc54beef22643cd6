"""The sample league as files: columns and their order as in Kaggle's, and the side files with the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import count

import numpy as np

from hoops.games.leagues import SELECTION_SUNDAY, Kind, League
from sample.box import BOX_NAMES
from sample.names import CONFERENCES
from sample.players import Players
from sample.plays import FIRST_PLAYER, play_by_play
from sample.schedule import Meetings
from sample.season import Played, Season
from sample.totals import Totals
from sample.world import FIRST_CITY, OUTSIDE, World

FIRST_TEAM = 101  # above the first id of the league's range
LOC = {1: "H", 0: "N", -1: "A"}
COMPACT = ("Season", "DayNum", "WTeamID", "WScore", "LTeamID", "LScore", "WLoc", "NumOT")
DETAILED = (*COMPACT, *(f"{side}{name}" for side in "WL" for name in BOX_NAMES))
REGION_NAMES = ("East", "West", "Midwest", "South")
KIND_NAMES = {Kind.REGULAR: "RegularSeason", Kind.NCAA: "NCAATourney"}


def csv(header: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def day_zero(season: int) -> date:
    """The Monday whose day 132 is Selection Sunday, the Sunday from 11 to 17 March.

    >>> day_zero(2024).isoformat()
    '2023-11-06'
    """
    march = date(season, 3, 11)
    return march + timedelta(days=6 - march.weekday() - SELECTION_SUNDAY)


def with_rows(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the files that hold nothing but a header: the file contract wants a row at least."""
    return {name: data for name, data in files.items() if data.count(b"\n") > 1}


def shared_files(world: World, conferences: int) -> dict[str, bytes]:
    cities = ((FIRST_CITY + i, place, state) for i, (place, state) in enumerate(world.cities))
    names = sorted((abbreviation, name) for abbreviation, name, _ in CONFERENCES[:conferences])
    return {
        "Cities.csv": csv(("CityID", "City", "State"), cities),
        "Conferences.csv": csv(("ConfAbbrev", "Description"), names),
    }


class LeagueFiles:
    """Files of one league."""

    def __init__(self, league: League, world: World, players: Players) -> None:
        self.league, self.world, self.players = league, world, players
        self.first_id = league.team_ids[0] + FIRST_TEAM

    def reference(self, seasons: Sequence[Season]) -> dict[str, bytes]:
        world, first = self.world, self.first_id
        inside = world.membership != OUTSIDE
        teams = []
        for school, name in enumerate(world.schools):
            years = [season for season, there in zip(world.seasons, inside[:, school], strict=True) if there]
            teams.append((first + school, name, years[0], years[-1]))
        # Kaggle's women's file has no years.
        columns = 4 if self.league is League.MEN else 2
        header = ("TeamID", "TeamName", "FirstD1Season", "LastD1Season")[:columns]
        conferences = (
            (season, first + school, CONFERENCES[k][0])
            for season, row in zip(world.seasons, world.membership, strict=True)
            for school, k in enumerate(row.tolist())
            if k != OUTSIDE
        )
        calendar = ((season, day_zero(season).strftime("%m/%d/%Y"), *REGION_NAMES) for season in world.seasons)
        conference_games = (
            (one.season, CONFERENCES[k][0], day, first + winner, first + loser)
            for one in seasons
            for k, day, winner, loser in sorted(
                one.conference_tourney, key=lambda row: (CONFERENCES[row[0]][0], *row[1:])
            )
        )
        seeds = ((one.season, seed, first + team) for one in seasons for seed, team in one.seeds.items())
        slots = (
            (one.season, slot.name, slot.strong, slot.weak)
            for one in seasons
            for slot in sorted(one.slots, key=lambda slot: slot.name)
        )
        team_ids = (first + self.players.school).tolist()
        players = zip(count(FIRST_PLAYER), self.players.last, self.players.first, team_ids, strict=False)
        prefix = self.league.value
        return {
            f"{prefix}Teams.csv": csv(header, (row[:columns] for row in teams)),
            f"{prefix}Seasons.csv": csv(("Season", "DayZero", *(f"Region{r}" for r in "WXYZ")), calendar),
            f"{prefix}TeamConferences.csv": csv(("Season", "TeamID", "ConfAbbrev"), conferences),
            f"{prefix}ConferenceTourneyGames.csv": csv(
                ("Season", "ConfAbbrev", "DayNum", "WTeamID", "LTeamID"), conference_games
            ),
            f"{prefix}NCAATourneySeeds.csv": csv(("Season", "Seed", "TeamID"), seeds),
            f"{prefix}NCAATourneySlots.csv": csv(("Season", "Slot", "StrongSeed", "WeakSeed"), slots),
            f"{prefix}Players.csv": csv(("PlayerID", "LastName", "FirstName", "TeamID"), players),
        }

    def games(self, seasons: Sequence[Season]) -> dict[str, bytes]:
        out, cities = {}, []
        for kind, name in KIND_NAMES.items():
            rows = [row for one in seasons for row in self._result_rows(one.season, one.played[kind])]
            detailed = [row[:-1] for row in rows]
            out[f"{self.league.value}{name}CompactResults.csv"] = csv(
                COMPACT, (row[: len(COMPACT)] for row in detailed)
            )
            out[f"{self.league.value}{name}DetailedResults.csv"] = csv(DETAILED, detailed)
            kind_name = "Regular" if kind is Kind.REGULAR else "NCAA"
            cities += [(row[0], row[1], row[2], row[4], kind_name, row[-1]) for row in rows]
        header = ("Season", "DayNum", "WTeamID", "LTeamID", "CRType", "CityID")
        out[f"{self.league.value}GameCities.csv"] = csv(header, sorted(cities))
        fixtures = (
            (one.season, day, self.first_id + team1, self.first_id + team2, LOC[site], FIRST_CITY + city)
            for one in seasons
            for day, team1, team2, site, city in _rows(one.fixtures)
        )
        header = ("Season", "DayNum", "Team1ID", "Team2ID", "Loc", "CityID")
        out[f"{self.league.value}Fixtures.csv"] = csv(header, fixtures)
        return out

    def plays(self, seed: int, season: Season) -> tuple[dict[str, bytes], Totals]:
        """Play-by-play of a season, its tournaments included, and what its players did."""
        parts = [part for parts in season.played.values() for part in parts]
        number = self.world.seasons.index(season.season)
        data, totals = play_by_play(seed, self.league, season.season, parts, self.players, number, self.first_id)
        return {f"{self.league.value}Events{season.season}.csv": data}, totals

    def _result_rows(self, season: int, parts: Sequence[Played]) -> list[tuple]:
        """Detailed rows with the city at the end, in Kaggle's order: by day, then winner."""
        rows = []
        for played in parts:
            won = played.margin > 0
            loc = [LOC[site] for site in np.where(won, played.meetings.site, -played.meetings.site).tolist()]
            ids = np.stack([played.meetings.team1, played.meetings.team2], axis=1) + self.first_id
            scores = np.stack([played.score1, played.score2], axis=1)
            box = played.box
            ids[~won], scores[~won], box = (
                ids[~won, ::-1],
                scores[~won, ::-1],
                np.where(won[:, None, None], box, box[:, ::-1]),
            )
            columns = zip(
                played.meetings.day.tolist(), ids.tolist(), scores.tolist(), loc, played.num_ot.tolist(),
                box.reshape(len(won), -1).tolist(), played.meetings.city.tolist(), strict=True,
            )  # fmt: skip
            rows += [
                (season, day, winner, high, loser, low, at, num_ot, *stats, FIRST_CITY + city)
                for day, (winner, loser), (high, low), at, num_ot, stats, city in columns
            ]
        return sorted(rows, key=lambda row: (row[1], row[2]))


def _rows(meetings: Meetings) -> Iterable[tuple[int, ...]]:
    columns = (meetings.day, meetings.team1, meetings.team2, meetings.site, meetings.city)
    return zip(*(column.tolist() for column in columns), strict=True)
