"""One alpha shared out among people, and each person's matte among parts.

People and parts are shares that sum to 1: whatever the network says, the parts of a person sum to that
person's matte, and all people together are at most the alpha.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..frame import Pixels
from ..ops.filters import reach, rows_of
from ..ops.strips import each
from ..parts import INDEX
from .parts.fields import TILE, PartFields
from .shares import Shares

HELD = INDEX["held"]

Labels = tuple[int, ...]
Wanted = tuple[int | None, Labels | None]
"""A person (None: all of them) and the channels of some parts (None: the whole person)."""


def factor(made: Shares, height: int, width: int) -> Pixels | None:
    """What the plate's matte, height×width, is multiplied with so that only what is chosen stays."""
    return None if made.taken is None else np.clip(rows_of(made.taken, 0, height, height, width), 0, 1)


class Split:
    """An alpha that is shared out; planes are made when they are asked for.

    Args:
        alpha: H×W in 0..1; what is not chosen is already 0.
        made: the shares.
        threads: processor threads; they change nothing.
        parts: makes the fields of the parts; called when a part is asked for. None: there are none.
        persons: makes `shares.persons`; called when a person is asked for. None: as *made* has them.
        frame: height and width of the whole frame where *alpha* is a window of it.
        at: row and column of the frame at which the window begins.
    """

    def __init__(
        self,
        alpha: Pixels,
        made: Shares,
        threads: int = 1,
        parts: Callable[[], PartFields] | None = None,
        frame: tuple[int, int] | None = None,
        at: tuple[int, int] = (0, 0),
        persons: Callable[[], Pixels] | None = None,
    ) -> None:
        self.alpha, self.made, self.threads, self.at = alpha, made, threads, at
        self._parts, self._persons = parts, persons
        self._frame = frame or (alpha.shape[0], alpha.shape[1])

    def bound(self, parts: Callable[[], PartFields], persons: Callable[[], Pixels]) -> Split:
        """The same, with what makes the fields of its parts and whose a pixel is."""
        return Split(self.alpha, self.made, self.threads, parts, self._frame, self.at, persons)

    def persons(self) -> Pixels:
        """K×h×w, whose a pixel is; sums to 1 over the chosen people."""
        return self.made.people if self._persons is None else self._persons()

    def fields(self) -> PartFields | None:
        """The fields of the parts, over the whole frame; None where there are none."""
        return None if self._parts is None else self._parts()

    def cropped(self, rows: slice, columns: slice) -> Split:
        """A window, without a copy; its planes are the same windows of the whole planes."""
        top, left = (part.indices(n)[0] for part, n in zip((rows, columns), self.alpha.shape, strict=True))
        at = (self.at[0] + top, self.at[1] + left)
        return Split(
            self.alpha[rows, columns], self.made, self.threads, self._parts, self._frame, at, self._persons
        )

    @property
    def count(self) -> int:
        """The number of the last person who has a matte; 0 where there is none."""
        return max(self.made.numbers, default=-1) + 1

    def planes(self, wanted: Sequence[Wanted]) -> list[Pixels]:
        """Mattes H×W, each of a person and of some parts of that person; those in which there can be nothing
        are one number that is repeated."""
        fields = self.fields() if any(self._is(one) and self._divides(one[1]) for one in wanted) else None
        none = np.broadcast_to(np.zeros((), np.float32), self.alpha.shape)
        out = [
            np.zeros(self.alpha.shape, np.float32) if self._is(one) and self._worn(one[1], fields) else none
            for one in wanted
        ]
        there = [(plane, one) for plane, one in zip(out, wanted, strict=True) if plane is not none]
        named = {one for _, (one, _) in there if one is not None and len(self.made.numbers) > 1}
        whose = self.persons() if named else self.made.people
        persons = {person: _Field(whose[self.made.numbers.index(person)]) for person in named}

        def strip(y1: int, y2: int) -> None:
            columns = np.flatnonzero(self.alpha[y1:y2].any(0))
            if len(columns):
                x = slice(int(columns[0]), int(columns[-1]) + 1)
                self._strip(there, fields, persons, y1, y2, x)

        if there:
            each(self.alpha.shape[0], strip, self.threads, lambda: None)
        return out

    def part_rows(self, y1: int, y2: int) -> Pixels:
        """The shares n×rows×W of all chosen parts, in the order of `Shares.labels`, in rows y1 to y2.

        They are of no meaning in columns without any alpha.
        """
        strip = _Strip(self, self.fields(), y1, y2)
        out = np.zeros((len(self.made.labels), y2 - y1, self.alpha.shape[1]), np.float32)
        for plane, label in zip(out, self.made.labels, strict=True):
            share, x = strip.share((label,))
            plane[:, x] = share
        return out

    def grown(self, field: Pixels) -> Pixels:
        """A field h×w×C on the shares' grid at the resolution of the alpha."""
        return self.rows(field, 0, self.alpha.shape[0])

    def _is(self, wanted: Wanted) -> bool:
        """Whether there is anything of a person and some parts."""
        person, parts = wanted
        somebody = bool(self.made.numbers) if person is None else person in self.made.numbers
        return somebody and (parts is None or any(label in parts for label in self.made.labels))

    def _worn(self, labels: Labels | None, fields: PartFields | None) -> bool:
        """Whether there can be anything of some parts: of those that the fields know, and what is held."""
        if labels is None or not self._divides(labels) or HELD in labels:
            return True
        return fields is not None and not set(fields.labels).isdisjoint(labels)

    def _divides(self, labels: Labels | None) -> bool:
        """Whether some parts are neither all that is chosen nor only what is held."""
        if labels is None or set(labels) >= set(self.made.labels):
            return False
        worn = set(self.made.labels) - {HELD}
        return not worn.isdisjoint(labels) and not worn <= set(labels)

    def _strip(
        self,
        wanted: list[tuple[Pixels, Wanted]],
        fields: PartFields | None,
        persons: dict[int, _Field],
        y1: int,
        y2: int,
        x: slice,
    ) -> None:
        """Rows y1 to y2 of what is wanted; *x* are the columns in which there is any alpha."""
        alpha = self.alpha[y1:y2]
        if self.made.own is not None:
            alpha = alpha * self.rows(self.made.own, y1, y2)
        of: dict[int, tuple[Pixels, slice]] = {}
        parts = _Strip(self, fields, y1, y2)
        for plane, (person, labels) in wanted:
            matte, there = alpha, x
            if person in persons:
                if person not in of:
                    of[person] = self._times(alpha, x, persons[person], y1, y2)
                matte, there = of[person]
            if there.stop <= there.start:
                continue
            if labels is None:
                np.minimum(matte[:, there], 1, out=plane[y1:y2, there])
                continue
            share, mine = parts.share(labels)
            both = slice(max(there.start, mine.start), min(there.stop, mine.stop))
            if both.stop > both.start:
                made = plane[y1:y2, both]
                np.multiply(matte[:, both], _columns_of(share, mine, both), out=made)
                np.minimum(made, 1, out=made)

    def _times(self, alpha: Pixels, x: slice, field: _Field, y1: int, y2: int) -> tuple[Pixels, slice]:
        """The share of a person in rows of the alpha, and the columns in which there is any of it."""
        share, there = self._share(field, x, y1, y2)
        if there.stop > there.start:
            share[:, there] *= alpha[:, there]
        return share, there

    def _share(self, field: _Field, x: slice, y1: int, y2: int) -> tuple[Pixels, slice]:
        """Rows of a share at the plate's resolution, and those of the columns *x* in which it is not 0."""
        top, left = self.at
        span = reach(field.there, top + y1, top + y2, *self._frame)
        there = slice(max(x.start, span.start - left), min(x.stop, span.stop - left))
        if there.stop <= there.start:
            return self.alpha[:0], slice(0, 0)
        return self.rows(field.share, y1, y2), there

    def rows(self, field: Pixels, y1: int, y2: int) -> Pixels:
        """Rows y1 to y2 of a field of the frame at the resolution of the alpha."""
        top, left = self.at
        whole = rows_of(field, top + y1, top + y2, *self._frame)
        return whole[:, left : left + self.alpha.shape[1]]


