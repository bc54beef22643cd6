"""Heads and what they name: replaced only by who has read them, lost for everybody or for nobody, told by a listing."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from hoops.games.leagues import League
from hoops.schemas import FIXTURES, PENDING
from lake import parquet
from lake.heads import Expired, Head, Heads, Lost, SeasonHead, pack_teams, season_digest, unpack_teams
from lake.store import Conflict
from tests.memory_store import MemoryStore

M = League.MEN


def test_a_head_can_be_replaced_only_by_who_has_read_it() -> None:
    heads = Heads(MemoryStore(), "engine")
    empty, etag = heads.read(M)
    assert etag is None
    first = heads.commit(M, replace(empty, season=2024, day=5), etag)
    with pytest.raises(Conflict):
        heads.commit(M, empty, None)
    head, etag = heads.read(M)
    assert head == first and head.generation == 1
    heads.commit(M, replace(head, day=6), etag)
    with pytest.raises(Conflict):
        heads.commit(M, replace(head, day=7), etag)


def test_a_head_survives_json() -> None:
    heads = Heads(MemoryStore(), "engine")
    folded = SeasonHead("d", "s", "p", "r", 3, 1, 154, 1101, pack_teams([1101]), {"regular": 3})
    head = Head(
        "M",
        "engine",
        season=2024,
        day=5,
        days={5: "x"},
        snapshots={5: "k"},
        seasons={2023: folded},
        stale={2022: folded},
    )
    assert heads.commit(M, head, None) == heads.read(M)[0]


def test_what_a_head_has_folded_is_told_from_what_the_ledger_lists() -> None:
    past = SeasonHead(season_digest({5: "a"}), "", "", "", 0, 0, 5, None, "0", {})
    head = Head("M", "engine", season=2024, day=6, days={5: "a", 6: "b"}, seasons={2023: past})
    assert head.unlike(2024, {5: "a", 6: "b"}) == set()
    assert head.unlike(2024, {5: "a", 6: "c", 7: "d"}) == {6, 7}
    assert head.unlike(2023, {5: "a"}) == set()
    assert head.unlike(2023, {5: "a", 6: "b"}) == {5, 6}
    assert head.unlike(2022, {1: "x"}) == {1}
    assert head.unlike(2025, {1: "x"}) == {1}
    assert Head("M", "engine").unlike(2024, {1: "x"}) == {1}


def test_an_expired_object_is_a_lost_race() -> None:
    store = MemoryStore()
    heads = Heads(store, "engine")
    key = heads.write_rows(Head("M", "engine"), "pending", PENDING.empty_table())
    assert heads.read_rows(key).schema.equals(PENDING)
    heads.expire([key])
    with pytest.raises(Expired, match="is gone"):
        Heads(store, "engine").read_rows(key)


def test_an_object_that_the_newest_head_names_is_lost_for_everybody() -> None:
    store = MemoryStore()
    heads = Heads(store, "engine")
    head, etag = heads.read(M)
    key = heads.write_rows(head, "pending", PENDING.empty_table())
    heads.commit(M, replace(head, pending=key), etag)
    store.put(key, store.get(key).body[:-9])  # type: ignore[union-attr]
    anew = Heads(store, "engine")
    head, etag = anew.read(M)
    assert list(anew.lost(head)) == [key]
    damaged = rf"{key} is damaged \(its .* bytes are not those that were written\)"
    with pytest.raises(Lost, match=damaged), anew.as_of(M, etag):
        anew.read_rows(key)
    with pytest.raises(Expired), anew.as_of(M, "of an older head"):
        anew.read_rows(key)


def test_rows_with_other_columns_than_todays_are_not_to_be_had() -> None:
    store = MemoryStore()
    key = Heads(store, "engine").write_rows(Head("M", "engine"), "pending", FIXTURES.empty_table())
    with pytest.raises(Expired, match=r"another layout \(columns that differ from today's: .*team1_probability"):
        Heads(store, "engine").read_rows(key)


def test_objects_from_when_names_were_sha256_are_sound() -> None:
    store = MemoryStore()
    body = parquet.encode(PENDING.empty_table(), PENDING)
    key = f"state/engine/league=M/pending/000001-{hashlib.sha256(body).hexdigest()[:32]}.parquet"
    store.put(key, body)
    heads = Heads(store, "engine")
    assert heads.lost(Head("M", "engine", pending=key)) == {}
    assert heads.read_rows(key).num_rows == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"league": "M"}', b'{"days": null}', b"\xff\xfe"])
def test_a_head_that_cannot_be_read_is_an_empty_one_that_says_why(body: bytes) -> None:
    store = MemoryStore()
    heads = Heads(store, "engine")
    heads.commit(M, Head("M", "engine"), None)
    store.put("state/engine/league=M/head.json", body)
    head, etag = heads.read(M)
    assert head.generation == 0 and "state/engine/league=M/head.json cannot be read" in head.catching_up
    assert heads.commit(M, head, etag).generation == 1


def test_the_head_of_another_league_is_none() -> None:
    store = MemoryStore()
    heads = Heads(store, "engine")
    heads.commit(M, Head("M", "engine"), None)
    store.put("state/engine/league=W/head.json", store.get("state/engine/league=M/head.json").body)  # type: ignore[union-attr]
    assert "it is that of M" in heads.read(League.WOMEN)[0].catching_up


def test_packed_teams() -> None:
    assert unpack_teams(pack_teams([])) == ()
    assert unpack_teams(pack_teams([3999, 1000, 1000])) == (1000, 3999)
