"""``anatomatte demo`` and ``python -m anatomatte_cli.demo``: the sample shot, keyed, on one sheet."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import anatomatte
from anatomatte.errors import SetupError
from anatomatte.settings import Value

if TYPE_CHECKING:
    from anatomatte_batch.picture import Floats


def sample_shot() -> Path:
    """The folder of the sample shot in the source tree.

    Raises:
        SetupError: this is an installed package without its source tree.
    """
    for root in (Path(__file__).resolve().parents[2], Path.cwd()):
        if (root / "samples" / "shot" / "plate.1001.exr").is_file():
            return root / "samples" / "shot"
    raise SetupError("The sample shot is not installed; name another with --shot, or use the source tree.")


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo"), help="Where to write.")
@click.option("--shot", help="Another plate, like plate.####.exr.")
def command(out: Path, shot: str | None) -> int:
    """Render the sample shot into EXR layers, a preview video and a contact sheet."""
    from anatomatte_batch import RenderRequest

    began = time.monotonic()
    shot = shot or str(sample_shot() / "plate.####.exr")
    key, preview, page = out / "key.####.exr", out / "preview.mp4", out / "sheet.png"
    parts = out / "parts.png"
    for target, layers in ((key, "rgba,screen,spill"), (preview, "rgba")):
        quiet = target is preview
        result = RenderRequest(
            source=shot, destination=target, layers=layers, overwrite=True, quiet=quiet
        ).run()
        if result.exit_code:
            click.echo(f"anatomatte: {result.sentence}", err=True)
            return result.exit_code
    write_sheet(shot, str(key), page)
    write_parts(str(key), parts)
    click.echo(f"\nWritten in {time.monotonic() - began:.0f} s:")
    for path, what in (
        (key, "premultiplied RGBA with the layers screen and spill"),
        (preview, "the foreground over a checker"),
        (page, "plate, alpha, foreground and status view on one sheet: look at this first"),
        (parts, "the same people without a screen, and which part of them each pixel is"),
    ):
        click.echo(f"  {path!s:<{len(str(key))}}  {what}")
    return 0


def write_sheet(shot: str, key: str, page: Path, rows: int = 3) -> None:
    """A contact sheet of a few frames, spread over the shot."""
    from anatomatte_batch.job import Job, default_values, render_layers
    from anatomatte_batch.ofx_node import connect
    from anatomatte_batch.presets import Preset
    from anatomatte_batch.sheet import Row, contact_sheet
    from anatomatte_batch.source import Source

    plates, keys = Source(shot), Source(key)
    frames = plates.frames()
    chosen = sorted({frames[round(i * (len(frames) - 1) / max(rows - 1, 1))] for i in range(rows)})
    job = Job(plates, frames, Preset(), default_values(True, None), ("rgba",), "")
    node = connect({"Source": plates.read}, lambda: False)
    lines = []
    for frame in chosen:

        def view(frame: int = frame, **values: Value) -> Floats:
            picture = plates.read(frame)
            return render_layers(node, frame, {**job.values(frame), **values}, ("rgba",), picture)[0]["rgba"]

        plate = view(screen="none", output="unpremultiplied")  # the plate in scene-linear light
        lines.append(Row(f"frame {frame}", plate, keys.read(frame).pixels, view(output="status")))
    node.close()
    contact_sheet(
        lines, page, f"Anatomatte {anatomatte.__version__}   {Path(shot).name}, all controls at default"
    )


def write_parts(key: str, page: Path) -> None:
    """A sheet of the first keyed frame's people before a ground that is no screen, with the Parts view."""
    import cv2
    import numpy as np

    from anatomatte_batch.job import default_values, render_layers
    from anatomatte_batch.ofx_node import connect
    from anatomatte_batch.sheet import COLUMNS, Row, contact_sheet
    from anatomatte_batch.source import Source

    keys = Source(key)
    frame = keys.frames()[0]
    cut = keys.read(frame)
    height, width = cut.pixels.shape[:2]
    room = np.random.default_rng(3).uniform(0.5, 1.5, (5, 9, 1)) * (0.16, 0.12, 0.09)  # out of focus
    wall = cv2.resize(room.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    room_shot = replace(cut, pixels=cut.pixels[..., :3] + (1 - cut.pixels[..., 3:4]) * wall)
    node = connect({"Source": lambda _: room_shot}, lambda: False)

    def view(output: str) -> Floats:
        values = {**default_values(True, None), "output": output}
        return render_layers(node, frame, values, ("rgba",), room_shot)[0]["rgba"]

    row = Row(f"frame {frame}", room_shot.pixels, view("premultiplied"), view("parts"))
    node.close()
    title = f"Anatomatte {anatomatte.__version__}   people without a screen, all controls at default"
    contact_sheet([row], page, title, (*COLUMNS[:3], "Parts view"))


if __name__ == "__main__":
    from .main import run

    sys.exit(run(command))
