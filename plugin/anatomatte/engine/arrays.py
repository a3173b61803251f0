"""The door for arrays: ``anatomatte.matte(image, **settings)``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .. import settings as table
from ..errors import PlateError, SettingsError
from ..frame import Frame, from_view
from ..shot.numbering import at_frame
from ..work import work_for
from .mattes import Mattes
from .run import key_frame


def _array(name: str, image: Any) -> Frame:
    try:
        view = np.asarray(image)
    except ValueError as error:
        raise PlateError(f"{name} is not an array of pixels: {error}.") from error
    if view.dtype.kind == "f" and view.dtype.itemsize == 8:
        view = view.astype(np.float32)
    if view.dtype == np.bool_:
        view = view.astype(np.float32)
    if view.ndim == 2:
        view = view[..., None]
    if view.ndim != 3 or view.shape[2] not in (1, 3, 4):
        raise PlateError(f"{name} of shape {view.shape} is not rows × columns × (1, 3 or 4) channels.")
    if 0 in view.shape:
        raise PlateError(f"{name} of shape {view.shape} has no pixels.")
    return from_view(view, (0, 0, view.shape[1], view.shape[0]))


def matte(
    image: npt.ArrayLike,
    *,
    inm: npt.ArrayLike | None = None,
    outm: npt.ArrayLike | None = None,
    clean_plate: npt.ArrayLike | None = None,
    hint: npt.ArrayLike | None = None,
    background: npt.ArrayLike | None = None,
    frame: int | None = None,
    **settings: Any,
) -> Mattes:
    """Key one picture.

    Args:
        image: H×W×3 or H×W×4, float (scene-linear unless ``input_colour`` says otherwise),
            uint8 or uint16 (sRGB likewise); top row first; alpha is not premultiplied.
        inm: core matte, forces 1.  H×W, H×W×1 or H×W×4 (its alpha), float 0..1 or integers.
        outm: garbage matte, forces 0 and wins.
        clean_plate: the empty screen, H×W×3 or H×W×4.
        hint: a rough matte of the subject that helps to decide where the key is in doubt.
        background: what goes behind; its light replaces spill when ``despill_replace="bg"``.
        frame: the picture's number in its shot, for ``shot_file``.
        **settings: controls of the table by name, for example ``screen="blue", erode=1.5``.

    Raises:
        PlateError: the picture or a helping picture cannot be used.
        SettingsError: an unknown control or a value out of range, or the sidecar is not this shot's.
    """
    chosen = table.from_mapping(settings)
    clips = {"Source": _array("The image", image)}
    beside = {"InM": inm, "OutM": outm, "CleanPlate": clean_plate, "Hint": hint, "Bg": background}
    for name, extra in beside.items():
        if extra is not None:
            clips[name] = _array(name, extra)
            if clips[name].bounds != clips["Source"].bounds:
                _, _, width, height = clips[name].bounds
                raise PlateError(
                    f"{name} is {width}×{height} pixels, the image {clips['Source'].width}×"
                    f"{clips['Source'].height}: give pictures of one size."
                )
    if chosen.shot_file.strip() and frame is None:
        raise SettingsError(
            "shot_file goes by frame: give the picture's number in its shot as frame, or none of both."
        )
    shot = at_frame(chosen, frame or 0)
    chosen = chosen if shot is None else shot.settled(chosen)
    made = key_frame(clips, chosen, work_for(chosen), shot=shot)
    own = made.foreground.copy(), made.spill.copy()  # the caller's own
    made.colours = lambda: own
    return made
