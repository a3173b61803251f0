"""What is wanted of a cutout, typed and checked; and the controls that follow from it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from anatomatte.errors import SettingsError
from anatomatte.parts import GROUPS, PARTS
from anatomatte.settings import BY_NAME, Settings, Value, from_mapping

FORMATS: Mapping[str, tuple[str, ...]] = {
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg"),
    "webp": (".webp",),
    "tiff": (".tif", ".tiff"),
    "exr": (".exr",),
}
"""Format → suffixes of its files, the usual one first."""

PERSONS_PARTS = tuple(name for name in (*PARTS, *GROUPS) if name not in ("background", "person"))
"""What `only` takes: parts and groups of them."""

COLOURS: Mapping[str, str] = {
    "white": "#ffffff", "black": "#000000", "grey": "#808080", "gray": "#808080", "red": "#ff0000",
    "green": "#00ff00", "blue": "#0000ff",
}  # fmt: skip
"""Colours that have a word."""

QUALITY = 92
"""Of JPEG and WebP where nobody says another."""
_HARD = 0.004
"""Half the width of the step that a threshold makes of the matte."""


@dataclass(frozen=True, kw_only=True)
class CutoutOptions:
    """What is wanted of each picture; checked when it is made.

    Attributes:
        settings: controls that are not at their defaults, by name, or all of them.
        background: None is transparent; ``#rrggbb``, ``#rgb`` or a word of `COLOURS`; or the path of a
            picture, which is scaled to cover.
        only: parts and groups (docs/subject.md) that the matte keeps; empty keeps all.
        threshold: 0 to 1: matte values below it become 0, others 1; None leaves the matte soft.
        feather: pixels by which the matte is blurred (control *soften*).
        erode: pixels by which it shrinks; negative values let it grow (control *erode*).
        format: a name of `FORMATS`.
        quality: of JPEG and WebP, 1 to 100.
        alpha_too: the matte as a file of its own.
        parts: people and parts: a matte each, a colour map, its legend, labels.
        sheet: people and parts are wanted for a contact sheet.
        regions: of faces: a matte each, a colour map, labels (docs/faces.md).

    Raises:
        SettingsError: a name, colour, format or number that does not exist, or two that contradict.
    """

    settings: Settings | Mapping[str, Value] = field(default_factory=dict)
    background: str | Path | None = None
    only: tuple[str, ...] = ()
    threshold: float | None = None
    feather: float = 0.0
    erode: float = 0.0
    format: str = "png"
    quality: int = QUALITY
    alpha_too: bool = False
    parts: bool = False
    sheet: bool = False
    regions: bool = False

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise SettingsError(f"format {self.format}: it takes {', '.join(FORMATS)}.")
        if not 1 <= self.quality <= 100:
            raise SettingsError(f"quality {self.quality}: it takes a whole number from 1 to 100.")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise SettingsError(f"threshold {self.threshold:g}: it takes a number from 0 to 1.")
        if isinstance(self.background, str):
            colour_of(self.background)
        for word in self.only:
            _check_part(word)
        self.values()

    def values(self) -> dict[str, Value]:
        """The controls that are not at their defaults.

        Raises:
            SettingsError: a control is set that an option sets too, or a value is out of range.
        """
        told = dict(_plain(self.settings))
        for name in ("output", "output_colour"):
            if name in told:
                raise SettingsError(f"{name} follows from the format of a cutout; leave it out.")
        given: dict[str, Value] = {}
        if self.threshold is not None:
            middle = min(max(self.threshold, _HARD), 1 - _HARD)
            given |= {"clip_black": middle - _HARD, "clip_white": middle + _HARD}
        if self.feather:
            given["soften"] = float(self.feather)
        if self.erode:
            given["erode"] = float(self.erode)
        if self.only:
            given |= {"parts": "listed", "parts_list": " ".join(self.only)}
        for name, value in given.items():
            if name in told and told[name] != value:
                raise SettingsError(f"{name} is set twice, to {told[name]} and to {value}; say it once.")
        from_mapping({**told, **given})  # it checks them
        return {**told, **given}


def _plain(settings: Settings | Mapping[str, Value]) -> Mapping[str, Value]:
    """Settings as a mapping of what is not at its default."""
    if not isinstance(settings, Settings):
        return settings
    return {
        one.name: getattr(settings, one.name)
        for one in fields(settings)
        if getattr(settings, one.name) != BY_NAME[one.name].default
    }


def _check_part(word: str) -> None:
    if word in PERSONS_PARTS:
        return
    near = difflib.get_close_matches(word.lower(), PERSONS_PARTS, n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PERSONS_PARTS)}."
    raise SettingsError(f"There is no part {word!r}; {cure}")


def colour_of(word: str) -> tuple[float, float, float]:
    """Red, green, blue in [0, 1], sRGB, of ``#rrggbb``, ``#rgb`` or a word of `COLOURS`.

    Raises:
        SettingsError: it is no colour.
    """
    digits = COLOURS.get(word.strip().lower(), word.strip()).removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    try:
        red, green, blue = bytes.fromhex(digits) if len(digits) == 6 else b""
    except ValueError as why:
        raise SettingsError(
            f"{word!r} is no background; write transparent, a colour like '#20a040' or "
            f"{', '.join(COLOURS)}, or the name of a picture."
        ) from why
    return red / 255, green / 255, blue / 255


def background_of(word: str | None) -> str | Path | None:
    """What a person writes for a background: transparent, a colour, or a picture that is there."""
    if word is None or word.strip().lower() in ("", "transparent", "none"):
        return None
    path = Path(word).expanduser()
    if path.is_file():
        return path
    if path.suffix or "/" in word:
        raise SettingsError(f"The background {word} is not there; check the path.")
    colour_of(word)
    return word
