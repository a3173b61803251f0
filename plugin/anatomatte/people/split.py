"""One alpha shared out among people, and each person's matte among parts.

Bilinear growing keeps a sum of 1: whatever the network says, the parts of a person sum to that
person's matte, and all people together are at most the alpha.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame import Pixels
from ..ops.filters import reach, rows_of
from ..ops.strips import each
from .shares import Shares

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
        frame: height and width of the whole frame where *alpha* is a window of it.
        at: row and column of the frame at which the window begins.
    """

    def __init__(
        self,
        alpha: Pixels,
        made: Shares,
        threads: int = 1,
        frame: tuple[int, int] | None = None,
        at: tuple[int, int] = (0, 0),
    ) -> None:
        self.alpha, self.made, self.threads, self._at = alpha, made, threads, at
        self._frame = frame or (alpha.shape[0], alpha.shape[1])

    def cropped(self, rows: slice, columns: slice) -> Split:
        """A window, without a copy; its planes are the same windows of the whole planes."""
        top, left = (part.indices(n)[0] for part, n in zip((rows, columns), self.alpha.shape, strict=True))
        at = (self._at[0] + top, self._at[1] + left)
        return Split(self.alpha[rows, columns], self.made, self.threads, self._frame, at)

    @property
    def count(self) -> int:
        """The number of the last person who has a matte; 0 where there is none."""
        return max(self.made.numbers, default=-1) + 1

    def planes(self, wanted: Sequence[Wanted]) -> list[Pixels]:
        """Mattes H×W, each of a person and of some parts of that person; zero where there are none."""
        out = [np.zeros(self.alpha.shape, np.float32) for _ in wanted]
        there = [(plane, one) for plane, one in zip(out, wanted, strict=True) if self._is(one)]
        fields = {labels: _Field(self._field(labels)) for _, (_, labels) in there if labels is not None}
        persons = {
            person: _Field(self.made.people[self.made.numbers.index(person)])
            for _, (person, _) in there
            if person is not None and len(self.made.numbers) > 1
        }

        def strip(y1: int, y2: int) -> None:
            columns = np.flatnonzero(self.alpha[y1:y2].any(0))
            if len(columns):
                x = slice(int(columns[0]), int(columns[-1]) + 1)
                self._strip(there, fields, persons, y1, y2, x)

        if there:
            each(self.alpha.shape[0], strip, self.threads, lambda: None)
        return out

    def grown(self, field: Pixels) -> Pixels:
        """A field h×w×C on the shares' grid at the resolution of the alpha."""
        return self._grown(field, 0, self.alpha.shape[0])

    def _is(self, wanted: Wanted) -> bool:
        """Whether there is anything of a person and some parts."""
        person, parts = wanted
        somebody = bool(self.made.numbers) if person is None else person in self.made.numbers
        return somebody and (parts is None or any(label in parts for label in self.made.labels))

    def _strip(
        self,
        wanted: list[tuple[Pixels, Wanted]],
        fields: dict[Labels, _Field],
        persons: dict[int, _Field],
        y1: int,
        y2: int,
        x: slice,
    ) -> None:
        """Rows y1 to y2 of what is wanted; *x* are the columns in which there is any alpha."""
        alpha = self.alpha[y1:y2]
        if self.made.own is not None:
            alpha = alpha * self._grown(self.made.own, y1, y2)
        of: dict[int, tuple[Pixels, slice]] = {}
        parts: dict[Labels, tuple[Pixels, slice]] = {}
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
            if labels not in parts:
                parts[labels] = self._share(fields[labels], x, y1, y2)
            share, mine = parts[labels]
            both = slice(max(there.start, mine.start), min(there.stop, mine.stop))
            if both.stop > both.start:
                made = plane[y1:y2, both]
                np.multiply(matte[:, both], share[:, both], out=made)
                np.minimum(made, 1, out=made)

    def _field(self, labels: Labels) -> Pixels:
        """The share of some parts together in the matte of a person, on the shares' own grid."""
        mine = [at for at, label in enumerate(self.made.labels) if label in labels]
        if len(mine) == len(self.made.labels):
            return np.ones_like(self.made.parts[0])
        if len(mine) == 1:
            return np.asarray(self.made.parts[mine[0]], np.float32)
        return np.asarray(np.minimum(self.made.parts[mine].sum(0), 1), np.float32)

    def _times(self, alpha: Pixels, x: slice, field: _Field, y1: int, y2: int) -> tuple[Pixels, slice]:
        """The share of a person in rows of the alpha, and the columns in which there is any of it."""
        share, there = self._share(field, x, y1, y2)
        if there.stop > there.start:
            share[:, there] *= alpha[:, there]
        return share, there

    def _share(self, field: _Field, x: slice, y1: int, y2: int) -> tuple[Pixels, slice]:
        """Rows of a share at the plate's resolution, and those of the columns *x* in which it is not 0."""
        top, left = self._at
        span = reach(field.there, top + y1, top + y2, *self._frame)
        there = slice(max(x.start, span.start - left), min(x.stop, span.stop - left))
        if there.stop <= there.start:
            return self.alpha[:0], slice(0, 0)
        return self._grown(field.share, y1, y2), there

    def _grown(self, field: Pixels, y1: int, y2: int) -> Pixels:
        top, left = self._at
        whole = rows_of(field, top + y1, top + y2, *self._frame)
        return whole[:, left : left + self.alpha.shape[1]]


class _Field:
    """A share on its own grid, and where it is not 0."""

    def __init__(self, share: Pixels) -> None:
        self.share, self.there = share, share > 0
