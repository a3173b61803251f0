"""Controls and inputs that are set and have no effect: the node's status and a run's messages say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .settings import BY_NAME, Settings

_UNTOLD = ("output_colour",)
"""Controls that only some of the pictures of a run need: none of them says that another did without."""

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
    for row in BY_NAME.values():
        if row.name in _UNTOLD or (row.kind, hosted) == ("point", True) or not _moved(settings, row.name):
            continue
        for other, entries in row.needs:
            value = "packed" if (other, packed) == ("output", True) else getattr(settings, other)
            if value not in entries:
                yield f"{row.words} has no effect {_unless(other, entries, value)}."
                break
    if _moved(settings, "window") and not settings.steady:
        yield f"{BY_NAME['window'].words} has no effect unless Steady is above 0 (steady=1)."
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


def _unless(other: str, entries: tuple[str, ...], value: str) -> str:
    row = BY_NAME[other]
    word, entry = ("unless", entries[0]) if len(entries) == 1 else ("while", value)
    return f"{word} {row.label} is {dict(row.options)[entry]} ({other}={entry})"
