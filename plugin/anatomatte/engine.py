"""One frame: a plate and its settings become mattes.

The stages are pure functions with explicit inputs: :func:`prepare` brings all clips into one
place, :func:`observe` looks at the plate once, :func:`refine` makes the matte at the plate's
resolution, :func:`shape` does what a compositor tweaks, and ``output`` packs.  A change of a
control of one stage needs nothing above it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from . import settings as table
from .errors import PlateError
from .frame import Frame, Pixels, from_view
from .keyer import key, unmix
from .keyer.screen import Screen, find
from .ops import colour, matte as shaping
from .ops.strips import each, granted, opencv_threads
from .settings import Settings


def _never() -> None:
    return None


def _silent(_: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """How one frame is worked on; nothing in it changes a pixel except ``scale``.

    Attributes:
        threads: processor threads.
        check: called between stages and strips; raises Cancelled to stop.
        progress: told the share of the work that is done, 0 to 1.
        scale: pixels of the plate per pixel at full resolution; lengths are multiplied by it.
    """

    threads: int = 1
    check: Callable[[], None] = _never
    progress: Callable[[float], None] = _silent
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """All clips of one frame in one place: same size, scene-linear light, mattes as one channel.

    Attributes:
        frame: the plate as it came (float32, NaN and Inf replaced by 0).
        light: H×W×3 scene-linear; the plate's own pixels where the curve is linear.
        alpha: the plate's alpha, H×W, or None.
        curve: name of the plate's transfer curve.
        inm, outm, hint: H×W in 0..1, or None.
        clean: H×W×3 scene-linear clean plate, or None; ``clean_known`` is 1 inside its bounds.
        doubts: sentences for the status.
    """

    frame: Frame
    light: Pixels
    curve: str
    alpha: Pixels | None = None
    inm: Pixels | None = None
    outm: Pixels | None = None
    hint: Pixels | None = None
    clean: Pixels | None = None
    clean_known: Pixels | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one look at the plate found."""

    screen: Screen | None


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The matte at the plate's resolution, before any tweak: coverage in 0..1, H×W."""

    matte: Pixels


@dataclass(slots=True, eq=False)
class Mattes:
    """What the engine makes of one frame; float32, top row first.

    Attributes:
        alpha: H×W, the subject's coverage in 0..1.
        foreground: H×W×3, unmixed, despilled, not premultiplied, in the output's encoding.
        screen: H×W, the matte of the screen keyer before shaping.
        spill: H×W, share of the screen's colour that despill took off, in 0..1.
        core, garbage, hint: H×W, the mattes that came in (zero where none was given).
        people: one matte a person; empty until the people network exists.
        parts: label → matte; empty until the parts network exists.
        messages: doubts about the frame, as sentences.
    """

    alpha: Pixels
    foreground: Pixels
    screen: Pixels
    spill: Pixels
    core: Pixels
    garbage: Pixels
    hint: Pixels
    people: list[Pixels] = field(default_factory=list)
    parts: dict[str, Pixels] = field(default_factory=dict)
    messages: tuple[str, ...] = ()

    def named(self, name: str) -> Pixels:
        """The matte that a menu of packed channels calls *name* (``none`` is zero)."""
        if name == "none":
            return np.zeros_like(self.alpha)
        return np.asarray(getattr(self, name), np.float32)

    def cropped(self, rows: slice, columns: slice) -> Mattes:
        """A window of everything (views, no copies)."""
        cut = {
            name: getattr(self, name)[rows, columns]
            for name in ("alpha", "foreground", "screen", "spill", "core", "garbage", "hint")
        }
        return dataclasses.replace(self, **cut)


# ---------------------------------------------------------------- prepare


