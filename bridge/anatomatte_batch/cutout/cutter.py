"""One warm node for stills of any size: the same .ofx, through the same host, as every batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from anatomatte.errors import PlateError
from anatomatte.menus import FACE_MENU, PART_MENU, PERSON_MENU
from anatomatte.settings import Value

from .. import face_marks
from ..node import ALONE, Account, Connect, Node
from ..ofx_node import connect as through_ofx
from ..picture import Floats, Picture, placed, whole
from ..presets import Preset
from ..renders import default_values, render_layers
from .cut import SEEN, Cut
from .ground import NO_ALPHA
from .options import QUALITY, CutoutOptions

FRAME = 1
Found = dict[str, Floats]


class Cutter:
    """The node, started once; use it in a ``with`` block, from one thread at a time.

    Args:
        options: of every picture that is not asked for with others.
        stop: asked while a picture is cut; True ends it with Cancelled.
        connect: makes the node; the default drives the built .ofx.

    Raises:
        SetupError: there is no node, or it does not load.
    """

    def __init__(
        self,
        options: CutoutOptions | None = None,
        stop: Callable[[], bool] = lambda: False,
        connect: Connect | None = None,
    ) -> None:
        self.options = options or CutoutOptions()
        self._picture: Picture | None = None
        clips = {"Source": self._source}
        self._node: Any = through_ofx(clips, stop) if connect is None else connect(clips)

    def __enter__(self) -> Cutter:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the node's instance back; the next picture makes another."""
        if hasattr(self._node, "close"):
            self._node.close()

    def cut(self, picture: Picture | npt.NDArray[Any], options: CutoutOptions | None = None) -> Cut:
        """A still, cut.

        Args:
            picture: a still that was read (`anatomatte_batch.images.read_image`), or an array as `as_picture`
                takes it.
            options: other ones than the cutter's.

        Raises:
            AnatomatteError: as a frame of a batch, in the class of the error table.
        """
        wish = options or self.options
        still = picture if isinstance(picture, Picture) else as_picture(picture)
        self._picture = still
        values = Preset().override(wish.values()).at(FRAME, default_values(True, None))
        if values["input_colour"] == "auto":
            values["input_colour"] = still.colour
        try:
            return cut_frame(self._node, FRAME, values, still, wish)
        finally:
            self._picture = None
            self.close()  # a project has one size, and one plate at a frame

    def _source(self, _frame: int) -> Picture:
        assert self._picture is not None
        return self._picture


def cut_frame(
    node: Node,
    frame: int,
    values: Mapping[str, Value],
    picture: Picture,
    options: CutoutOptions,
    around: Mapping[int, Mapping[str, Value]] = ALONE,
) -> Cut:
    """A frame of a node whose clips are connected, cut.

    Args:
        values: all controls at the frame; colour leaves premultiplied and scene-linear.
        around: the controls at frames beside it that it depends on.
    """
    values = {**values, "output": "premultiplied", "output_colour": "linear"}
    told: list[str] = []
    accounts: list[Account] = []
    display = (0, 0, *picture.size)

    def layers(names: tuple[str, ...]) -> Found:
        made, where = render_layers(node, frame, values, names, picture, told.extend, accounts.append, around)
        return {name: placed(pixels, where.bounds, display) for name, pixels in made.items()}

    light = layers(("rgba",))["rgba"]
    people: Found = {}
    parts: Found = {}
    regions: Found = {}
    if options.parts or options.sheet or options.regions:
        people = _there(layers(tuple(PERSON_MENU)))
    if options.regions:
        wanted = tuple(f"{person}.{region}" for person in people for region in FACE_MENU)
        regions = _there(layers(wanted)) if wanted else {}
    if options.parts or options.sheet:
        wanted = tuple(f"{person}.{part}" for person in people for part in PART_MENU)
        parts = _there(layers(wanted)) if wanted else {}
    if options.background is None and options.format in NO_ALPHA:
        told.append("JPEG knows no transparency: without a background of yours, white is behind the people.")
    if options.format == "webp" and picture.aspect != 1.0:
        told.append(f"WebP knows no pixel aspect: {picture.aspect:g} of {picture.name} is lost; write PNG.")
    checks = accounts[0].checks if accounts else {}
    if options.quality != QUALITY and options.format not in ("jpeg", "webp"):
        told.append(f"quality {options.quality} has no effect on {options.format}: it is of JPEG and WebP.")
    sentences = tuple(dict.fromkeys(told))
    return Cut(
        light, picture, str(values["input_colour"]), options, people, parts, sentences, checks, regions,
        face_marks.of(accounts),
    )  # fmt: skip


def _there(found: Found) -> Found:
    """The mattes that hold something, H×W."""
    return {name: matte[..., 0] for name, matte in found.items() if float(matte.sum()) > SEEN}


def as_picture(pixels: npt.NDArray[Any]) -> Picture:
    """An array as a still.

    Args:
        pixels: H×W or H×W×C with C in 1, 3, 4, top row first.  Of whole numbers it is sRGB, not
            premultiplied, and full scale is 1; of floats it is scene-linear and premultiplied.

    Raises:
        PlateError: another shape or type, or no pixel.
    """
    array = pixels[..., None] if pixels.ndim == 2 else pixels
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
        raise PlateError(
            f"An array of shape {pixels.shape} is no picture; hand over height × width × 1, 3 or 4 channels."
        )
    if array.dtype.kind not in "uf":
        raise PlateError(f"An array of {pixels.dtype} is no picture; hand over uint8, uint16 or float32.")
    coded = array.dtype.kind == "u"
    scale = float(np.iinfo(array.dtype).max) if coded else 1.0
    alpha = "unpremultiplied" if coded else "premultiplied"
    return whole(
        np.ascontiguousarray(array, np.float32) / np.float32(scale),
        premult=alpha if array.shape[2] == 4 else "opaque",
        colour="srgb" if coded else "linear",
        bits=8 * array.dtype.itemsize,
        name="the picture",
    )
