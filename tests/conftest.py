"""One BLAS thread and one kernel before NumPy loads, as in the Lambdas: equal inputs give equal bytes.

Tests that share what their module builds run on one of xdist's workers, so that it is built once. Property tests draw
the same examples every time; `pytest --hypothesis-profile=default tests/property` draws others.
"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
for _name, _value in (("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_CORETYPE", "Haswell")):
    os.environ.setdefault(_name, _value)


@pytest.hookimpl(wrapper=True)  # around xdist, which reads the marks in this very hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if item.get_closest_marker("xdist_group") is None and (group := _builders(item)):
            item.add_marker(pytest.mark.xdist_group(group))
    yield


def _builders(item: pytest.Item) -> str | None:
    """The group of a test that uses a fixture of its module: the module, and with which parameters it builds."""
    fixtures = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    shared = [name for name, found in fixtures.items() if found[-1].scope == "module"]
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return " ".join([item.path.stem, *(f"{given[name]}" for name in shared if name in given)]) if shared else None