def prepare(clips: dict[str, Frame], settings: Settings) -> Plate:
    """Bring all clips to the plate's place and light.

    Raises:
        PlateError: the Source has no colour channels.
    """
    source = clips["Source"]
    if source.channels == 1:
        raise PlateError(
            "Source has only an alpha channel: there is no colour to key; connect a picture with RGB."
        )
    source, doubts = _finite(source)
    curve = colour.resolve(settings.input_colour, source.integer)
    has_alpha = source.channels == 4 and source.premult != "opaque"
    alpha = np.clip(source.pixels[..., 3], 0, 1) if has_alpha else None
    rgb = source.pixels[..., :3]
    if settings.source_alpha == "ignore":
        alpha = None
    elif alpha is not None and source.premult == "premultiplied":
        cover = alpha[..., None]
        rgb = np.where(cover > 0, rgb / np.maximum(cover, np.float32(1e-6)), rgb)
    rgb = np.ascontiguousarray(rgb)
    plate = Plate(source.with_pixels(rgb, premult="unpremultiplied"), colour.decode(curve, rgb), curve, alpha)
    mattes = {
        field_: _matte_of(clips[clip], source)
        for field_, clip in (("inm", "InM"), ("outm", "OutM"), ("hint", "Hint"))
        if clip in clips
    }
    facts: dict[str, Any] = dict(mattes)
    if "CleanPlate" in clips:
        facts["clean"], facts["clean_known"] = _clean_of(clips["CleanPlate"], source, settings)
    return dataclasses.replace(plate, doubts=doubts, **facts)


def _finite(frame: Frame) -> tuple[Frame, tuple[str, ...]]:
    bad = ~np.isfinite(frame.pixels)
    count = int(np.count_nonzero(bad.any(2))) if bad.any() else 0
    if not count:
        return frame, ()
    clean = np.where(bad, np.float32(0), frame.pixels)
    return frame.with_pixels(clean), (f"{count} pixels of Source are NaN or infinite and count as black.",)


def _placed(pixels: Pixels, bounds: tuple[int, int, int, int], at: tuple[int, int, int, int]) -> tuple[Pixels, Pixels]:
    """*pixels* with *bounds* seen through the window *at* (zero outside), and where they are known."""
    height, width = at[3] - at[1], at[2] - at[0]
    if bounds == at:
        return pixels, np.ones((height, width), np.float32)
    out = np.zeros((height, width, pixels.shape[2]), np.float32)
    known = np.zeros((height, width), np.float32)
    x1, x2 = max(bounds[0], at[0]), min(bounds[2], at[2])
    y1, y2 = max(bounds[1], at[1]), min(bounds[3], at[3])
    if x1 < x2 and y1 < y2:
        rows = slice(at[3] - y2, at[3] - y1)
        columns = slice(x1 - at[0], x2 - at[0])
        out[rows, columns] = pixels[bounds[3] - y2 : bounds[3] - y1, x1 - bounds[0] : x2 - bounds[0]]
        known[rows, columns] = 1
    return out, known


def moved(clip: Frame, at: tuple[int, int, int, int]) -> Frame:
    """*clip* seen through the window *at*; zero where it has no pixels."""
    placed, known = _placed(clip.pixels, clip.bounds, at)
    if clip.premult == "opaque" and clip.channels == 4:
        placed = np.concatenate([placed[..., :3], known[..., None]], 2)
        return Frame(placed, at, "premultiplied", clip.aspect, clip.integer)
    if clip.channels == 3:
        return Frame(np.concatenate([placed, known[..., None]], 2), at, "premultiplied", clip.aspect, clip.integer)
    return Frame(placed, at, clip.premult, clip.aspect, clip.integer)


def _matte_of(clip: Frame, source: Frame) -> Pixels:
    """A clip as a matte: its alpha, its only channel, or the mean of its three colours."""
    clip, _ = _finite(clip)
    chosen = clip.pixels.mean(2, keepdims=True) if clip.channels == 3 else clip.pixels[..., -1:]
    placed, _ = _placed(chosen, clip.bounds, source.bounds)
    return np.clip(placed[..., 0], 0, 1)


def _clean_of(clip: Frame, source: Frame, settings: Settings) -> tuple[Pixels, Pixels]:
    if clip.channels == 1:
        raise PlateError("CleanPlate has only an alpha channel: it needs RGB, a picture of the empty screen.")
    clip, _ = _finite(clip)
    curve = colour.resolve(settings.input_colour, clip.integer)
    placed, known = _placed(clip.pixels[..., :3], clip.bounds, source.bounds)
    return colour.decode(curve, np.ascontiguousarray(placed)), known


# ---------------------------------------------------------------- observe, refine, shape


