"""``anatomatte sheet``: plate, alpha, people, parts and cutout of anybody's shot or photos on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anatomatte_batch import presets
from anatomatte_batch.sequences import parse_frames

from .cmd_render import option as _option
from .helptext import Command


@click.command("sheet", cls=Command, options_metavar="[OPTIONS]")
@click.argument("src")
@click.argument("out", required=False, default="sheet.png")
@_option("--rows", metavar="N", type=int, default=6, help="Frames spread over the shot, or pictures.")
@_option("--frames", metavar="SET", help="Of these frames; default: all that are there.")
@_option("--bg", metavar="COLOUR|PICTURE", help="'#rrggbb', white…, or a picture; default: a checker.")
@_option("--preset", metavar="TOML", help="A shot's settings, as a render takes them.")
@_option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@_option("--shot", metavar="FILE", help="Sidecar of SRC (`anatomatte analyse`): who is who.")
@_option("--colorspace", metavar="NAME", help="SRC's, of the config in $OCIO.")
@_option("--start", metavar="N", type=int, default=1, help="Number of a video's first frame.")
@_option("--overwrite", is_flag=True, help="Replace a file that Anatomatte did not make.")
def command(src: str, out: str, rows: int, bg: str | None, sets: tuple[str, ...], **words: Any) -> int:
    """Make a contact sheet of SRC: a sequence, a video, a picture, or a folder of pictures."""
    from anatomatte_batch.cutout.options import CutoutOptions, background_of
    from anatomatte_batch.cutout.shots import Shown, shot_sheet
    from anatomatte_batch.cutout.telling import Telling

    settings = dict(presets.parse_setting(text) for text in sets)
    options = CutoutOptions(settings=settings, background=background_of(bg), sheet=True)
    shown = Shown(
        frames=parse_frames(words["frames"]) if words["frames"] else None,
        preset=presets.load(Path(words["preset"])) if words["preset"] else presets.Preset(),
        sidecar=words["shot"],
        start=words["start"],
        colorspace=words["colorspace"] or "",
    )
    with Telling(rows, quiet=False, what="rows") as telling:
        path = shot_sheet(
            src, Path(out), options, rows, shown, overwrite=words["overwrite"], told=telling.row
        )
    click.echo(f"{path} is the sheet of {src}.")
    return 0
