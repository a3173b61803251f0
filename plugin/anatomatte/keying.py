"""The pages of the table that a keyer has: Screen, Matte, Despill.  Standard library only."""

from __future__ import annotations

import dataclasses

from .controls import choice, control
from .menus import COLOURS

_SCREEN = ("screen", ("auto", "green", "blue", "picked"))
SEEN = ("subject", ("auto", "on"))


@dataclasses.dataclass(frozen=True, slots=True)
class Keying:
    """Controls of the screen keyer; :class:`settings.Settings` adds the other pages and the checks."""

    # ---- Screen
    screen: str = choice(
        "auto", "Screen", "Screen", "observe",
        "The coloured backing behind the subject; Auto finds it, None looks for none.",
        auto="Auto", green="Green", blue="Blue", picked="Picked colour", none="None",
        evidence="screen",
    )  # fmt: skip
    screen_colour: tuple[float, float, float] = control(
        "rgb", (0.1, 0.6, 0.15), "Screen colour", "Screen", "observe",
        "The colour of the screen, picked on the plate; used when Screen is Picked colour.",
        low=-100.0, high=100.0, slider=(0.0, 1.0),
        evidence="screen",
        needs=(("screen", ("picked",)),),
    )  # fmt: skip
    screen_kept: str = control(
        "line", "", "Kept decision", "Screen", "observe",
        "What Auto decided for the shot, as Keep this decision or a batch writes it; empty decides anew.",
        animates=False,
        evidence="screen",
        needs=(("screen", ("auto",)),),
    )  # fmt: skip
    keep_screen: bool = control(
        "button", False, "Keep this decision", "Screen", "none",
        "Keeps for the whole shot what Auto decided at the frame that was rendered last.", animates=False,
        needs=(("screen", ("auto",)),),
    )  # fmt: skip
    screen_gain: float = control(
        "double", 1.0, "Screen gain", "Screen", "refine",
        "How strongly the screen is keyed out; lower it when the subject thins, raise it when screen stays.",
        low=0.0, high=4.0, slider=(0.5, 1.5),
        evidence="screen",
        needs=(_SCREEN,),
    )  # fmt: skip
    screen_balance: float = control(
        "double", 0.5, "Screen balance", "Screen", "refine",
        "Which of the two other channels the screen is measured against: 0 the lower, 1 the higher.",
        evidence="screen",
        needs=(_SCREEN,),
    )  # fmt: skip
    screen_uneven: bool = control(
        "bool", True, "Follow uneven light", "Screen", "observe",
        "Models how the screen's colour changes over the frame; off uses one colour.",
        animates=False,
        evidence="screen",
        needs=(_SCREEN,),
    )  # fmt: skip
    shadows: str = choice(
        "drop", "Shadows", "Screen", "refine",
        "What becomes of shadows on the screen: dropped with it, or kept as dark, partly transparent matte.",
        drop="Drop", keep="Keep",
        evidence="screen",
        needs=(_SCREEN,),
    )  # fmt: skip
    markers: bool = control(
        "bool", True, "Remove markers", "Screen", "refine",
        "Drops small things that stand alone on the screen: tracking crosses, dots, ends of tape.",
        animates=False,
        evidence="screen",
        needs=(_SCREEN,),
    )  # fmt: skip
    only_people: bool = control(
        "bool", False, "Drop all but people", "Screen", "refine",
        "Drops what stands away from every person: stands, rigging, the rim of the screen.",
        animates=False,
        evidence="screen",
        needs=(_SCREEN, SEEN),
    )  # fmt: skip
    source_alpha: str = choice(
        "ignore", "Source alpha", "Screen", "shape",
        "What the alpha that comes with Source does.",
        ignore="Ignore", add="Add to InM", multiply="Multiply",
    )  # fmt: skip
    input_colour: str = choice(
        "auto", "Input colour", "Screen", "observe",
        "How the plate is encoded; Auto takes float pixels as scene-linear and integer ones as sRGB.",
        auto="Auto", **COLOURS,
        evidence="screen",
    )  # fmt: skip

    # ---- Matte
    clip_black: float = control(
        "double", 0.0, "Clip black", "Matte", "shape",
        "Matte values at or below this become 0.",
    )  # fmt: skip
    clip_white: float = control(
        "double", 1.0, "Clip white", "Matte", "shape",
        "Matte values at or above this become 1.",
    )  # fmt: skip
    matte_gamma: float = control(
        "double", 1.0, "Matte gamma", "Matte", "shape",
        "Bends the values between black and white; above 1 opens the matte.",
        low=0.1, high=10.0, slider=(0.25, 4.0),
    )  # fmt: skip
    erode: float = control(
        "double", 0.0, "Erode", "Matte", "shape",
        "Shrinks the matte by this many pixels; negative values dilate it.",
        low=-200.0, high=200.0, slider=(-10.0, 10.0), unit="px",
    )  # fmt: skip
    soften: float = control(
        "double", 0.0, "Soften", "Matte", "shape",
        "Blurs the matte by this many pixels.",
        low=0.0, high=200.0, slider=(0.0, 10.0), unit="px",
    )  # fmt: skip
    despot_black: float = control(
        "double", 0.0, "Despot black", "Matte", "shape",
        "Fills holes in the matte that are smaller than this area.",
        low=0.0, high=100000.0, slider=(0.0, 400.0), unit="px2",
    )  # fmt: skip
    despot_white: float = control(
        "double", 0.0, "Despot white", "Matte", "shape",
        "Removes islands of matte that are smaller than this area.",
        low=0.0, high=100000.0, slider=(0.0, 400.0), unit="px2",
    )  # fmt: skip

    unmix: float = control(
        "double", 1.0, "Unmix", "Matte", "shape",
        "How much of the screen's light is taken out of edge pixels.",
        feeds=("foreground",),
    )  # fmt: skip
    snap: float = control(
        "double", 0.0, "Snap edge", "Matte", "shape",
        "Draws the matte's edge onto the edges of the plate; for soft, wandering or blocky mattes.",
    )  # fmt: skip

    # ---- Despill
    despill: float = control(
        "double", 1.0, "Despill", "Despill", "shape",
        "How much of the screen's spill is taken off the subject.",
        feeds=("foreground",),
    )  # fmt: skip
    despill_keep: float = control(
        "double", 1.0, "Keep own colours", "Despill", "shape",
        "Leaves clothes alone that have the screen's hue themselves; 0 despills them too.",
        feeds=("foreground",),
    )  # fmt: skip
    despill_method: str = choice(
        "average", "Method", "Despill", "shape",
        "What the screen's channel is limited to: the other two's mean, their warmer one twice, their "
        "higher one; or the screen's light itself comes off near the matte's edge.",
        average="Average", limit="Limit", double="Double", unmix="Unmix",
        feeds=("foreground",),
    )  # fmt: skip
    despill_replace: str = choice(
        "luminance", "Replace with", "Despill", "shape",
        "The light that is put where spill was taken.",
        nothing="Nothing", luminance="Grey", bg="Bg", colour="Colour",
        feeds=("foreground",),
    )  # fmt: skip
    despill_luminance: float = control(
        "double", 0.25, "Keep luminance", "Despill", "shape",
        "How much of the luminance that despill takes away comes back, in the light of Replace with.",
        feeds=("foreground",),
        needs=(("despill_replace", ("luminance", "bg", "colour")),),
    )  # fmt: skip
    despill_colour: tuple[float, float, float] = control(
        "rgb", (0.5, 0.5, 0.5), "Replace colour", "Despill", "shape",
        "The light that replaces spill when Replace with is Colour.",
        low=0.0, high=100.0, slider=(0.0, 1.0),
        feeds=("foreground",),
        needs=(("despill_replace", ("colour",)),),
    )  # fmt: skip
    despill_skin: float = control(
        "double", 1.0, "Skin", "Despill", "shape",
        "Strength of despill on skin; other than 1 asks the people network.",
        high=2.0, slider=(0.0, 2.0),
        feeds=("foreground",),
        needs=(SEEN,),
    )  # fmt: skip
    despill_hair: float = control(
        "double", 1.0, "Hair", "Despill", "shape",
        "Strength of despill on hair; other than 1 asks the people network.",
        high=2.0, slider=(0.0, 2.0),
        feeds=("foreground",),
        needs=(SEEN,),
    )  # fmt: skip
    despill_clothes: float = control(
        "double", 1.0, "Clothes", "Despill", "shape",
        "Strength of despill on clothes; other than 1 asks the people network.",
        high=2.0, slider=(0.0, 2.0),
        feeds=("foreground",),
        needs=(SEEN,),
    )  # fmt: skip
