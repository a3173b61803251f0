"""Passes of our own networks and of the published ones beside them, in as many threads as there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..people.evidence import Plane
from ..people.instances import Prediction

Request = tuple[Plane, int, int]
"""One pass: a picture (h, w, 3) in 0-1 whose sides are multiples of `STRIDE`, the variant, and which
published networks run too: none (0), portrait network and person detector (1), portrait network alone (2).

Variant 0 is the first network, 1 the first on the mirrored picture, 2 the second, 3 the second mirrored.
"""

Beside = tuple[Plane | None, Plane | None]
"""What the portrait network says of a picture, and the person detector."""


def predictions(
    wanted: Sequence[Request],
    own: Callable[[Request], Prediction],
    published: Callable[[Request], Beside],
    threads: int,
) -> list[Prediction]:
    """A prediction for each pass *wanted*, the largest first: so no thread waits long."""
    if threads <= 1 or not wanted:
        return [_together(own(one), published(one)) for one in wanted]
    with ThreadPoolExecutor(min(threads, 2 * len(wanted))) as pool:
        largest = sorted(range(len(wanted)), key=lambda k: -wanted[k][0].size)
        mine = {k: pool.submit(own, wanted[k]) for k in largest}
        theirs = {k: pool.submit(published, wanted[k]) for k in largest}
        try:
            return [_together(mine[k].result(), theirs[k].result()) for k in range(len(wanted))]
        except BaseException:
            for k in largest:
                mine[k].cancel()
                theirs[k].cancel()
            raise


def _together(own: Prediction, beside: Beside) -> Prediction:
    """Our own prediction with what the published networks say of the same picture."""
    return replace(own, portrait=beside[0], persons=beside[1])
