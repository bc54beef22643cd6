"""The batched fold forecasts what the state-space model does, for every set of parameters and in any company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from hoops.evaluation.backtest import walk
from hoops.games.leagues import League
from hoops.games.results import Results
from hoops.knowledge.parameters import Parameters, defaults
from tests.unit.hoops.fabricated_games import with_margin, without_box

torch = pytest.importorskip("torch", reason="the batched fold needs torch")

from ml_jobs.batched_fold import CPU_BYTES, BatchedFold  # noqa: E402
from ml_jobs.device import device_for  # noqa: E402

MEN = defaults(League.MEN)
SETS = (
    MEN,
    defaults(League.WOMEN),
    replace(MEN, home=-1.0, home_sd=5.0, home_season_sd=2.0, newcomer=-25.0, newcomer_sd=2.0),
    replace(MEN, own_home_sd=6.0, own_home_carry=0.3, long_run_rate=0.9, carry=0.1, carry_sd=0.5),
    replace(MEN, drift_sd=2.0, noise_sd=5.0, softness=8.0, overtime_share=0.0, scale=1.9),
)
# A league of twelve; what a season leaves out. After 2004, which nobody played, come strangers to the league.
ABSENT = {2001: {10, 11}, 2002: {3, 10, 11}, 2003: {0, 3, 11}, 2005: {1}, 2006: set()}


def some_games(seed: int = 5, absent: dict[int, set[int]] = ABSENT) -> Results:
    """Seasons of 16 days within 60, on each of which one team plays twice; one enters 2002 when all others have."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0.0, 6.0, 12)
    rows = []
    for season, away in absent.items():
        league = [team for team in range(12) if team not in away]
        for day in np.sort(rng.choice(60, 16, replace=False)).tolist():
            late = season == 2002 and day < 40
            teams = rng.permutation([team for team in league if not (late and team == 9)])
            pairs = teams[: len(teams) // 2 * 2].reshape(-1, 2).tolist()
            for i, j in [*pairs, (pairs[0][0], pairs[1][0])]:
                site = 1 if i == pairs[0][0] else int(rng.integers(-1, 2))
                margin = round(rng.normal(strength[i] - strength[j] + 3 * site, 9)) or 1
                sign = 1 if i < j else -1
                rows.append((season, day, min(i, j), max(i, j), sign * site, sign * margin, int(abs(margin) < 4)))
    season, day, team1, team2, site, margin, num_ot = np.array(sorted(rows)).T
    # Ids that fall as places rise, so that the order of entry is not the order of ids.
    return without_box(season, day, "regular", 1300 - team1, 1300 - team2, site, margin, num_ot)


def served(raw: np.ndarray, parameters: Parameters) -> np.ndarray:
    return ndtr(np.clip(parameters.scale * raw, -6.0, 6.0))


@pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"))],
)
def test_every_set_forecasts_what_the_model_forecasts(device):
    games = some_games()
    assert {-1, 0, 1} == set(games.site.tolist())
    assert 0 < np.count_nonzero(games.num_ot) < len(games)
    raw = BatchedFold(games, device)(SETS)
    assert raw.shape == (len(SETS), len(games))
    for parameters, one in zip(SETS, raw, strict=True):
        np.testing.assert_allclose(served(one, parameters), walk(games, parameters).probability, rtol=0, atol=1e-9)


def test_forecasts_agree_before_they_are_clipped():
    games = some_games()
    games = with_margin(games, 10.0 * games.margin)
    # Sure forecasts, of a scale so small that none of them reaches the clip.
    sets = [replace(one, noise_sd=8.0, softness=400.0, scale=0.05) for one in SETS]
    raw = BatchedFold(games)(sets)
    assert np.abs(raw).max() > 6.0
    for parameters, one in zip(sets, raw, strict=True):
        expected = torch.special.ndtri(torch.tensor(walk(games, parameters).probability)).numpy()
        np.testing.assert_allclose(0.05 * one, expected, rtol=0, atol=1e-12)


def test_teams_of_a_first_season_are_average_as_is_one_that_enters_when_all_others_have_played():
    first = some_games()
    first = first.rows(first.season <= 2001)
    late = some_games(absent={2001: {9, 10, 11}, 2002: {10, 11}, 2003: set()})
    for games in (first, late):
        for parameters, one in zip(SETS, BatchedFold(games)(SETS), strict=True):
            np.testing.assert_allclose(served(one, parameters), walk(games, parameters).probability, rtol=0, atol=1e-9)


def test_the_company_of_a_set_does_not_matter():
    games = some_games()
    together = BatchedFold(games, chunk=len(SETS))(SETS)
    apart = np.vstack([BatchedFold(games)([one]) for one in SETS])
    turned = BatchedFold(games, chunk=2)(SETS[::-1])[::-1]
    np.testing.assert_allclose(together, apart, rtol=0, atol=1e-9)
    np.testing.assert_allclose(together, turned, rtol=0, atol=1e-9)


def test_a_set_that_breaks_down_gives_nan_and_harms_no_other():
    games = some_games()
    certain = replace(MEN, home_sd=0.0, own_home_sd=0.0, newcomer_sd=0.0, noise_sd=0.0, drift_sd=0.0)
    undefined = replace(MEN, softness=float("nan"))
    good, no_noise, not_a_number, other = BatchedFold(games, chunk=4)([MEN, certain, undefined, SETS[1]])
    assert np.isnan(no_noise).all() and np.isnan(not_a_number).any()
    np.testing.assert_allclose(np.vstack([good, other]), BatchedFold(games)(SETS[:2]), rtol=0, atol=1e-9)


def test_a_chunk_that_does_not_fit_into_memory_is_halved(caplog):
    class Small(BatchedFold):
        def _fold(self, sets):
            if len(sets) > 2:
                raise torch.OutOfMemoryError
            return super()._fold(sets)

    games = some_games()
    np.testing.assert_allclose(Small(games, chunk=5)(SETS), BatchedFold(games)(SETS), rtol=0, atol=1e-9)
    assert "too little memory for 5 sets at once: trying 2" in caplog.text


def test_what_a_device_cannot_do_is_done_on_the_cpu(caplog):
    games = some_games()
    fold = BatchedFold(games, "meta")  # torch's device that keeps shapes and no numbers
    np.testing.assert_array_equal(fold(SETS), BatchedFold(games)(SETS))
    assert fold.device.type == "cpu"
    assert "going on with the CPU" in caplog.text


def test_a_chunk_stays_within_the_cache():
    fold = BatchedFold(some_games())
    assert fold.chunk * 8 * 13**2 <= CPU_BYTES < (fold.chunk + 1) * 8 * 13**2


def test_no_games_and_no_sets():
    games = some_games()
    assert BatchedFold(games.rows(games.season >= 2100))(SETS).shape == (len(SETS), 0)
    assert BatchedFold(games)([]).shape == (0, len(games))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_the_cpu_is_taken_and_the_log_says_so(caplog, monkeypatch):
    caplog.set_level("INFO")
    assert device_for("auto") == device_for("cpu") == "cpu"
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]
    assert device_for("cuda") == "cpu"
    assert caplog.records[-1].levelname == "WARNING" and "there is none" in caplog.text
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # as with a GPU too old for this build of torch
    assert device_for("auto") == "cpu"
    assert caplog.records[-1].levelname == "WARNING" and "does not work" in caplog.text
