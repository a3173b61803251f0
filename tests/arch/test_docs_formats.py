"""The page of file formats is the code's table, and the table is what the writers do."""

from __future__ import annotations

from pathlib import Path

import pytest

from anatomatte.errors import SettingsError
from anatomatte_batch import formats
from anatomatte_batch.source import Source
from anatomatte_batch.stills import StillFormat
from anatomatte_batch.stills_colour import peek_colour

ROOT = Path(__file__).resolve().parent.parent.parent
STILLS = [kind for kind in formats.FORMATS if not kind.video]
COLOURS = {
    formats.LINEAR: "linear", formats.LINEAR_FLOATS: "srgb", formats.CINEON: "cineon", formats.SRGB: "srgb",
}  # fmt: skip


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == formats.markdown() + "\n"


def test_no_suffix_stands_twice() -> None:
    assert len(formats.BY_SUFFIX) == sum(len(kind.suffixes) for kind in formats.FORMATS)


@pytest.mark.parametrize("kind", STILLS, ids=lambda kind: kind.title)
def test_a_still_is_written_where_the_table_says_so(kind: formats.FileFormat) -> None:
    for suffix in kind.suffixes:
        assert peek_colour(Path("not there").with_suffix(suffix)) == COLOURS[kind.colour]
        for depth in ("8", "16", "half", "float"):
            if depth in kind.depths:
                StillFormat(suffix, ("rgba",), depth, "zips")
            else:
                with pytest.raises(SettingsError):
                    StillFormat(suffix, ("rgba",), depth, "zips")
        layers = ("rgba", "hair")
        if kind.layers == "any number":
            StillFormat(suffix, layers, kind.depths[0], "zips")
        elif kind.written:
            with pytest.raises(SettingsError, match="one layer"):
                StillFormat(suffix, layers, kind.depths[0], "zips")


def test_what_is_not_in_the_table_is_refused_with_what_is() -> None:
    with pytest.raises(SettingsError, match=formats.words()):
        Source("plate.psd")
    with pytest.raises(SettingsError, match="OpenEXR, PNG, TIFF, QuickTime, MP4"):
        StillFormat(".jpg", ("rgba",), "8", "zips")
