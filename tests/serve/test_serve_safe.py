"""What strangers and other pages may not do to the server: who may ask, and which files it reads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from anatomatte_review import names
from anatomatte_review.cutting import opened
from anatomatte_review.folder import Root
from anatomatte_review.limits import Limits
from anatomatte_review.problems import Refused
from anatomatte_review.service import Setup
from made.serving import Running, encoded, lies, picture, running

SMALL = Limits(file_mb=0.5, batch_mb=2, megapixels=0.1, files=3, silence=1.0)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures, links that lead out of it, a pipe and a hidden file."""
    above = tmp_path_factory.mktemp("server")
    folder = above / "root"
    (folder / "day 1").mkdir(parents=True)
    for path in (above / "secret.png", folder / "a.png", folder / "day 1" / "b.png", folder / ".hidden.png"):
        path.write_bytes(encoded())
    (folder / "words.txt").write_text("no picture")
    (folder / "out.png").symlink_to(above / "secret.png")
    (folder / "up").symlink_to(above)
    os.mkfifo(folder / "pipe.png")
    return folder


@pytest.fixture(scope="module")
def serving(root: Path) -> Iterator[Running]:
    with running(Setup(opened, SMALL, root=root)) as found:
        yield found


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost@evil", "", "[::1", "a:b:c"]
)
def test_a_name_that_is_not_ours_is_refused(serving: Running, host: str) -> None:
    answer = serving.client.get("/status", headers={"Host": host})
    assert answer.status_code in (400, 421) and answer.json()["cure"]


@pytest.mark.parametrize("host", ["localhost", "localhost:1234", "127.0.0.1", "192.168.1.5:8411", "[::1]:80"])
def test_names_and_addresses_of_ours_are_taken(serving: Running, host: str) -> None:
    assert serving.client.get("/status", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_no_other_page_may_post_or_delete(serving: Running, headers: dict[str, str]) -> None:
    assert serving.client.post("/batch", files=[picture()], headers=headers).status_code == 403
    assert serving.client.delete("/jobs/none", headers=headers).status_code == 403


def test_the_own_page_may_post(serving: Running) -> None:
    headers = {"Origin": serving.base, "Sec-Fetch-Site": "same-origin"}
    job = serving.client.post("/batch", files=[picture()], headers=headers)
    assert job.status_code == 202
    serving.client.delete(f"/jobs/{job.json()['id']}")


def test_without_the_token_nothing_is_answered() -> None:
    with running(Setup(opened, token="right-token")) as serving:
        for path in ("/", "/status", "/openapi.json", "/page/app.js", "/nothing"):
            assert serving.client.get(path).status_code == 401
        assert serving.client.post("/parse", files=[picture()]).status_code == 401
        assert not lies(serving)
        assert serving.client.get("/status", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert (
            serving.client.get("/status", headers={"Authorization": "Bearer right-token"}).status_code == 200
        )
        assert serving.client.get("/login?token=wrong").status_code == 401
        login = serving.client.get("/login?token=right-token")
        assert login.status_code == 303 and login.headers["location"] == "/"
        cookie = login.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "right-token" not in cookie
        assert serving.client.get("/status").status_code == 200  # by the cookie


def test_every_answer_has_the_headers_of_safety(serving: Running) -> None:
    for path in ("/", "/status", "/nothing", "/page/app.js", "/docs"):
        headers = serving.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers and "server" not in headers


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    for part in files("anatomatte_review").joinpath("page").iterdir():
        text = part.read_text(encoding="utf-8")
        outside = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not outside, part.name
        if part.name.endswith(".html"):
            assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text), part.name
        assert "innerHTML" not in text and "eval(" not in text, part.name


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.png",
        "/etc/passwd",
        "..\\..\\evil.png",
        "a\0b.png",
        "con.png",
        "\u202egnp.exe",
        "." * 300,
        "💃 ☃.png",
    ],
)
def test_odd_names_become_harmless(name: str) -> None:
    for made in (names.stem(name), names.shown(name)):
        assert made and "/" not in made and "\\" not in made and made.isprintable()
        assert len(made.encode()) < 250
    assert names.stem(name).strip(". ") == names.stem(name) and names.stem(name).lower() != "con"
    assert "\r" not in names.attachment(name + "\r\nX: y") or names.attachment(name).isascii()


@pytest.mark.parametrize(
    "inside",
    [
        "../secret.png",
        "up/secret.png",
        "out.png",
        "pipe.png",
        ".hidden.png",
        "day 1/../../secret.png",
        "",
        "a.png/",
    ],
)
def test_nothing_outside_the_root_is_read(serving: Running, inside: str) -> None:
    answer = serving.client.post("/batch", files={"path": (None, inside)})
    if inside == "a.png/":  # the same file by another word
        assert answer.status_code == 202
        serving.client.delete(f"/jobs/{answer.json()['id']}")
    else:
        assert answer.status_code in (404, 422), answer.text
    assert not lies(serving)


def test_the_root_lists_pictures_and_follows_no_link(serving: Running) -> None:
    told = serving.client.get("/folder").json()
    assert told == {"path": "", "folders": ["day 1"], "pictures": ["a.png"], "whole": True}
    assert serving.client.get("/folder?path=day 1").json()["pictures"] == ["b.png"]
    for path in ("..", "up", "day 1/../..", "/etc", "a.png", "\0", "no"):
        assert serving.client.get("/folder", params={"path": path}).status_code == 404


def test_a_root_that_is_moved_away_leads_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    held = Root(folder)
    folder.rename(tmp_path / "moved")
    (tmp_path / "root").symlink_to("/etc")
    assert held.listing("").folders == []
    with pytest.raises(Refused), held.opened("passwd"):
        pass
    held.close()
