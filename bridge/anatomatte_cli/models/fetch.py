"""Bringing a file over the network: mirrors in turn, tries again, goes on where it stopped.

Used by `anatomatte models pull` alone; nothing that renders can import it.  ``http_proxy``,
``https_proxy``, ``no_proxy`` and ``SSL_CERT_FILE`` are heeded, ``file://`` addresses work.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from anatomatte.errors import OutputError, SetupError
from anatomatte.models.store.files import Tell, need_room, said

MIRROR = "ANATOMATTE_MODELS_MIRROR"
"""Addresses or folders, divided by spaces, that are asked before the published ones."""

TRIES = 4
TIMEOUT = 30.0
MOST = 16 * 10**9
"""Bytes that a file may have whose length nobody tells."""
_STEP = 2**20


class _Gone(Exception):
    """This address does not have it; another one may."""


class _Again(Exception):
    """The connection failed; a further try may not."""


def mirrored(name: str, file: str, urls: Sequence[str]) -> list[str]:
    """Where to look for a file of the network *name*: at the mirrors, then at its own addresses."""
    found = []
    for base in os.environ.get(MIRROR, "").split():
        base = base if "://" in base else Path(base).expanduser().absolute().as_uri()
        found += [f"{base.rstrip('/')}/{name}/{file}", f"{base.rstrip('/')}/{file}"]
    return [*found, *urls]


def fetch(
    urls: Sequence[str],
    target: Path,
    *,
    size: int = 0,
    sure: bool = False,
    tell: Tell,
    wait: Callable[[float], Any] = time.sleep,
) -> str:
    """Bring a file to *target*, which may hold the beginning of it, and give the address that had it.

    Args:
        size: its length if that is known, in bytes.
        sure: its content will be compared, so that a beginning from one address may be gone on with
            at another; otherwise only at the same one, while it says that nothing has changed.
        wait: waits for some seconds between tries.

    Raises:
        SetupError: no address has it; the message has what each said.
        OutputError: the disk has no room or cannot be written.
    """
    told = []
    for url in urls:
        for attempt in range(TRIES):
            try:
                _bring(url, target, size, sure, tell)
                _note(target).unlink(missing_ok=True)
                return url
            except _Gone as why:
                told.append(f"{url}: {why}")
                break
            except _Again as why:
                if attempt == TRIES - 1:
                    told.append(f"{url}: {why}")
                else:
                    wait(2.0**attempt)
    lines = "".join(f"\n  {line}." for line in told)
    raise SetupError(
        f"{target.name.partition('-')[2] or target.name} could not be fetched:{lines}\n"
        f"What is there already is kept for the next try; name a mirror in {MIRROR}, or import the file "
        "by hand."
    )


def _note(target: Path) -> Path:
    """Beside what is being fetched: its address, and how that names this state of the file."""
    return target.with_name(target.name + ".json")


def _begun(target: Path, url: str, sure: bool) -> tuple[int, str]:
    """Bytes that can be gone on with, and the mark of their state; (0, "") to begin anew."""
    try:
        have = target.stat().st_size
        facts: Mapping[str, Any] = json.loads(_note(target).read_text(encoding="utf-8"))
        if facts["url"] == url and facts["mark"]:
            return have, str(facts["mark"])
        return (have, "") if sure else (0, "")
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _bring(url: str, target: Path, size: int, sure: bool, tell: Tell) -> None:
    have, mark = _begun(target, url, sure)
    if size and have > size:
        have = 0
    tell(have, size)  # may stop it before anybody is asked
    source, have, total, mark = _open_file(url, have) if url.startswith("file:") else _open(url, have, mark)
    if size and total and total != size:
        source.close()
        raise _Gone(f"has {total} bytes instead of {size}: another file")
    with contextlib.closing(source):
        try:
            need_room(target.parent, max(0, (total or size) - have))
            _note(target).write_text(json.dumps({"url": url, "mark": mark}), encoding="utf-8")
            with open(target, "r+b" if have and target.exists() else "wb") as sink:
                sink.truncate(have)
                sink.seek(have)
                _copy(source, sink, have, total or size, tell)
        except OutputError:
            raise
        except OSError as why:
            raise OutputError(f"{target} cannot be written: {why.strerror or why}.") from why


def _copy(source: Any, sink: IO[bytes], done: int, total: int, tell: Tell) -> None:
    tell(done, total)
    read = getattr(source, "read1", source.read)  # what is there now, so that little is lost
    while True:
        try:
            chunk = read(_STEP)
        except (OSError, http.client.HTTPException) as why:
            raise _Again(f"the connection broke after {done} bytes ({why})") from why
        if not chunk:
            break
        done += len(chunk)
        if done > (total or MOST):
            bound = (
                f"{total} bytes that it has" if total else f"{said(MOST)} that one of unknown length may have"
            )
            raise _Gone(f"sends more than the {bound}")
        sink.write(chunk)
        sink.flush()
        tell(done, total)
    if total and done != total:
        raise _Again(f"the connection broke after {done} of {total} bytes")


def _open_file(url: str, have: int) -> tuple[Any, int, int, str]:
    path = Path(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))
    try:
        facts = path.stat()
        source = io.FileIO(path)
    except OSError as why:
        raise _Gone(why.strerror) from why
    have = have if have <= facts.st_size else 0
    source.seek(have)
    return source, have, facts.st_size, ""


class _NoStepDown(urllib.request.HTTPRedirectHandler):
    """Does not follow from https to anything else."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise _Gone(f"leads from https to {newurl}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _open(url: str, have: int, mark: str) -> tuple[Any, int, int, str]:
    """(stream, bytes that are had already, bytes in all or 0, mark of the file's state)."""
    headers = {"User-Agent": "anatomatte-models", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if mark:
            headers["If-Range"] = mark
    opener = urllib.request.build_opener(_NoStepDown)
    try:
        answer = opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as why:
        why.close()
        if why.code == 416 and have:  # nothing behind what is there: it is whole, or another file
            return _open(url, 0, "")
        if why.code in (408, 429) or why.code >= 500:
            raise _Again(f"{why.code} {why.reason}") from why
        raise _Gone(f"{why.code} {why.reason}") from why
    except (OSError, http.client.HTTPException) as why:
        raise _Again(str(getattr(why, "reason", why))) from why
    told = str(answer.headers.get("Content-Length") or "0").strip()
    if not (told.isascii() and told.isdecimal()):
        answer.close()
        raise _Gone(f"says that it has {told[:40]!r} bytes, which is no number")
    length = int(told)
    if answer.status == 206:
        first, _, total = (answer.headers.get("Content-Range") or "").removeprefix("bytes ").partition("/")
        if first.partition("-")[0] == str(have):
            return answer, have, int(total) if total.isdecimal() else have + length, _mark(answer)
        answer.close()
        return _open(url, 0, "")
    return answer, 0, length, _mark(answer)


def _mark(answer: Any) -> str:
    """A strong ETag, or the day of the last change: what If-Range takes."""
    tag = answer.headers.get("ETag") or ""
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified") or ""
