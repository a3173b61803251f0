"""When people are asked for: by the controls, by the layers that are wanted, by what a plate shows."""

from __future__ import annotations

from ..decision import parsed
from ..menus import FACE_MENU, GROUP_MENU, PART_MENU, PERSON_MENU
from ..parts import PERSON
from ..people import selection
from ..settings import Settings

LAYERS = frozenset({*PERSON_MENU, *PART_MENU, *GROUP_MENU, *FACE_MENU})
"""Mattes that only the people network can give."""


_OF_PARTS = frozenset({*PART_MENU, *GROUP_MENU, *FACE_MENU} - {"held"})
"""Mattes that only the parts can give."""


def wanted(settings: Settings) -> bool:
    """Whether a control or a layer asks for something that only the people network knows.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    shown = settings.output in ("people", "parts", "hard_people", "hard_parts")
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not LAYERS.isdisjoint(packed)
    return (
        shown
        or layers
        or settings.swap != "off"
        or selection.narrowed(settings)
        or settings.only_people
        or by_parts(settings)
    )


def decides(settings: Settings) -> bool | None:
    """What the layers that are asked for decide of a frame: whether the people network is asked.

    None where it is asked whatever they are: then all layers are those of one frame, which is made once.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    kept = parsed(settings.screen_kept) if settings.screen == "auto" else None
    unscreened = settings.screen == "none" or (kept is not None and not kept.screen)
    anyway = settings.subject == "on" or (
        settings.subject == "auto" and (unscreened or settings.edge_model == "alpha")
    )
    return None if anyway else wanted(settings)


def parts(settings: Settings) -> bool:
    """Whether a control or a layer asks for parts of people."""
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not _OF_PARTS.isdisjoint(packed)
    chosen = {name for name in selection.chosen_parts(settings) if name != "held"}
    shown = settings.output in ("parts", "hard_parts") or settings.swap != "off"
    return shown or layers or chosen not in (set(), set(PERSON))


DESPILLED = ("skin", "hair", "clothes")
"""Parts of people that despill may treat each in its way."""


def regions(settings: Settings) -> bool:
    """Whether a layer asks for regions of faces."""
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    return settings.output == "packed" and not FACE_MENU.keys().isdisjoint(packed)


def by_parts(settings: Settings) -> bool:
    """Whether despill is to differ between parts of people."""
    return any(getattr(settings, f"despill_{name}") != 1.0 for name in DESPILLED)


def asked(settings: Settings, screen: bool) -> bool:
    """Whether this frame asks the network: the control says so, or there is no screen, or it is needed."""
    if settings.subject == "auto":
        return not screen or wanted(settings) or settings.edge_model == "alpha"
    return settings.subject == "on"
