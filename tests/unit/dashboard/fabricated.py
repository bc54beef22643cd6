"""A made-up dashboard bucket: the tables of `hoops.schemas.PUBLISHED` for two leagues and three seasons.

Teams have a latent strength; outcomes are drawn from it and forecasts from a noisy reading of it, so that charts look
as they do on real data. The last season stops before Selection Sunday and has games to come.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from hoops.evaluation import drift
from hoops.games.leagues import Kind, League
from hoops.games.reference import Reference
from hoops.schemas import BOX_COLUMNS, PUBLISHED
from lake.parquet import decode, encode
from lake.store import Store
from tests import fabricated_brackets, fabricated_plays
from tests.memory_store import MemoryStore

SEASONS = (2022, 2023, 2024)
STOPS_AT = 100
MARGIN_SD = 11.0
PUBLISHED_AT = datetime(2024, 2, 15, 6, 3, tzinfo=UTC)
__all__ = ("bucket", "decode", "encode", "publish")
_FIRST = (
    "North",
    "South",
    "East",
    "West",
    "Upper",
    "Lower",
    "Old",
    "New",
    "Fort",
    "Lake",
    "Mount",
    "Port",
    "Glen",
    "Iron",
)
_SECOND = ("Haven", "Ridge", "Field", "Ford", "Brook", "Dale", "Harbor", "Mill", "Crest", "Vale", "Shore", "Falls")
_LAST = ("", " State", " Tech", " A&M")
_CONFERENCES = ("Atlas", "Big Lake", "Coastal", "Delta", "Evergreen", "Frontier", "Great Plains", "Highland")
_CITIES = ("Cedar Falls, IA", "Newport, RI", "Boone, NC", "Provo, UT", None)


def bucket(
    leagues: Iterable[League] = tuple(League),
    seasons: Sequence[int] = SEASONS,
    teams: int = 64,
    *,
    named: bool = True,
    dated: bool = True,
    seeded: bool = True,
    boxed: bool = True,
    generation: int = 17,
    without_tournament: Iterable[int] = (),
    stops_at: int | None = STOPS_AT,
    decided: bool = True,
    plays_of: int = 0,
    placed: bool = True,
    brackets: bool = False,
    rosters: bool = False,
    absences: bool = False,
) -> MemoryStore:
    """A bucket with everything published. `stops_at`: the day on which the last season stops (None: it is complete).
    `decided`: there is a table of models. `plays_of`: how many of the last season's days have play-by-play, the newest
    ones. `placed`: shots have places and areas. `brackets`: there are the tables of brackets.
    `rosters`: there are those of who is back, of the last season and the one to come. `absences`: players' games tell
    who is out of the last two seasons' teams, by turns nobody, one, six; of every fourth team nothing."""
    store = MemoryStore("fabricated", clock=lambda: PUBLISHED_AT)
    for league in leagues:
        made = _League(league, teams, named=named, dated=dated, seeded=seeded, boxed=boxed)
        for season in seasons:
            stop = stops_at if season == seasons[-1] else None
            made.play(season, stop, tournament=stop is None and season not in without_tournament)
            if brackets:
                made.draw(season, stop, own=season == seasons[-1])
        if decided:
            made.decide()
        if rosters:
            for season in (seasons[-1], seasons[-1] + 1):
                made.roster(season)
        if absences:
            for season in seasons[-2:]:
                made.miss(season)
        tables: dict[str, pa.Table | bytes] = {**made.tables(), **made.brackets}
        if plays_of:
            tables |= made.play_tables(seasons[-1], plays_of, placed=placed)
        publish(store, league, tables, seasons, generation)
    return store


