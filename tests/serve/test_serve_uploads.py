"""What is sent: bombs, lies, halves and silence; and what becomes of results."""

from __future__ import annotations

import socket
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from anatomatte_review import archives
from anatomatte_review.cutting import opened
from anatomatte_review.limits import Limits
from anatomatte_review.service import Setup
from made.serving import Running, encoded, lies, picture, running, zipped

SMALL = Limits(file_mb=0.5, batch_mb=2, megapixels=0.1, files=3, silence=1.0)


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running(Setup(opened, SMALL)) as found:
        yield found


def test_too_many_bytes_are_refused_before_they_are_read(serving: Running) -> None:
    with serving.raw() as caller:
        head = "POST /batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        caller.sendall(f"{head}Content-Length: {10**12}\r\n\r\n".encode())
        assert caller.recv(1000).startswith(b"HTTP/1.1 413")


def test_too_many_bytes_without_a_length_are_refused(serving: Running) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        for _ in range(100):
            yield bytes(1 << 16)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert serving.client.post("/parse", content=endless(), headers=headers).status_code == 413
    assert not lies(serving)


def test_a_picture_larger_than_its_limit_is_refused(serving: Running) -> None:
    answer = serving.client.post("/parse", files=[picture(content=encoded() + bytes(600_000))])
    assert answer.status_code == 413


