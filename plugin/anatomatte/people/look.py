"""How a picture is looked at: the whole of it, then each person again from nearer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .seen import PeopleSeen, Plane

if TYPE_CHECKING:
    from ..nets.people import PeopleModel


def _never() -> None:
    return None


def see(
    display: Plane,
    model: PeopleModel,
    *,
    people: int = 4,
    crops: bool = True,
    check: Callable[[], None] = _never,
) -> PeopleSeen:
    """Look at *display*, (H, W, 3) display-referred RGB in 0-1 at any size.

    Args:
        people: how many people to tell apart at most.
        crops: look again, from nearer, at people who are small in the picture.
        check: called between passes of the network; raises Cancelled to stop.
    """
    check()
    return model.observe(display, people=people)
