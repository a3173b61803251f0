"""One alpha shared out among people, and each person's matte among parts.

Bilinear growing keeps a sum of 1: whatever the network says, the parts of a person sum to that
person's matte, and all people together are at most the alpha.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame import Pixels
from ..ops.filters import rows_of
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
        fields = {labels: self._field(labels) for _, (_, labels) in there if labels is not None}

        def strip(y1: int, y2: int) -> None:
            columns = np.flatnonzero(self.alpha[y1:y2].any(0))
            if len(columns):
                x = slice(int(columns[0]), int(columns[-1]) + 1)
                self._strip(there, fields, y1, y2, x)

        if there:
            each(self.alpha.shape[0], strip, self.threads, lambda: None)
        return out

    def grown(self, field: Pixels) -> Pixels:
        """A field h×w×C on the shares' grid at the resolution of the alpha."""
        return self._grown(field, 0, self.alpha.shape[0], slice(0, self.alpha.shape[1]))

    def _is(self, wanted: Wanted) -> bool:
        """Whether there is anything of a person and some parts."""
        person, parts = wanted
        somebody = bool(self.made.numbers) if person is None else person in self.made.numbers
        return somebody and (parts is None or any(label in parts for label in self.made.labels))

    def _strip(
        self, wanted: list[tuple[Pixels, Wanted]], fields: dict[Labels, Pixels], y1: int, y2: int, x: slice
    ) -> None:
        somebody = self.alpha[y1:y2, x]
        if self.made.own is not None:
            somebody = somebody * self._grown(self.made.own, y1, y2, x)
        persons: dict[int, Pixels | None] = {}
        parts: dict[Labels, Pixels | None] = {}
        for plane, (person, labels) in wanted:
            matte: Pixels | None = somebody
            if person is not None and len(self.made.numbers) > 1:
                if person not in persons:
                    share = self._share(self.made.people[self.made.numbers.index(person)], y1, y2, x)
                    persons[person] = None if share is None else somebody * share
                matte = persons[person]
            if matte is not None and labels is not None:
                if labels not in parts:
                    parts[labels] = self._share(fields[labels], y1, y2, x)
                share = parts[labels]
                matte = None if share is None else matte * share
            if matte is not None:
                np.minimum(matte, 1, out=plane[y1:y2, x])

    def _field(self, labels: Labels) -> Pixels:
        """The share of some parts together in the matte of a person, on the shares' own grid."""
        mine = [at for at, label in enumerate(self.made.labels) if label in labels]
        if len(mine) == len(self.made.labels):
            return np.ones_like(self.made.parts[0])
        return np.asarray(np.minimum(self.made.parts[mine].sum(0), 1), np.float32)

    def _share(self, field: Pixels, y1: int, y2: int, x: slice) -> Pixels | None:
        """Rows and columns of a share at the plate's resolution; None where there is nothing of it."""
        top, cells = self._at[0], len(field) / self._frame[0]
        low, high = int((top + y1) * cells) - 1, int((top + y2) * cells) + 2
        return self._grown(field, y1, y2, x) if field[max(0, low) : high].any() else None

    def _grown(self, field: Pixels, y1: int, y2: int, x: slice) -> Pixels:
        top, left = self._at
        whole = rows_of(field, top + y1, top + y2, *self._frame)
        return whole[:, left + x.start : left + x.stop]
