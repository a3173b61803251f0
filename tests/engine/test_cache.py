"""The store of results: by content, bounded, made once."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from anatomatte.cache import Memo, Region, content_key, granted_bytes


def test_a_key_is_every_byte_and_no_more() -> None:
    plate = np.random.default_rng(1).random((300, 200, 3), dtype=np.float32)
    key = content_key(plate, ("erode", 1.0))
    assert key == content_key(plate.copy(), ("erode", 1.0))
    assert key == content_key(np.ascontiguousarray(plate[::-1])[::-1], ("erode", 1.0)), (
        "layout is not content"
    )
    wide = np.zeros((2000, 1000, 4), np.float32)
    wide[1999, 999, 2] = 1
    assert content_key(wide[..., :3]) == content_key(np.ascontiguousarray(wide[..., :3]))
    assert content_key(wide[..., :3]) != content_key(np.zeros((2000, 1000, 3), np.float32))
    other = plate.copy()
    other[299, 199, 2] = np.nextafter(other[299, 199, 2], np.float32(2))
    assert key != content_key(other, ("erode", 1.0))
    assert key != content_key(plate, ("erode", 1.5))
    assert key != content_key(plate.reshape(200, 300, 3), ("erode", 1.0))
    assert content_key(1) != content_key(1.0)
    assert content_key(None, np.zeros(3)) != content_key(np.zeros(3), None)


def test_a_result_is_made_once_and_the_oldest_goes_first() -> None:
    store: Region[bytes] = Memo(100).region("one", len)
    for key in ("a", "b", "a", "b"):
        assert store.get(key, lambda: b"x" * 40) == b"x" * 40
    assert store.made == 2 and store.held == 80
    store.get("a", lambda: b"")
    store.get("c", lambda: b"y" * 40)
    assert store.held == 80
    store.get("a", lambda: pytest.fail("a was used last and is kept"))
    store.get("b", lambda: b"x" * 40)
    assert store.made == 4
    store.purge()
    assert store.held == 0


def test_what_is_larger_than_the_budget_is_not_kept() -> None:
    store: Region[bytes] = Memo(10).region("one", len)
    assert len(store.get("a", lambda: b"x" * 40)) == 40
    assert store.held == 0


def test_nothing_is_kept_of_nothing() -> None:
    store: Region[bytes] = Memo(0).region("one", len)
    for _ in range(2):
        store.get("a", lambda: b"")
    assert store.made == 2


def test_regions_share_one_budget_and_whoever_has_more_than_his_share_gives_way() -> None:
    memo = Memo(100)
    large: Region[bytes] = memo.region("large", len, 3)
    small: Region[bytes] = memo.region("small", len, 1)
    for key in "abcdefghij":
        small.keep(key, b"x" * 10)
    assert memo.held == {"large": 0, "small": 100}  # what nobody else needs it may have
    for key in "abcdefg":
        large.keep(key, b"y" * 10)
    assert memo.held == {"large": 70, "small": 30}
    assert small.find("a") is None and small.find("j") is not None  # the oldest went first
    large.keep("h", b"y" * 10)
    small.keep("k", b"x" * 10)
    assert sum(memo.held.values()) == 100 and memo.held["large"] >= 70
    memo.purge()
    assert memo.held == {"large": 0, "small": 0}
    with pytest.raises(ValueError, match="large"):
        memo.region("large", len)


def test_callers_at_the_same_moment_wait_for_one_of_them() -> None:
    store: Region[bytes] = Memo(100).region("one", len)

    def slow() -> bytes:
        time.sleep(0.1)
        return b"made"

    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(store.get("a", slow))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [b"made"] * 6
    assert store.made == 1


def test_a_failure_is_not_shared() -> None:
    store: Region[bytes] = Memo(100).region("one", len)
    started = threading.Event()

    def fails() -> bytes:
        started.set()
        time.sleep(0.1)
        raise RuntimeError("no")

    def first() -> None:
        with pytest.raises(RuntimeError, match="no"):
            store.get("a", fails)

    thread = threading.Thread(target=first)
    thread.start()
    started.wait()
    assert store.get("a", lambda: b"mine") == b"mine"
    thread.join()


def test_a_waiter_may_give_up() -> None:
    store: Region[bytes] = Memo(100).region("one", len)
    started, end = threading.Event(), threading.Event()

    def long() -> bytes:
        started.set()
        end.wait(5)
        return b"late"

    thread = threading.Thread(target=lambda: store.get("a", long))
    thread.start()
    started.wait()

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.get("a", long, stop)
    end.set()
    thread.join()


def test_the_bound_is_the_farms_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANATOMATTE_CACHE_MB", "7")
    assert granted_bytes() == 7_000_000
    monkeypatch.setenv("ANATOMATTE_CACHE_MB", "lots")
    assert granted_bytes() == 512_000_000
