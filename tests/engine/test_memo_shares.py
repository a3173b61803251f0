"""The regions' shares of the memo: what a sequence needs of one frame is still there at the next."""

from __future__ import annotations

from anatomatte import cache
from anatomatte.engine import memo

SAYS = 11.4 + 4.4
"""Megabytes of what an HD frame of three people says for its neighbours, and of its votes on parts."""

WINDOW = 5
"""Frames that *Steady* looks at by default."""


def test_a_window_of_frames_with_parts_has_room_whatever_else_is_kept() -> None:
    shares = [region.share for region in cache.memo._regions.values()]
    granted = cache.DEFAULT_MB * memo.moments.share / sum(shares)  # what is within its share never gives way
    assert granted > (WINDOW + 1) * SAYS, "and that of the frame that comes in while the oldest is there"