def observe(plate: Plate, settings: Settings, job: Job) -> Evidence:
    """Look at the plate once: is there a screen, which colour, how does its light vary?"""
    job.check()
    picked = np.array(settings.screen_colour, np.float32).reshape(1, 1, 3)
    linear = colour.decode(plate.curve, picked).ravel()
    seen = (float(linear[0]), float(linear[1]), float(linear[2]))
    return Evidence(find(plate.light, settings.screen, seen, settings.screen_uneven))


def surface_rows(plate: Plate, screen: Screen, y1: int, y2: int) -> Pixels:
    """The screen's colour, rows y1 to y2: the clean plate where it is known, else the model."""
    height, width = plate.light.shape[:2]
    surface = screen.rows(y1, y2, height, width)
    if plate.clean is not None and plate.clean_known is not None:
        known = plate.clean_known[y1:y2, :, None]
        surface = surface + known * (plate.clean[y1:y2] - surface)
    return surface


def refine(plate: Plate, evidence: Evidence, settings: Settings, job: Job) -> Key:
    """The matte at the plate's resolution."""
    height, width = plate.light.shape[:2]
    screen = evidence.screen
    if screen is None:
        return Key(np.ones((height, width), np.float32))
    signal = np.empty((height, width), np.float32)

    def strip(y1: int, y2: int) -> None:
        surface = surface_rows(plate, screen, y1, y2)
        signal[y1:y2] = key.transmission(
            plate.light[y1:y2], surface, screen, settings.screen_gain, settings.screen_balance
        )

    each(height, strip, job.threads, job.check)
    job.check()
    return Key(key.screen_matte(key.quiet(signal, screen.noise), screen))


def shape(plate: Plate, evidence: Evidence, made: Key, settings: Settings, job: Job) -> Mattes:
    """What a compositor tweaks: mattes that help, clips, edges, unmix, despill.  Runs nothing above it."""
    zero = np.zeros_like(made.matte)
    core = zero if plate.inm is None else plate.inm
    garbage = zero if plate.outm is None else plate.outm
    hint = zero if plate.hint is None else plate.hint
    if plate.alpha is not None and settings.source_alpha == "add":
        core = np.maximum(core, plate.alpha)
    cover = made.matte if plate.hint is None else _hinted(made.matte, plate.hint)
    alpha = _tweaked(cover, settings, job.scale)
    cover = np.maximum(cover, np.where(alpha > cover, _filled(cover, settings, job.scale), 0))
    job.check()
    alpha = np.maximum(alpha, core)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = alpha * plate.alpha
    alpha = np.clip(np.minimum(alpha, 1 - garbage), 0, 1)
    job.progress(0.8)
    foreground, spill = _foreground(plate, evidence, np.maximum(cover, core), settings, job)
    return Mattes(alpha, foreground, made.matte, spill, core, garbage, hint, messages=plate.doubts)


def _hinted(matte: Pixels, hint: Pixels) -> Pixels:
    """A rough matte as a prior: odds are multiplied, so doubt is resolved and certainty is kept."""
    prior = np.clip(hint, np.float32(0.03), np.float32(0.97))
    yes = matte * prior
    return yes / (yes + (1 - matte) * (1 - prior))


def _filled(matte: Pixels, settings: Settings, scale: float) -> Pixels:
    return shaping.despot_black(matte, settings.despot_black * scale * scale)


def _tweaked(matte: Pixels, settings: Settings, scale: float) -> Pixels:
    if (settings.clip_black, settings.clip_white) != (0.0, 1.0):
        matte = shaping.clip(matte, settings.clip_black, settings.clip_white)
    matte = shaping.despot_black(matte, settings.despot_black * scale * scale)
    matte = shaping.despot_white(matte, settings.despot_white * scale * scale)
    if settings.matte_gamma != 1.0:
        matte = shaping.gamma(matte, settings.matte_gamma)
    if settings.erode != 0.0:
        matte = shaping.erode(matte, settings.erode * scale)
    return shaping.soften(matte, settings.soften * scale)


