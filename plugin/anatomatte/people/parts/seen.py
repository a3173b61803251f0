"""What is known of one person when it is decided what they wear."""

from __future__ import annotations

from dataclasses import dataclass

from ...frame import Pixels
from .body import Body, Vector


@dataclass(frozen=True, slots=True, eq=False)
class PersonEvidence:
    """What is known of one person when the outfit is chosen.

    Attributes:
        shares: (labels, N), what the network says of each of N pixels; they sum to 1.
        lab: N×3, the pixels' colours.
        body: the pixels' places on the body; None where there are no landmarks.
        skin: N, how much each looks like this face's skin; None where that is not known.
    """

    shares: Pixels
    lab: Pixels
    body: Body | None
    skin: Vector | None
