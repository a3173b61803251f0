"""Plausibility: which regions are somebody, whose they are, and which are things.

A region of the matte is somebody only with evidence of its own: a body that the detector sees, or a head, or
two networks that agree. A piece without any joins a person whom it continues: within the circle of the body
and of the same whole figure, which hangs together with the chest or is seen by two networks; or hanging on
the person and seen by two networks. What is left is nobody: it stays
in the alpha where two networks see a person, and is a thing, which leaves the alpha, where only one does.
Where no second network was asked, or nobody at all has evidence, all stays as it was found.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ops.filters import gauss
from .bodies import Bodies
from .evidence import Plane
from .figures import AGREED_COVER, PERSON_COVER, nearest_label
from .instances import Instances, find_heads, group_instances

REACH = 1.25
"""Radii of a body's circle within which it has its limbs: .3 % of people's area lies beyond, mostly hems."""

HEAD_APART = 0.35
"""Radii between the detector's head and ours of one person at most: the detector's is at the chin."""

SAME_FIGURE = 0.5
"""Share of a piece that lies in the figure of a body from which on it is that body's."""

GAP = 0.12
"""Longer sides of a person over which a loose piece, such as a boot, is still of that person."""

LOOSE = 0.3
"""Largest loose piece as a share of the person's area."""

BESIDE = 4
"""Cells around a head in which the region lies that is its own, where the head itself is in doubt."""

ASKED = 0.5
"""Mean trust in the published networks from which on their silence counts."""

