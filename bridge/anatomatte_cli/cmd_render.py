"""``anatomatte render``: from the command line's words to a job."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte.errors import SettingsError
from anatomatte.settings import Settings
from anatomatte_batch import presets
from anatomatte_batch.layers import parse_layers
from anatomatte_batch.sequences import Pattern, compact, holes, parse_frames, parse_pattern

from .helptext import Command, Option

if TYPE_CHECKING:
    from anatomatte.settings import Value
    from anatomatte_batch.cancel import Signals
    from anatomatte_batch.job import Job
    from anatomatte_batch.node import Connect, Node, Pictures
    from anatomatte_batch.sinks import Sink
    from anatomatte_batch.source import Source

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
@_option("--layers", metavar="LIST", default="rgba", help="rgba,screen,people,parts,person_01.face… all.")
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
    absent = {matte for matte, clip in _MATTE_CLIPS.items() if not words[clip]}
    layers = parse_layers(words["layers"], absent, _people(preset))
    _one_of("--on-error", words["on_error"], ("continue", "stop"))
    _one_of("--over", words["over"], ("checker", "grey"))
    target = parse_pattern(words["dst"])

    from anatomatte_batch.cancel import Signals
    from anatomatte_batch.job import run
    from anatomatte_batch.report import Report

    if words["threads"]:
        from anatomatte_batch.images import limit_threads

        limit_threads(words["threads"])
    with ExitStack() as stack:
        signals = stack.enter_context(Signals())
        job, sink = _job(words, preset, layers, target, stack)
        report = stack.enter_context(Report(len(job.frames), words["log"], words["quiet"]))
        if not words["frames"] and (lost := holes(job.source.frames())):
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


def _people(preset: presets.Preset) -> int:
    """The most people that the shot's preset tells apart at any frame: its files have one set of layers."""
    told = [preset.settings.get("people"), *preset.keys.get("people", {}).values()]
    told += [entry.settings.get("people") for entry in preset.ranges]
    return max((int(n) for n in told if isinstance(n, int)), default=Settings().people)


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


def _job(
    words: dict[str, Any], preset: presets.Preset, layers: tuple[str, ...], target: Pattern, stack: ExitStack
) -> tuple[Job, Sink]:
    from anatomatte_batch.job import Job
    from anatomatte_batch.source import Source

    def opened(text: str) -> Source:
        source = Source(text, words["start"])
        stack.callback(source.close)
        return source

    source = opened(words["src"])
    frames = parse_frames(words["frames"]) if words["frames"] else source.frames()
    sink, filled, text = _sink(words, layers, target, len(frames))
    sides = {clip: opened(words[option]) for option, clip in _CLIPS.items() if words[option]}
    _check_places(sink, [source, *sides.values()], frames)
    stop = words["on_error"] == "stop"
    return Job(source, frames, preset, filled, layers, text, sides, words["overwrite"], stop), sink


def _sink(
    words: dict[str, Any], layers: tuple[str, ...], target: Pattern, count: int
) -> tuple[Sink, dict[str, Value], str]:
    """Where *count* frames go, the controls that follow from it, and the format in words."""
    from anatomatte_batch.job import default_values
    from anatomatte_batch.sinks import StillSink, VideoSink
    from anatomatte_batch.stills import COMPRESSIONS, DEPTHS, StillFormat
    from anatomatte_batch.video import frames_per_second

    if target.extension in (".mp4", ".mov"):
        if layers != ("rgba",):
            raise SettingsError(f"{target.extension} files hold rgba only; write EXR for other layers.")
        over = words["over"] if target.extension == ".mp4" else "none"
        rate = frames_per_second(words["fps"]) if words["fps"] else None
        return (
            VideoSink(Path(words["dst"]), rate, over),
            default_values(False, over),
            f"{target.extension} {over}",
        )
    depth = words["depth"] or DEPTHS.get(target.extension, ("",))[0]
    _one_of("--compression", words["compression"], COMPRESSIONS)
    how = StillFormat(target.extension, layers, depth, words["compression"])
    if target.pad is None and count > 1:
        raise SettingsError(f"DST is one file for {count} frames; write it like key.####.exr.")
    return StillSink(target, how), default_values(how.linear, None), str(how)


def _check_places(sink: Sink, sources: list[Source], frames: list[int]) -> None:
    """No plate is ever written over."""
    plates = {
        os.path.realpath(source.file(frame)): source.text
        for source in sources
        for frame in set(frames).difference(source.missing(frames))
    }
    for frame in frames:
        if (plate := plates.get(os.path.realpath(sink.path(frame)))) is not None:
            raise SettingsError(f"{sink.path(frame)} would be written over {plate}; choose another DST.")


def _node(job: Job, connect: Connect | None, signals: Signals, stack: ExitStack) -> Node:
    from anatomatte_batch.light import COLOURED, alike

    clips: dict[str, Pictures] = {"Source": job.source.read}
    for name, side in job.sides.items():
        clips[name] = alike(side, job.source, job.values) if name in COLOURED else side.read
    if connect is None:
        from anatomatte_batch.ofx_node import connect as through_ofx

        # the whole plate, not what is rendered of it: a frame must not depend on the chunk it comes in
        node = through_ofx(clips, signals, job.source.span())
        stack.callback(node.close)
        return node
    return connect(clips)
