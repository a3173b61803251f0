"""What the way over HTTP costs: `anatomatte serve` beside the same work in Python.

    python benchmarks/serve.py [--photos 8] [--clients 8] [--load 500] [--json]

- ``p50_ratio``: the median time of an HD photo over HTTP, divided by that of the same in Python (read, cut,
  encode); the two take turns, each photo is another one.
- ``throughput_ratio``: pictures a second of eight clients at once, divided by those of one client; the two
  take turns, the median of their quotients counts.
- ``lost``: of so many small pictures from eight clients, those without a cutout of the right size at the end;
  a client who is told 429 comes again when it may.
- ``growth_mb``: resident memory of the server over the last four fifths of that load.

The memo of results has 8 MB in both processes: it is full before memory is measured, and no photo is asked
twice.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import cv2
import httpx
import numpy as np
import OpenImageIO as oiio

from anatomatte.cache import memo
from anatomatte_review.cutting import Wish, made, opened
from anatomatte_review.limits import Limits

MEMO_MB = 8
SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "shot" / "plate.1001.exr"
HD = 1920, 1080
HALF = 960, 540
SMALL = 96, 54


class Photos:
    """Photos that differ: the sample plate, moved and lit a little otherwise each time."""

    def __init__(self) -> None:
        light = np.asarray(oiio.ImageBuf(str(SAMPLE)).get_pixels(oiio.FLOAT))[..., :3]
        self._shown = np.clip(light, 0, 1) ** (1 / 2.2)
        self._count = 0

    def next(self, size: tuple[int, int]) -> bytes:
        """Another JPEG of *size* (width, height)."""
        self._count += 1
        moved = np.roll(self._shown, self._count % 97, axis=1) * (1 - 0.0004 * (self._count % 211))
        pixels = cv2.resize(moved, size, interpolation=cv2.INTER_AREA)[..., ::-1]
        return bytes(cv2.imencode(".jpg", np.rint(255 * pixels).astype(np.uint8))[1])


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """A server of its own process: its address, and the number of the process."""
    line = [sys.executable, "-m", "anatomatte_cli", "serve", "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "ANATOMATTE_CACHE_MB": str(MEMO_MB)}
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        base = process.stdout.readline().split()[-1].rstrip("/")
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            client.get(f"{base}/status")
        yield base, process.pid
    finally:
        process.terminate()
        process.wait()


def cut_over_http(client: httpx.Client, photo: bytes) -> httpx.Response:
    """The answer to a photo, asked for again when the server says so."""
    while True:
        answer = client.post("/remove_background", files={"image": ("photo.jpg", photo)})
        if answer.status_code != 429:
            return answer
        time.sleep(float(answer.headers["retry-after"]))


def latency(base: str, photos: Photos, count: int) -> dict[str, float]:
    """Median seconds of an HD photo over HTTP and in Python."""
    cutter, limits = opened(lambda: False), Limits()
    over_http, in_python = [], []
    with tempfile.TemporaryDirectory() as folder, httpx.Client(base_url=base, timeout=600) as client:
        file = Path(folder) / "photo.jpg"

        def timed(work: Callable[[], object]) -> float:
            began = time.perf_counter()
            work()
            return time.perf_counter() - began

        for n in range(count + 1):
            photo = photos.next(HD)
            file.write_bytes(photo)
            turns = [
                (over_http, lambda photo=photo: cut_over_http(client, photo).raise_for_status()),
                (in_python, lambda: made(cutter, file, "photo.jpg", Wish(), limits)()),
            ]
            for times, work in turns if n % 2 else turns[::-1]:
                took = timed(work)
                if n:  # the first one loads the networks
                    times.append(took)
    cutter.close()
    found = {"http_p50_s": statistics.median(over_http), "python_p50_s": statistics.median(in_python)}
    return found | {"p50_ratio": found["http_p50_s"] / found["python_p50_s"]}


def together(base: str, sent: list[bytes], clients: int, size: tuple[int, int]) -> tuple[float, int]:
    """Seconds that *clients* take for all photos, and how many have no good answer."""

    def one(mine: list[bytes]) -> int:
        lost = 0
        with httpx.Client(base_url=base, timeout=600) as client:
            for photo in mine:
                answer = cut_over_http(client, photo)
                good = answer.status_code == 200
                cut = cv2.imdecode(np.frombuffer(answer.content, np.uint8), -1) if good else None
                lost += cut is None or cut.shape != (size[1], size[0], 4)
        return lost

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        lost = sum(pool.map(one, [sent[n::clients] for n in range(clients)]))
    return time.perf_counter() - began, lost


def throughput(base: str, photos: Photos, clients: int, rounds: int = 5) -> dict[str, float]:
    """Pictures a second of one client and of several."""
    ones, manys, quotients = [], [], []
    for _ in range(rounds):
        alone, _ = together(base, [photos.next(HALF) for _ in range(clients)], 1, HALF)
        many, _ = together(base, [photos.next(HALF) for _ in range(clients)], clients, HALF)
        ones.append(clients / alone)
        manys.append(clients / many)
        quotients.append(alone / many)
    median = statistics.median
    return {"one_per_s": median(ones), "many_per_s": median(manys), "throughput_ratio": median(quotients)}


def resident(process: int) -> float:
    """Megabytes of a process in memory."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def load(base: str, process: int, photos: Photos, clients: int, count: int) -> dict[str, float]:
    """Lost pictures and growth under load."""
    first = count // 5
    _, lost = together(base, [photos.next(SMALL) for _ in range(first)], clients, SMALL)
    before = resident(process)
    _, more = together(base, [photos.next(SMALL) for _ in range(count - first)], clients, SMALL)
    return {"load": count, "lost": lost + more, "growth_mb": resident(process) - before}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--photos", type=int, default=8, help="HD photos that are timed")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--load", type=int, default=500, help="small pictures under load")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    words = parser.parse_args()
    photos, memo.limit = Photos(), MEMO_MB * 1_000_000
    with served() as (base, process):
        found = latency(base, photos, words.photos)
        found |= throughput(base, photos, words.clients)
        found |= load(base, process, photos, words.clients, words.load)
    if words.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:<18} {value:.3f}")


if __name__ == "__main__":
    main()
