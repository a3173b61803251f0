"""One random person: body, clothes, skin, hair and things, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anatomatte.parts import INDEX

from .body import EYES, Body
from .brief import ANYBODY, Brief
from .brows import brows
from .hair import Hairdresser
from .material import CLOTH, EYE, HAIR_MESH, SKIN, Material, hair_colour, linear, skin_tone
from .pose import KINDS
from .render import Piece, Strands
from .things import Dressing
from .wardrobe import Wardrobe, Worn
from .wearer import Wearer

_EYE_COLOURS = [[0.25, 0.15, 0.08], [0.35, 0.5, 0.65], [0.3, 0.42, 0.25], [0.15, 0.09, 0.05]]


@dataclass
class Person:
    """A person to be drawn, and facts about them."""

    scene: list[Piece | Strands]
    joints: dict[str, np.ndarray]
    pose: str
    worn: Worn
    skin_depth: float
    """0 lightest to 1 darkest skin."""
    fabric: str
    """`sheer`, `shiny` or `plain`: the most unusual cloth worn."""


class Casting:
    """Draws people from the assets in `folder`; identity 0-2699 are for training, the rest for validation."""

    def __init__(self, folder: Path) -> None:
        self.body = Body(folder)
        self.wardrobe = Wardrobe(self.body, folder)

    def draw(
        self,
        rng: np.random.Generator,
        close: bool = False,
        validation: bool = False,
        brief: Brief = ANYBODY,
    ) -> Person:
        """Draw one person.

        Args:
            close: for framings in which face and hair matter most.
            brief: who is wanted.
        """
        body = self.body
        identity = self._identity(rng, validation, brief.ages)
        pose = str(rng.choice(KINDS, p=brief.poses))
        if close and pose in ("crouch", "run"):
            pose = "stand"
        w = Wearer(body, identity, pose, rng)
        worn = self.wardrobe.dress(w, brief.outfits, brief.men)
        costume = worn.outfit == "costume"
        colour, depth = skin_tone(rng)
        hair = hair_colour(rng, w.old)
        self.skin(w, colour, hair)
        things = Dressing(w, self.wardrobe)
        hat = things.choose_hat(costume) if rng.random() < (0.5 if costume else 0.28) else ""
        Hairdresser(w, self.wardrobe, hair, hat).dress()
        if hat:
            things.hat(hat)
        chances = [
            (0.26 if close else 0.2, things.glasses),
            (0.04, things.mask),
            (0.14, things.scarf),
            (0.32, things.bag),
            (0.12, things.jewellery),
            (0.28, things.held),
        ]
        for chance, put_on in chances:
            if rng.random() < chance:
                put_on()
        joints = {name: w.joint(name) for name in body.bone}
        fabrics = [p.material for p in w.scene if isinstance(p, Piece) and p.material.kind == CLOTH]
        sheer, shiny = any(m.thin[0] > 0 for m in fabrics), any(m.gloss >= 0.8 for m in fabrics)
        fabric = "sheer" if sheer else "shiny" if shiny else "plain"
        return Person(w.scene, joints, pose, worn, depth, fabric)

    def _identity(self, rng: np.random.Generator, validation: bool, ages: tuple[float, float]) -> int:
        first, last = (2700, 3000) if validation else (0, 2700)
        while True:
            identity = int(rng.integers(first, last))
            if ages[0] <= self.body.age[identity] <= ages[1]:
                return identity

    def skin(self, w: Wearer, colour: np.ndarray, hair: np.ndarray) -> None:
        """Skin where clothes leave it bare, eyes and brows."""
        body, rng = w.body, w.rng
        lips = linear(colour) * np.array([1.0, 0.62, 0.62])
        if w.female and rng.random() < 0.5:
            lips = linear([0.65, 0.12, 0.15]) * rng.uniform(0.6, 1.2)
        beard = 0.0 if w.female or rng.random() < 0.55 else rng.uniform(0.1, 0.95)
        material = Material(
            SKIN,
            a=linear(colour),
            b=lips,
            c=hair * 0.8,
            pattern=(beard, 0.0, 0.0, 0.0),
            bump=0.12,
            gloss=rng.uniform(0.03, 0.22),
            sharpness=rng.uniform(8, 30),
            seed=float(rng.integers(100)),
        )
        faces = body.faces["body"]
        faces = faces[~w.removed[faces].all(1)]
        faces = faces[~(w.hide[faces] > 0.12).all(1)]
        w.add_shell(faces, 0.0, 0, material, parts=body.parts, p=body.lips, q=body.beard)
        iris = Material(EYE, a=linear(_EYE_COLOURS[rng.integers(4)]), gloss=0.6, sharpness=60.0)
        for group in EYES:
            w.add_shell(body.faces[group], 0.0, INDEX["face"], iris, p=body.eye_angle)
        meshes = self.wardrobe.brows
        if rng.random() > 0.95:
            return
        if not meshes or rng.random() < 0.4:
            brows(w, hair)
        else:
            k = int(rng.integers(len(meshes)))
            brow = Material(HAIR_MESH, a=hair * 0.5, b=hair * 0.8, thin=(0.3, 0.2), gloss=0.02, sharpness=8.0)
            w.add_garment(meshes[k], INDEX["face"], brow, q=1.0, cut=self.wardrobe.brow_cuts[k])
