"""Watch: are the forecasts still as good as they say, and was every model judged that a training has left?

newest week that counts, of the table `drift` ─► metric Drift ─► drifted, and no model judged that knows it? ─► start
archives of jobs that have no verdict ─► judge
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hoops.games.leagues import League
from hoops.games.moment import Moment, told
from lake.lake import Lake
from lake.published import table_key
from pipeline_app.telemetry import gauge_drift, log

Start = Callable[[League, str], None]
Judge = Callable[[str], None]
# When an archive without a verdict is sent again: AWS's three tries are over after an hour, and whoever was told of
# errors for four weeks, daily, needs not be told more often.
SINCE, UNTIL = timedelta(days=28), timedelta(hours=1)


def watch(lake: Lake, start: Start) -> None:
    """Look at both leagues. start: have a league's training started, for a reason; it may find that none pays.

    What goes wrong with one is raised after the other was looked at.
    """
    drifted, failed = 0, []
    for league in League:
        try:
            drifted += _look(lake, league, start)
        except Exception as error:  # noqa: BLE001 - raised again below
            log.error("failed", watching=f"league {league}", error=repr(error))
            failed.append(error)
    gauge_drift(lake.source.name, drifted)
    if failed:
        raise failed[0]


def send_unjudged(lake: Lake, judge: Judge, now: datetime) -> None:
    """Have the archives judged again whose event was lost, or given up by AWS. judge: have that done for a key."""
    for key in lake.training_jobs.unjudged(now - SINCE, now - UNTIL):
        log.warning("no verdict", key=key, then="it is judged again")
        judge(key)


def _look(lake: Lake, league: League, start: Start) -> bool:
    """Whether a league's newest week that counts has drifted; if so, training is asked for until a model is judged."""
    found = _newest(lake, league)
    if found is None:
        log.info("watched", league=league, week=None, why="no week has enough games that count")
        return False
    season, week = found
    log.info("watched", league=league, season=season, **week)
    if not week["drifted"]:
        return False
    end: Moment = (season, week["last_day"])
    records = lake.training_jobs
    # One that failed is none: it is tried again, as often as `start_training` does.
    if any(records.verdict(one.job) for one in records.launches(league) if one.newest >= end):
        log.warning(
            "drifted", league=league, season=season, day=end[1], then="nothing: a model was judged that knows this week"
        )
        return True
    reason = f"drift in the week to {told(end)}: {_words(week)}"
    log.warning("drifted", league=league, season=season, day=end[1], then="training is started", why=reason)
    start(league, reason)
    return True


def _newest(lake: Lake, league: League) -> tuple[int, dict[str, Any]] | None:
    """The newest week that counts of the newest season that is shown."""
    manifest, _ = lake.published.manifest(league)
    if manifest.season is None:
        return None
    key = table_key("drift", league, manifest.season)
    if key not in manifest.tables:
        return None
    weeks = [week for week in lake.published.read(key).to_pylist() if week["counts"]]
    return (manifest.season, weeks[-1]) if weeks else None


def _words(week: dict[str, Any]) -> str:
    together = "" if week["recent"] is None else f", with the three weeks before {week['recent']:+.1f}"
    return (
        f"log loss {week['log_loss']:.4f} where the forecasts promised {week['promised']:.4f}, on {week['games']:,} "
        f"games: {week['score']:+.1f} standard deviations{together}"
    )
