"""``anatomatte analyse``: the command line's words become an AnalyseRequest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte_batch import presets

from .cmd_render import option as _option
from .helptext import Command

if TYPE_CHECKING:
    from anatomatte_batch.looker import Looker

_SAME = ("colour", "colorspace", "start", "overwrite", "on_error", "threads", "log", "quiet")


@click.command("analyse", cls=Command, options_metavar="[OPTIONS]")
@click.argument("src")
@_option("-o", "--output", metavar="SIDECAR", help="Default: plate.shot.json beside SRC.")
@_option("--frames", metavar="SET", help="1001-1100; default: all that are there.")
@_option("--preset", metavar="TOML", help="Settings of the render that will use it.")
@_option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@_option("--colour", metavar="KEY", row="colour", help="Encoding of SRC, or space of a config.")
@_option("--colorspace", metavar="KEY", row="colour")
@_option("--start", metavar="N", type=int, default=1, help="Number of a video's first frame.")
@_option("--overwrite", is_flag=True, help="Forget the sidecar that is there, its names too.")
@_option("--on-error", metavar="continue|stop", default="continue", help="After a failed frame.")
@_option("--threads", metavar="N", type=int, help="Processor threads for a frame.")
@_option("--log", metavar="FILE", help="Append NDJSON; - is standard output.")
@_option("--doubtful", is_flag=True, help="Only list the doubtful frames of a sidecar.")
@_option("--quiet", is_flag=True, help="No bar and no lines.")
def command(**words: Any) -> int:
    """Write the sidecar of SRC: who is who in every frame, cuts, the screen, exposure."""
    return analyse(words)


def analyse(words: dict[str, Any], looker: Looker | None = None) -> int:
    """Run the command with its *words* by option name; the exit code.

    Args:
        words: what click parsed.
        looker: looks at single frames; the default asks the engine.
    """
    from anatomatte_batch.analyse import AnalyseRequest

    if words["doubtful"]:
        from anatomatte_batch.doubtful import of_sidecar

        click.echo("\n".join(of_sidecar(words["src"], words["output"])))
        return 0
    request = AnalyseRequest(
        source=words["src"],
        sidecar=words["output"],
        frames=words["frames"] or None,
        preset=Path(words["preset"]) if words["preset"] else None,
        settings=dict(presets.parse_setting(text) for text in words["sets"]),
        **{name: words[name] for name in _SAME},
    )
    result = request.run(looker)
    if result.errors:
        click.echo(f"anatomatte: {result.sentence}", err=True)
    return result.exit_code
