"""The pipeline's package on Lambda: every function does its work, and the tables are those of the plain fold."""

from __future__ import annotations

import io

import pyarrow.parquet as pq
import pytest

from hoops.games.leagues import League
from hoops.schemas import PLAY_TABLES
from operate.stage import FUNCTIONS
from tests.proof.lambda_runtime import FunctionError
from tests.pure import published_bytes


def test_nothing_is_importable_but_package_layer_and_runtime(pipeline) -> None:
    cell = pipeline["reconcile"].cell
    asked = (
        "import importlib.util as u, pandas, pyarrow, numpy, sys;"
        "print(pandas.__version__, pyarrow.__version__, numpy.__version__, sys.version_info[:2]);"
        "print([n for n in ('pip', 'pytest', 'moto', 'madness', 'dashboard', 'zappa') if u.find_spec(n)]);"
        "import pathlib; print(pathlib.Path('/root').exists(), sorted(p.name for p in pathlib.Path('/').iterdir()))"
    )
    done = cell.run_python(asked)
    versions, found, places = done.stdout.splitlines()
    assert versions == "3.0.2 22.0.0 2.4.4 (3, 12)", done.stderr
    assert found == "[]"
    assert places.startswith("False")


def test_nothing_can_be_written_but_tmp(pipeline) -> None:
    written = (
        "import errno, pathlib\n"
        "for place in ('/', '/var/task', '/opt/python', '/var/lang', '/var/runtime', '/usr', '/etc', '/tmp'):\n"
        "    try:\n        (pathlib.Path(place) / 'x').write_text('x'); print(place)\n"
        "    except OSError as error:\n        assert error.errno in (errno.EROFS, errno.EACCES), error\n"
    )
    done = pipeline["reconcile"].cell.run_python(f"exec({written!r})")
    assert (done.stdout, done.returncode) == ("/tmp\n", 0), done.stderr


def test_every_upload_is_taken(processed) -> None:
    assert processed.rejected == []
    assert processed.waiting > 0


def test_a_lost_event_is_found_by_the_clock(processed) -> None:
    assert processed.lost in processed.files
    assert processed.nudged > 0


def test_what_is_published_is_the_plain_fold(processed) -> None:
    expected = {}
    for league in League:
        expected |= published_bytes(league, processed.files)
    got = {key: body for key, body in processed.tables.items() if not key.startswith("upcoming/")}
    assert got.keys() == expected.keys()
    for key, body in expected.items():
        # Other versions of NumPy and Arrow: the same rows, to 1e-9.
        mine, theirs = (pq.read_table(io.BytesIO(one)) for one in (body, got[key]))
        assert mine.schema.equals(theirs.schema), key
        assert mine.num_rows == theirs.num_rows, key
        for name in mine.column_names:
            left, right = (table[name].to_pylist() for table in (mine, theirs))
            assert left == pytest.approx(right, abs=1e-9, rel=1e-9) if _numbers(left) else left == right, (key, name)


def test_a_worse_model_is_judged_and_kept(processed) -> None:
    judged = pq.read_table(io.BytesIO(processed.judged))
    assert sorted(judged["standing"].to_pylist()) == ["in charge", "not used"]


def test_play_by_play_is_shown(processed) -> None:
    assert processed.plays.keys() == PLAY_TABLES.keys()
    plays, games = (pq.read_table(io.BytesIO(processed.plays[name])) for name in ("plays", "play_games"))
    assert games.num_rows == 20 and sum(games["plays"].to_pylist()) == plays.num_rows


def _numbers(values: list) -> bool:
    return all(isinstance(value, (int, float)) for value in values) and not any(isinstance(v, bool) for v in values)


def test_every_function_has_started_and_stays_within_its_memory(pipeline, processed, capsys) -> None:
    assert pipeline.keys() == set(FUNCTIONS)
    with capsys.disabled():
        for function in pipeline.values():
            print(f"\n{function.report()}", end="")
            assert function.peak < function.memory


def test_an_event_that_cannot_be_served_is_an_error_of_the_function(pipeline) -> None:
    with pytest.raises(FunctionError, match="KeyError"):
        pipeline["accept_results"].invoke({"Records": [{"s3": {}}]})
