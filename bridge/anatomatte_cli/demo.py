"""``anatomatte demo`` and ``python -m anatomatte_cli.demo``: the sample shots and photos, on one sheet."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from anatomatte.errors import SetupError

COMP = "#2a3f5f"
"""What is behind the people of the shot without a screen."""


def samples() -> Path:
    """The folder of the sample shots: of the installed package, or of the source tree.

    Raises:
        SetupError: neither has them.
    """
    here = Path(__file__).resolve()
    for folder in (here.parent / "samples", here.parents[2] / "samples", Path.cwd() / "samples"):
        if (folder / "shot" / "plate.1001.exr").is_file():
            return folder
    raise SetupError("The sample shots are not installed; name a plate with --shot, or reinstall.")


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo"), help="Where to write.")
@click.option("--shot", help="Another plate, like plate.####.exr; it alone is shown then.")
def command(out: Path, shot: str | None) -> int:
    """Render the sample shots, with and without a screen, cut the photos out; one sheet shows all."""
    from anatomatte_batch import AnalyseRequest, RenderRequest

    began = time.monotonic()
    folder = None if shot else samples()
    green = shot or str(samples() / "shot" / "plate.####.exr")
    key, preview, page = out / "key.####.exr", out / "preview.mp4", out / "sheet.png"
    for target, layers in ((key, "rgba,screen,spill"), (preview, "rgba")):
        quiet = target is preview
        result = RenderRequest(
            source=green, destination=target, layers=layers, overwrite=True, quiet=quiet
        ).run()
        if result.exit_code:
            click.echo(f"anatomatte: {result.sentence}", err=True)
            return result.exit_code
    written = [
        (key, "premultiplied RGBA with the layers screen and spill"),
        (preview, "the foreground over a checker"),
    ]
    shots: dict[str, Path | None] = {green: None}
    if folder is not None:
        room, sidecar = str(folder / "room" / "plate.####.jpg"), out / "room.shot.json"
        looked = AnalyseRequest(source=room, sidecar=sidecar, overwrite=True, quiet=False).run()
        if looked.exit_code:
            click.echo(f"anatomatte: {looked.sentence}", err=True)
            return looked.exit_code
        shots[room] = sidecar
        written.append((sidecar, "the sidecar of the shot without a screen: who is who in every frame"))
    write_sheet(shots, page)
    if folder is not None:
        write_cutouts(folder / "photos", out / "photos")
        written.append((out / "photos", "cutouts of photos: people, parts, labels and a sheet"))
    written.append((page, "plate, alpha, people, parts and comp on one sheet: look at this first"))
    click.echo(f"\nWritten in {time.monotonic() - began:.0f} s:")
    width = max(len(str(path)) for path, _ in written)
    for path, what in written:
        click.echo(f"  {path!s:<{width}}  {what}")
    return 0


def write_sheet(shots: Mapping[str, Path | None], page: Path, rows: int = 2) -> None:
    """One sheet of a few frames of each shot, spread over it; with the sidecar of those that have one."""
    from anatomatte_batch.cutout import CutoutOptions
    from anatomatte_batch.cutout.pages import merged, sheet, write_sheet
    from anatomatte_batch.cutout.shots import shot_lines
    from anatomatte_batch.cutout.telling import Telling

    found = []
    for shot, sidecar in shots.items():
        settings = {} if sidecar is None else {"shot_file": str(sidecar)}
        options = CutoutOptions(background=COMP, sheet=True, settings=settings)
        with Telling(rows, quiet=False, what="rows") as telling:
            found.append(shot_lines(shot, page, options, rows, told=telling.row))
    lines = [line for some, _ in found for line in some]
    title = (
        "with a screen and without one, all controls at default"
        if len(shots) > 1
        else Path(next(iter(shots))).name
    )
    write_sheet(sheet(lines, merged([legend for _, legend in found]), title, comp=True), page, lines)


def write_cutouts(photos: Path, out: Path) -> None:
    """Cutouts of the photos of a folder with all that goes with them."""
    from anatomatte_batch.cutout import CutoutOptions, CutoutRequest

    options = CutoutOptions(parts=True, alpha_too=True, sheet=True)
    result = CutoutRequest(sources=[str(photos)], out=f"{out}/", options=options, quiet=False).run()
    for one in result.failed:
        if one.error is not None:
            raise one.error


if __name__ == "__main__":
    from .commands import run

    sys.exit(run(command))
