"""Controls and inputs that are set and have no effect: the node's status and a run's messages say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .settings import BY_NAME, Settings, Value

_NEEDS: tuple[tuple[str, str, Value], ...] = (
    ("person", "who", "index"),
    ("point", "who", "point"),
    ("parts_list", "parts", "listed"),
    ("parts_network", "parts_model", "custom"),
    ("alpha_network", "alpha_model", "custom"),
    ("edge_network", "edge_model", "custom"),
    ("screen_colour", "screen", "picked"),
    ("despill_colour", "despill_replace", "colour"),
)
"""A control, and the menu entry of another without which it has no effect."""

_PEOPLE = ("who", "people", "parts", "net_exposure", "net_gamma", "parts_model", "alpha_model")
"""Controls without effect where nobody looks for people."""


CODE = "setting-without-effect"
"""The code of these sentences, for scripts."""

_MARKS = (
    " has no effect ",
    " no background (Bg) is connected",
    " is not scaled.",
    " This frame did not ask it.",
)


def is_idle(sentence: str) -> bool:
    """Whether a sentence of the node's status is about something that was set and changes nothing."""
    return any(mark in sentence for mark in _MARKS)


def without_effect(
    settings: Settings, clips: Collection[str], packed: bool = False, hosted: bool = False
) -> tuple[str, ...]:
    """A sentence for each control away from its default, and each connected input, that changes nothing.

    Args:
        settings: of a frame.
        clips: the names of the inputs that are connected.
        packed: whether mattes are packed by somebody else, whatever the Output control says.
        hosted: whether a host gave the values, which puts the point that nobody moved into its middle.
    """
    return tuple(_sentences(settings, clips, packed, hosted))


def _sentences(settings: Settings, clips: Collection[str], packed: bool, hosted: bool) -> Iterator[str]:
    for name, other, entry in _NEEDS:
        if (name, hosted) == ("point", True):
            continue
        if _moved(settings, name) and getattr(settings, other) != entry:
            told = BY_NAME[other].options
            label = dict(told).get(str(entry), str(entry))
            yield f"{_label(name)} has no effect unless {BY_NAME[other].label} is {label} ({other}={entry})."
    if settings.subject == "off":
        for name in _PEOPLE:
            if _moved(settings, name):
                yield f"{_label(name)} has no effect while Find people is Off (subject=off)."
    if _moved(settings, "alpha_mix") and settings.alpha_model == "own":
        yield f"{_label('alpha_mix')} has no effect without another Alpha model (alpha_model)."
    if settings.output != "packed" and not packed:
        for name in ("pack_r", "pack_g", "pack_b", "pack_a", "parts_of"):
            if _moved(settings, name):
                yield f"{_label(name)} has no effect unless Output is Packed mattes (output=packed)."
    behind = settings.output == "comp" or settings.despill_replace == "bg"
    if "Bg" in clips and not behind:
        yield (
            "The background (Bg) has no effect unless Output is Comp over Bg (output=comp) or despill takes "
            "its light from it (despill_replace=bg)."
        )
    if "Bg" not in clips and behind:
        what = "Output is Comp over Bg" if settings.output == "comp" else "Despill replaces by Bg"
        yield f"{what} and no background (Bg) is connected: nothing lies behind the subject."


def _moved(settings: Settings, name: str) -> bool:
    return bool(getattr(settings, name) != BY_NAME[name].default)


def _label(name: str) -> str:
    return f"{BY_NAME[name].label} ({name})"
