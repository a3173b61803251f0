"""What the header of a still says: windows, channels, all that the plate's says of the shot, and where the
picture came from."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .header_facts import type_of
from .picture import Picture
from .pixel_marks import NAME as MARKS
from .provenance import Provenance

if TYPE_CHECKING:
    from .stills import StillFormat

_RATE = "framesPerSecond"
"""The standard attribute of OpenEXR; the image library leaves its own name of a rate as it is."""


def spec_of(
    size: tuple[int, ...], names: list[str], picture: Picture, how: StillFormat, record: Provenance
) -> Any:
    """The header of a still, all but where the picture came from (`tell`)."""
    import OpenImageIO as oiio

    height, width = size
    spec = oiio.ImageSpec(width, height, len(names), how.depths[-1])
    spec.channelnames = tuple(names)
    if how.cryptomattes:
        spec.channelformats = tuple(oiio.TypeDesc(depth) for depth in how.depths)
    spec.alpha_channel = names.index("A") if "A" in names else -1
    x, y, full_width, full_height = picture.display
    if how.exr:
        spec.x, spec.y = x + picture.bounds[0], y + full_height - picture.bounds[3]
        spec.full_x, spec.full_y, spec.full_width, spec.full_height = picture.display
        if picture.fps:
            rate = Fraction(picture.fps).limit_denominator(1001)
            spec.attribute(_RATE, "rational", (rate.numerator, rate.denominator))
        for name, (kind, value) in picture.facts.items():
            if name != "colorInteropID" or str(value).startswith("lin_") == _is_linear(record):
                spec.attribute(_RATE if name.lower() == _RATE.lower() else name, type_of(kind), value)
        spec.attribute("compression", how.compression)
        for one in how.cryptomattes:
            for name, text in one.header.items():
                spec.attribute(name, text)
    else:
        spec.width = spec.full_width = full_width
        spec.height = spec.full_height = full_height
        spec.attribute("oiio:UnassociatedAlpha", int(_is_straight(how, record)))
        spec.attribute("compression", "zip")
        spec.attribute("tiff:half", int(how.depth == "half"))  # else the image library makes floats of them
        if not how.linear:
            spec.attribute("oiio:ColorSpace", "sRGB")
    spec.attribute("PixelAspectRatio", picture.aspect)
    if not spec.get_string_attribute("DateTime"):  # else the image library says that it was taken just now
        spec.attribute("DateTime", "")
    spec.attribute("Software", f"Anatomatte {record.account.facts.get('version', '')}".strip())
    return spec


def _is_straight(how: StillFormat, record: Provenance) -> bool:
    """Whether the header says that readers are to multiply by the alpha; PNG knows nothing else."""
    if how.extension == ".png":
        return True
    return record.settings.get("output") == "unpremultiplied"


def _is_linear(record: Provenance) -> bool:
    told = record.settings
    return "linear" in (
        told.get("output_colour"),
        told.get("output_colour") == "input" and told.get("input_colour"),
    )


def tell(spec: Any, how: StillFormat, record: Provenance, marks: str) -> None:
    """Put where a picture came from into its header."""
    told = {**record.attributes(), MARKS: marks}
    if how.exr:
        for name, text in told.items():
            spec.attribute(name, text)
    else:
        spec.attribute("ImageDescription", json.dumps(told, sort_keys=True))
