"""What is wrong with rendered frames as pictures, whoever made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from anatomatte.errors import AnatomatteError
from anatomatte.qc import beyond

from .checked import Checked
from .files import reachable
from .images import read_image
from .looked_at import LookedAt
from .node import CHECKS, scores_of
from .provenance import PREFIX
from .source import Source
from .stills import TRIMMED

T = TypeVar("T")
_ROUNDED = 2e-3
"""How far the plate's values in a file of halves, or of 10 bits, are from the plate's own."""
_DECODED = 1e-2
"""How far pictures of a video that two programs decode lie apart on average: in the levels of white and
black, in how chroma is made larger."""


def faults(
    whole: Mapping[int, LookedAt], checked: Checked, plate: Source | None
) -> Iterator[tuple[int, str, str]]:
    """Frame, code and sentence of each fault among the frames that are *whole*.

    Args:
        checked: what the files should hold.
        plate: where that is known.
    """
    sizes = {frame: "" if plate is None else plate_size(plate, frame) for frame in whole}
    windows = {
        size: usual(_compared(one) for frame, one in whole.items() if sizes[frame] == size)
        for size in set(sizes.values())
    }
    holders = (one for one in whole.values() if checked.channels <= set(one.channels))
    channels = usual(tuple(sorted(one.channels)) for one in holders)
    for frame, one in whole.items():
        like = windows[sizes[frame]] or ()
        if _compared(one) != like:
            beside = f"those of plates of {sizes[frame]}" if len(windows) > 1 else "the others"
            yield frame, "size", f"covers {_size(_compared(one))} and {beside} {_size(like)}"
        lost = sorted(checked.channels.difference(one.channels))
        if lost:
            yield frame, "channels", f"lacks {', '.join(lost[:8])}"
        elif tuple(sorted(one.channels)) != channels:
            yield frame, "channels", "holds other channels than the others"
        if one.flat and not one.ours:
            yield frame, "flat", "has the same value in every pixel"
        elif checked.whole and one.empty and (why := _should_hold(whole, frame, one)):
            yield frame, "empty", f"has an empty alpha, and {why}"
        elif not one.ours and plate is not None and _untouched(one, plate, frame):
            yield frame, "untouched", f"is the plate {plate.file(frame)} as it is: nothing was keyed"
        elif checked.whole and one.full and (beside := _unlike(whole, frame, "full")):
            yield frame, "full", f"has an alpha of 1 everywhere, and frames {beside} have not"


def plate_size(plate: Source, frame: int) -> str:
    """Width and height of a plate by its header; of a video, and where it is not to be had, nothing."""
    import OpenImageIO as oiio

    if plate.is_video or plate.missing([frame]):
        return ""
    with reachable(plate.file(frame)) as name:
        source = oiio.ImageInput.open(name)
        if source is None:
            oiio.geterror()
            return ""
        spec = source.spec()
        source.close()
    return f"{spec.full_width}×{spec.full_height}"


def _should_hold(whole: Mapping[int, LookedAt], frame: int, one: LookedAt) -> str:
    """Why an empty frame should hold somebody; empty text where it may be empty."""
    if "missing" in beyond(scores(one), 1.0):
        return "the check says that somebody is missing"
    beside = _unlike(whole, frame, "empty")
    return f"frames {beside} have none" if beside else ""


def _unlike(whole: Mapping[int, LookedAt], frame: int, what: str) -> str:
    """The frames on both sides of one, where neither is *what* it is; else nothing."""
    order = [number for number in sorted(whole) if getattr(whole[number], what) is not None]
    at = order.index(frame)
    beside = order[max(0, at - 1) : at] + order[at + 1 : at + 2]
    if len(beside) == 2 and not any(getattr(whole[number], what) for number in beside):
        return f"{beside[0]} and {beside[1]}"
    return ""


def _untouched(one: LookedAt, plate: Source, frame: int) -> bool:
    """Whether a frame is its plate, as hosts hand it on that lack the node or pass over its failure."""
    if one.full is False or one.path is None:
        return False
    try:
        made, source = read_image(one.path), plate.read(frame)
    except AnatomatteError:
        return False
    if made.pixels.shape[:2] != source.pixels.shape[:2] or made.pixels.shape[2] < 3:
        return False
    seen, given = made.pixels[..., :3], source.pixels[..., :3]
    if plate.is_video:
        return float(np.abs(seen - given).mean()) < _DECODED
    return bool(np.allclose(seen, given, rtol=_ROUNDED, atol=_ROUNDED))


def scores(one: LookedAt) -> Mapping[str, float]:
    """What the checks of a frame said, by its header."""
    return scores_of(one.facts, PREFIX + CHECKS)


def _compared(one: LookedAt) -> tuple[int, ...]:
    """The windows that all frames have alike: of trimmed ones the display window."""
    trimmed = TRIMMED in one.facts.get(PREFIX + "output", "").replace(";", " ").split()
    return one.windows[4:] * 2 if trimmed else one.windows


def usual(values: Iterable[T]) -> T | None:
    """What most have; of several the first."""
    counted = Counter(values)
    return counted.most_common(1)[0][0] if counted else None


def _size(windows: Sequence[int]) -> str:
    return "×".join(map(str, windows[2:4])) + (f" at {windows[0]},{windows[1]}" if any(windows[:2]) else "")
