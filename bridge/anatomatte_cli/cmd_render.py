"""``anatomatte render``: from the command line's words to a job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte.errors import SettingsError

from . import presets
from .frames import Pattern, compact, holes, parse_frames, parse_pattern
from .helptext import Command, Option
from .layers import parse_layers

if TYPE_CHECKING:
    from .node import Connect

_CLIPS = {"inm": "InM", "outm": "OutM", "clean_plate": "CleanPlate", "hint": "Hint", "bg": "Bg"}
_MATTE_CLIPS = {"core": "inm", "garbage": "outm", "hint": "hint"}


def _option(*names: str, **facts: Any) -> Callable[[Any], Any]:
    return click.option(*names, cls=Option, **facts)


@click.command("render", cls=Command, options_metavar="[OPTIONS]")
@click.argument("src")
@click.argument("dst")
@_option("--frames", metavar="SET", help="1001-1100x2,1150; default: all that are there.")
@_option("--preset", metavar="TOML", help="Per-shot settings, key frames, ranges.")
@_option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@_option("--save-preset", metavar="TOML", help="Write down what --preset and --set say.")
@_option("--layers", metavar="LIST", default="rgba", help="rgba,alpha,screen,core,… or all.")
@_option("--inm", metavar="SRC", row="clips", help="The node's other clips.")
@_option("--outm", metavar="SRC", row="clips")
@_option("--clean-plate", metavar="SRC", row="clips")
@_option("--hint", metavar="SRC", row="clips")
@_option("--bg", metavar="SRC", row="clips")
@_option("--colour", metavar="KEY", row="colour", help="Default: by the files' types.")
@_option("--out-colour", metavar="KEY", row="colour")
@_option("--depth", metavar="8|16|half|float", help="Default: half (EXR), 16 (PNG, TIFF).")
@_option("--compression", metavar="NAME", default="zips", help="EXR: zips zip piz dwaa dwab none.")
@_option("--over", metavar="checker|grey", default="checker", help="What an MP4 shows behind.")
@_option("--fps", metavar="RATE", help="Of a video out; default: the plate's, or 24.")
@_option("--start", metavar="N", type=int, default=1, help="Number of a video's first frame.")
@_option("--overwrite", is_flag=True, help="Render frames that are there.")
@_option("--on-error", metavar="continue|stop", default="continue", help="After a failed frame.")
@_option("--threads", metavar="N", type=int, help="Processor threads for a frame.")
@_option("--log", metavar="FILE", help="Append NDJSON; - is standard output.")
@_option("--quiet", is_flag=True, help="No bar, no lines.")
def command(**words: Any) -> int:
    """Key SRC into DST: plate.####.exr, %04d, $F4, @@@, an image or a video."""
    return render(words)


def render(words: dict[str, Any], connect: Connect | None = None) -> int:
    """Run the command with its *words* by option name; the exit code.

    Args:
        words: what click parsed.
        connect: makes the node; the default drives the built .ofx.
    """
    preset = _preset(words)
    layers = parse_layers(words["layers"], absent={m for m, clip in _MATTE_CLIPS.items() if not words[clip]})
    _one_of("--on-error", words["on_error"], ("continue", "stop"))
    _one_of("--over", words["over"], ("checker", "grey"))
    target = parse_pattern(words["dst"])
    _check_places(words, target)

    from .cancel import Signals
    from .job import run
    from .report import Report

    if words["threads"]:
        from .images import limit_threads

        limit_threads(words["threads"])
    with ExitStack() as stack:
        signals = stack.enter_context(Signals())
        job, sink = _job(words, preset, layers, target, stack)
        report = stack.enter_context(Report(len(job.frames), words["log"], words["quiet"]))
        if lost := holes(job.source.frames()):
            report.note(f"note: the plate has no frames {compact(lost)}")
        places = {"source": words["src"], "target": words["dst"]}
        try:
            node = _node(job, connect, signals, stack)
            report.event("start", frames=compact(job.frames), **places, **node.identity)
            outcome = run(job, node, sink, report, signals)
        except Exception as why:
            report.event("end", exit=getattr(why, "exit_code", 1), message=str(why))
            raise
    if outcome.errors:
        click.echo(f"anatomatte: {outcome.sentence()}", err=True)
    return outcome.code


