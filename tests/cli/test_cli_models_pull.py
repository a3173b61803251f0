"""``anatomatte models pull`` from a server that breaks, lies, redirects and stalls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anatomatte.errors import SetupError
from anatomatte.models import store
from anatomatte.models.store import places, policy
from anatomatte_cli.main import main
from anatomatte_cli.models import fetch
from made.publisher import DATA, Server, known


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.hold.set()
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch) -> Path:
    for name in (
        places.SHARED,
        policy.FILE,
        policy.ALLOW,
        fetch.MIRROR,
        "http_proxy",
        "HTTP_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv(places.OWN, str(tmp_path / "own"))
    monkeypatch.setattr(fetch.time, "sleep", lambda _: None)
    monkeypatch.setattr(fetch.fetch, "__kwdefaults__", fetch.fetch.__kwdefaults__ | {"wait": lambda _: None})
    return tmp_path / "own"


def pull(capsys) -> tuple[int, str]:
    code = main(["models", "pull", "far-net"])
    return code, capsys.readouterr().err


def whole(own: Path) -> bool:
    left = [path.name for path in (own / "partial").iterdir() if path.suffix != ".lock"]
    return store.path("far-net").read_bytes() == DATA and left == []


def test_a_file_is_fetched_once(server, own, capsys):
    known(own, server.url())
    assert pull(capsys)[0] == 0 and whole(own)
    assert pull(capsys)[0] == 0 and len(server.asked) == 1


def test_a_connection_that_breaks_goes_on_where_it_stopped(server, own, capsys):
    known(own, server.url())
    server.cuts = [100_000, 200_000]
    assert pull(capsys)[0] == 0 and whole(own)
    assert [r for _, r, _ in server.asked] == ["", "bytes=100000-", "bytes=300000-"]
    assert server.asked[1][2] == '"one"', "it asks for the same state of the file"


def test_what_a_killed_pull_left_is_gone_on_with(server, own, tmp_path, capsys):
    known(own, server.url())
    server.cuts = [300_000]
    server.hold.clear()
    line = [sys.executable, "-m", "anatomatte_cli", "models", "pull", "far-net"]
    child = subprocess.Popen(line, env=os.environ | {places.OWN: str(own)}, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        parts = list((own / "partial").glob("pull-*.onnx"))
        if parts and parts[0].stat().st_size:
            break
        threading.Event().wait(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    server.hold.set()
    kept = parts[0].stat().st_size
    assert 0 < kept <= 300_000
    assert pull(capsys)[0] == 0 and whole(own)
    assert server.asked[-1][1] == f"bytes={kept}-"


def test_another_state_of_the_file_begins_anew(server, own, capsys):
    known(own, server.url(), sure=False, size=False)
    server.cuts = [100_000]
    server.statuses = []

    def changed(_: float) -> None:
        server.tag = '"two"'

    fetch.fetch.__kwdefaults__["wait"] = changed
    assert pull(capsys)[0] == 0 and whole(own)
    assert server.asked[1][1:] == ("bytes=100000-", '"one"'), (
        "the old state is asked for, the new one comes whole"
    )


def test_a_server_without_ranges_is_asked_for_all(server, own, capsys):
    known(own, server.url())
    server.cuts, server.ranges = [100_000], False
    assert pull(capsys)[0] == 0 and whole(own)


def test_trouble_that_passes_is_waited_for(server, own, capsys):
    known(own, server.url())
    server.statuses = [503, 429, 500]
    assert pull(capsys)[0] == 0 and whole(own)


def test_what_is_not_there_is_not_asked_for_again(server, own, capsys):
    known(own, server.url("a"), server.url("b"))
    server.statuses = [404, 403]
    code, told = pull(capsys)
    assert code == 4 and len(server.asked) == 2
    assert "404 Not Found" in told and "403 Forbidden" in told and fetch.MIRROR in told
    assert server.url("a") in told and server.url("b") in told


def test_the_next_address_has_it_and_the_beginning_is_kept(server, own, capsys):
    known(own, server.url("a"), server.url("b"))
    server.cuts = [100_000]
    server.statuses = []
    fetch.fetch.__kwdefaults__["wait"] = lambda _: server.statuses.append(410)
    assert pull(capsys)[0] == 0 and whole(own)
    assert [(p, r) for p, r, _ in server.asked] == [
        ("/a", ""),
        ("/a", "bytes=100000-"),
        ("/b", "bytes=100000-"),
    ]


def test_an_address_that_lies_is_passed_over(server, own, capsys):
    liar = Server()
    liar.data = DATA[:-1] + bytes([DATA[-1] ^ 1])
    known(own, liar.url(), server.url())
    assert pull(capsys)[0] == 0 and whole(own)
    assert len(liar.asked) == len(server.asked) == 1
    liar.data = DATA + b"more"
    known(own, liar.url(), sure=True)
    store.remove("far-net", "fp32")
    code, told = pull(capsys)
    assert code == 4 and f"has {len(DATA) + 4} bytes instead of {len(DATA)}" in told
    liar.http.shutdown()


def test_a_page_instead_of_a_network_is_refused(server, own, capsys):
    known(own, server.url(), sure=False, size=False)
    server.data = b"<!DOCTYPE html><title>Sign in</title>"
    code, told = pull(capsys)
    assert code == 4 and "web page" in told and store.find(store.catalogue.get("far-net")) is None


def test_mirrors_come_first(server, own, capsys, tmp_path, monkeypatch):
    known(own, server.url("published"))
    monkeypatch.setenv(fetch.MIRROR, f"{tmp_path / 'folder'} {server.url('mirror')}")
    (tmp_path / "folder" / "far-net").mkdir(parents=True)
    (tmp_path / "folder" / "far-net" / "net.onnx").write_bytes(DATA)
    assert pull(capsys)[0] == 0 and whole(own) and server.asked == []
    store.remove("far-net", "fp32")
    (tmp_path / "folder" / "far-net" / "net.onnx").unlink()
    assert pull(capsys)[0] == 0 and [p for p, _, _ in server.asked] == ["/mirror/far-net/net.onnx"]
    (tmp_path / "folder" / "net.onnx").write_bytes(DATA)
    store.remove("far-net", "fp32")
    monkeypatch.setenv(fetch.MIRROR, (tmp_path / "folder").as_uri())
    assert pull(capsys)[0] == 0 and whole(own) and len(server.asked) == 1


def test_a_mirror_serves_networks_that_have_no_address(own, capsys, tmp_path, monkeypatch):
    known(own)
    code, told = pull(capsys)
    assert code == 4 and "`anatomatte models import far-net FILE` takes it" in told
    (tmp_path / "net.onnx").write_bytes(DATA)
    monkeypatch.setenv(fetch.MIRROR, str(tmp_path))
    assert pull(capsys)[0] == 0 and whole(own)


def test_https_is_not_left(monkeypatch):
    import urllib.request

    step = fetch._NoStepDown()
    request = urllib.request.Request("https://a.example/x")
    with pytest.raises(fetch._Gone, match="leads from https to http://b"):
        step.redirect_request(request, None, 302, "", {}, "http://b.example/x")
    assert step.redirect_request(request, None, 302, "", {}, "https://b.example/x") is not None


def test_a_policy_refuses_before_anything_is_asked_for(server, own, capsys, monkeypatch):
    known(own, server.url())
    monkeypatch.setenv(policy.ALLOW, "copyleft")
    code, told = pull(capsys)
    assert code == 4 and "permits copyleft" in told and server.asked == []


def test_no_room_is_told_and_nothing_is_lost(server, own, capsys, monkeypatch):
    known(own, server.url())
    server.cuts = [100_000] * 4
    assert pull(capsys)[0] == 4
    full = os.statvfs_result((4096, 4096, 100, 1, 1, 10, 10, 10, 0, 255))
    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", lambda _: full)
        code, told = pull(capsys)
        assert code == 7 and "has room for 4.1 kB" in told
    server.asked.clear()
    assert pull(capsys)[0] == 0 and whole(own) and server.asked[0][1] == "bytes=400000-"


def test_two_pulls_at_once_fetch_once(server, own, capsys):
    known(own, server.url())
    line = [sys.executable, "-m", "anatomatte_cli", "models", "pull", "far-net"]
    both = [subprocess.Popen(line, env=os.environ, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [child.wait(60) for child in both] == [0, 0]
    assert whole(own) and len(server.asked) == 1


def test_logs_get_a_line_now_and_then(capsys, monkeypatch):
    from anatomatte_cli.models import meter

    monkeypatch.setattr(meter, "_EVERY", 0.0)
    with meter.Meter("net") as tell:
        tell(5_000_000, 20_000_000)
        tell(9_000_000, 0)
    assert capsys.readouterr().err == "net: 5.0 MB of 20.0 MB, 25 %\nnet: 9.0 MB\n"


def test_every_address_must_answer_before_it_is_given_up(tmp_path):
    with pytest.raises(SetupError, match="No such file"):
        fetch.fetch([(tmp_path / "none").as_uri()], tmp_path / "x", tell=lambda *_: None)