def publish(
    store: Store, league: League, tables: Mapping[str, pa.Table | bytes], seasons: Sequence[int], generation: int
) -> None:
    """Write the tables, or the files of them, then the manifest that names them, as the pipeline does."""
    entries = {}
    for key, table in tables.items():
        body = table if isinstance(table, bytes) else encode(table, PUBLISHED[key.split("/")[0]].schema)
        rows = decode(table).num_rows if isinstance(table, bytes) else table.num_rows
        entries[key] = {"etag": store.put(key, body), "inputs": "fabricated", "rows": rows}
    last = tables.get(f"forecasts/league={league}/season={seasons[-1]}/part.parquet")
    days = last["day"].to_pylist() if isinstance(last, pa.Table) else []
    manifest = {
        "league": str(league), "generation": generation, "engine": "fabricated", "reference": "",
        "model": "full-fabricated", "season": seasons[-1], "day": max(days, default=None),
        "published_at": PUBLISHED_AT.isoformat().replace("+00:00", "Z"), "seasons": list(seasons), "tables": entries,
    }  # fmt: skip
    store.put(f"manifest/league={league}.json", json.dumps(manifest).encode())


def _names(rng: np.random.Generator, count: int) -> list[str]:
    every = [f"{a} {b}{c}" for a in _FIRST for b in _SECOND for c in _LAST]
    return [every[i] for i in sorted(rng.choice(len(every), count, replace=False))]