def _one_of(option: str, value: str, menu: tuple[str, ...]) -> None:
    if value not in menu:
        raise SettingsError(f"{option} {value}: it takes {' or '.join(menu)}.")


def _preset(words: dict[str, Any]) -> presets.Preset:
    """Preset, --set and the short options, in that order; written down on request."""
    preset = presets.load(Path(words["preset"])) if words["preset"] else presets.Preset()
    values = dict(presets.parse_setting(text) for text in words["sets"])
    for option, name in (("colour", "input_colour"), ("out_colour", "output_colour"), ("threads", "threads")):
        if words[option] is not None:
            values |= dict([presets.parse_setting(f"{name}={words[option]}")])
    preset = preset.override(values)
    if words["save_preset"]:
        presets.save(preset, Path(words["save_preset"]))
    return preset


def _check_places(words: dict[str, Any], target: Pattern) -> None:
    sources = [words["src"], *(words[option] for option in _CLIPS if words[option])]
    for text in sources:
        if parse_pattern(text).place() == target.place():
            raise SettingsError(f"DST {words['dst']} would be written over {text}; choose another DST.")


def _frames(words: dict[str, Any], source: Any) -> list[int]:
    if words["frames"]:
        return parse_frames(words["frames"])
    frames: list[int] = source.frames()
    return frames


def _job(
    words: dict[str, Any], preset: presets.Preset, layers: tuple[str, ...], target: Pattern, stack: ExitStack
) -> tuple[Any, Any]:
    from .job import Job, default_values
    from .sinks import Sink, StillSink, VideoSink
    from .source import Source
    from .stills import COMPRESSIONS, DEPTHS, StillFormat
    from .video import frames_per_second

    source = Source(words["src"], words["start"])
    stack.callback(source.close)
    frames = _frames(words, source)
    sink: Sink
    if target.extension in (".mp4", ".mov"):
        if layers != ("rgba",):
            raise SettingsError(f"{target.extension} files hold rgba only; write EXR for other layers.")
        over = words["over"] if target.extension == ".mp4" else "none"
        sink = VideoSink(Path(words["dst"]), frames_per_second(words["fps"]) if words["fps"] else None, over)
        filled, text = default_values(False, over), f"{target.extension} {over}"
    else:
        depth = words["depth"] or DEPTHS.get(target.extension, ("",))[0]
        _one_of("--compression", words["compression"], COMPRESSIONS)
        how = StillFormat(target.extension, layers, depth, words["compression"])
        if target.pad is None and len(frames) > 1:
            raise SettingsError(f"DST is one file for {len(frames)} frames; write it like key.####.exr.")
        sink, filled, text = StillSink(target, how), default_values(how.linear, None), str(how)
    stop = words["on_error"] == "stop"
    sides = {clip: Source(words[option], words["start"]) for option, clip in _CLIPS.items() if words[option]}
    for side in sides.values():
        stack.callback(side.close)
    return Job(source, frames, preset, filled, layers, text, sides, words["overwrite"], stop), sink


def _node(job: Any, connect: Connect | None, signals: Any, stack: ExitStack) -> Any:
    from .light import COLOURED, alike

    clips = {"Source": job.source.read}
    for name, side in job.sides.items():
        clips[name] = alike(side, job.source, job.values) if name in COLOURED else side.read
    if connect is None:
        from .ofx_node import connect as through_ofx

        node = through_ofx(clips, signals, (job.frames[0], job.frames[-1]))
        stack.callback(node.close)
        return node
    return connect(clips)
