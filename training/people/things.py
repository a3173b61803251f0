"""Worn and held things: hats, hoods, glasses, masks, scarves, bags, and what hands hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from anatomatte.parts import INDEX

from .body import EYES
from .clothes import Tailor
from .geometry import Array, box, grid_faces, lathe, rot_axis, rot_x, rot_y, tube
from .material import Material, any_colour, cloth, hard, linear
from .render import piece
from .wardrobe import Wardrobe
from .wearer import FAR, Wearer


class Dressing:
    """Draws the things of one wearer and puts them on."""

    def __init__(self, wearer: Wearer, wardrobe: Wardrobe) -> None:
        self.w, self.wardrobe, self.rng = wearer, wardrobe, wearer.rng
        body = wearer.body
        self.x, self.y, self.z = body.mean_rest.T
        self.on_head = np.isin(body.parts, [INDEX["face"]])
        scalp = np.unique(body.faces["body"][(body.scalp[body.faces["body"]] > -0.12).all(1)])
        self.skull = wearer.rest[scalp]

    # ---- head
    def choose_hat(self, costume: bool) -> str:
        """Draw which hat is worn; hair has to know before it grows."""
        names = ["fedora", "beanie", "cap", "hood", "scarf", "helmet", "brim", "crown"]
        shares = np.array([0.14, 0.17, 0.25, 0.12, 0.1, 0.08, 0.1, 0.04])
        if costume:
            shares = np.array([0.04, 0.04, 0.04, 0.2, 0.06, 0.38, 0.06, 0.18])
        if not self.wardrobe.hats:
            shares[names.index("fedora")] = 0
        return str(self.rng.choice(names, p=shares / shares.sum()))

    def hat(self, kind: str) -> None:
        """A hat, cap, hood, head-scarf, helmet or head-dress: part `hat`."""
        material = hard(self.rng) if kind in ("helmet", "crown") else cloth(self.rng, plain=0.75)
        if kind == "fedora":
            hats = self.wardrobe.hats
            self.w.add_garment(hats[self.rng.integers(len(hats))], INDEX["hat"], material)
        elif kind in ("hood", "scarf"):
            self._hood(material, close=kind == "scarf")
        elif kind == "crown":
            self._crown(material)
        else:
            self._dome(kind, material)

    def _dome(self, kind: str, material: Material) -> None:
        w, rng, body = self.w, self.rng, self.w.body
        deep = rng.uniform(-0.4, 0.4) if kind == "helmet" else rng.uniform(0.25, 0.75)
        rim = body.eye_y + deep + np.where(self.z < 0.3, -rng.uniform(0, 0.6), 0)
        field = np.where(self.on_head, (self.y - rim) * 2, -1)
        if kind == "helmet" and deep < 0.1:
            field = np.where(
                self.on_head & (self.z > 0.75) & (np.abs(self.x) < 0.62) & (self.y < body.eye_y + 0.4),
                -1,
                field,
            )
        thick = rng.uniform(0.3, 0.5) if kind == "helmet" else rng.uniform(0.12, 0.36)
        lift = thick + 0.05 * w.ripple(3.0) * (kind == "beanie")
        rise = np.array([0, rng.uniform(0, 0.5 if kind == "beanie" else 0.15), 0], np.float32)
        moved = w.rest + rise * np.clip((self.y - body.eye_y - 0.6), 0, 1)[:, None]
        w.add_shell(
            body.faces["body"],
            lift.astype(np.float32),
            INDEX["hat"],
            material,
            cut=field.astype(np.float32),
            moved=moved,
        )
        if kind in ("cap", "brim"):
            self._brim(material, whole=kind == "brim")

    def _brim(self, material: Material, whole: bool) -> None:
        rng = self.rng
        front = self.skull[self.skull[:, 2] > 0]
        middle = (self.skull.min(0) + self.skull.max(0)) / 2
        half = np.abs(front[:, 0]).max() + 0.12
        deep = (self.skull[:, 2].max() - self.skull[:, 2].min()) / 2 + 0.12
        low = front[:, 1].min() + rng.uniform(0.05, 0.35)
        reach = rng.uniform(0.5, 1.4) if whole else rng.uniform(0.55, 1.0)
        span = np.pi if whole else rng.uniform(0.9, 1.3)
        turn = np.linspace(-span, span, 41 if whole else 17)
        ring = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], 1)
        fade = np.ones_like(turn) if whole else np.clip(np.cos(turn * np.pi / 2 / span), 0, 1) ** 0.5
        inner = middle + ring * np.array([half, 0, deep]) * 0.96
        outer = middle + ring * np.array([half, 0, deep]) + ring * (reach * fade)[:, None]
        inner[:, 1] = low
        outer[:, 1] = low - rng.uniform(-0.1, 0.3) - 0.12 * np.sin(turn) ** 2
        if not whole and rng.random() < 0.2:  # worn backwards
            for rim in (inner, outer):
                rim[:, [0, 2]] = 2 * middle[[0, 2]] - rim[:, [0, 2]]
        self.w.add_rigid(np.concatenate([inner, outer]), grid_faces(2, len(turn)), INDEX["hat"], material)

    def _hood(self, material: Material, close: bool) -> None:
        w, rng, body = self.w, self.rng, self.w.body
        opening = np.hypot(self.x / 0.62, (self.y - body.eye_y + 0.15) / (0.95 if close else 1.1))
        face = self.z > (0.35 if close else 0.1)
        neck = np.isin(body.parts, [INDEX["neck"]])
        torso = np.isin(body.parts, [INDEX["torso_skin"]])
        neck_y = float(body.mean_joints[body.bone["neck01"]][1])
        hem = neck_y - rng.uniform(0.1, 1.6)
        field = np.where(face & self.on_head, (opening - 1) * 0.8, FAR)
        field = np.where(self.on_head | neck, field, np.where(torso, self.y - hem, -1))
        lift = (rng.uniform(0.1, 0.2) if close else rng.uniform(0.25, 0.55)) + 0.06 * w.ripple(2.0)
        w.add_shell(
            body.faces["body"], lift.astype(np.float32), INDEX["hat"], material, cut=field.astype(np.float32)
        )

    def _crown(self, material: Material) -> None:
        rng, middle = self.rng, (self.skull.min(0) + self.skull.max(0)) / 2
        low = self.skull[:, 1].max() - rng.uniform(0.4, 0.9)
        half = np.abs(self.skull[:, 0]).max() + 0.1
        if rng.random() < 0.5:  # a ring with spikes
            turn = np.linspace(0, 2 * np.pi, 49)
            ring = middle + np.stack([np.sin(turn), 0 * turn, np.cos(turn)], 1) * half * np.array([1, 0, 1.2])
            top = ring.copy()
            ring[:, 1], top[:, 1] = (
                low,
                low + rng.uniform(0.3, 1.2) * (0.6 + 0.4 * np.sin(turn * rng.integers(5, 14))),
            )
            self.w.add_rigid(np.concatenate([ring, top]), grid_faces(2, 49), INDEX["hat"], material)
            return
        for sign in (-1, 1):  # horns or feathers
            bend = np.linspace(0, 1, 12)
            out, up = rng.uniform(0.3, 1.4), rng.uniform(0.4, 2.0)
            path = np.stack(
                [sign * (half * 0.7 + out * np.sin(bend * 1.6)), low + up * bend, middle[2] - 0.3 * bend], 1
            )
            points, faces = tube(path.astype(np.float32), rng.uniform(0.12, 0.3) * (1.02 - bend))
            self.w.add_rigid(points, faces, INDEX["hat"], material)

    def glasses(self) -> None:
        """Glasses or sunglasses."""
        rng, w = self.rng, self.w
        frame = replace(
            hard(rng), a=linear(any_colour(rng)) * rng.choice([0.05, 0.3, 1.0]), gloss=0.5, sharpness=40.0
        )
        dark = rng.random() < 0.45
        lens = replace(
            frame,
            a=linear(any_colour(rng)) * 0.06 if rng.random() < 0.8 else frame.b,
            gloss=rng.uniform(0.4, 1.2),
        )
        wide, high = rng.uniform(0.2, 0.3), rng.uniform(0.14, 0.28)
        thick, square = rng.uniform(0.012, 0.04), rng.uniform(2, 5)
        turn = np.linspace(0, 2 * np.pi, 25)
        c, s = (np.sign(f) * np.abs(f) ** (2 / square) for f in (np.cos(turn), np.sin(turn)))
        centres = []
        for group, sign in zip(EYES, (1, -1), strict=True):
            centre = w.rest[np.unique(w.body.faces[group])].mean(0) + np.array([sign * 0.02, -0.03, 0.28])
            centres.append(centre)
            ring = centre + np.stack([c * wide, s * high, -0.06 * c * sign], 1)
            points, faces = tube(ring.astype(np.float32), np.full(25, thick), 6)
            w.add_rigid(points, faces, INDEX["glasses"], frame)
            if dark:
                fan = np.array([[0, 1 + k, 2 + k] for k in range(24)], np.int32)
                w.add_rigid(np.concatenate([centre[None], ring]), fan, INDEX["glasses"], lens)
            hinge = centre + np.array([sign * wide, 0.03, -0.05])
            arm = np.linspace(hinge, hinge + np.array([sign * 0.06, 0.0, -1.05]), 4).astype(np.float32)
            points, faces = tube(arm, np.full(4, thick), 6)
            w.add_rigid(points, faces, INDEX["glasses"], frame)
        inner = [p - np.array([sign * wide, -0.02, -0.02]) for p, sign in zip(centres, (1, -1), strict=True)]
        points, faces = tube(np.linspace(inner[0], inner[1], 4).astype(np.float32), np.full(4, thick), 6)
        w.add_rigid(points, faces, INDEX["glasses"], frame)

    def mask(self) -> None:
        """A cloth mask over mouth and nose: part `other`."""
        body, rng = self.w.body, self.rng
        y = self.y - body.eye_y
        field = np.minimum(
            np.minimum(-0.2 - y, y + rng.uniform(0.95, 1.25)), (self.z - rng.uniform(0.3, 0.7))
        )
        field = np.where(self.on_head, field * 1.5, -1).astype(np.float32)
        material = replace(cloth(rng, plain=0.8), bump=0.1)
        self.w.add_shell(body.faces["body"], 0.07, INDEX["other"], material, cut=field)

    # ---- body
    def scarf(self) -> None:
        """A scarf round the neck, often with hanging ends."""
        w, rng = self.w, self.rng
        material = cloth(rng, plain=0.5)
        neck = w.rest_joints[w.body.bone["neck01"]] + np.array([0, 0.25, 0.05])
        turn = np.linspace(0, 2 * np.pi, 33)
        wide = rng.uniform(0.7, 0.95)
        for k in range(int(rng.integers(1, 4))):
            ring = neck + np.stack(
                [np.sin(turn) * wide, 0.12 * np.cos(turn + k) + 0.22 * k, np.cos(turn) * wide * 1.05], 1
            )
            points, faces = tube(
                ring.astype(np.float32), np.full(33, rng.uniform(0.2, 0.38)), 8, rng.uniform(0.6, 1.1)
            )
            w.add_rigid(points, faces, INDEX["scarf"], material, "neck01")
        for sign in (-1, 1):
            if rng.random() < 0.55:
                drop = np.linspace(0, 1, 9)
                long = rng.uniform(1.0, 4.5)
                x = sign * rng.uniform(0.15, 0.5) + 0.1 * np.sin(drop * 4)
                z = wide + 0.35 + 0.25 * np.sin(drop * np.pi)
                path = neck + np.stack([np.broadcast_to(x, 9), -long * drop, z], 1)
                points, faces = tube(path.astype(np.float32), np.full(9, rng.uniform(0.25, 0.5)), 8, 0.25)
                w.add_rigid(points, faces, INDEX["scarf"], material, "spine01")

    def bag(self) -> None:
        """A backpack, a shoulder or cross-body bag with its strap, or one in the hand or on the arm."""
        w, rng = self.w, self.rng
        material = cloth(rng, plain=0.75) if rng.random() < 0.6 else hard(rng)
        kind = rng.choice(["back", "side", "hand", "arm"], p=[0.28, 0.34, 0.22, 0.16])
        spine = w.rest_joints[w.body.bone["spine02"]]
        if kind == "back":
            half = np.array([rng.uniform(0.9, 1.5), rng.uniform(1.2, 2.2), rng.uniform(0.4, 0.9)])
            middle = spine + np.array([0, -0.6, -0.9 - half[2]])
            self._soft_box(middle, half, material, "spine03")
            tailor = Tailor(w)
            band = np.abs(np.abs(self.x) - rng.uniform(0.85, 1.1))
            strap = np.minimum(0.2 - band, self.y - spine[1] + 0.9)
            strap = np.where(tailor.on_arm | (self.y > tailor.neck_y + 0.4), -1, strap).astype(np.float32)
            w.add_shell(w.body.faces["helper-tights"], 0.42, INDEX["bag"], material, cut=strap)
        elif kind == "side":
            sign = rng.choice([-1, 1])
            half = np.array([rng.uniform(0.2, 0.5), rng.uniform(0.5, 1.3), rng.uniform(0.6, 1.4)])
            hip = w.rest_joints[w.body.bone["upperleg01.L" if sign > 0 else "upperleg01.R"]]
            middle = hip + np.array([sign * (1.0 + half[0]), rng.uniform(-0.8, 1.0), rng.uniform(-0.3, 0.4)])
            self._soft_box(middle, half, material, "root")
            shoulder = w.rest_joints[w.body.bone["clavicle.L"]] * np.array([0, 1, 0]) + np.array([0, 0.75, 0])
            shoulder[0] = sign * rng.choice([-0.8, 1.25])
            for z in (1.15, -0.95):
                mid = (shoulder + middle) / 2 + np.array([0, 0, z * 1.25])
                t = np.linspace(0, 1, 13)[:, None]
                top = middle + np.array([0, half[1], 0.6 * half[2] * np.sign(z)])
                path = (1 - t) ** 2 * shoulder + 2 * t * (1 - t) * mid + t**2 * top
                points, faces = tube(path.astype(np.float32), np.full(13, rng.uniform(0.08, 0.2)), 6, 0.35)
                w.add_rigid(points, faces, INDEX["bag"], material, "spine03")
        else:
            side = str(rng.choice(["L", "R"]))
            half = np.array([rng.uniform(0.2, 0.5), rng.uniform(0.6, 1.4), rng.uniform(0.6, 1.4)])
            hand = w.joint("finger3-1." + side)
            if kind == "arm":  # in the crook of the elbow
                hand = 0.7 * w.joint("lowerarm01." + side) + 0.3 * w.joint("wrist." + side)
            turned = rot_y(rng.normal(0, 0.4))
            points, faces = box(-half, half)
            hang = rng.uniform(0.3, 1.0)
            place = hand - np.array([0, half[1] + hang, 0])
            w.scene.append(
                piece((points @ turned.T + place).astype(np.float32), faces, INDEX["bag"], material, points)
            )
            t = np.linspace(0, np.pi, 9)
            path = (
                np.stack([0 * t, hang * np.sin(t), half[2] * 0.7 * np.cos(t)], 1) @ turned.T
                + hand
                - np.array([0, hang, 0])
            )
            handle, faces = tube(path.astype(np.float32), np.full(9, 0.06), 6)
            w.scene.append(piece(handle, faces, INDEX["bag"], material))

    def _soft_box(self, middle: Array, half: Array, material: Material, bone: str) -> None:
        """A rounded box that moves with `bone`."""
        latitude = np.linspace(-np.pi / 2, np.pi / 2, 11)
        points, faces = lathe(np.abs(np.cos(latitude)), np.sin(latitude), 20)
        power = self.rng.uniform(0.25, 0.7)
        points = np.sign(points) * np.abs(points) ** power * half + middle
        self.w.add_rigid(points.astype(np.float32), faces, INDEX["bag"], material, bone)

    def jewellery(self) -> None:
        """A belt or a necklace: part `other`."""
        w, rng, tailor = self.w, self.rng, Tailor(self.w)
        if rng.random() < 0.6:
            middle = rng.uniform(1.5, 2.4)
            field = np.where(tailor.on_arm, -1, rng.uniform(0.1, 0.25) - np.abs(self.y - middle)).astype(
                np.float32
            )
            w.add_shell(
                w.body.faces["helper-tights"], rng.uniform(0.15, 0.4), INDEX["other"], hard(rng), cut=field
            )
        else:
            neck = w.rest_joints[w.body.bone["neck01"]]
            turn = np.linspace(0, 2 * np.pi, 33)
            drop = rng.uniform(0.3, 1.4)
            ring = neck + np.stack(
                [np.sin(turn) * 0.75, -drop * np.clip(np.cos(turn), 0, 1), 0.2 + np.cos(turn) * 0.95], 1
            )
            points, faces = tube(ring.astype(np.float32), np.full(33, rng.uniform(0.03, 0.1)), 6)
            w.add_rigid(points, faces, INDEX["other"], hard(rng), "spine01")

    # ---- hands
    def held(self) -> None:
        """Something in a hand: part `held`."""
        w, rng = self.w, self.rng
        side = str(rng.choice(["L", "R"]))
        grip = (w.joint("finger3-1." + side) + w.joint("finger2-2." + side)) / 2
        turn = rot_axis(rng.normal(size=3), rng.uniform(0, np.pi))
        material = hard(rng) if rng.random() < 0.6 else cloth(rng)
        kind = rng.choice(
            ["slab", "stick", "racket", "ball", "cup", "box", "umbrella"],
            p=[0.22, 0.2, 0.13, 0.13, 0.14, 0.12, 0.06],
        )
        meshes = []
        if kind in ("slab", "box"):
            half = np.exp(rng.normal([-0.9, -0.3, -2.2] if kind == "slab" else [-0.2, -0.2, -0.2], 0.4))
            meshes.append(box(-half, half))
        elif kind in ("stick", "racket", "umbrella"):
            long = rng.uniform(1.5, 7)
            path = np.linspace([0, -0.5, 0], [0, long, 0], 6).astype(np.float32)
            meshes.append(tube(path, np.full(6, rng.uniform(0.04, 0.16))))
            if kind == "racket":
                t = np.linspace(0, 2 * np.pi, 25)
                ring = np.stack([np.sin(t) * rng.uniform(0.9, 1.3), long + 1.3 + 1.5 * np.cos(t), 0 * t], 1)
                meshes.append(tube(ring.astype(np.float32), np.full(25, rng.uniform(0.06, 0.12))))
                if rng.random() < 0.6:
                    for k in np.linspace(-0.8, 0.8, 9):
                        wire = np.linspace([k, long, 0], [k, long + 2.6, 0], 3).astype(np.float32)
                        meshes.append(tube(wire, np.full(3, 0.02), 4))
            if kind == "umbrella":
                a = np.linspace(0, np.pi / 2.4, 8)
                meshes.append(lathe(np.sin(a) * rng.uniform(3, 6), long + np.cos(a) - 0.6, 24))
        else:
            a = np.linspace(-np.pi / 2, np.pi / 2, 12)
            r = np.exp(rng.normal(-0.5, 0.5))
            meshes.append(
                lathe(np.cos(a) * r, np.sin(a) * r)
                if kind == "ball"
                else lathe(np.array([0, 0.3, 0.36, 0]), np.array([-0.5, -0.5, 0.6, 0.6]))
            )
        if kind == "umbrella":
            turn = rot_x(rng.normal(0, 0.2))
        for points, faces in meshes:
            w.scene.append(
                piece((points @ turn.T + grip).astype(np.float32), faces, INDEX["held"], material, points)
            )