_SOFT = 1.0
_NOBODY, _THING = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What speaks for people on a grid of cells h x w, all in 0-1.

    `cover` the merged coverage; `agreed` the coverage that our own and a published network agree on; `trust`
    how far a published network knows such people; `figure` the pose segmentation of detected bodies.
    """

    cover: Plane
    agreed: Plane
    trust: Plane
    figure: Plane


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """People on a grid of cells h x w.

    `shares` (n, h, w) whose a cell is, summing to 1 or, where it is nobody's, to 0; `heads` (n, 3) column,
    row, score; `whole` (n,) whether the detector sees the body in the full frame; `keep` (h, w) what stays.
    """

    shares: Plane
    heads: Plane
    whole: NDArray[np.bool_]
    keep: Plane


def settle(votes: Votes, centre: Plane, offset: Plane, bodies: Bodies, unit: float = 1.0) -> Settled:
    """Who is there.

    Args:
        centre: (h, w) heat of heads in 0-1.
        offset: (2, h, w) the vector to one's own head in cells, x and y.
        bodies: on the same grid.
        unit: cells of this grid along one cell of the network.
    """
    heads, body = _seeds(find_heads(centre, 2 * unit), bodies, votes)
    made = group_instances(votes.cover, centre, offset, unit, heads)
    whole = np.array([at >= 0 and bodies.whole[at] for at in body], np.bool_)
    if not len(heads):
        return Settled(
            made.shares, made.heads, np.zeros(len(made.heads), np.bool_), np.ones_like(votes.cover)
        )
    return _Regions(votes, made, body, bodies).settled(whole)


def _seeds(heads: Plane, bodies: Bodies, votes: Votes) -> tuple[Plane, NDArray[np.intp]]:
    """Heads (n, 3) with those of bodies that have none of ours, and the body of each, or -1."""
    body = np.full(len(heads), -1, np.intp)
    more: list[int] = []
    for k, (x, y, _) in enumerate(bodies.heads):
        away = np.hypot(heads[:, 0] - x, heads[:, 1] - y) / bodies.circles[k, 2]
        fits = np.flatnonzero((away < HEAD_APART) & (body < 0))
        if len(fits):
            body[fits[np.argmin(away[fits])]] = k
        else:
            more.append(k)
    stays = np.array(
        [body[n] >= 0 or not _second(head, bodies, votes) for n, head in enumerate(heads)], np.bool_
    )
    every = np.concatenate([heads[stays], bodies.heads[more]]).astype(np.float32)
    height, width = votes.cover.shape
    every[:, :2] = np.clip(every[:, :2], 0, [width - 1, height - 1])
    return every, np.concatenate([body[stays], np.array(more, np.intp)])


def _second(head: Plane, bodies: Bodies, votes: Votes) -> bool:
    """Whether a head lies on the figure of a body that has another one: a knee or a hand was taken for it."""
    row, column = int(head[1]), int(head[0])
    around = votes.figure[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
    if not len(bodies.heads) or float(around.mean()) < SAME_FIGURE:
        return False
    _, pieces = cv2.connectedComponents((votes.figure > SAME_FIGURE).astype(np.uint8), connectivity=8)
    for (cx, cy, radius), chest in zip(bodies.circles, bodies.chests, strict=True):
        x, y = np.clip(chest, 0, [votes.cover.shape[1] - 1, votes.cover.shape[0] - 1]).astype(int)
        if np.hypot(head[0] - cx, head[1] - cy) < radius and 0 < pieces[y, x] == pieces[row, column]:
            return True
    return False


class _Regions:
    """Connected regions of one instance each, and what speaks for them."""

    def __init__(self, votes: Votes, made: Instances, body: NDArray[np.intp], bodies: Bodies) -> None:
        self.votes, self.made, self.body = votes, made, body
        self.size = votes.cover.shape
        self.mine = np.asarray(made.shares.argmax(0), np.intp)
        self.grouped = self.mine
        away = bodies.away((self.size[0], self.size[1]))
        self.inside = np.array([away[k] < REACH if k >= 0 else np.zeros(self.size, np.bool_) for k in body])
        figure = (votes.figure > SAME_FIGURE) & (self.inside.sum(0) == 1)
        self.mine = np.where(figure, self.inside.argmax(0), self.mine)  # one whole figure is one person
        beyond = np.zeros(self.size, np.bool_)
        for one in np.flatnonzero(body >= 0):
            beyond |= (self.mine == one) & ~self.inside[one]
        self.own = _numbered(votes.cover >= PERSON_COVER, 2 * self.mine + beyond)
        self.count = int(self.own.max()) + 1
        self.cells = np.bincount(self.own.ravel(), minlength=self.count).astype(np.float64)
        self.cells[0] = np.inf
        self.agreed, self.trust, self.figure = (
            self.mean(plane) for plane in (votes.agreed, votes.trust, votes.figure > SAME_FIGURE)
        )
        self.chests = bodies.chests
        _, self.pieces = cv2.connectedComponents(
            (votes.figure > SAME_FIGURE).astype(np.uint8), connectivity=8
        )
        self.whose = np.full(self.count, _NOBODY, np.intp)
        for k in range(len(body)):
            self._claim(k, made.heads[k, :2], BESIDE)
        for at in np.flatnonzero(body >= 0).tolist():
            for place in (bodies.chests[body[at]], bodies.circles[body[at], :2]):
                self._claim(at, place, 0)

    def mean(self, plane: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """The mean of a plane over each region."""
        return np.asarray(
            np.bincount(self.own.ravel(), plane.ravel().astype(np.float64), self.count) / self.cells
        )

    def _claim(self, person: int, place: Plane, around: int) -> None:
        """Give the region at a place, or *around* cells beside it, to a person if it is nobody's yet."""
        x, y = np.clip(np.round(place), 0, [self.size[1] - 1, self.size[0] - 1]).astype(int)
        here = np.s_[max(0, y - around) : y + around + 1, max(0, x - around) : x + around + 1]
        theirs = self.own[here][self.mine[here] == person]
        most = np.bincount(theirs[theirs > 0]) if (theirs > 0).any() else np.zeros(1, np.intp)
        for region in (self.own[y, x], int(most.argmax())):
            if region and self.whose[region] == _NOBODY:
                self.whose[region] = person
                return

    def settled(self, whole: NDArray[np.bool_]) -> Settled:
        """Whose each region is, and what stays."""
        known = self.trust >= ASKED
        sure = [k for k in range(len(self.body)) if self._is_somebody(k, known)]
        if not sure:
            shares = self.made.shares
            return Settled(shares, self.made.heads, whole, np.ones(self.size, np.float32))
        self.whose[~np.isin(self.whose, sure)] = _NOBODY
        loose = [r for r in range(1, self.count) if self.whose[r] == _NOBODY]
        for _ in range(2):  # what hangs on what was joined first
            for region in sorted(loose, key=lambda r: (-self.cells[r], r)):
                if self.whose[region] == _NOBODY:
                    self.whose[region] = self._continued(region, sure, bool(known[region]))
        things = (self.whose == _NOBODY) & known & (self.agreed < AGREED_COVER)
        things[0] = False
        self.whose[things] = _THING
        return self._made(sure, whole)

    def _is_somebody(self, person: int, known: NDArray[np.bool_]) -> bool:
        """Whether a person has evidence: a body, or a region that two networks see, or none was asked."""
        if self.body[person] >= 0:
            return bool((self.whose == person).any())
        regions = np.flatnonzero(self.whose == person)
        return any(not known[r] or self.agreed[r] >= AGREED_COVER for r in regions)

    def _continued(self, region: int, sure: list[int], known: bool) -> int:
        """The person whom a region continues, or nobody."""
        there = self.own == region
        seen = not known or self.agreed[region] >= AGREED_COVER
        inside = {k: float(self.inside[k][there].mean()) for k in sure if self.body[k] >= 0}
        if inside and self.figure[region] >= SAME_FIGURE:
            best = max(inside, key=lambda k: (inside[k], -k))
            if inside[best] >= SAME_FIGURE and (seen or self._hangs_together(there, best)):
                return best
        touch = cv2.dilate(there.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        border = np.bincount(self.own[touch & ~there], minlength=self.count)
        beside = {k: int(border[self.whose == k].sum()) for k in sure if inside.get(k, 1.0) >= SAME_FIGURE}
        best = max(beside, key=lambda k: (beside[k], -k), default=_NOBODY)
        if best >= 0 and beside[best] > 0 and seen:
            return best
        return self._nearest(region, there, [k for k in beside if seen]) if beside else _NOBODY

    def _hangs_together(self, there: NDArray[np.bool_], person: int) -> bool:
        """Whether most of a region is in one piece with the person's chest in the pose segmentation."""
        x, y = np.clip(self.chests[self.body[person]], 0, [self.size[1] - 1, self.size[0] - 1]).astype(int)
        piece = self.pieces[y, x]
        return bool(piece) and float((self.pieces[there] == piece).mean()) >= SAME_FIGURE

    def _nearest(self, region: int, there: NDArray[np.bool_], of: list[int]) -> int:
        """The person so near to whom a small loose piece lies that it is of them, or nobody."""
        for k in sorted(of, key=lambda k: (self.mine[there] != k).mean()):
            theirs = np.isin(self.own, np.flatnonzero(self.whose == k))
            area = int(theirs.sum())
            if not area or self.cells[region] > LOOSE * area:
                continue
            rows, columns = np.nonzero(theirs)
            side = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
            away = cv2.distanceTransform((~theirs).astype(np.uint8), cv2.DIST_L2, 5)
            if float(away[there].min()) <= max(2.0, GAP * side):
                return k
        return _NOBODY

    def _made(self, sure: list[int], whole: NDArray[np.bool_]) -> Settled:
        """The shares that the regions give; a cell without a region is of the nearest one."""
        region = nearest_label(self.own)
        whose = self.whose[region]
        shares = self.made.shares[sure].copy()
        total = shares.sum(0)
        moved = (whose != self.grouped) | (total <= 0.5)
        for at, k in enumerate(sure):
            shares[at][moved] = whose[moved] == k
        shares[:, whose < 0] = 0
        shares /= np.maximum(shares.sum(0), np.float32(1e-6))
        keep = gauss((whose != _THING).astype(np.float32), _SOFT)
        return Settled(np.asarray(shares, np.float32), self.made.heads[sure], whole[sure], keep)


def _numbered(there: NDArray[np.bool_], of: NDArray[np.intp]) -> NDArray[np.intp]:
    """Connected regions of one label each, from 1; 0 where nothing is *there*."""
    out = np.zeros(there.shape, np.intp)
    for label in np.unique(of[there]):
        _, found = cv2.connectedComponents((there & (of == label)).astype(np.uint8), connectivity=8)
        out = np.where(found > 0, found + out.max(), out)
    return out
