"""Drawn clips of people with the truth of every frame: alpha, who is where and, with a bank, parts.

    python benchmarks/drawn_clips.py --kinds crossing,return [--bank BANK] [--sheet OUT.png]

People of the bank (`python -m training`, kind figures) are used where one is named and there; else those of
`traps_people`, which come with the project and have no parts. They walk by a warp of their legs, stand with a
sway, cross, hide each other, leave and come back, in a drawn room, before a camera with grain that may pan.
A clip is a pure function of its kind, seed, size and people.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))
from keyer import linear
from traps_drawn import indoors
from traps_drawn.camera import developed
from traps_drawn.canvas import Canvas
from traps_drawn.people import FULL, sprite
from traps_drawn.people import dyed as recoloured

from anatomatte.parts import PARTS

Pixels = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]

FRAMES = 36
"""Frames of a clip: a walk through the picture at 24 a second."""

SIZE = (640, 360)


@dataclasses.dataclass(frozen=True, eq=False)
class DrawnFrame:
    """One frame and the truth about it.

    Attributes:
        picture: H×W×3 of 8-bit sRGB.
        alpha: H×W in 0..1, all people together.
        ids: H×W, the number of the person in front, from 1; 0 where nobody covers half of the pixel.
        parts: H×W, the main part (place in `anatomatte.parts.PARTS`), or None where the people have none.
    """

    picture: Labels
    alpha: Pixels
    ids: Labels
    parts: Labels | None


@dataclasses.dataclass(frozen=True, eq=False)
class Figure:
    """A cut-out: premultiplied scene-linear colour and alpha (h×w×4), and its parts or None."""

    light: Pixels
    parts: Labels | None


@dataclasses.dataclass(frozen=True)
class Actor:
    """How somebody goes through a clip.

    Attributes:
        who: place in the cast.
        xs: the middle at even steps of the clip, a share of the width; between them it is linear, but nobody
            is seen to cross more than a width in one step: that happens behind the camera.
        size: height, a share of the picture's.
        foot: where the feet are, a share of the height.
        walks: whether the legs move; else the body sways.
    """

    who: int
    xs: tuple[float, ...]
    size: float = 0.75
    foot: float = 0.96
    walks: bool = True

    def x(self, share: float) -> float:
        """The middle at a share of the clip."""
        at = min(int(share * (len(self.xs) - 1)), len(self.xs) - 2)
        a, b, rest = self.xs[at], self.xs[at + 1], share * (len(self.xs) - 1) - at
        return a if abs(b - a) > 1 else a + rest * (b - a)


@dataclasses.dataclass(frozen=True)
class Script:
    """A kind of clip: the actors from the back to the front, and the camera.

    Attributes:
        pan: the camera's place at even steps, in widths of the picture.
        noise: of the camera, in code values of 1.
        cut: whether the second half is nearer, behind a cut.
        dyed: whether all wear the same colours.
    """

    actors: tuple[Actor, ...]
    pan: tuple[float, ...] = (0.0, 0.0)
    noise: float = 0.008
    cut: bool = False
    dyed: bool = False


def _still(who: int, x: float, size: float = 0.75) -> Actor:
    return Actor(who, (x, x), size, walks=False)


SCRIPTS: dict[str, Script] = {
    "standing": Script((_still(0, 0.5),)),
    "beside": Script((_still(0, 0.3), _still(1, 0.48, 0.72), _still(2, 0.68))),
    "touching": Script((_still(1, 0.44, 0.72), _still(0, 0.54))),
    "walking": Script((Actor(0, (0.2, 0.8)),)),
    "crossing": Script((Actor(0, (0.2, 0.8), 0.72, 0.94), Actor(1, (0.8, 0.2)))),
    "alike": Script((Actor(0, (0.2, 0.8), 0.72, 0.94), Actor(1, (0.8, 0.2))), dyed=True),
    "behind": Script((Actor(0, (0.1, 0.9), 0.7, 0.93), _still(1, 0.5))),
    "return": Script((_still(1, 0.6), Actor(0, (0.3, -0.3, -0.3, 0.3)))),
    "other_side": Script((_still(1, 0.5), Actor(0, (0.75, 1.0, 1.2, -0.2, 0.0, 0.2)))),
    "pan": Script((_still(0, 0.3), _still(1, 0.55), _still(2, 0.9)), pan=(0.0, 0.45, 0.45, 0.0)),
    "noise": Script((_still(0, 0.3), _still(1, 0.5, 0.72), Actor(2, (0.9, 0.65))), noise=0.05),
    "cut": Script((_still(0, 0.35), _still(1, 0.6, 0.72)), cut=True),
    "crowd": Script(
        tuple(
            Actor(k, (0.04 + 0.1 * k, 0.04 + 0.1 * ((k + 3) % 10)), 0.42, 0.7 + 0.02 * k)
            for k in range(10)
        )
    ),
}  # fmt: skip
"""The kinds of clips."""

KINDS = tuple(SCRIPTS)

_OTHER_SIDE = np.array(
    [
        PARTS.index(name.replace("left_", "right_") if "left_" in name else name.replace("right_", "left_"))
        for name in PARTS
    ],
    np.uint8,
)
"""Each part in the mirror: who goes to the left is drawn mirrored, and a left hand is a right one."""

COLOURS = (
    (255, 255, 255), (255, 60, 60), (60, 255, 60), (80, 120, 255), (255, 255, 0), (255, 0, 255),
    (0, 255, 255), (255, 140, 0), (170, 170, 255),
)  # fmt: skip
"""A colour for each number on sheets; the first for nobody."""


def cast(bank: Path | None, seed: int, count: int, dyed: bool = False) -> list[Figure]:
    """The people of a clip: of the bank's validation figures, whole and upright; without one, the project's.

    Args:
        dyed: all wear the same colours (the project's people only).
    """
    rng = np.random.default_rng([17, seed])
    if bank is None or dyed:
        names = [*FULL[0], *FULL[1]]
        return [_own(names[k % len(names)], rng, dyed) for k in rng.permutation(len(names))[:count]]
    from training.bank import Bank

    items = Bank(bank, "figures", "validation")
    good = [
        k
        for k in range(len(items))
        if items.facts(k)["framing"] == "full" and items.facts(k)["pose"] in ("stand", "walk")
    ]
    return [_banked(items[good[k]]) for k in rng.permutation(len(good))[:count]]


def _own(name: str, rng: np.random.Generator, dyed: bool) -> Figure:
    someone = sprite(name)
    upper, legs = ((0.25, 0.05, 0.04), (0.03, 0.03, 0.06)) if dyed else rng.uniform(0.02, 0.5, (2, 3))
    light = recoloured(someone.colour, (someone.clothes == 1).astype(np.float32), upper)
    light = recoloured(light, (someone.clothes == 2).astype(np.float32), legs)
    return Figure(np.dstack([light * someone.alpha[..., None], someone.alpha]).astype(np.float32), None)


def _banked(item: object) -> Figure:
    picture, planes = item.picture, item.planes  # type: ignore[attr-defined]
    alpha = picture[..., 3].astype(np.float32) / 255
    plain = np.clip(picture[..., :3] / np.maximum(alpha[..., None], 1 / 255), 0, 255).astype(np.uint8)
    return Figure(np.dstack([linear(plain) * alpha[..., None], alpha]).astype(np.float32), planes[..., 2])


def frames(
    kind: str,
    seed: int = 0,
    count: int = FRAMES,
    size: tuple[int, int] = SIZE,
    bank: Path | None = None,
    ground: Pixels | None = None,
) -> Iterator[DrawnFrame]:
    """The frames of a clip, in order.

    Args:
        kind: one of `KINDS`.
        seed: of the cast, the room and the grain.
        count: frames; fewer make the people faster.
        size: width and height.
        bank: folder of drawn people with parts; None takes the project's own.
        ground: scene-linear light behind them, twice as wide as the picture; None draws a room.
    """
    script = SCRIPTS[kind]
    people = cast(bank, seed, len(script.actors), script.dyed)
    room = _room(seed, size) if ground is None else ground
    for n in range(count):
        share = n / max(count - 1, 1)
        yield _frame(script, people, room, share, n, seed, size)


def _room(seed: int, size: tuple[int, int]) -> Pixels:
    """A drawn room twice as wide as the picture, for the camera to pan over."""
    canvas = Canvas("dev", "clip", seed, (2 * size[0], size[1]))
    rng = np.random.default_rng([23, seed])
    indoors.plaster(canvas, rng.uniform(0.15, 0.5, 3), 0.5)
    indoors.boarding(canvas, 0.78)
    for k in range(6):
        left = 0.03 + 0.16 * k + rng.uniform(0, 0.05)
        indoors.picture(canvas, left, rng.uniform(0.08, 0.3), rng.uniform(0.05, 0.09), rng.uniform(0.12, 0.3))
    indoors.sofa(canvas, 0.1, 0.3, 0.55, rng.uniform(0.05, 0.3, 3))
    indoors.lamp(canvas, 0.8, 0.25)
    return canvas.light


def _frame(
    script: Script, people: list[Figure], room: Pixels, share: float, n: int, seed: int, size: tuple[int, int]
) -> DrawnFrame:
    wide, high = size
    pan = float(np.interp(share, np.linspace(0, 1, len(script.pan)), script.pan))
    near = 1.3 if script.cut and share > 0.5 else 1.0
    light = _seen(room, pan, near, size)
    alpha, ids = np.zeros((high, wide), np.float32), np.zeros((high, wide), np.uint8)
    parts = np.zeros((high, wide), np.uint8) if all(one.parts is not None for one in people) else None
    for number, (actor, figure) in enumerate(zip(script.actors, people, strict=True), 1):
        placed, labels = _placed(figure, actor, share, n, pan, near, size)
        cover = placed[..., 3]
        light = light * (1 - cover[..., None]) + placed[..., :3]
        alpha = alpha * (1 - cover) + cover
        ids = np.where(cover >= 0.5, np.uint8(number), np.where(alpha >= 0.5, ids, 0)).astype(np.uint8)
        if parts is not None and labels is not None:
            parts = np.where(cover >= 0.5, labels, parts).astype(np.uint8)
    rng = np.random.default_rng([29, seed, n])
    grain = rng.normal(0, script.noise, light.shape).astype(np.float32)
    shown = np.clip(developed(light) + cv2.GaussianBlur(grain, (0, 0), 0.6), 0, 1)
    return DrawnFrame(np.round(255 * shown).astype(np.uint8), alpha, ids, parts)


def _seen(room: Pixels, pan: float, near: float, size: tuple[int, int]) -> Pixels:
    wide, high = size
    move = np.array([[near, 0, -near * pan * wide], [0, near, (1 - near) * 0.4 * high]], np.float32)
    flags = cv2.INTER_LINEAR
    return np.asarray(
        cv2.warpAffine(room, move, size, flags=flags, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def _placed(
    figure: Figure, actor: Actor, share: float, n: int, pan: float, near: float, size: tuple[int, int]
) -> tuple[Pixels, Labels | None]:
    """Somebody in the picture (h×w×4 premultiplied), and their parts."""
    wide, high = size
    tall = near * actor.size * high
    scale = tall / figure.light.shape[0]
    light = figure.light
    if scale < 1:
        light = cv2.GaussianBlur(light, (0, 0), 0.35 / scale)
    left_going = actor.xs[-1] < actor.xs[0]
    x = near * (actor.x(share) - pan) * wide
    foot = near * actor.foot * high + (1 - near) * 0.4 * high
    rows, columns = np.mgrid[:high, :wide].astype(np.float32)
    v = (rows - (foot - tall)) / tall  # 0 at the crown, 1 at the soles
    u = (columns - x) / tall
    phase = 2 * np.pi * (n / 14 + 0.37 * actor.who)
    sway = (0.012 if actor.walks else 0.02) * np.sin(phase / 2) * np.clip(1 - v, 0, 1)
    u = u - sway
    if actor.walks:
        stride = 0.10 * np.sin(phase) * np.clip(v - 0.5, 0, 1) * 2
        u = u - stride * np.tanh(u / 0.04)
        v = v + 0.01 * np.abs(np.sin(phase))
    source_x = (-u if left_going else u) * tall / scale + figure.light.shape[1] / 2
    source_y = v * figure.light.shape[0]
    maps = source_x.astype(np.float32) - 0.5, source_y.astype(np.float32) - 0.5
    made = np.asarray(cv2.remap(light, *maps, cv2.INTER_LINEAR), np.float32)
    if figure.parts is None:
        return made, None
    labels = np.asarray(cv2.remap(figure.parts, *maps, cv2.INTER_NEAREST), np.uint8)
    return made, _OTHER_SIDE[labels] if left_going else labels


def bank_or_none(
    bank: Path | None, say: Callable[[str], object] = lambda text: print(text, file=sys.stderr)
) -> Path | None:
    """The bank if it holds people; else None, and said."""
    if bank is not None and any(bank.glob("figures-validation-*.json")):
        return bank
    say(
        f"no drawn people with parts in {bank}: the project's own are used, without parts"
        if bank
        else "no bank is named: the project's own people are used, without parts"
    )
    return None


def main() -> int:
    """Draw a sheet of clips."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bank", type=Path, default=None, help="bank with figures (python -m training)")
    parser.add_argument("--kinds", default=",".join(KINDS), help="the clips")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path, default=None, help="write eight frames of each clip")
    args = parser.parse_args()
    bank = bank_or_none(args.bank)
    rows = []
    for kind in args.kinds.split(","):
        made = list(frames(kind, args.seed, bank=bank))
        cells = [made[k].picture for k in np.linspace(0, len(made) - 1, 8).astype(int)]
        rows.append(np.hstack([cv2.resize(cell, (240, 135), interpolation=cv2.INTER_AREA) for cell in cells]))
        shares = [float((one.alpha > 0.5).mean()) for one in made]
        print(f"{kind}: {len(made)} frames, people fill {min(shares):.3f} to {max(shares):.3f} of them")
    if args.sheet is not None:
        cv2.imwrite(str(args.sheet), np.vstack(rows)[..., ::-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
