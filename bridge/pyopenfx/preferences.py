"""Clip preferences: what the host would give each clip, and what the plug-in asks for instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._words import CHANNELS, COMPONENTS, DEPTHS, FIELDS, PREMULTS, short_word
from .clips import ClipFormat

_DEEP = list(DEPTHS)


@dataclass(frozen=True)
class ClipPreferences:
    """The formats of all clips (None where a clip is not connected) and of the output."""

    inputs: dict[str, ClipFormat | None]
    output: ClipFormat
    frame_rate: float = 24.0
    continuous: bool = False
    frame_varying: bool = False


def fit_components(wanted: str, takes: Sequence[str]) -> str:
    """`wanted` where the clip takes it, else the nearest that loses nothing, else the richest."""
    if wanted in takes or not takes:
        return wanted
    known = sorted((c for c in takes if c in CHANNELS), key=lambda c: CHANNELS[c])
    richer = [c for c in known if CHANNELS[c] > CHANNELS[wanted]]
    return richer[0] if richer else (known[-1] if known else wanted)


def fit_depth(wanted: str, takes: Sequence[str]) -> str:
    """`wanted` where the plug-in takes it, else the nearest deeper one, else the deepest."""
    known = [d for d in _DEEP if d in takes]
    if wanted in known or not known:
        return wanted
    deeper = [d for d in known if _DEEP.index(d) > _DEEP.index(wanted)]
    return deeper[0] if deeper else known[-1]


def defaults(
    raw: dict[str, ClipFormat | None],
    takes: Mapping[str, Sequence[str]],
    output_takes: Sequence[str],
    masks: set[str],
    depths: Sequence[str],
    several_depths: bool,
    several_aspects: bool,
) -> ClipPreferences:
    """What the standard gives before the plug-in is asked.

    `raw`: format of each input as connected.  `takes`: components of each clip.  `masks`: inputs
    that do not decide what the output is.
    """
    there = {name: f for name, f in raw.items() if f}
    deepest = max((f.depth for f in there.values()), key=_DEEP.index, default="float")
    inputs: dict[str, ClipFormat | None] = {}
    for name, f in raw.items():
        if f is None:
            inputs[name] = None
            continue
        components = fit_components(f.components, takes[name])
        premult = "opaque" if components == "rgb" else f.premult
        depth = fit_depth(f.depth if several_depths else deepest, depths)
        inputs[name] = replace(f, components=components, depth=depth, premult=premult)
    deciding = [f for name, f in inputs.items() if f and name not in masks] or [
        f for f in inputs.values() if f
    ]
    output = _output(deciding, output_takes, fit_depth(deepest, depths))
    made = ClipPreferences(inputs, output)
    return made if several_aspects else of_one_aspect(made)


def of_one_aspect(prefs: ClipPreferences) -> ClipPreferences:
    """Every clip with the pixel aspect of the output: the host resamples what has another."""
    aspect = prefs.output.pixel_aspect
    inputs = {name: f and replace(f, pixel_aspect=aspect) for name, f in prefs.inputs.items()}
    return replace(prefs, inputs=inputs)


def _output(deciding: Sequence[ClipFormat], takes: Sequence[str], depth: str) -> ClipFormat:
    if not deciding:
        return ClipFormat(fit_components("rgba", takes), depth)
    richest = max((f.components for f in deciding), key=lambda c: CHANNELS[c])
    components = fit_components(richest, takes)
    states = {f.premult for f in deciding}
    premult = next((p for p in ("premultiplied", "unpremultiplied") if p in states), "opaque")
    if components == "rgb":
        premult = "opaque"
    return ClipFormat(components, depth, premult, deciding[0].pixel_aspect, deciding[0].field)


def as_arguments(prefs: ClipPreferences, output_name: str) -> dict[str, Any]:
    """The out arguments of GetClipPreferences, filled with the defaults."""
    args: dict[str, Any] = {
        "OfxImageEffectPropFrameRate": prefs.frame_rate,
        "OfxImageEffectPropPreMultiplication": PREMULTS[prefs.output.premult],
        "OfxImageClipPropFieldOrder": FIELDS[prefs.output.field],
        "OfxImageClipPropContinuousSamples": int(prefs.continuous),
        "OfxImageEffectFrameVarying": int(prefs.frame_varying),
    }
    for name, f in (*prefs.inputs.items(), (output_name, prefs.output)):
        args[f"OfxImageClipPropComponents_{name}"] = (
            COMPONENTS[f.components] if f else "OfxImageComponentNone"
        )
        args[f"OfxImageClipPropDepth_{name}"] = DEPTHS[f.depth] if f else "OfxBitDepthNone"
        args[f"OfxImageClipPropPAR_{name}"] = float(f.pixel_aspect) if f else 1.0
    return args


def from_arguments(args: dict[str, list[Any]], before: ClipPreferences, output_name: str) -> ClipPreferences:
    """The preferences once the plug-in has written its wishes into the arguments."""

    def read(name: str, f: ClipFormat) -> ClipFormat:
        components = args[f"OfxImageClipPropComponents_{name}"][0]
        depth = args[f"OfxImageClipPropDepth_{name}"][0]
        return replace(
            f,
            components=short_word(COMPONENTS, components, f.components),
            depth=short_word(DEPTHS, depth, f.depth),
            pixel_aspect=args[f"OfxImageClipPropPAR_{name}"][0],
        )

    output = replace(
        read(output_name, before.output),
        premult=short_word(PREMULTS, args["OfxImageEffectPropPreMultiplication"][0], before.output.premult),
        field=short_word(FIELDS, args["OfxImageClipPropFieldOrder"][0], before.output.field),
    )
    return ClipPreferences(
        {name: read(name, f) if f else None for name, f in before.inputs.items()},
        output,
        args["OfxImageEffectPropFrameRate"][0],
        bool(args["OfxImageClipPropContinuousSamples"][0]),
        bool(args["OfxImageEffectFrameVarying"][0]),
    )