class _Strip:
    """The shares of parts in a strip of rows of a split, each made once."""

    def __init__(self, split: Split, fields: PartFields | None, y1: int, y2: int) -> None:
        self._split, self._fields, self._y = split, fields, (y1, y2)
        self._shape = (y2 - y1, split.alpha.shape[1])
        self._runs = _columns(split.alpha[y1:y2], split.at[1])
        self._made: dict[Labels, tuple[Pixels, slice]] = {}
        self._held: Pixels | None = None

    def share(self, labels: Labels) -> tuple[Pixels, slice]:
        """The share of some parts together in a person's matte, and the columns that it covers: it is 0 in
        all others. Nobody writes into it."""
        if labels not in self._made:
            self._made[labels] = self._share(labels)
        return self._made[labels]

    def _share(self, labels: Labels) -> tuple[Pixels, slice]:
        chosen, everywhere = self._split.made.labels, slice(0, self._shape[1])
        if set(labels) >= set(chosen):
            return np.ones(self._shape, np.float32), everywhere
        worn = [label for label in chosen if label != HELD]
        mine = [label for label in worn if label in labels]
        whole = len(mine) == len(worn)
        share, x = (np.ones(self._shape, np.float32), everywhere) if whole else self._worn(mine)
        if self._split.made.held is None:
            return share, x
        carried = self._carried()
        if HELD not in labels:
            return share * (1 - carried[:, x]), x
        made = np.zeros(self._shape, np.float32)
        made[:, x] = share * (1 - carried[:, x])
        return made + carried, everywhere

    def _carried(self) -> Pixels:
        """How much of a pixel is held."""
        if self._held is None:
            held = self._split.made.held
            assert held is not None, "nothing is held"
            self._held = self._split.rows(held, *self._y)
        return self._held

    def _worn(self, labels: list[int]) -> tuple[Pixels, slice]:
        """The sum of some parts where there is alpha, and the columns in which there is any of them."""
        fields = self._fields
        if fields is None:
            return np.zeros((self._shape[0], 0), np.float32), slice(0, 0)
        top, left = self._split.at
        y1, y2 = top + self._y[0], top + self._y[1]
        at = [fields.labels.index(label) for label in labels if label in fields.labels]
        there = [(rows, x.start - left, x.stop - left) for rows, x in fields.rows(at, y1, y2, self._runs)]
        first = min((low for _, low, _ in there), default=0)
        last = max((high for _, _, high in there), default=first)
        made = np.zeros((self._shape[0], last - first), np.float32)
        for rows, low, high in there:
            made[:, low - first : high - first] = rows
        return np.minimum(made, 1, out=made), slice(first, last)


def _columns_of(rows: Pixels, covered: slice, wanted: slice) -> Pixels:
    """Some columns of rows that cover others; *wanted* lies within *covered*."""
    return rows[:, wanted.start - covered.start : wanted.stop - covered.start]


def _columns(alpha: Pixels, left: int) -> list[slice]:
    """The columns of the frame in which there is any alpha, in runs with wide gaps; *left* is its first."""
    there = np.flatnonzero(alpha.any(0))
    if not len(there):
        return []
    breaks = np.flatnonzero(np.diff(there) > TILE)
    ends = zip((0, *(breaks + 1)), (*breaks, len(there) - 1), strict=True)
    return [slice(left + int(there[first]), left + int(there[last]) + 1) for first, last in ends]


class _Field:
    """A share on its own grid, and where it is not 0."""

    def __init__(self, share: Pixels) -> None:
        self.share, self.there = share, share > 0