def _foreground(
    plate: Plate, evidence: Evidence, cover: Pixels, settings: Settings, job: Job
) -> tuple[Pixels, Pixels]:
    """The subject's own colour in the output's encoding, and the spill that was taken off."""
    height, width = cover.shape
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    screen = evidence.screen
    foreground = np.empty((height, width, 3), np.float32)
    spilled = np.zeros((height, width), np.float32)

    def strip(y1: int, y2: int) -> None:
        light = plate.light[y1:y2]
        clean = light
        if screen is not None and screen.weight > 0:
            surface = surface_rows(plate, screen, y1, y2)
            clean = unmix.unmix(light, surface, cover[y1:y2], settings.unmix * screen.weight)
            excess = unmix.spill(clean, screen.axis, settings.despill_method)
            full = np.maximum(screen.axis.key(surface, 0.5), np.float32(1e-5))
            spilled[y1:y2] = np.clip(excess / full, 0, 1)
            amount = settings.despill * screen.weight
            unmix.despill(clean, screen.axis, excess, amount, settings.despill_luminance)
        coded = colour.encode(target, clean)
        if target == plate.curve:  # what nobody touched leaves bit for bit as it came
            coded = np.where(clean == light, plate.frame.pixels[y1:y2], coded)
        foreground[y1:y2] = coded

    each(height, strip, job.threads, job.check)
    return foreground, spilled


# ---------------------------------------------------------------- one frame


def key_frame(clips: dict[str, Frame], settings: Settings, job: Job, draft: bool = False) -> Mattes:
    """All stages for one frame; *draft* asks for half resolution when the settings leave the choice."""
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(job.threads):
        plate = prepare(clips, settings)
        job.progress(0.2)
        if half and min(plate.light.shape[:2]) >= 2:
            return _drafted(plate, settings, job)
        return _stages(plate, settings, job)


def _stages(plate: Plate, settings: Settings, job: Job) -> Mattes:
    evidence = observe(plate, settings, job)
    job.progress(0.4)
    made = refine(plate, evidence, settings, job)
    job.progress(0.7)
    return shape(plate, evidence, made, settings, job)


def _drafted(plate: Plate, settings: Settings, job: Job) -> Mattes:
    """Stages at half resolution; the change of colour, not the picture, is brought back up."""
    height, width = plate.light.shape[:2]
    size = ((width + 1) // 2, (height + 1) // 2)

    def down(pixels: Pixels | None) -> Pixels | None:
        return None if pixels is None else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)

    def up(pixels: Pixels) -> Pixels:
        return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)

    rgb = down(plate.frame.pixels)
    assert rgb is not None
    small = dataclasses.replace(
        plate,
        frame=Frame(rgb, (0, 0, *size)),
        light=colour.decode(plate.curve, rgb),
        **{name: down(getattr(plate, name)) for name in ("alpha", "inm", "outm", "hint", "clean", "clean_known")},
    )
    rough = _stages(small, settings, dataclasses.replace(job, scale=job.scale * 0.5))
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    before = small.frame.pixels if target == plate.curve else colour.encode(target, small.light)
    full = plate.frame.pixels if target == plate.curve else colour.encode(target, plate.light)
    mattes = {
        name: np.clip(up(getattr(rough, name)), 0, 1)
        for name in ("alpha", "screen", "spill", "core", "garbage", "hint")
    }
    return Mattes(foreground=full + up(rough.foreground - before), messages=rough.messages, **mattes)


def job_for(settings: Settings, **facts: Any) -> Job:
    """A job with the threads that the settings ask for."""
    return Job(threads=settings.threads or granted(), **facts)


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
        **settings: controls of the table by name, for example ``screen="blue", erode=1.5``.

    Raises:
        PlateError: the picture or a helping picture cannot be used.
        SettingsError: an unknown control or a value out of range.
    """
    chosen = table.from_mapping(settings)
    clips = {"Source": _array("The image", image)}
    for name, extra in (("InM", inm), ("OutM", outm), ("CleanPlate", clean_plate), ("Hint", hint)):
        if extra is not None:
            clips[name] = _array(name, extra)
            if clips[name].bounds != clips["Source"].bounds:
                _, _, width, height = clips[name].bounds
                raise PlateError(
                    f"{name} is {width}×{height} pixels, the image {clips['Source'].width}×"
                    f"{clips['Source'].height}: give pictures of one size."
                )
    return key_frame(clips, chosen, job_for(chosen))
