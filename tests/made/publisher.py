"""Whoever publishes a network, on this machine: a server that breaks, lies, redirects and stalls."""

from __future__ import annotations

import hashlib
import http.server
import threading
from pathlib import Path

from .models_made import manifest_text, onnx_bytes

DATA = onnx_bytes(words=200_000)


class Server:
    """Serves DATA under every name; `cut` bytes a connection, `status` instead, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.cuts: list[int] = []
        self.statuses: list[int] = []
        self.data, self.tag, self.ranges = DATA, '"one"', True
        self.redirect = ""
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None: ...

            def do_GET(self) -> None:
                outer.answer(self)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def url(self, name: str = "net.onnx") -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/{name}"

    def answer(self, it: http.server.BaseHTTPRequestHandler) -> None:
        wanted, mark = it.headers.get("Range", ""), it.headers.get("If-Range", "")
        self.asked.append((it.path, wanted, mark))
        it.close_connection = True
        if self.redirect or self.statuses:
            it.send_response(302 if self.redirect else self.statuses.pop(0))
            it.send_header("Location", self.redirect)
            it.send_header("Content-Length", "0")
            it.end_headers()
            return
        first = int(wanted[6:-1]) if wanted and self.ranges and mark in ("", self.tag) else 0
        if first >= len(self.data):
            it.send_error(416)
            return
        it.send_response(206 if first else 200)
        if first:
            it.send_header("Content-Range", f"bytes {first}-{len(self.data) - 1}/{len(self.data)}")
        it.send_header("Content-Length", str(len(self.data) - first))
        it.send_header("ETag", self.tag)
        it.end_headers()
        body = self.data[first:][: self.cuts.pop(0)] if self.cuts else self.data[first:]
        it.wfile.write(body)
        it.wfile.flush()
        self.hold.wait(30)


def known(
    own: Path,
    *urls: str,
    sure: bool = True,
    size: bool = True,
    name: str = "far-net",
    kind: str = "commercial",
) -> None:
    """A network in the store at *own* whose manifest has these addresses."""
    more = f"urls = {list(urls)!r}".replace("'", '"')
    if sure:
        more += f'\nsha256 = "{hashlib.sha256(DATA).hexdigest()}"'
    if size:
        more += f"\nbytes = {len(DATA)}"
    (own / "manifests").mkdir(parents=True, exist_ok=True)
    (own / "manifests" / f"{name}.toml").write_text(manifest_text(name, kind, more=more))
