"""An archive is a stranger's bytes: read whole or refused with the reason, whatever is in it."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.arrays import pack
from hoops.forecast import scorer as scorers
from hoops.forecast.model import shipped, shipped_report
from hoops.games.leagues import League
from lake import archive
from lake.archive import BadArchive, candidate_in, files_in
from tests.archives import entry, model_files, packed, tar_of

MODEL = shipped(League.MEN)
FILES = model_files(MODEL, shipped_report(League.MEN))
WHOLE = packed(FILES)


def test_a_model_comes_back_as_it_was_packed_beside_whatever_else() -> None:
    found = candidate_in(packed({"scores.parquet": b"?" * 99, **FILES, "code/train.py": b"", "report.json.bak": b""}))
    assert found.model.id == MODEL.id and found.report == shipped_report(League.MEN)


def test_names_may_begin_as_tar_writes_them_for_a_folder() -> None:
    """`tar -czf model.tar.gz .`"""
    assert files_in(packed({f"./{name}": body for name, body in FILES.items()}, entry("./", tarfile.DIRTYPE))) == FILES


def without(name: str) -> dict[str, bytes]:
    return {one: body for one, body in FILES.items() if one != name}


def twice() -> bytes:
    return tar_of([(tarfile.TarInfo(name), body) for name, body in [*FILES.items(), *FILES.items()]])


def sparse() -> bytes:
    """A member that says that it is far bigger than what is stored of it."""
    made = tarfile.TarInfo("scorer.npz")
    made.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(1 << 40),
                        "GNU.sparse.map": "0,0"}  # fmt: skip
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(made, io.BytesIO(b""))
    return gzip.compress(buffer.getvalue())


def bomb() -> bytes:
    """A gigabyte of nothing in a megabyte."""
    buffer = io.BytesIO()
    header = tarfile.TarInfo("zeros")
    header.size = 1 << 30
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as zipped:
        zipped.write(header.tobuf())
        for _ in range(160):  # enough to be over what is allowed
            zipped.write(bytes(1 << 20))
    return buffer.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: WHOLE[:-2000], "no whole tar.gz"),
    "cut off in the checksum": (lambda: WHOLE[:-4], "no whole tar.gz"),
    "another byte": (lambda: WHOLE[:20000] + b"?" + WHOLE[20001:], "no whole tar.gz"),
    "nothing": (lambda: b"", "no whole tar.gz"),
    "no gzip": (lambda: b"PK" + bytes(999), "no whole tar.gz"),
    "no tar": (lambda: gzip.compress(b"scorer.npz" * 999), "no whole tar.gz"),
    "an empty tar": (lambda: packed({}), "has no scorer.npz, parameters.json, report.json"),
    "no scorer": (lambda: packed(without("scorer.npz")), "has no scorer.npz; a training leaves"),
    "in a folder": (lambda: packed({f"model/{name}": body for name, body in FILES.items()}), "has no scorer.npz"),
    "by another path": (lambda: packed({**without("scorer.npz"), "/scorer.npz": b"", "../scorer.npz": b""}), "has no"),
    "a symbolic link": (
        lambda: packed(without("scorer.npz"), entry("scorer.npz", tarfile.SYMTYPE, "/etc/passwd")), "is a link"
    ),
    "a hard link": (lambda: packed(FILES, entry("other", tarfile.LNKTYPE, "scorer.npz")), "is a link"),
    "a device": (lambda: packed(FILES, entry("null", tarfile.CHRTYPE)), "no regular file"),
    "a sparse file": (sparse, "no regular file"),
    "twice": (twice, "is in it twice"),
    "a folder of that name": (lambda: packed(without("scorer.npz"), entry("scorer.npz", tarfile.DIRTYPE)), "a folder"),
    "too many members": (lambda: packed(FILES | {str(one): b"" for one in range(98)}), "more than 100 members"),
    "too big a file": (lambda: packed(FILES | {"report.json": bytes((16 << 20) + 1)}), "16,777,217 bytes; allowed"),
    "too big an archive": (lambda: bytes((32 << 20) + 1), "33,554,433 bytes; allowed"),
    "a bomb": (bomb, "unpacked it has more than"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_refused_with_the_reason(name: str) -> None:
    made, reason = BAD[name]
    content = made()
    with pytest.raises(BadArchive, match=reason):
        files_in(content)


def test_a_bomb_is_left_before_it_goes_off() -> None:
    content = bomb()
    tracemalloc.start()
    with pytest.raises(BadArchive):
        files_in(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def about(**changes: Any) -> bytes:
    return json.dumps(json.loads(FILES["parameters.json"]) | changes).encode()


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, version=np.array([{"a": print}], dtype=object))
    return buffer.getvalue()


def rezipped(
    change: Callable[[str, bytes], bytes] = lambda _, body: body,
    method: int = zipfile.ZIP_STORED,
    npz: bytes = FILES["scorer.npz"],
) -> bytes:
    """A scorer's npz with other bytes in its members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(npz)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return buffer.getvalue()


