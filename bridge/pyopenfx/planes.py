"""Planes: layers beside the colour, by the strings that plug-ins and hosts name them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._words import COMPONENTS

COLOUR = "colour"
_COLOUR_PLANE = "uk.co.thefoundry.OfxImagePlaneColour"
_NAME, _LABEL = "NatronOfxImageComponentsPlaneName_", "_PlaneLabel_"
_CHANNELS, _CHANNEL = "_ChannelsLabel_", "_Channel_"
_MOST_CHANNELS = 4


@dataclass(frozen=True)
class Plane:
    """A plane: `name` as plug-in and artist know it, `label`, names of its channels."""

    name: str
    label: str
    channels: tuple[str, ...]

    @property
    def string(self) -> str:
        """As a host gives it back to a plug-in: label and channels' label filled in."""
        if self.name == COLOUR:
            return _COLOUR_PLANE
        joined = "".join(self.channels)
        return f"{_NAME}{self.name}{_LABEL}{self.label}{_CHANNELS}{joined}" + "".join(
            _CHANNEL + channel for channel in self.channels
        )

    def components(self, takes: Sequence[str]) -> str:
        """What a clip that takes these components is given for the plane; RGBA where nothing fits."""
        fitting = {1: "alpha", 3: "rgb"}.get(len(self.channels), "rgba")
        return fitting if fitting in takes else "rgba"

    def kept(self, channels: int) -> slice:
        """Which channels of what it was given are the plane's: the fourth of RGBA is a matte."""
        count = len(self.channels)
        if self.name == COLOUR or count >= channels:
            return slice(None)
        return slice(3, 4) if count == 1 else slice(0, count)


COLOUR_PLANE = Plane(COLOUR, COLOUR, ("R", "G", "B", "A"))


def parsed(string: str) -> Plane | None:
    """The plane of a plug-in's string; None for a string that hosts drop without a word."""
    if string == _COLOUR_PLANE or string in COMPONENTS.values():
        return COLOUR_PLANE
    if not string.startswith(_NAME):
        return None
    head, *channels = string[len(_NAME) :].split(_CHANNEL)
    if not 1 <= len(channels) <= _MOST_CHANNELS or not all(channels):
        return None
    name, _, rest = head.partition(_LABEL)
    label = (rest or name).partition(_CHANNELS)[0]
    name = name.partition(_CHANNELS)[0]
    return Plane(name, label, tuple(channels)) if name else None
