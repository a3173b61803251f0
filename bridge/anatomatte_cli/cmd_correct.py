"""``anatomatte correct``: strokes by hand into a shot's sidecar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from anatomatte.errors import SettingsError

from .cmd_render import option as _option
from .helptext import Command

_MATTE, _ACCEPTED = "=matte", "=accepted"


@click.command("correct", cls=Command, options_metavar="[OPTIONS]")
@click.argument("shot")
@click.argument("src", required=False)
@_option("--frame", metavar="N", type=int, help="The frame in which the stroke is drawn.")
@_option("--keep", is_flag=True, help="What lies under the stroke stays in the matte.")
@_option("--remove", is_flag=True, help="What lies under the stroke leaves the matte.")
@_option("--part", metavar="LAYER", help="It is this part of the person, such as coat.")
@_option("--person", metavar="N", type=int, help="It is this person's.")
@_option("--one", metavar="N,N", help="These two are one, by the first number.")
@_option("--stroke", metavar="'X,Y X,Y'", help="Pixels of the plate from its lower left.")
@_option("--top", is_flag=True, help="Pixels count from the upper left.")
@_option("--radius", metavar="PIXELS", type=float, help="Of the stroke; default: a hundredth of the height.")
@_option("--reach", metavar="FRAMES", type=int, help="To either side; default: 20.")
@_option("--from", "many", metavar="JSON", help="A list of corrections, as the sidecar has them.")
@_option("--matte", "mattes", metavar="N=FILE", multiple=True, help="A painted matte of frame N.")
@_option("--delete", metavar="ID", multiple=True, help="Take a correction, N=matte or N=accepted out again.")
@_option("--accept", metavar="FRAMES", help="These frames are good as they are: doubtful no more.")
@_option("--start", metavar="N", type=int, default=1, help="Number of a video's first frame.")
def command(**words: Any) -> int:
    """Mend the shot of a sidecar: add a stroke, take one out, carry all anew, accept frames, or list all
    that (without SRC)."""
    from anatomatte.shot.reading import read_shot
    from anatomatte_batch.correct import CorrectRequest, read_many, told
    from anatomatte_batch.sequences import parse_frames

    path = Path(words["shot"])
    add: list[dict[str, Any]] = read_many(Path(words["many"])) if words["many"] else []
    if words["frame"] is not None:
        plate = read_shot(path, carried=False).plate
        add.append(_correction(words, plate.width, plate.height))
    elif words["stroke"] or _kind(words, 0):
        raise SettingsError(
            "--frame is missing: say in which frame the stroke is drawn, or around which --one holds."
        )
    elif idle := _of_a_stroke(words):
        raise SettingsError(f"{idle} is of a stroke that is drawn; give --frame and --stroke too.")
    request = CorrectRequest(
        sidecar=path,
        source=words["src"],
        add=add,
        remove=[_whole(name, "--delete") for name in words["delete"] if "=" not in name],
        paint=_mattes(words["mattes"]),
        unpaint=_of(words["delete"], _MATTE),
        accept=parse_frames(words["accept"]) if words["accept"] else (),
        unaccept=_of(words["delete"], _ACCEPTED),
        start=words["start"],
    )
    for line in told(request.run()):
        click.echo(line)
    return 0


def _of_a_stroke(words: dict[str, Any]) -> str:
    """The first option that says how a stroke is drawn; empty without one."""
    told = {"--top": words["top"] or None, "--radius": words["radius"], "--reach": words["reach"]}
    return next((name for name, value in told.items() if value is not None), "")


def _mattes(texts: Sequence[str]) -> dict[int, Path]:
    made: dict[int, Path] = {}
    for frame, file in map(_matte, texts):
        if frame in made:
            raise SettingsError(f"--matte: frame {frame} has two mattes; keep one of them.")
        made[frame] = file
    return made


def _matte(text: str) -> tuple[int, Path]:
    frame, _, file = text.partition("=")
    if not file:
        raise SettingsError(f"--matte {text!r}: it takes N=FILE, a frame's number and its matte.")
    return _whole(frame, "--matte"), Path(file)


def _of(texts: Sequence[str], what: str) -> list[int]:
    """The frames of what is to be deleted, of one kind."""
    unknown = [text for text in texts if "=" in text and not text.endswith((_MATTE, _ACCEPTED))]
    if unknown:
        raise SettingsError(f"--delete {unknown[0]!r}: it takes an id, N=matte or N=accepted.")
    return [_whole(text.removesuffix(what), "--delete") for text in texts if text.endswith(what)]


def _whole(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError as why:
        raise SettingsError(f"{name} {text!r}: it takes a whole number.") from why


def _kind(words: dict[str, Any], least: int = 1) -> str:
    """The one kind that the options name; "" for none where that is allowed."""
    chosen = [kind for kind in ("keep", "remove", "part", "person", "one") if words[kind]]
    if not least <= len(chosen) <= 1:
        raise SettingsError("A correction is one of --keep, --remove, --part, --person and --one; give one.")
    return chosen[0] if chosen else ""


def _drawing(words: dict[str, Any]) -> str:
    """As `_of_a_stroke`, but for the reach, which those who are one have too."""
    return _of_a_stroke({**words, "reach": None})


def _correction(words: dict[str, Any], width: int, height: int) -> dict[str, Any]:
    """A correction as a table, of the command's words."""
    kind = _kind(words)
    made: dict[str, Any] = {"kind": kind, "frame": words["frame"]}
    if kind == "part":
        made["part"] = words["part"]
    if kind in ("person", "one"):
        made["people"] = _numbers(str(words[kind]), int, f"--{kind}")
    if kind == "one" and (idle := "--stroke" if words["stroke"] else _drawing(words)):
        raise SettingsError(f"{idle}: who is one with somebody is said without a stroke; leave it out.")
    if kind != "one":
        if not words["stroke"]:
            raise SettingsError(f"--stroke is missing: say where --{kind} is meant, as --stroke 'X,Y X,Y'.")
        values = _numbers(words["stroke"] or "", float, "--stroke")
        shares = [value / (height if at % 2 else width) for at, value in enumerate(values)]
        up = not words["top"]
        made["stroke"] = [round(1 - v if at % 2 and up else v, 5) for at, v in enumerate(shares)]
    if words["radius"] is not None:
        made["radius"] = _radius(words["radius"], height)
    if words["reach"] is not None:
        made["reach"] = words["reach"]
    return made


def _radius(pixels: float, height: int) -> float:
    """The radius of a stroke in shares of the plate's height, of pixels."""
    least, most = -(-height // 100) / 10, height // 2
    if not least <= pixels <= most:
        raise SettingsError(
            f"--radius {pixels:g}: it takes {least:g} to {most} pixels in a plate of {height} lines."
        )
    return round(pixels / height, 5)


def _numbers(text: str, kind: type[int] | type[float], name: str) -> list[Any]:
    try:
        return [kind(one) for one in text.replace(",", " ").split()]
    except ValueError as why:
        raise SettingsError(f"{name} {text!r}: it takes numbers, such as 1,3 or '800,420 830,440'.") from why
