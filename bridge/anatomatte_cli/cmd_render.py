"""``anatomatte render``: the command line's words become a RenderRequest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte_batch import presets

from .helptext import Command, Option

if TYPE_CHECKING:
    from anatomatte_batch.node import Connect
    from anatomatte_batch.request import RenderRequest

_SAME = (
    "shot",
    "layers",
    "colour",
    "out_colour",
    "colorspace",
    "out_colorspace",
    "depth",
    "compression",
    "ranks",
    "over",
    "fps",
    "start",
    "overwrite",
    "proxy",
    "proxy_scale",
    "trim",
)
_MORE = ("on_error", "retries", "timeout_per_frame", "qc_threshold", "threads", "device", "log", "quiet")


def option(*names: str, **facts: Any) -> Callable[[Any], Any]:
    return click.option(*names, cls=Option, **facts)


@click.command("render", cls=Command, options_metavar="[OPTIONS]")
@click.argument("src")
@click.argument("dst")
@option("--frames", metavar="SET", help="1001-1100x2,1150; default: all that are there.")
@option("--preset", metavar="TOML", row="preset", help="A shot's settings, to read;")
@option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@option("--save-preset", metavar="TOML", row="preset", help="to write.")
@option(
    "--layer", metavar="[CLIP=]NAME", multiple=True, help="The layer or part of SRC, or of a clip, to read."
)
@option("--shot", metavar="FILE", help="Sidecar of SRC (`anatomatte analyse`): who is who.")
@option("--layers", metavar="LIST", default="rgba", help="rgba,people,parts,person_01.face,cryptomatte… all.")
@option("--inm", metavar="SRC", row="clips", help="The node's other clips.")
@option("--outm", metavar="SRC", row="clips")
@option("--clean-plate", metavar="SRC", row="clips")
@option("--hint", metavar="SRC", row="clips")
@option("--bg", metavar="SRC", row="clips")
@option("--colour", metavar="KEY", row="colour", help="Default: by type.")
@option("--out-colour", metavar="KEY", row="colour")
@option("--colorspace", metavar="KEY", row="colour")
@option("--out-colorspace", metavar="KEY", row="colour")
@option("--depth", metavar="8|16|half|float", help="Default: half (EXR), 16 (PNG, TIFF).")
@option("--compression", metavar="NAME|N", default="zips", row="exr", help="zips zip piz dwaa dwab none; of")
@option("--ranks", metavar="NAME|N", type=int, default=6, row="exr", help="Cryptomatte.")
@option("--proxy", metavar="DST|N", row="proxy", help="The same smaller, by 2, 4 or 8.")
@option("--proxy-scale", metavar="DST|N", type=int, default=2, row="proxy")
@option("--over", metavar="checker|grey|N", default="checker", row="video", help="Behind MP4; rate; first.")
@option("--fps", metavar="checker|grey|N", row="video")
@option("--start", metavar="checker|grey|N", type=int, default=1, row="video")
@option("--overwrite", is_flag=True, row="flags", help="Render again;")
@option("--trim", is_flag=True, row="flags", help="crop off what is 0;")
@option(
    "--on-error",
    metavar="continue|stop",
    default="continue",
    help="After a failed frame; --continue-on-error too.",
)
@option("--continue-on-error", "on_error", flag_value="continue", hidden=True)
@option("--retries", metavar="N", type=int, default=0, row="failing", help="Of a frame, where worth it;")
@option("--timeout-per-frame", metavar="N", type=float, row="failing", help="seconds.")
@option("--threads", metavar="N|KEY", type=int, row="limits", help="Cores; cpu, cuda:0; limit of doubt.")
@option("--device", metavar="N|KEY", row="limits")
@option("--qc-threshold", metavar="N|KEY", type=float, row="limits")
@option("--log", metavar="FILE|ADDRESS", row="far", help="Append NDJSON (-: stdout); a Ray cluster.")
@option("--ray", metavar="FILE|ADDRESS", row="far", is_flag=False, flag_value="auto")
@option("--quiet", is_flag=True, row="flags", help="no words.")
def command(**words: Any) -> int:
    """Key SRC into DST: plate.####.exr, %04d, $F4, image, video; {layer} in DST."""
    return render(words)


def render(words: dict[str, Any], connect: Connect | None = None) -> int:
    """Run the command with its *words* by option name; the exit code.

    Args:
        words: what click parsed.
        connect: makes the node; the default drives the built .ofx.
    """
    request = requested(words)
    if words["save_preset"]:
        presets.save(request.resolved(), Path(words["save_preset"]))
    if words["ray"]:
        from anatomatte_batch.ray_cluster import render_on
        from anatomatte_batch.ray_plan import told

        result = render_on(request, *told(words["ray"]))
    else:
        result = request.run(connect)
    if result.errors:
        click.echo(f"anatomatte: {result.sentence}", err=True)
    return result.exit_code


def requested(words: dict[str, Any]) -> RenderRequest:
    """What the words ask for.

    Raises:
        SettingsError: a word is in no menu, or the preset or a setting is wrong.
    """
    from anatomatte_batch.request import CLIPS, RenderRequest

    return RenderRequest(
        source=words["src"],
        destination=words["dst"],
        frames=words["frames"] or None,
        preset=Path(words["preset"]) if words["preset"] else None,
        settings=dict(presets.parse_setting(text) for text in words["sets"]),
        sides={clip: words[option] for option, clip in CLIPS.items() if words[option]},
        layer=dict(_layer(text) for text in words["layer"]),
        **{name: words[name] for name in (*_SAME, *_MORE)},
    )


def _layer(text: str) -> tuple[str, str]:
    """``NAME`` of the plate, or ``CLIP=NAME`` with the name of a clip's option."""
    from anatomatte_batch.request import CLIPS

    option, equals, name = text.partition("=")
    clip = CLIPS.get(option.strip().lstrip("-").replace("-", "_").lower(), "")
    if equals and (clip or option.strip().lower() == "src"):
        return clip or "Source", name.strip()
    return "Source", text
