"""``anatomatte cutout``: the command line's words become a CutoutRequest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte.errors import SettingsError
from anatomatte_batch import presets
from anatomatte_batch.cutout.options import FORMATS, CutoutOptions, background_of

from .cmd_render import option as _option
from .helptext import Command

if TYPE_CHECKING:
    from anatomatte.settings import Value
    from anatomatte_batch.cutout.request import CutoutRequest
    from anatomatte_batch.node import Connect

_SAME = ("watch", "overwrite", "log", "quiet")


@click.command("cutout", cls=Command, options_metavar="[OPTIONS]")
@click.argument("names", nargs=-1, metavar="PHOTO|FOLDER|GLOB|-... [OUT]")
@_option("-o", "--out", metavar="OUT", help="A folder, a file or - ; default: beside each photo.")
@_option("--format", "kind", metavar="NAME", row="format", help="png jpeg webp tiff exr.")
@_option("--quality", metavar="N", type=int, default=92, row="format")
@_option("--bg", metavar="COLOUR|FILE", help="Behind: transparent, '#20a040', white, a picture.")
@_option("--only", metavar="PARTS", help="Keep these: face,hair (docs/subject.md).")
@_option("--threshold", metavar="0..1", type=float, row="edge", help="Hard, blurred, smaller.")
@_option("--feather", metavar="N", type=float, default=0.0, row="edge")
@_option("--erode", metavar="N", type=float, default=0.0, row="edge")
@_option("--alpha-too", is_flag=True, row="more", help="The matte; people and parts too.")
@_option("--parts", is_flag=True, row="more")
@_option("--sheet", is_flag=True, help="A contact sheet of all of them.")
@_option("--watch", is_flag=True, help="Cut what comes into FOLDER, until Ctrl+C.")
@_option("-j", "--jobs", metavar="N", type=int, default=1, help="Processes.")
@_option("--preset", metavar="TOML", help="Settings of a shot.")
@_option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="A control (`anatomatte params`).")
@_option("--overwrite", is_flag=True, row="flags", help="Replace files of others; say nothing.")
@_option("--log", metavar="FILE", help="Append NDJSON; - is standard output.")
@_option("--quiet", is_flag=True, row="flags")
def command(**words: Any) -> int:
    """Cut people out of stills: NAME_cutout.png beside each, or into OUT."""
    return cutout(words)


def cutout(words: dict[str, Any], connect: Connect | None = None) -> int:
    """Run the command with its *words* by option name; the exit code.

    Args:
        words: what click parsed.
        connect: makes the node; the default drives the built .ofx.
    """
    result = requested(words).run(connect)
    if result.sentence:
        click.echo(f"anatomatte: {result.sentence}", err=True)
    return result.exit_code


def requested(words: dict[str, Any]) -> CutoutRequest:
    """What the words ask for.

    Raises:
        SettingsError: a word is in no menu, or two contradict each other.
    """
    from anatomatte_batch.cutout.request import CutoutRequest

    sources, out = split(words["names"], words["out"])
    only = words["only"] or ""
    options = CutoutOptions(
        settings=_settings(words),
        background=background_of(words["bg"]),
        only=tuple(word.strip() for word in only.split(",") if word.strip()),
        threshold=words["threshold"],
        feather=words["feather"],
        erode=words["erode"],
        format=format_of(words["kind"], out),
        quality=words["quality"],
        alpha_too=words["alpha_too"],
        parts=words["parts"],
        sheet=words["sheet"],
    )
    same = {name: words[name] for name in _SAME}
    return CutoutRequest(sources=sources, out=out, options=options, jobs=words["jobs"], **same)


def split(names: tuple[str, ...], out: str | None) -> tuple[tuple[str, ...], str | None]:
    """The words as sources and OUT.

    Without ``-o`` the last of several is OUT if it is ``-``, ends in a slash, is a folder that is there,
    names nothing that is there, or is a file that an earlier cutout made of the one before it.
    """
    if out is not None or len(names) < 2:
        return names, out
    last = Path(names[-1]).expanduser()
    if names[-1] == "-" or names[-1].endswith("/") or last.is_dir() or not _means_stills(last):
        return names[:-1], names[-1]
    if len(names) == 2:
        from anatomatte_batch.cutout.finding import made_here

        if made_here(last):
            return names[:-1], names[-1]
    return names, None


def _means_stills(last: Path) -> bool:
    """Whether the last of several words names stills rather than where results go."""
    from glob import has_magic

    return last.exists() or has_magic(str(last))


def format_of(kind: str | None, out: str | None) -> str:
    """The format: of ``--format``, or by the suffix of OUT, or PNG.

    Raises:
        SettingsError: the two contradict each other, or there is no such format.
    """
    by_suffix = {suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes}
    short = {suffix[1:]: name for suffix, name in by_suffix.items()}
    wanted = short.get(kind.lower().lstrip("."), kind.lower()) if kind else None
    suffix = Path(out).suffix.lower() if out and not Path(out).is_dir() else ""
    if suffix in by_suffix:
        if wanted and wanted != by_suffix[suffix]:
            raise SettingsError(f"--format {kind} and {out} contradict each other; say one of them.")
        return by_suffix[suffix]
    return wanted or "png"


def _settings(words: dict[str, Any]) -> dict[str, Value]:
    """What ``--preset`` and ``--set`` say together.

    Raises:
        SettingsError: a name or value is wrong, or the preset is of a shot with time in it.
    """
    preset = presets.load(Path(words["preset"])) if words["preset"] else presets.Preset()
    if preset.keys or preset.ranges:
        raise SettingsError(
            f"{words['preset']} holds key frames or ranges, and stills have no time; keep [settings] alone."
        )
    return {**preset.settings, **dict(presets.parse_setting(text) for text in words["sets"])}
