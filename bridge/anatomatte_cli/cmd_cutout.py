"""``anatomatte cutout``: pictures, folders, globs or standard input become cutouts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte_batch import presets
from anatomatte_batch.frugal import one_arena

from .cmd_render import option as _option
from .helptext import Command

if TYPE_CHECKING:
    from anatomatte.settings import Value
    from anatomatte_batch.cutout import CutoutRequest


@click.command("cutout", cls=Command, options_metavar="[OPTIONS]")
@click.argument("names", nargs=-1, required=True, metavar="PHOTO|FOLDER|GLOB|-… [OUT]")
@_option("--format", metavar="NAME", help="png jpeg webp tiff exr; default: by OUT, or png.")
@_option("--quality", metavar="N", type=int, default=92, help="Of JPEG and WebP, 1 to 100.")
@_option("--bg", metavar="COLOUR|PICTURE", help="transparent, '#rrggbb', white, a picture.")
@_option("--only", metavar="LIST", help="Keep these parts: face,hair (docs/subject.md).")
@_option("--threshold", metavar="N", type=float, help="0 to 1: the matte hard at this value.")
@_option("--feather", metavar="N", type=float, default=0.0, row="matte", help="Pixels.")
@_option("--erode", metavar="N", type=float, default=0.0, row="matte")
@_option("--alpha-too", is_flag=True, row="more", help="Further files (docs/cutout.md).")
@_option("--parts", is_flag=True, row="more")
@_option("--regions", is_flag=True, row="more")
@_option("--sheet", is_flag=True, row="more")
@_option("--preset", metavar="TOML", help="Controls, from a file.")
@_option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@_option("--colour", metavar="KEY", help="Encoding; default: by the files' types.")
@_option("--watch", is_flag=True, help="Pictures as they come; Ctrl+C ends it.")
@_option("-j", "--jobs", metavar="N", type=int, default=1, help="Processes, each started once.")
@_option("--overwrite", is_flag=True, row="flags", help="Replace foreign files; say failures only.")
@_option("--quiet", is_flag=True, row="flags")
def command(**words: Any) -> int:
    """Cut people out, after one start: NAME_cutout.png beside each picture, or OUT (file, folder, -)."""
    one_arena()
    request = requested(words)
    result = request.run()
    if not request.quiet and (result.sheets or len(result.pictures) > 1):
        more = f" and {len(result.sheets) - 1} more" if len(result.sheets) > 1 else ""
        sheet = f"; the sheet is {result.sheets[0]}{more}" if result.sheets else ""
        count = len(result.pictures) - len(result.failed)
        click.echo(f"{count} cut in {result.seconds:.1f} s{sheet}", err=True)
    if result.failed:
        click.echo(f"anatomatte: {result.sentence}", err=True)
    return result.exit_code


def requested(words: dict[str, Any]) -> CutoutRequest:
    """What the words ask for.

    Raises:
        SettingsError: a word is in no menu, or two contradict each other.
    """
    from anatomatte_batch.cutout import CutoutOptions, CutoutRequest
    from anatomatte_batch.cutout.names import split
    from anatomatte_batch.cutout.options import background_of

    sources, out = split(words["names"])
    options = CutoutOptions(
        settings=_settings(words),
        background=background_of(words["bg"]),
        only=tuple(word for word in (words["only"] or "").replace(",", " ").split() if word),
        quality=words["quality"],
        **{
            name: words[name]
            for name in ("threshold", "feather", "erode", "alpha_too", "parts", "regions", "sheet")
        },
    )
    same = {name: words[name] for name in ("format", "watch", "jobs", "overwrite", "quiet")}
    return CutoutRequest(sources=sources, out=out, options=options, **same)


def _settings(words: dict[str, Any]) -> dict[str, Value]:
    """The controls of preset, ``--set`` and ``--colour``; a still has frame 1 of a preset."""
    values: dict[str, Value] = {}
    if words["preset"]:
        preset = presets.load(Path(words["preset"]))
        told = {*preset.settings, *preset.keys, *(name for one in preset.ranges for name in one.settings)}
        values = {name: value for name, value in preset.at(1).items() if name in told}
    values |= dict(presets.parse_setting(text) for text in words["sets"])
    if words["colour"]:
        values |= dict([presets.parse_setting(f"input_colour={words['colour']}")])
    return values
