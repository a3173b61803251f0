"""The one table of file formats: what is read and written, with which depths, layers, alpha and colour.

``python -m anatomatte_batch.formats`` prints it as docs/formats.md (`make docs`; a test compares).
"""

from __future__ import annotations

from dataclasses import dataclass

LINEAR = "scene-linear"
LINEAR_FLOATS = "scene-linear if float, else sRGB"
CINEON = "Cineon log unless the header says otherwise"
SRGB = "sRGB"
REC709 = "Rec.709"


@dataclass(frozen=True)
class FileFormat:
    """One kind of file.

    Attributes:
        title: its name for people.
        suffixes: in lower case, the usual one first.
        colour: how its pixels are taken to be encoded while ``input_colour`` is Auto.
        video: one file for all frames.
        depths: that can be written, the default first; empty where it is only read.
        layers: what one written file holds.
        alpha: how colour and alpha are written.
    """

    title: str
    suffixes: tuple[str, ...]
    colour: str
    video: bool = False
    depths: tuple[str, ...] = ()
    layers: str = ""
    alpha: str = ""

    @property
    def written(self) -> bool:
        return bool(self.depths)


FORMATS: tuple[FileFormat, ...] = (
    FileFormat("OpenEXR", (".exr",), LINEAR, False, ("half", "float"), "any number", "premultiplied"),
    FileFormat("stereo OpenEXR", (".sxr",), LINEAR),
    FileFormat("PNG", (".png",), SRGB, False, ("16", "8"), "one", "unpremultiplied"),
    FileFormat(
        "TIFF", (".tif", ".tiff"), LINEAR_FLOATS, False, ("16", "8", "half", "float"), "one",
        "unpremultiplied; premultiplied if float",
    ),
    FileFormat("JPEG", (".jpg", ".jpeg", ".jpe", ".jif", ".jfif", ".mpo"), SRGB),
    FileFormat("WebP", (".webp",), SRGB),
    FileFormat("JPEG XL", (".jxl",), SRGB),
    FileFormat("JPEG 2000", (".jp2", ".j2k", ".j2c", ".jph"), SRGB),
    FileFormat("BMP", (".bmp", ".dib"), SRGB),
    FileFormat("Targa", (".tga",), SRGB),
    FileFormat("DPX", (".dpx",), CINEON),
    FileFormat("Cineon", (".cin",), CINEON),
    FileFormat("Radiance HDR", (".hdr",), LINEAR),
    FileFormat("QuickTime", (".mov",), REC709, True, ("ProRes 4444",), "rgba", "unpremultiplied"),
    FileFormat("MP4", (".mp4",), REC709, True, ("H.264, 8 bit",), "rgba over a backing", "none"),
    FileFormat("Matroska, WebM", (".mkv", ".webm", ".mk3d"), REC709, True),
    FileFormat("MXF", (".mxf",), REC709, True),
    FileFormat("MPEG transport stream", (".ts", ".m2ts", ".mts", ".m2t", ".trp"), REC709, True),
    FileFormat("MPEG program stream", (".mpg", ".mpeg", ".vob", ".m2p", ".mod"), REC709, True),
    FileFormat("MPEG-4 of phones", (".m4v", ".3gp", ".3g2", ".f4v", ".qt"), REC709, True),
    FileFormat("AVI, Windows Media", (".avi", ".wmv", ".asf", ".dv"), REC709, True),
    FileFormat("Flash, Ogg, NUT, IVF", (".flv", ".ogv", ".ogg", ".nut", ".ivf"), REC709, True),
    FileFormat(
        "Raw video streams",
        (".m1v", ".m2v", ".h264", ".264", ".avc", ".h265", ".265", ".hevc", ".y4m"),
        REC709,
        True,
    ),
    FileFormat("Moving pictures", (".gif", ".apng"), SRGB, True),
)  # fmt: skip
"""Every kind of file, those that are written too first among their kind."""

_UNREAD = (
    "heic heif hif avif psd psb svg gif apng ico pnm ppm pgm pbm pfm sgi rgb pic "
    "jxr wdp hdp jpx jpf jpm pcx pict dds fits iff rla xcf kra "
    "dng cr2 cr3 crw nef nrw arw srf sr2 raf orf rw2 pef srw x3f 3fr iiq erf mrw kdc dcr gpr rwl mos mef eip"
)
UNREAD = frozenset(f".{name}" for name in _UNREAD.split())
"""Suffixes of pictures that are not read as stills: they are told where a folder holds them."""

BY_SUFFIX: dict[str, FileFormat] = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}
"""Suffix → format."""


def suffixes(*, video: bool, written: bool = False) -> frozenset[str]:
    """The suffixes of stills or of videos; of those only that are written, where asked."""
    return frozenset(s for s, kind in BY_SUFFIX.items() if kind.video == video and kind.written >= written)


def words(*, written: bool = False, video: bool = True) -> str:
    """The formats in one line, for help and messages: all that are read, or those that are written; all of
    them, or stills alone."""
    return ", ".join(kind.title for kind in FORMATS if kind.written >= written and kind.video <= video)


def markdown() -> str:
    """docs/formats.md."""
    lines = [
        "# File formats",
        "",
        "Made by `make docs` from `bridge/anatomatte_batch/formats.py`; a test compares.",
        "",
        "| Format | Suffixes | Colour when read, with Auto | Written as | Layers in a file | Alpha |",
        "|---|---|---|---|---|---|",
    ]
    for kind in FORMATS:
        names = " ".join(f"`{suffix}`" for suffix in kind.suffixes)
        cells = (kind.title, names, kind.colour, ", ".join(kind.depths), kind.layers, kind.alpha)
        lines.append(f"| {' | '.join(cell or '–' for cell in cells)} |")
    lines += [
        "",
        "Every format of the table is read. The first depth is the default (`--depth`). Alpha "
        "is what is written unless `output` is set. Layers and colour: [cli.md](cli.md#layers).",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown())
