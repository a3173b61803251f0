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

Wanted = tuple[int | None, tuple[int, ...] | None]
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
        out = [np.zeros_like(self.alpha) for _ in wanted]
        there = [(plane, one) for plane, one in zip(out, wanted, strict=True) if self._is(one)]

        def strip(y1: int, y2: int) -> None:
            columns = np.flatnonzero(self.alpha[y1:y2].any(0))
            if len(columns):
                x = slice(int(columns[0]), int(columns[-1]) + 1)
                self._strip(there, y1, y2, x)

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

    def _strip(self, wanted: list[tuple[Pixels, Wanted]], y1: int, y2: int, x: slice) -> None:
        somebody = self.alpha[y1:y2, x]
        if self.made.own is not None:
            somebody = somebody * self._grown(self.made.own, y1, y2, x)
        persons: dict[int, Pixels] = {}
        parts: dict[int, Pixels] = {}
        for plane, (person, labels) in wanted:
            matte = somebody
            if person is not None and len(self.made.numbers) > 1:
                if person not in persons:
                    share = self.made.people[self.made.numbers.index(person)]
                    persons[person] = somebody * self._grown(share, y1, y2, x)
                matte = persons[person]
            if labels is not None:
                matte = matte * self._of(labels, parts, y1, y2, x)
            plane[y1:y2, x] = np.minimum(matte, 1)

    def _of(
        self, labels: tuple[int, ...], known: dict[int, Pixels], y1: int, y2: int, x: slice
    ) -> Pixels | np.float32:
        """The share of some parts in the matte of a person."""
        if set(self.made.labels) <= set(labels):
            return np.float32(1)
        share: Pixels | None = None
        for at, label in enumerate(self.made.labels):
            if label in labels:
                if label not in known:
                    known[label] = self._grown(self.made.parts[at], y1, y2, x)
                share = known[label] if share is None else share + known[label]
        assert share is not None
        return share

    def _grown(self, field: Pixels, y1: int, y2: int, x: slice) -> Pixels:
        top, left = self._at
        whole = rows_of(field, top + y1, top + y2, *self._frame)
        return whole[:, left + x.start : left + x.stop]