def replaced(array: str, old: bytes, new: bytes, npz: bytes = FILES["scorer.npz"]) -> bytes:
    return rezipped(lambda name, body: body.replace(old, new) if name == f"{array}.npy" else body, npz=npz)


def claiming(shape: str) -> bytes:
    """A weight array whose header tells of another shape."""

    def change(name: str, body: bytes) -> bytes:
        if name != "hidden.npy":
            return body
        start = body.index(b"'shape': ")
        end = body.index(b"), }", start)
        told = body[:start] + f"'shape': ({shape}".encode() + body[end:]
        header = told[10 : told.index(b"\n") + 1].rstrip() + b"\n"
        return told[:8] + len(header).to_bytes(2, "little") + header + body[body.index(b"\n") + 1 :]

    return rezipped(change)


def with_features(*names: str) -> bytes:
    scorer = MODEL.scorer
    return scorers.to_bytes(replace(scorer, features=(*names, *scorer.features[len(names) :])))


def unknown_features() -> bytes:
    return replaced("features", "tempo".encode("utf-32-le"), "tempi".encode("utf-32-le"), with_features("tempo"))


UNUSABLE: dict[str, tuple[dict[str, Callable[[], bytes]], str]] = {
    "a pickle": ({"scorer.npz": pickled}, "not the bytes of a scorer"),
    "a lone array": ({"scorer.npz": lambda: b"\x93NUMPY"}, "not the bytes of a scorer"),
    "compressed": ({"scorer.npz": lambda: rezipped(method=zipfile.ZIP_DEFLATED)}, "not the bytes of a scorer"),
    "a petabyte": ({"scorer.npz": lambda: claiming("8, 37, 999999999999")}, "not the bytes of a scorer"),
    "fewer numbers": ({"scorer.npz": lambda: claiming("8, 37, 17")}, "not the bytes of a scorer"),
    "another shape": ({"scorer.npz": lambda: claiming("8, 37, 15")}, "do not fit each other"),
    "another version": ({"scorer.npz": lambda: pack(2, {})}, "not the bytes of a scorer"),
    "no float64": (
        {"scorer.npz": lambda: replaced("out", b"'<f8'", b"'<i8'")},
        "not float64",
    ),
    "unknown features": ({"scorer.npz": unknown_features}, "does not have: tempi"),
    "features of reference data": ({"scorer.npz": lambda: with_features("conference")}, "cannot see conference"),
    "no JSON": ({"parameters.json": lambda: b"{"}, "cannot be used"),
    "a list": ({"parameters.json": lambda: b"[]"}, "not what a training writes"),
    "deep JSON": ({"parameters.json": lambda: b"[" * 100_000}, "not what a training writes"),
    "no such league": ({"parameters.json": lambda: about(league="X")}, "cannot be used"),
    "fewer constants": ({"parameters.json": lambda: about(parameters={"home": 3.0})}, "not what a training writes"),
    "constants in words": ({"parameters.json": lambda: about(parameters={"home": "three"})}, "cannot be used"),
    "no day": ({"parameters.json": lambda: about(trained_through=[2024])}, "cannot be used"),
    "an endless day": ({"parameters.json": lambda: about(trained_through=[2024, float("inf")])}, "cannot be used"),
    "a report that is none": ({"report.json": lambda: b"[1]"}, "is no report"),
    "a report cut off": ({"report.json": lambda: FILES["report.json"][:-9]}, "report.json cannot be read"),
    "a report with NaN": ({"report.json": lambda: b'{"league": NaN}'}, "NaN is no number"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_no_model_is_refused_with_the_reason(name: str) -> None:
    changes, reason = UNUSABLE[name]
    content = packed(FILES | {file: make() for file, make in changes.items()})
    with pytest.raises(BadArchive, match=reason):
        candidate_in(content)


@settings(max_examples=150)
@given(st.data())
def test_whatever_bytes_change_it_is_read_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    body = bytearray(FILES[name])
    # Headers of a zip and of its arrays rather than weights, of which any are numbers.
    zone = data.draw(st.sampled_from([(0, min(400, len(body))), (max(0, len(body) - 1200), len(body))]))
    for place in data.draw(st.lists(st.integers(zone[0], zone[1] - 1), min_size=1, max_size=8)):
        body[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(body), data.draw(st.integers(0, len(body)))]))
    try:
        candidate_in(packed(FILES | {name: bytes(body[:cut])}))
    except BadArchive as error:
        assert str(error)


@settings(max_examples=100)
@given(st.data())
def test_whatever_bytes_of_the_tar_change_nothing_else_is_raised(data: st.DataObject) -> None:
    body = bytearray(gzip.decompress(packed(FILES | {"report.json": b"{}"})))
    places = st.integers(0, 511) | st.integers(len(body) - 2048, len(body) - 1) | st.integers(0, len(body) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        body[place] = data.draw(st.integers(0, 255))
    try:
        found = files_in(gzip.compress(bytes(body), 1))
    except BadArchive:
        return
    assert set(found) == set(archive.WANTED)