class _League:
    """Plays seasons and keeps the rows of every table."""

    def __init__(self, league: League, teams: int, *, named: bool, dated: bool, seeded: bool, boxed: bool) -> None:
        self.league, self.dated, self.seeded, self.named, self.boxed = league, dated, seeded, named, boxed
        self.rng = np.random.default_rng(7 if league is League.MEN else 8)
        base = league.team_ids.start + 101
        self.ids = [base + i for i in range(teams)]
        names = _names(self.rng, teams)
        self.names = {t: names[i] if named else f"Team {t}" for i, t in enumerate(self.ids)}
        self.conference = {t: _CONFERENCES[i % len(_CONFERENCES)] for i, t in enumerate(self.ids)}
        self.strength = dict(zip(self.ids, self.rng.normal(0, 9, teams), strict=True))
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.brackets: dict[str, pa.Table] = {}

    def date(self, season: int, day: int) -> date | None:
        return date(season - 1, 11, 6) + timedelta(days=day) if self.dated else None

    def play(self, season: int, stop: int | None, *, tournament: bool) -> None:
        for team in self.ids:
            self.strength[team] = 0.8 * self.strength[team] + self.rng.normal(0, 4)
        record = {t: defaultdict(int) for t in self.ids}
        won: dict[int, int] = defaultdict(int)
        last = 132 if stop is None else stop
        for day in range(0, 133, 2):
            order = self.rng.permutation(self.ids)
            pairs = [(int(a), int(b)) for a, b in zip(order[::2], order[1::2], strict=False)]
            for a, b in pairs[: max(2, int(len(pairs) * self.rng.uniform(0.3, 1)))]:
                site = int(self.rng.choice([1, -1, 0], p=[0.45, 0.45, 0.1]))
                if day <= last:
                    self._game(season, day, Kind.REGULAR, a, b, site, record)
                else:
                    self._fixture(season, day, a, b, site)
            if day <= last:
                self._rate(season, day)
        if tournament:
            self._tournament(season, record, won)
        self._close(season, record)

    def draw(self, season: int, stop: int | None, *, own: bool) -> None:
        """The tables of the season's bracket, or those of the time before it."""
        teams, games = self.rows[f"tournaments/{season}"], self.rows[f"forecasts/{season}"]
        made: dict[str, pa.Table] = {}
        if teams:
            made = fabricated_brackets.of_tournament(
                self.league, season, teams, games, self.strength, MARGIN_SD, own=own, day_zero=self.date(season, 0)
            )
        elif stop is not None:
            made = fabricated_brackets.before_selection(stop, self.names, self.conference)
        self.brackets |= {
            f"{name}/league={self.league}/season={season}/part.parquet": table for name, table in made.items()
        }

    def _forecast(self, season: int, day: int, t1: int, t2: int, site: int) -> dict[str, Any]:
        margin = self.strength[t1] - self.strength[t2] + 3.2 * site + self.rng.normal(0, 2)
        probability = 0.5 * (1 + math.erf(margin / MARGIN_SD / math.sqrt(2)))
        return {
            "day": day, "date": self.date(season, day), "team1_id": t1, "team1_name": self.names[t1], "team2_id": t2,
            "team2_name": self.names[t2], "site": site, "team1_probability": probability, "team1_margin": margin,
            "margin_sd": MARGIN_SD, "model_id": "statespace-1", "known_through_season": season,
            "known_through_day": max(day - 1, 0), "out_of_sample": season > SEASONS[0] or day > 20,
            "issued_at": None, "issued_probability": None, "issued_model_id": None,
        }  # fmt: skip

    def _fixture(self, season: int, day: int, a: int, b: int, site: int) -> None:
        t1, t2, site = (a, b, site) if a < b else (b, a, -site)
        row = self._forecast(season, day, t1, t2, site) | {"city": None}
        row |= {
            "issued_at": PUBLISHED_AT,
            "issued_probability": row["team1_probability"],
            "issued_model_id": "statespace-1",
        }
        self.rows[f"upcoming/{season}"].append(row)

    def _game(self, season: int, day: int, kind: Kind, a: int, b: int, site: int, record: dict) -> int:
        t1, t2, site = (a, b, site) if a < b else (b, a, -site)
        row = self._forecast(season, day, t1, t2, site) | {"kind": str(kind)}
        if day % 10 == 0:  # these were fixtures before they were played
            row |= {
                "issued_at": PUBLISHED_AT,
                "issued_model_id": "statespace-1",
                "issued_probability": min(max(row["team1_probability"] + self.rng.normal(0, 0.02), 0.01), 0.99),
            }
        margin = round(self.strength[t1] - self.strength[t2] + 3.2 * site + self.rng.normal(0, MARGIN_SD)) or 1
        total = int(self.rng.normal(142 if self.league is League.MEN else 130, 14))
        s1 = max((total + margin) // 2, 30)
        s2 = s1 - margin
        overtime = int(abs(margin) < 6 and self.rng.random() < 0.2)
        outcome = {"team1_score": s1, "team2_score": s2}
        self.rows[f"forecasts/{season}"].append(row | outcome | {"team1_won": s1 > s2})
        box = {f"team{side}_{c}": int(self.rng.integers(5, 30)) for side in (1, 2) for c in BOX_COLUMNS}
        winner = t1 if s1 > s2 else t2
        self.rows[f"results/{season}"].append(
            {k: row[k] for k in ("day", "date", "kind", "team1_id", "team1_name", "team2_id", "team2_name", "site")}
            | outcome | box
            | {"num_ot": overtime, "tournament": None, "winner_id": winner,
               "city": _CITIES[int(self.rng.integers(len(_CITIES)))]}
        )  # fmt: skip
        for team, own, other, at in ((t1, s1, s2, site), (t2, s2, s1, -site)):
            place = {1: "home", 0: "neutral", -1: "away"}[at]
            record[team][f"{place}_{'wins' if own > other else 'losses'}"] += 1
            record[team]["for"] += own
            record[team]["against"] += other
        return winner

    def _rate(self, season: int, day: int) -> None:
        spread = 2.0 + 5.0 * math.exp(-day / 30)
        seen = {t: s + self.rng.normal(0, spread / 4) for t, s in self.strength.items()}
        mean = float(np.mean(list(seen.values())))
        for rank, team in enumerate(sorted(seen, key=lambda t: -seen[t]), 1):
            self.rows[f"ratings/{season}"].append(
                {"day": day, "date": self.date(season, day), "team_id": team, "team_name": self.names[team],
                 "rank": rank, "rating": seen[team] - mean, "rating_sd": spread, **self._adjusted(seen[team] - mean)}
            )  # fmt: skip

    def _adjusted(self, rating: float) -> dict[str, float | None]:
        made = {"offence": 102.0 + 0.7 * rating, "defence": 102.0 - 0.7 * rating, "tempo": 68.0}
        return dict(made) if self.boxed else dict.fromkeys(made)

    def _tournament(self, season: int, record: dict, won: dict[int, int]) -> None:
        field = sorted(self.ids, key=lambda t: -self.strength[t] + self.rng.normal(0, 3))[:64]
        region, wins = {}, dict.fromkeys(field, 0)
        bracket: list[list[int]] = [[] for _ in range(4)]
        for place, team in enumerate(field):
            region[team] = (place % 4, place // 4 + 1)
            bracket[place % 4].append(team)
        order = (0, 15, 7, 8, 4, 11, 3, 12, 5, 10, 2, 13, 6, 9, 1, 14)
        alive = [quarter[i] for quarter in bracket for i in order if i < len(quarter)]
        alive = alive[: 2 ** int(math.log2(len(alive)))]
        for day in (136, 138, 143, 145, 152, 154):
            if len(alive) < 2:
                break
            alive = [
                self._game(season, day, Kind.NCAA, a, b, 0, record)
                for a, b in zip(alive[::2], alive[1::2], strict=True)
            ]
            for team in alive:
                wins[team] += 1
            self._rate(season, day)
        for team in field:
            number, seed = region[team]
            self.rows[f"tournaments/{season}"].append(
                {"team_id": team, "team_name": self.names[team],
                 "seed": f"{'WXYZ'[number]}{seed:02d}" if self.seeded else None,
                 "region": ("East", "West", "Midwest", "South")[number] if self.seeded else None,
                 "wins": wins[team], "losses": int(team != alive[0]), "champion": team == alive[0]}
            )  # fmt: skip

    def _close(self, season: int, record: dict) -> None:
        if not self.rows[f"results/{season}"]:
            return
        latest = {r["team_id"]: r for r in self.rows[f"ratings/{season}"]}
        games = self.rows[f"results/{season}"]
        for team in self.ids:
            mine = record[team]
            sites = {f"{p}_{o}": mine[f"{p}_{o}"] for p in ("home", "away", "neutral") for o in ("wins", "losses")}
            played = max(sum(sites.values()), 1)
            self.rows[f"team_records/{season}"].append(
                {"team_id": team, "team_name": self.names[team], "conference": self.conference[team], **sites,
                 "wins": sum(v for k, v in sites.items() if k.endswith("wins")),
                 "losses": sum(v for k, v in sites.items() if k.endswith("losses")),
                 "games_played": sum(sites.values()),
                 "points_for": mine["for"] / played, "points_against": mine["against"] / played,
                 **{k: latest[team][k] for k in ("rank", "rating", "rating_sd", "offence", "defence", "tempo")}}
            )  # fmt: skip
        self._score(season)
        self._watch(season)
        champion = next((r for r in self.rows[f"tournaments/{season}"] if r["champion"]), None)
        self.rows["seasons"].append(
            {"season": season, "day_zero": self.date(season, 0), "first_day": 0, "last_day": games[-1]["day"],
             "games": len(games), "champion_id": champion and champion["team_id"],
             "champion_name": champion and champion["team_name"]}
        )  # fmt: skip
        self.rows["teams"] = [
            {"team_id": t, "team_name": self.names[t], "first_season": SEASONS[0], "last_season": season,
             "conference": self.conference[t]} for t in self.ids
        ]  # fmt: skip

    def _score(self, season: int) -> None:
        counted = [r for r in self.rows[f"forecasts/{season}"] if r["out_of_sample"]]
        for kind in ("all", *Kind):
            rows = [r for r in counted if kind in ("all", r["kind"])]
            if not rows:
                continue
            p = np.clip([r["team1_probability"] for r in rows], 1e-12, 1 - 1e-12)
            y = np.array([r["team1_won"] for r in rows], float)
            error = np.array([r["team1_margin"] - (r["team1_score"] - r["team2_score"]) for r in rows])
            self.rows[f"scores/{season}"].append(
                {"kind": str(kind), "games": len(rows),
                 "log_loss": float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))),
                 "brier": float(np.mean((p - y) ** 2)), "accuracy": float(np.mean((p > 0.5) == (y > 0.5))),
                 "margin_rmse": float(np.sqrt(np.mean(error**2)))}
            )  # fmt: skip

    def _watch(self, season: int) -> None:
        counted = [r for r in self.rows[f"forecasts/{season}"] if r["out_of_sample"]]
        p, won, issued = (
            np.array([r[name] for r in counted]) for name in ("team1_probability", "team1_won", "issued_at")
        )
        days = np.array([r["day"] for r in counted], int)
        for week in drift.weeks(days, np.clip(p, 1e-9, 1 - 1e-9), won, issued != None, newest=int(max(days))):  # noqa: E711
            told = {"last_day": week.last_day, "score": week.score, "counts": week.counts, "drifted": week.has_drifted}
            self.rows[f"drift/{season}"].append(asdict(week) | told)

    def roster(self, season: int) -> None:
        """Seven players who are back, one of each other kind, two who left: one of them for the next team."""
        rng = np.random.default_rng(season)  # of its own: what else is drawn stays as it is
        shifts = rng.normal(0, 2, len(self.ids))
        for place, team in enumerate(self.ids):
            other = self.ids[place - 1]
            kinds = ["back"] * 7 + ["transfer in", "back after a year", "newcomer", "out", "left", "left"]
            expected = 5 * rng.dirichlet(np.linspace(9, 1, 10))
            for at, status in enumerate(kinds):
                here, was = status not in ("out", "left"), status not in ("back after a year", "newcomer")
                origin, goal = (other if one else None for one in (status == "transfer in", at == 12))
                worth = rng.normal(0, 2)
                self.rows[f"rosters/{season}"].append(
                    {"team_id": team, "team_name": self.names[team], "player_id": 100 * team + at,
                     "player_name": f"{_FIRST[at]} {_SECOND[(at + place) % len(_SECOND)]}son",
                     "class": ("Fr", "So", "Jr", "Sr", None)[at % 5], "status": status,
                     "from_day": 60 if status == "out" else None,
                     "from_team_id": origin, "from_team_name": self.names.get(origin),
                     "to_team_id": goal, "to_team_name": self.names.get(goal),
                     "last_share": rng.uniform(0, 0.9) if was else None, "last_worth": worth if was else None,
                     "expected_share": expected[at] if here else None, "expected_worth": worth if here else None,
                     "adds": expected[at] * worth if here else None}
                )  # fmt: skip
            self.rows[f"preseason/{season}"].append(
                {"team_id": team, "team_name": self.names[team], "returning": rng.uniform(0.2, 0.9),
                 "newcomers": 0.1, "talent": self.strength[team], "shift": shifts[place],
                 "rank": 1 + int(np.sum(shifts > shifts[place])), "sd": 2.9}
            )  # fmt: skip

    def miss(self, season: int) -> None:
        """Nobody, one and six are out, and of the fourth team nothing is told.

        The second has forfeited a game; one game of the third is not told of.
        """
        absent = [
            {"player_id": place, "player_name": name, "share": 0.775 - place / 20, "points": 0.1, "missed": missed}
            for place, (name, missed) in enumerate(
                [("Al Short", 3), ("Maximilian-Alexander van der Westhuizen-O'Shaughnessy III", 1), ("Jo Ó Briain", 12),
                 ("D. Hale", 2), ("Christopher-Emmanuel Okonkwo-Adebayo", 7), ("Player 905", 21)]
            )
        ]  # fmt: skip
        out = dict(zip(self.ids, itertools.cycle([[], absent[:1], absent, None]), strict=False))
        for row in self.rows[f"team_records/{season}"]:
            missing = len(out[row["team_id"]] or [])
            row["games_played"] -= missing == 1
            told = {"absent": out[row["team_id"]], "games_told": row["games_played"] - (missing == 6)}
            row |= dict.fromkeys(told) if told["absent"] is None else told
        for row in self.rows[f"upcoming/{season}"]:
            one, other = (len(out[row[f"team{side}_id"]] or []) for side in (1, 2))
            row["absences"] = 0.05 * (other - one) if one or other else None

    def decide(self) -> None:
        """A model in charge, two that were compared with it, one that nobody has decided about."""
        decided = (
            ("full-fabricated", "in charge", "promoted", -0.0021, 0.0011, 0.96),
            ("full-5b1c2f0e9d21", "not used", "kept", 0.0004, 0.0014, 0.38),
            ("full-0d77ab31c4e8", "not used", "kept", 0.0031, 0.0017, 0.03),
            ("full-shipped", "was in charge", "shipped", None, None, None),
            ("full-9e2d71a0b3f4", "candidate", None, None, None, None),
        )  # fmt: skip
        for place, (id, standing, decision, mean, half, better) in enumerate(decided):
            judged = mean is not None
            row = dict.fromkeys(PUBLISHED["models"].schema.names) | {
                "model_id": id, "standing": standing, "ships": decision == "shipped", "decision": decision,
                "trained_through_season": 2024, "trained_through_day": 70 - place,
                "registered_at": PUBLISHED_AT - timedelta(days=place + 1),
                "test_games": 880, "test_log_loss": 0.5210 + place / 1000, "test_brier": 0.18,
            }  # fmt: skip
            if decision:
                row |= {"reason": "it ships with the program"}
            if judged:
                row |= {
                    "decided_at": PUBLISHED_AT - timedelta(days=place), "decided_by": "promote_model",
                    "reason": f"log loss is lower in {better:.0%} of the resamples: 90% are needed",
                    "from_season": 2024 if decision == "promoted" else None,
                    "from_day": 99 if decision == "promoted" else None,
                    "judged_games": 880, "judged_days": 27, "judged_log_loss": 0.52 + mean,
                    "judged_champion_log_loss": 0.52, "judged_low": mean - half, "judged_high": mean + half,
                    "judged_better": better, "judged_brier": 0.18, "judged_champion_brier": 0.181,
                }  # fmt: skip
            self.rows["models"].append(row)

    def play_tables(self, season: int, days: int, *, placed: bool) -> dict[str, bytes]:
        """Files of the tables of play-by-play, whose games are those of the last days."""
        results = self.rows[f"results/{season}"]
        with_plays = sorted({row["day"] for row in results})[-days:]
        games = [row for row in results if row["day"] in with_plays]
        made = fabricated_plays.tables_of(
            self.league, season, games, self.rows[f"forecasts/{season}"], self.reference(season), placed=placed
        )
        return {f"{name}/league={self.league}/season={season}/part.parquet": body for name, body in made.items()}

    def reference(self, season: int) -> Reference:
        names = pa.table({"team_id": pa.array(self.ids, pa.int32()), "team_name": [self.names[t] for t in self.ids]})
        zero = pa.table(
            {"season": pa.array([season], pa.int16()), "day_zero": pa.array([self.date(season, 0)], pa.date32())}
        )
        return Reference({"Teams": names, "Seasons": zero} if self.dated else {"Teams": names})

    def tables(self) -> dict[str, pa.Table]:
        made = {}
        for name, rows in self.rows.items():
            table, _, season = name.partition("/")
            folder = f"{table}/league={self.league}" + (f"/season={season}" if season else "")
            made[f"{folder}/part.parquet"] = pa.Table.from_pylist(rows, schema=PUBLISHED[table].schema)
        return made
