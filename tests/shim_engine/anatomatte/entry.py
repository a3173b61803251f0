"""The calls of the real `anatomatte.entry`, doing what a test asks for by the frame number."""

from __future__ import annotations

import threading
import time as clock
from typing import Any

FILL, HALF_THEN_FAIL, BUG, NO_MEMORY, WAIT, KEEP, SLOW, CYCLE, EXIT, LONG, MEET, LATIN, LATIN_BUG = range(
    1, 14
)

seen: dict[str, Any] = {}  # facts of the last frame, for the test to look at
plates: list[Any] = []  # arrays of the test, to be found again as views
threads: set[int] = set()  # engine threads that rendered
kept: list[Any] = []
told: list[float] = []  # the progress that the test's host has heard of
meeting = threading.Barrier(4)
refuse_handshake = ""
purged = 0


class StandInError(Exception):
    exit_code = 3


class CancelledError(Exception):
    exit_code = 130


def handshake(digest: str, version: str) -> None:
    if refuse_handshake:
        error = StandInError(refuse_handshake)
        error.exit_code = 4
        raise error
    seen["digest"], seen["version"] = digest, version


def render(
    *,
    inputs: dict[str, dict[str, Any]],
    output: dict[str, Any],
    window: tuple[int, int, int, int],
    values: dict[str, object],
    time: float,
    scale: tuple[float, float],
    draft: bool,
    progress: Any,
    cancelled: Any,
    neighbours: dict[str, Any],
) -> None:
    threads.add(threading.get_ident())
    remember(inputs, output, window, values, time, scale, draft)
    x1, y1, x2, y2 = window
    bx1, _, _, by2 = output["bounds"]
    part = output["pixels"][by2 - y2 : by2 - y1, x1 - bx1 : x2 - bx1]
    if time == WAIT:
        wait_to_be_cancelled(cancelled)
    if time == SLOW:
        seen["unheard"] = [step for step in range(10) if not heard(progress, step / 10)]
    if time == MEET:
        meeting.wait(60)  # broken, and so an error, if fewer than four come
        seen["met"] = True
    part[...] = 1
    if time == HALF_THEN_FAIL:
        raise StandInError("The plate is upside down: turn it. Ü")
    if time == BUG:
        raise KeyError("nobody thought of this")
    if time == NO_MEMORY:
        raise MemoryError
    if time == KEEP:
        kept.append(inputs["Source"]["pixels"][1:, 1:])
    if time == CYCLE:
        knot: list[Any] = [output["pixels"]]
        knot.append(knot)
    if time in (LATIN, LATIN_BUG):
        raise (StandInError if time == LATIN else KeyError)("caf\udce9.exr is half: \ud800.")
    if time == LONG:
        raise StandInError("x" + "Ü" * 3000)
    if time == EXIT:
        raise SystemExit(0)


def heard(progress: Any, share: float) -> bool:
    """Tell how far the frame is, and wait until the host has heard of it."""
    progress(share)
    deadline = clock.monotonic() + 30
    while not told or told[-1] < share - 1e-6:
        if clock.monotonic() > deadline:
            return False
        clock.sleep(0.01)
    return True


def wait_to_be_cancelled(cancelled: Any) -> None:
    seen["waiting"] = True
    deadline = clock.monotonic() + 120
    while clock.monotonic() < deadline:
        if cancelled():
            seen["cancelled"] = True
            raise CancelledError("The host stopped this frame.")
        clock.sleep(0.01)


def remember(inputs: Any, output: Any, window: Any, values: Any, time: Any, scale: Any, draft: Any) -> None:
    seen.update(window=window, values=values, time=time, scale=scale, draft=draft, clips={})
    for name, clip in [*inputs.items(), ("Output", output)]:
        pixels = clip["pixels"]
        address = pixels.__array_interface__["data"][0]
        inside = [a.ctypes.data <= address < a.ctypes.data + a.nbytes for a in plates]
        seen["clips"][name] = {
            "dtype": str(pixels.dtype),
            "shape": pixels.shape,
            "strides": pixels.strides,
            "writable": pixels.flags.writeable,
            "borrowed": any(inside),
            "copy": pixels.copy(),
            "facts": {key: clip[key] for key in ("bounds", "rod", "premult", "aspect")},
        }


Span = tuple[float, float] | None


def reach(
    *, values: dict[str, object], time: float, first: float | None, last: float | None
) -> tuple[Span, Span]:
    seen["reach"] = (time, first, last)
    return (None if values["alpha_model"] == "custom" else (time - 2, time - 1)), None


def status() -> str:
    return "a stand-in"


def purge() -> None:
    global purged
    purged += 1