def png(width: int, height: int) -> bytes:
    """A PNG whose header promises width × height."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    zeros = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zeros) + chunk(b"IEND", b"")


def webp(width: int, height: int) -> bytes:
    """A lossless WebP whose header promises width × height."""
    size = (width - 1) | (height - 1) << 14
    body = b"\x2f" + struct.pack("<I", size) + bytes(30)
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "bomb", [png(60000, 60000), png(400, 400), webp(16383, 16383)], ids=["png", "above", "webp"]
)
def test_pixels_are_counted_before_they_are_decoded(serving: Running, bomb: bytes) -> None:
    answer = serving.client.post("/parse", files=[picture(content=bomb)])
    assert answer.status_code in (413, 415), answer.text
    assert answer.json()["cure"]


def lying() -> bytes:
    """A zip whose entry says that it has 10 bytes and unpacks to 3 MB."""
    content = zipped({"a.png": encoded() + bytes(3_000_000)})
    size = struct.pack("<I", len(encoded()) + 3_000_000)
    assert content.count(size) == 2
    return content.replace(size, struct.pack("<I", 10))


def linked() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo("link.png")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(entry, "/etc/passwd")
    return out.getvalue()


def encrypted() -> bytes:
    """A zip whose only entry says that it is encrypted."""
    content = bytearray(zipped({"a.png": encoded()}, zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        (zipped({"a.png": encoded() + bytes(40_000_000)}), {413}),
        (zipped({f"{n}.png": encoded() for n in range(4)}), {413}),
        (
            zipped({f"{n}.png": encoded(width=96) + bytes(450_000) for n in range(3)}, zipfile.ZIP_DEFLATED),
            {202},
        ),
        (zipped({str(n): b"" for n in range(4100)}), {413}),
        (zipped({"inner.zip": zipped({"a.png": encoded()})}), {422}),
        (lying(), {400, 413}),
        (linked(), {422}),
        (encrypted(), {400}),
        (zipped({"a.png": encoded()})[:-40], {400}),
        (b"PK\x03\x04" + bytes(200), {400}),
    ],
    ids=["bomb", "many", "fits", "entries", "nested", "lying", "link", "encrypted", "cut", "zeros"],
)
def test_zips_are_measured_and_not_trusted(serving: Running, sent: bytes, codes: set[int]) -> None:
    answer = serving.client.post("/batch", files=[picture("sent.zip", sent)])
    assert answer.status_code in codes, answer.text
    if answer.status_code == 202:
        serving.client.delete(f"/jobs/{answer.json()['id']}")
    assert not lies(serving)


def test_a_zip_writes_nowhere_but_in_its_tray(tmp_path: Path) -> None:
    sent = BytesIO(zipped({"../../evil.png": encoded(), "/abs/evil2.png": encoded()}))
    tray = tmp_path / "tray"
    tray.mkdir()
    found = list(
        archives.unpacked(sent, Limits(), lambda suffix: tray / f"{len(list(tray.iterdir()))}{suffix}")
    )
    assert [name for name, _ in found] == ["evil.png", "evil2.png"]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["0.png", "1.png"]


def sent_head(length: int) -> bytes:
    return (
        "POST /parse HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {length}\r\n\r\n--x\r\n"
        'Content-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    ).encode()


def test_half_an_upload_leaves_nothing(serving: Running) -> None:
    for _ in range(5):
        with serving.raw() as caller:
            caller.sendall(sent_head(400_000) + encoded())
    assert serving.client.post("/parse", files=[picture()]).status_code == 200
    assert not lies(serving)


def test_an_upload_that_stands_still_is_hung_up_on(serving: Running) -> None:
    with serving.raw() as caller:
        caller.sendall(sent_head(400_000) + encoded())
        assert caller.recv(1000).startswith(b"HTTP/1.1 408")


def test_who_sends_too_much_at_once_is_told_to_wait() -> None:
    junk = picture(content=bytes(500_000))
    with running(Setup(opened, Limits(file_mb=1, kept_mb=1, silence=600))) as serving:
        assert serving.client.post("/parse", files=[junk]).status_code == 415
        told = any(_beside_a_caller(serving, junk, pause) == 429 for pause in (0.02, 0.2, 2, 20))
        assert told  # after a shorter pause the caller may be the one who is told to wait
        while serving.client.post("/parse", files=[junk]).status_code != 415:
            time.sleep(0.02)  # until it is noticed that the caller is gone


def _beside_a_caller(serving: Running, junk: tuple[str, tuple[str, bytes]], pause: float) -> int:
    with serving.raw() as caller:
        caller.sendall(sent_head(900_000) + bytes(800_000))
        time.sleep(pause)  # the bytes are on their way
        return serving.client.post("/parse", files=[junk]).status_code


def test_what_a_killed_server_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from anatomatte_review.store import Store

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    killed = tmp_path / "anatomatte-serve-killed"
    killed.mkdir()
    (killed / "running").touch()
    (killed / "photo.png").touch()
    first = Store(Limits())
    assert not killed.exists()
    second = Store(Limits())
    assert first.folder.exists()
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_two_hundred_held_connections_starve_nobody(serving: Running) -> None:
    held: list[socket.socket] = []
    try:
        for n in range(200):
            caller = serving.raw()
            caller.sendall(sent_head(400_000) if n % 2 else b"GET /status HTTP/1.1\r\nHost: loc")
            held.append(caller)
        assert serving.client.post("/remove_background", files=[picture()]).status_code == 200
    finally:
        for caller in held:
            caller.close()


def test_results_have_a_bound_in_bytes_and_age() -> None:
    from anatomatte.errors import DiskFull
    from anatomatte_review.store import Store

    now = [0.0]
    gone: list[str] = []
    store = Store(Limits(kept_mb=1, kept_minutes=1), gone.append, lambda: now[0])
    for job in ("old", "new"):
        store.put(job, "a.png", bytes(600_000 if job == "old" else 300_000))
        store.finish(job)
    store.put("next", "a.png", bytes(500_000))
    assert gone == ["old"]
    with pytest.raises(DiskFull, match="finished jobs"):
        store.put("next", "b.png", bytes(900_000))
    now[0] = 61
    store.expire()
    assert gone == ["old", "new"]
    store.close()
    assert not store.folder.exists()


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with running() as serving:
        monkeypatch.setattr(Path, "write_bytes", full)
        job = serving.client.post("/batch", files=[picture()]).json()["id"]
        while (state := serving.client.get(f"/jobs/{job}").json())["state"] in ("waiting", "running"):
            time.sleep(0.05)
        assert state["state"] == "failed" and "disk is full" in state["items"][0]["error"]
        monkeypatch.undo()
        assert serving.client.post("/parse", files=[picture()]).status_code == 200


def test_every_upload_that_is_mutated_is_answered(serving: Running) -> None:
    """A fuzz of forms: flipped and cut bytes end in an answer, never in 500, and leave no file."""
    import random

    request = serving.client.build_request("POST", "/parse", files=[picture()])
    whole, kind = request.read(), request.headers["content-type"]
    draw = random.Random(7)
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(draw.choice((1, 1, 8))):
            content[draw.randrange(len(content) if draw.random() < 0.5 else 200)] = draw.randrange(256)
        cut = bytes(content[: draw.choice((len(content), len(content), draw.randrange(len(content))))])
        answer = serving.client.post("/parse", content=cut, headers={"Content-Type": kind})
        assert answer.status_code in (200, 400, 413, 415, 422), answer.text
    assert not lies(serving)
