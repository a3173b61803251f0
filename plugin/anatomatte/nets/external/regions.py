"""What of a picture a network is shown: all of it, or a box around each person or each head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...models.manifest import Manifest
from ...parts import GROUPS, INDEX
from ...people.evidence import PeopleEvidence, Plane

_ROOM = {"person": 1.2, "face": 1.7}
_LEAST = 0.35
_HEAD = [INDEX[name] for name in GROUPS["head"]]


@dataclass(frozen=True, slots=True)
class Region:
    """A box of the picture in shares of its height and width; it may reach beyond the border.

    Attributes:
        person: whose it is, by number; -1 for the whole picture.
    """

    top: float
    left: float
    bottom: float
    right: float
    person: int = -1

    def pixels(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Top, left, bottom, right in a picture of *size*, at least one pixel each way."""
        height, width = size
        top, left = round(self.top * height), round(self.left * width)
        return (
            top,
            left,
            max(top + 1, round(self.bottom * height)),
            max(left + 1, round(self.right * width)),
        )

    def cut(self, picture: Plane) -> Plane:
        """What of a picture (H, W) or (H, W, C) lies in the box; black beyond the border."""
        top, left, bottom, right = self.pixels((picture.shape[0], picture.shape[1]))
        made = np.zeros((bottom - top, right - left, *picture.shape[2:]), np.float32)
        inner = self.inside((picture.shape[0], picture.shape[1]))
        made[
            inner.rows.start - top : inner.rows.stop - top,
            inner.columns.start - left : inner.columns.stop - left,
        ] = picture[inner.rows, inner.columns]
        return made

    def inside(self, size: tuple[int, int]) -> Inside:
        """The part of the box that lies in a picture of *size*."""
        top, left, bottom, right = self.pixels(size)
        rows = slice(min(max(top, 0), size[0]), max(min(bottom, size[0]), 0))
        columns = slice(min(max(left, 0), size[1]), max(min(right, size[1]), 0))
        return Inside(rows, columns, (bottom - top, right - left), (top, left))


@dataclass(frozen=True, slots=True)
class Inside:
    """Rows and columns of the picture; size and origin of the whole box in the same pixels."""

    rows: slice
    columns: slice
    box: tuple[int, int]
    origin: tuple[int, int]

    def of(self, planes: Plane) -> Plane:
        """The visible part of planes (…, box height, box width)."""
        top, left = self.origin
        rows = slice(self.rows.start - top, self.rows.stop - top)
        return planes[..., rows, self.columns.start - left : self.columns.stop - left]


WHOLE = Region(0.0, 0.0, 1.0, 1.0)


def regions(manifest: Manifest, seen: PeopleEvidence, size: tuple[int, int]) -> tuple[Region, ...]:
    """What a network must be shown of a picture of *size* in which *seen* are the people.

    Boxes around people and heads have the shape of the network's own picture, where it has one,
    so that nobody is stretched; there are none where nobody is.
    """
    if manifest.region == "picture":
        return (WHOLE,)
    fixed = manifest.size.rule == "fixed"
    aspect = manifest.size.width / manifest.size.height if fixed else 0.0
    return tuple(_boxes(manifest.region, seen, size, aspect))


def _boxes(kind: str, seen: PeopleEvidence, size: tuple[int, int], aspect: float) -> Iterator[Region]:
    height, width = size
    for number, share in enumerate(seen.people):
        cover = share * seen.alpha
        if kind == "face":
            cover = cover * seen.part(*_HEAD)
        rows, columns = (np.flatnonzero((cover > _LEAST).any(axis)) for axis in (1, 0))
        if not len(rows):
            continue
        h, w = cover.shape
        top, bottom = rows[0] / h * height, (rows[-1] + 1) / h * height
        left, right = columns[0] / w * width, (columns[-1] + 1) / w * width
        tall, wide = (bottom - top) * _ROOM[kind], (right - left) * _ROOM[kind]
        if aspect:
            tall, wide = max(tall, wide / aspect), max(wide, tall * aspect)
        y, x = (top + bottom) / 2, (left + right) / 2
        yield Region(
            (y - tall / 2) / height, (x - wide / 2) / width, (y + tall / 2) / height, (x + wide / 2) / width,
            number,
        )  # fmt: skip
