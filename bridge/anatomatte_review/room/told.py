"""What a page is told of a shot: frames with their checks, people, scenes, corrections."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Collection
from typing import Any

import numpy as np

from anatomatte.engine.paint import part_colour, person_colour, region_colour
from anatomatte.faces import layouts
from anatomatte.frame import Pixels
from anatomatte.menus import CHOSEN_MENU, FACE_MENU, GROUP_MENU, PART_MENU
from anatomatte.ops.colour import srgb_encode
from anatomatte.qc import REASONS, beyond
from anatomatte.shot import windows
from anatomatte.shot.corrections import Correction
from anatomatte.shot.face_rows import FaceRow
from anatomatte.shot.schema import Moment, Person, Shot
from anatomatte.shot.wardrobe import WORDS
from anatomatte_batch.cutout.cut import hex_of


def state(shot: Shot, there: Collection[int]) -> dict[str, Any]:
    """All that is told of what a sidecar says.

    Args:
        there: the frames that the plate has.
    """
    frames = [frame(shot, n, there) for n in sorted(shot.moments)]
    doubts = [one for one in frames if one["doubtful"] and not one["accepted"]]
    return {
        "width": shot.plate.width,
        "height": shot.plate.height,
        "first": shot.plate.first,
        "last": shot.plate.last,
        "frames": frames,
        "people": [_person(one) for one in shot.people],
        "scenes": [{"first": one.first, "last": one.last, "screen": one.screen} for one in shot.scenes],
        "consent": dataclasses.asdict(shot.consent),
        "actor": shot.actor,
        "corrections": [_correction(shot, one) for one in shot.corrections],
        "doubtful": [one["n"] for one in sorted(doubts, key=lambda one: (-one["ratio"], one["n"]))],
        "checked": sum(bool(one["qc"]) for one in frames),
        "accepted": sum(one["accepted"] for one in frames),
    }


def words() -> dict[str, Any]:
    """What is the same of every shot: reasons of doubt, parts and their colours, what people wear."""
    return {
        "reasons": {
            code: {"words": one.words, "cure": one.cure_in_shot, "threshold": one.threshold}
            for code, one in REASONS.items()
        },
        "parts": {
            key: {"label": label, "colour": _seen(part_colour(key)) if key in PART_MENU else ""}
            | {"group": key in GROUP_MENU}
            for key, label in CHOSEN_MENU.items()
            if key in PART_MENU or key in GROUP_MENU
        },
        "regions": {
            key: {"label": label.removeprefix("Face: "), "colour": _seen(region_colour(key))}
            for key, label in FACE_MENU.items()
        },
        "wears": list(WORDS),
    }


def faces(shot: Shot, number: int, layout: int) -> list[dict[str, Any]]:
    """The faces of a frame: of which layer, how far believed, degrees, and landmarks x, y, x, y … as shares
    of the picture, y down, with how far each is in sight (none where the sidecar does not know it).

    Args:
        layout: 478 landmarks, or the 68 or 106 points that are made of them.
    """
    moment: Moment = shot.moments[number]
    made = []
    for face in moment.faces:
        who = moment.people[face.at][0]
        x1, y1, x2, y2 = windows.bounds(moment.window, (shot.plate.width, shot.plate.height))
        points, seen = _laid(face, layout, x2 - x1, y2 - y1)
        points = np.array(windows.onto(tuple((x, y) for x, y in points.tolist()), moment.window), np.float32)
        made.append({
            "person": f"person_{who:02d}" if who else "",
            "score": face.score,
            "yaw": face.yaw,
            "pitch": face.pitch,
            "roll": face.roll,
            "points": [round(float(value), 5) for value in points.ravel()],
            "seen": [round(float(value), 3) for value in seen],
        })  # fmt: skip
    return made


def _laid(face: FaceRow, layout: int, width: int, height: int) -> tuple[Pixels, Pixels]:
    """A face's points (n, 2) as shares of the picture in one of the layouts, and how far (n,) they are in
    sight: none where that is not known."""
    points, sight = face.points(width, height), face.sight()
    seen = np.zeros(0, np.float32) if sight is None else sight
    if layout == 68:
        points, seen = layouts.of_68(points), seen if sight is None else layouts.seen_68(sight)
    elif layout == 106:
        seen = seen if sight is None else layouts.seen_106(points, sight)
        points = layouts.of_106(points)
    return np.asarray(points / np.array([width, height], np.float32), np.float32), seen


def frame(shot: Shot, number: int, there: Collection[int]) -> dict[str, Any]:
    """One frame."""
    moment: Moment = shot.moments[number]
    people = [windows.row_onto(row, moment.window) for row in moment.people]
    qc = shot.checks(number)
    codes = beyond(qc)
    ratio = max((qc[code] / REASONS[code].threshold for code in qc if code in REASONS), default=0.0)
    return {
        "n": number,
        "qc": {code: round(score, 3) for code, score in qc.items()},
        "doubtful": list(codes),
        "ratio": round(ratio, 3),
        "accepted": shot.accepted(number),
        "painted": number in shot.painted,
        "people": [[row[0], *(round(value, 4) for value in row[1:])] for row in people],
        "marks": [
            {"id": mark.id, "belief": mark.belief, "points": [list(point) for point in mark.points]}
            for mark in moment.marks
        ],
        "missing": number not in there,
    }


def command(source: str, sidecar: str, preset: str, space: str = "") -> str:
    """The command that renders what is stale of a shot; names as below the root."""
    stem = sidecar.rpartition("/")[2].removesuffix(".shot.json")
    key = f"{stem}_key.####.exr"
    words = ["anatomatte", "render", source, key, "--shot", sidecar, "--layers", "rgba,people"]
    words += ["--colorspace", space] if space else []
    return shlex.join([*words, *(["--preset", preset] if preset else [])])


def _person(one: Person) -> dict[str, Any]:
    return {
        "number": one.number,
        "layer": one.key,
        "name": one.name,
        "wears": one.wears,
        "first": one.first,
        "last": one.last,
        "frames": one.frames,
        "colour": _seen(person_colour(one.number - 1)),
    }


def _correction(shot: Shot, one: Correction) -> dict[str, Any]:
    reached = [n for n, moment in shot.moments.items() if any(mark.id == one.id for mark in moment.marks)]
    return {
        "id": one.id,
        "kind": one.kind,
        "frame": one.frame,
        "part": one.part,
        "people": list(one.people),
        "stroke": list(one.stroke),
        "radius": one.radius,
        "reach": one.reach,
        "said": one.said(),
        "first": min(reached, default=one.frame),
        "last": max(reached, default=one.frame),
    }


def _seen(colour: tuple[float, float, float]) -> str:
    """A colour of the node's views as a screen shows it."""
    import numpy as np

    r, g, b = (float(one) for one in srgb_encode(np.array(colour, np.float32)))
    return hex_of((r, g, b))
