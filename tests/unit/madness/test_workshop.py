"""What goes into a clean copy, where Zappa may package from, and what is said where Python 3.12 is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from madness.deploy import packages, workshop
from madness.deploy.workshop import WorkshopError
from operate.stage import PYTHON, project_root

ROOT = project_root()


def project(root: Path) -> Path:
    (root / "pyproject.toml").write_text('[tool.setuptools.package-data]\n"hoops.forecast" = ["scorers/*"]\n')
    for file in ("hoops/__init__.py", "hoops/errors.py", "hoops/forecast/__init__.py", "hoops/forecast/scorers/M.npz"):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def test_modules_and_declared_data_are_copied(tmp_path: Path) -> None:
    places = [str(place) for place, _ in workshop.modules("hoops", project(tmp_path))]
    assert places == [
        "hoops/__init__.py",
        "hoops/errors.py",
        "hoops/forecast/__init__.py",
        "hoops/forecast/scorers/M.npz",
    ]


@pytest.mark.parametrize(
    "junk",
    [
        "hoops/__pycache__/errors.cpython-311.pyc",
        "hoops/errors.py.orig",
        "hoops/forecast/old.npz",
        "hoops/build/lib/hoops/__init__.py",
        "hoops/.venv/lib/python3.12/site-packages/six/__init__.py",
        "hoops/hoops.egg-info/PKG-INFO",
    ],
)
def test_what_lies_beside_them_is_not(tmp_path: Path, junk: str) -> None:
    before = list(workshop.modules("hoops", project(tmp_path)))
    (tmp_path / junk).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / junk).touch()
    assert list(workshop.modules("hoops", tmp_path)) == before


def test_every_declared_file_of_the_checkout_is_there() -> None:
    places = {str(place) for name in workshop.ENVIRONMENTS for place, _ in workshop.files(name, ROOT)}
    assert {"vendor/hoops/knowledge/parameters.json", "dashboard/assets/theme.css", "zappa_settings.json"} <= places
    assert all(file.is_file() for name in workshop.ENVIRONMENTS for _, file in workshop.files(name, ROOT))


def test_the_workshop_has_the_functions_python() -> None:
    assert workshop.PYTHON == PYTHON


def test_without_that_python_it_says_where_to_get_one(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workshop, "_candidates", lambda wanted: iter([tmp_path / "python3.12"]))
    with pytest.raises(WorkshopError, match=r"uv python install 3\.12.*pyenv install.*apt install"):
        workshop.python()


def test_what_a_lock_says_is_read() -> None:
    locked = packages.pinned(ROOT / "locks" / "dashboard.txt")
    assert {"dash", "pyarrow", "zappa"} <= locked.keys()
    assert "pandas" not in locked
    assert packages.pinned(ROOT / "requirements.txt").keys() == {
        "aws-lambda-powertools",
        "jmespath",
        "typing-extensions",
    }


def test_the_functions_get_what_was_tested_here() -> None:
    tested = packages.pinned(ROOT / "locks" / "dev.txt")
    for lock in ("requirements.txt", "locks/dashboard.txt", "locks/pipeline.txt"):
        assert {n: v for n, v in packages.pinned(ROOT / lock).items() if tested.get(n, v) != v} == {}


class TestZappasEnvironment:
    """`zappa` by hand, from an environment that is not the lock's."""

    @pytest.fixture
    def locked(self) -> dict[str, str]:
        return packages.pinned(ROOT / "locks" / "dashboard.txt")

    def refused(self, python: tuple[int, int], installed: dict[str, str]) -> str:
        from click import ClickException

        from madness.deploy.zappa_hooks import refuse

        with pytest.raises(ClickException) as refused:
            refuse(python, installed, ROOT)
        assert "make workshop" in refused.value.message
        return refused.value.message

    def test_the_locks_own_is_taken(self, locked) -> None:
        from madness.deploy.zappa_hooks import refuse

        refuse((3, 12), locked, ROOT)

    def test_the_project_must_not_be_in_it(self, locked) -> None:
        assert "the project is installed in it" in self.refused((3, 12), locked | {"madness": "0.1.0"})

    def test_other_versions_and_more_packages_are_named(self, locked) -> None:
        assert "dash, pandas not as locked" in self.refused((3, 12), locked | {"dash": "4.0.0", "pandas": "3.0.0"})

    def test_another_python_is_named(self, locked) -> None:
        assert "it is Python 3.11, the function is 3.12" in self.refused((3, 11), locked)
