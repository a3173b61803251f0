"""Hands of a face's own tone before it, on heads that `training/` draws: what is face, and what is hand.

    python benchmarks/faces_hands.py --assets FOLDER [--heads N] [--json] [--sheet OUT.png]

`hands_found` is the share of the heads with a hand of which the pass has one; `face_on_hands` how much of the
hands' pixels over the mesh of the face is the part face, `hands_on_face` how much of the bare face there is
a hand. Pixels of all heads count together; heads of which no face is seen are left out (`heads`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte import engine
from anatomatte.engine import face_views, subject, work_for
from anatomatte.engine.evidence import looked
from anatomatte.engine.faces import faces_of
from anatomatte.ops import colour
from anatomatte.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

Plane = NDArray[np.float32]
_TRIES = 4000


def drawn(assets: Path, count: int) -> Iterator[tuple[NDArray[np.uint8], Plane, Plane]]:
    """Pictures of people with a hand before the face, where it is, and where bare face is."""
    from training.people.pose import Poser
    from training.swap.heads import Atelier, Who, moment

    from anatomatte.parts import INDEX

    atelier = Atelier(assets)
    body = atelier.casting.body
    people = [Who(160, 2), Who(40, 8), Who(200, 21), Who(12, 3), Who(455, 41)]
    made = seed = 0
    while made < count:
        what, rng = moment(atelier.casting, 77, seed), np.random.default_rng([5, seed])
        side, who = "LR"[seed % 2], people[seed % len(people)]
        seed += 1
        for _ in range(_TRIES):
            arm = Poser(body, body.mean_joints, rng)
            bends = ((-40, 40), (30, 90), (-10, 60), (90, 150), (-60, 60))
            arm.arm(side, *(float(np.radians(rng.uniform(*one))) for one in bends))
            turns = {**what.turns, **arm.turns}
            _, _, joints = body.pose(body.mean_joints, turns)
            bones = (f"finger3-2.{side}", f"wrist.{side}", "oris05")
            tip, wrist, mouth = (joints[body.bone[name]] for name in bones)
            off = tip - mouth
            if abs(off[0]) < 0.5 and -0.5 < off[1] < 1 and 0.15 < off[2] < 0.6 and wrist[2] > mouth[2] + 0.1:
                break
        else:
            continue
        made += 1
        picture, share = atelier.parts(who, replace(what, turns=turns, size=5.5, off=(0.0, -0.3)))
        yield picture, share(INDEX["left_hand"]) + share(INDEX["right_hand"]), share(INDEX["face"])


def measured(assets: Path, count: int, sheet: list[Any]) -> dict[str, float]:
    """All figures."""
    work, total = work_for(Settings()), np.zeros(4)
    heads = found = 0
    for picture, hand, bare in drawn(assets, count):
        light = colour.srgb_decode(picture.astype(np.float32) / np.float32(255))
        task = face_views.task_of(light, work)
        seen = looked(task).people
        marks = subject.landmarks(task, seen)
        faces = [(mark, face) for mark, face in zip(marks, faces_of(task, seen), strict=True) if face]
        if not faces:
            continue
        heads += 1
        mark, face = faces[0]
        found += mark is not None and (mark.left_hand is not None or mark.right_hand is not None)
        mattes = engine.key_frame({"Source": task.plate.frame}, task.settings, work)
        ours, left, right = mattes.planes(["face", "left_hand", "right_hand"])
        mesh = np.zeros(ours.shape, np.uint8)
        cv2.fillConvexPoly(mesh, cv2.convexHull(face.points[:468, :2].astype(np.int32)), 1)
        over, rest = (hand > 0.5) & (mesh > 0), (bare > 0.9) & (mesh > 0)
        total += ours[over].sum(), over.sum(), (left + right)[rest].sum(), rest.sum()
        planes = [np.repeat(one[..., None], 3, 2) * 255 for one in (ours, left + right)]
        sheet.append(np.hstack([picture, *planes]).astype(np.uint8)[::2, ::2])
    return {
        "heads": heads, "hands_found": found / max(heads, 1),
        "face_on_hands": float(total[0] / max(total[1], 1)),
        "hands_on_face": float(total[2] / max(total[3], 1)),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    given = os.environ.get("ANATOMATTE_ASSETS")
    parser.add_argument("--assets", type=Path, default=given, required=given is None)
    parser.add_argument("--heads", type=int, default=12)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    sheet: list[Any] = []
    made = measured(args.assets, args.heads, sheet)
    if args.sheet and sheet:
        cv2.imwrite(str(args.sheet), np.vstack(sheet)[..., ::-1])
    print(
        json.dumps(made) if args.json else "\n".join(f"{name:14} {value:.3g}" for name, value in made.items())
    )


if __name__ == "__main__":
    main()
