"""What people wear: draws an outfit and has it cut and put on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from anatomatte.parts import INDEX

from .body import Body, Garment
from .brief import MEN, OUTFITS
from .clothes import SKIRT, Tailor, TopCut
from .footwear import boots, shoes
from .material import Material, any_colour, cloth, hard, linear, skin_tone
from .wearer import Wearer

_SUIT_FILES = (
    *("female_casualsuit01", "female_casualsuit02", "female_elegantsuit01", "female_sportsuit01"),
    *("male_casualsuit01", "male_casualsuit02", "male_casualsuit03", "male_casualsuit04"),
    *("male_casualsuit05", "male_casualsuit06", "male_elegantsuit01", "male_worksuit01"),
)
_LEG_PARTS = [INDEX[n] for n in ("left_leg", "right_leg")]


@dataclass(frozen=True)
class Worn:
    """What somebody wears: the kind of outfit; the coat over it; what is on the legs."""

    outfit: str
    coat: str = ""
    """`open`, `closed` or none."""
    legs: str = ""
    """`tights`, `stockings`, `socks` or nothing."""


class Wardrobe:
    """Fitted meshes of the assets, read once and sorted by what they are.

    Without the assets' folder `makehuman` there are none: clothes and shoes are cut from the body's own
    shells, hair is strands.
    """

    def __init__(self, body: Body, folder: Path) -> None:
        self.suits: list[tuple[Garment, np.ndarray]] = []
        base = folder / "makehuman" / "base"
        for name in _SUIT_FILES if base.is_dir() else ():
            garment = Garment(body, base / "clothes" / name / f"{name}.mhclo")
            self.suits.append((garment, self._suit_parts(garment)))
        self.shoes = [Garment(body, p) for p in sorted(base.glob("clothes/shoes*/*.mhclo"))]
        self.hats = [Garment(body, p) for p in sorted(base.glob("clothes/fedora*/*.mhclo"))]
        self.hair = {p.stem: Garment(body, p) for p in sorted(base.glob("hair/*/*.mhclo"))}
        self.brows = [Garment(body, p) for p in sorted(base.glob("eyebrows/*/*.mhclo"))]
        self.brow_cuts = [self._brow_cut(b) for b in self.brows]

    @staticmethod
    def _suit_parts(garment: Garment) -> np.ndarray:
        """Part per point: connected pieces that mostly hang on legs are trousers, the rest a top."""
        parts = np.zeros(len(garment.mean_rest), np.int64)
        for k in range(garment.components):
            mine = garment.component == k
            count = int(mine.sum())
            leggy = float(np.isin(garment.body_parts[mine], _LEG_PARTS).mean())
            name = "upper_clothes" if leggy < 0.3 else "trousers"
            if garment.name == "male_casualsuit01" and count > 3000:
                name = "dress"  # an overall with sleeves
            if garment.name == "female_elegantsuit01" and leggy > 0.3:
                name = "skirt"
            if (garment.name == "male_casualsuit05" and count == 1659) or (
                garment.name == "male_elegantsuit01" and count > 3000
            ):
                name = "coat"
            if garment.name == "male_worksuit01" and count == 2497:
                name = "trousers"
            if count < 60:
                name = "upper_clothes" if garment.mean_rest[mine][:, 1].mean() > 2 else "trousers"
            parts[mine] = INDEX[name]
        return parts

    @staticmethod
    def _brow_cut(brow: Garment) -> np.ndarray:
        """Field that narrows a brow card to its drawn hairs."""
        cut = np.zeros(len(brow.mean_rest), np.float32)
        for k in range(brow.components):
            mine = brow.component == k
            x, y = np.abs(brow.mean_rest[mine][:, 0]), brow.mean_rest[mine][:, 1]
            x = (x - x.min()) / (np.ptp(x) + 1e-6)
            y = (y - y.min()) / (np.ptp(y) + 1e-6)
            cut[mine] = 0.22 - np.abs(y - np.polyval(np.polyfit(x, y, 2), x)) - 0.12 * x
        return cut

    def dress(self, wearer: Wearer, outfits: Mapping[str, float] = OUTFITS, men: float = MEN) -> Worn:
        """Draw an outfit, put it on, and say what it is.

        Args:
            outfits: kinds and how often each is drawn.
            men: how often men wear skirts and dresses, of how often women do.
        """
        rng = wearer.rng
        names, shares = list(outfits), np.array(list(outfits.values()))
        for name in names:
            if name in ("skirt", "dress") and not wearer.female:
                shares[names.index(name)] *= men
            if name == "suit" and not self.suits:
                shares[names.index(name)] = 0
        kind = str(rng.choice(names, p=shares / shares.sum()))
        return _Dresser(self, wearer).put_on(kind)


class _Dresser:
    """Puts one outfit on one wearer."""

    def __init__(self, wardrobe: Wardrobe, wearer: Wearer) -> None:
        self.wardrobe, self.w, self.rng = wardrobe, wearer, wearer.rng
        self.tailor = Tailor(wearer)
        self.over = self.wide = False
        """Whether a coat is worn, and a skirt below it that it must be wider than."""

    def put_on(self, kind: str) -> Worn:
        rng = self.rng
        self.over = kind not in ("swim", "suit", "costume") and rng.random() < 0.38
        self.wide = kind in ("skirt", "dress", "robe")
        top, bottom = cloth(rng), cloth(rng)
        pick = rng.random()
        if pick < 0.18:
            bottom = top
        elif pick < 0.32:  # of nearly the same colour
            bottom = replace(bottom, a=np.clip(top.a * np.exp(rng.normal(0, 0.35, 3)), 0.0005, 0.97))
        elif pick < 0.37:  # as skin
            bottom = replace(cloth(rng, plain=1.0), a=linear(skin_tone(rng)[0]))
        bottom = replace(bottom, trim=(bottom.trim[0], 0.0, bottom.trim[2]))
        if kind == "suit":
            self._suit()
        elif kind == "swim":
            self._swim(top)
        elif kind in ("dress", "robe"):
            self._dress(top, kind == "robe")
        elif kind == "jumpsuit":
            self._trousers(top, "dress", long=True)
            self._top(top, "dress", tucked=True)
        elif kind == "skirt":
            cut, tucked = self._top_cut(), rng.random() < 0.55
            self._skirt(bottom, waist=2.45 if tucked else min(2.45, cut.hem + 0.25))
            self._top(top, "upper_clothes", tucked=tucked, cut=cut)
            if tucked and rng.random() < 0.35:
                self._band(bottom)
        else:
            self._trousers(bottom, "trousers", long=kind != "shorts")
            tucked = rng.random() < 0.3
            self._top(top, "upper_clothes", tucked=tucked)
            if tucked and rng.random() < 0.3:
                self._band(bottom)
        if kind == "costume":
            self.tailor.armour(hard(rng), rng.uniform(0.3, 0.9))
            if rng.random() < 0.4:
                self._cape(cloth(rng))
        coat = legs = ""
        if self.over:
            coat = self._coat(self._coat_cloth())
        if kind in ("skirt", "dress", "shorts") and rng.random() < (0.2 if kind == "shorts" else 0.42):
            legs = self._legwear()
        if rng.random() < (0.3 if kind == "costume" else 0.06):
            self.tailor.gloves(cloth(rng, plain=0.85))
        if rng.random() < (0.3 if kind == "swim" else 0.95):
            self._shoes()
        return Worn(kind, coat, legs)

    def _coat_cloth(self) -> Material:
        """Cloth of a coat: every third is as dark as dark hair."""
        material = cloth(self.rng, plain=0.75)
        if self.rng.random() < 0.33:
            material = replace(material, a=np.full(3, self.rng.uniform(0.004, 0.04)))
        return material

    def _legwear(self) -> str:
        """Tights, mostly dark or near the skin; stockings over the knee; socks."""
        rng = self.rng
        kind = str(rng.choice(["tights", "stockings", "socks"], p=[0.62, 0.16, 0.22]))
        material = replace(cloth(rng, plain=0.7), bump=0.05)
        pick = rng.random()
        if pick < 0.45:  # opaque and dark
            material = replace(cloth(rng, plain=1.0), a=np.full(3, rng.uniform(0.003, 0.05)), bump=0.03)
        elif pick < 0.72 and kind != "socks":  # sheer: skin seen through black, grey or brown
            skin, tint = linear(skin_tone(rng)[0]), linear(any_colour(rng)) * 0.2
            share = rng.uniform(0.25, 0.8)
            material = replace(cloth(rng, plain=1.0), a=skin * (1 - share) + tint * share, bump=0.02)
        top = {"tights": -0.3, "stockings": rng.uniform(0.2, 0.4), "socks": rng.uniform(0.5, 0.92)}[kind]
        self.tailor.stockings(material, top)
        return kind

    def _suit(self) -> None:
        garment, parts = self.wardrobe.suits[self.rng.integers(len(self.wardrobe.suits))]
        self.w.removed |= garment.hidden
        materials: dict[tuple[int, int], Material] = {}
        for k in range(garment.components):
            mine = garment.component == k
            faces = garment.faces[garment.component[garment.faces[:, 0]] == k]
            if not len(faces):
                continue
            key = int(parts[mine][0]), k if mine.sum() > 200 else -1
            materials.setdefault(key, cloth(self.rng))
            self.w.add_garment(garment, parts, materials[key], faces)

    def _swim(self, material: Material) -> None:
        rng, t = self.rng, self.tailor
        t.put_on(t.trouser_field(rng.uniform(1, 1.8), rng.uniform(-0.02, 0.25)), 0.03, "trousers", material)
        if self.w.female or rng.random() < 0.25:
            bikini = rng.random() < 0.5
            cut = TopCut(rng.uniform(3.2, 3.8) if bikini else 1.0, -0.02, -1.0, 0.4)
            t.put_on(t.top_field(cut), 0.02, "upper_clothes", material, wrinkle=0.01)

    def _top_cut(self) -> TopCut:
        rng = self.rng
        sleeve = rng.choice(
            [-0.02, rng.uniform(0.12, 0.4), rng.uniform(0.45, 0.8), rng.uniform(0.9, 1.03)],
            p=[0.17, 0.34, 0.1, 0.39],
        )
        collar = rng.uniform(-0.5, 0.0) if rng.random() < 0.7 else rng.uniform(0, 0.6)
        hem = rng.uniform(0.3, 1.9) if rng.random() < 0.85 else rng.uniform(2.0, 3.5)
        depth = 0.0 if rng.random() < 0.5 else rng.uniform(0.2, 1.8)
        return TopCut(hem, float(sleeve), collar, depth, rng.uniform(0.6, 1.4))

    def _top(self, material: Material, part: str, tucked: bool, cut: TopCut | None = None) -> None:
        rng, t = self.rng, self.tailor
        cut = cut or self._top_cut()
        loose = rng.uniform(0.02, 0.16) if rng.random() < 0.5 else rng.uniform(0.15, 0.5)
        sleeve = np.where(t.on_arm, rng.uniform(0, 0.2), 0)
        if tucked:
            hang = np.clip((t.neck_y - t.y) / 3, 0, 1) * np.clip((t.y - 1.2) / 2, 0, 1)
            offset = loose * hang + sleeve
        else:
            offset = 0.06 + loose * np.clip((t.neck_y - t.y) / 5, 0, 1) + sleeve
        t.put_on(t.top_field(cut), offset.astype(np.float32), part, material, wrinkle=0.03 + 0.15 * loose)

    def _trousers(self, material: Material, part: str, long: bool) -> None:
        rng, t = self.rng, self.tailor
        length = (
            rng.choice([rng.uniform(0.6, 0.85), rng.uniform(0.93, 1.04)], p=[0.12, 0.88])
            if long
            else rng.uniform(0.08, 0.5)
        )
        loose = rng.uniform(0, 0.1) if rng.random() < 0.5 else rng.uniform(0.05, 0.5)
        offset = (0.02 + loose * np.clip(self.w.body.leg_t * 1.5, 0.2, 1)).astype(np.float32)
        waist = rng.uniform(1.3, 2.9) if part == "trousers" else 3.0
        t.put_on(t.trouser_field(waist, float(length)), offset, part, material, wrinkle=0.03 + loose * 0.15)

    def _skirt(
        self, material: Material, part: str = "skirt", hem: float | None = None, waist: float = 2.45
    ) -> None:
        rng, t = self.rng, self.tailor
        if rng.random() < 0.05:
            t.put_on(t.trouser_field(2.0, rng.uniform(0.5, 1.05)), 0.0, "trousers", cloth(rng), wrinkle=0.0)
        low = self._hem() if hem is None else hem
        narrow = self.over or rng.random() < 0.4
        flare = rng.uniform(-0.15, 0.08) if narrow else rng.uniform(0.05, 0.6)
        shape = t.flared(flare, 0.0 if narrow else rng.uniform(0, 0.25), int(rng.integers(5, 14)))
        t.put_on(t.skirt_field(waist, low), 0.08, part, material, shell=SKIRT, wrinkle=0.05, moved=shape)

    def _hem(self) -> float:
        """Height of a skirt's hem: mini, to the knee, to the calf or to the ankle."""
        low, high = ((-1.9, -0.4), (-3.4, -1.9), (-5.4, -3.4), (-7.3, -5.4))[
            self.rng.choice(4, p=[0.36, 0.34, 0.18, 0.12])
        ]
        return float(self.rng.uniform(low, high))

    def _dress(self, material: Material, robe: bool) -> None:
        rng = self.rng
        cut = replace(self._top_cut(), hem=rng.uniform(1.7, 2.3))
        if robe:
            cut = replace(cut, sleeve=rng.uniform(0.85, 1.05), collar=rng.uniform(-0.1, 0.6))
        lower = material if rng.random() < 0.88 else cloth(rng)  # a bodice of another cloth
        self._skirt(lower, "dress", rng.uniform(-8.0, -5.0) if robe else None)
        if lower is material and rng.random() < 0.8:  # one piece: nothing is hemmed at the waist
            material = replace(material, trim=(0.0, *material.trim[1:]))
        self._top(material, "dress", tucked=not robe and rng.random() < 0.7, cut=cut)
        if not robe and rng.random() < 0.3:
            self._band(None)

    def _band(self, cloth_below: Material | None) -> None:
        """A belt or a sash, sometimes in the colour of the cloth below it."""
        rng = self.rng
        middle = rng.uniform(1.9, 2.6)
        band = np.where(self.tailor.on_arm, -1, rng.uniform(0.08, 0.28) - np.abs(self.tailor.y - middle))
        sash = cloth(rng, plain=1.0) if rng.random() < 0.6 else hard(rng)
        if cloth_below is not None and rng.random() < 0.4:
            sash = replace(sash, a=cloth_below.a * 0.8)
        self.tailor.put_on(band.astype(np.float32), 0.2, "other", sash, wrinkle=0.01, covers=False)

    def _coat(self, material: Material) -> str:
        rng, t = self.rng, self.tailor
        hem = rng.uniform(2.0, 3.4) if self.wide and rng.random() < 0.4 else rng.uniform(-0.3, 2.0)
        low = rng.uniform(-6, 0.0) if hem < 0.9 else hem
        if self.wide:  # from the waist down it falls outside of the skirt
            hem = max(hem, 2.1)
        front = rng.uniform(0.05, 1.0) if rng.random() < 0.65 else 0.0
        if front == 0:  # closed: buttons or a zip tell it from a jumper
            material = replace(material, trim=(material.trim[0], rng.uniform(0.06, 0.2), 1.0))
        sleeve = -0.02 if rng.random() < 0.12 else rng.uniform(0.9, 1.02)
        cut = TopCut(hem, sleeve, rng.uniform(-0.1, 0.8), rng.uniform(0, 2), rng.uniform(0.5, 1.2), front)
        offset = 0.15 + rng.uniform(0.12, 0.45) * np.clip((t.neck_y + 1 - t.y) / 4, 0.3, 1)
        t.put_on(
            t.top_field(cut), offset.astype(np.float32), "coat", material, wrinkle=0.06, covers=front == 0
        )
        if low < (hem if self.wide else 0.9):
            field = t.skirt_field(2.4 if self.wide else 2.0, low, front)
            shape = t.flared(rng.uniform(0.1, 0.3) if self.wide else rng.uniform(0, 0.15), 0, 1)
            t.put_on(field, 0.35, "coat", material, shell=SKIRT, wrinkle=0.05, moved=shape)
        return "open" if front else "closed"

    def _cape(self, material: Material) -> None:
        rng, t = self.rng, self.tailor
        low = rng.uniform(-7, 0)
        shape = t.flared(rng.uniform(0, 0.4), rng.uniform(0.05, 0.2), int(rng.integers(5, 12)))
        back = np.where(t.z > -0.1, -1, np.minimum(2.6 - t.y, t.y - low)).astype(np.float32)
        t.put_on(back, 0.5, "coat", material, shell=SKIRT, moved=shape, covers=False)
        upper = np.minimum(np.minimum(t.neck_y + 0.2 - t.y, t.y - 1.8), np.where(t.z > 0.1, -1, 9)).astype(
            np.float32
        )
        t.put_on(np.where(t.on_arm, -1, upper).astype(np.float32), 0.5, "coat", material, covers=False)

    def _shoes(self) -> None:
        rng, w = self.rng, self.w
        if not self.wardrobe.shoes or rng.random() < 0.4:
            shoes(w, self.tailor, cloth(rng, plain=0.85))
            return
        shoe = self.wardrobe.shoes[rng.integers(len(self.wardrobe.shoes))]
        w.removed |= shoe.hidden
        material = cloth(rng, plain=0.85)
        left = np.where(shoe.mean_rest[:, 0] > 0, INDEX["left_shoe"], INDEX["right_shoe"])
        w.add_garment(
            shoe, left, replace(material, bump=material.bump * 0.2, gloss=rng.choice([0.05, 0.3, 0.8]))
        )
        if rng.random() < 0.15:
            boots(w, self.tailor, material)
