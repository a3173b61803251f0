"""All checks of a frame, in the order of `REASONS`."""

from __future__ import annotations

from collections.abc import Sequence

from .beside import chatter, collapse, jump
from .disagreement import disagree
from .firmness import soft
from .holes import hole
from .islands import island
from .merged import merged
from .missing import missing
from .nobody import nobody
from .reason import Findings
from .residue import residue
from .seen import Beside, Seen
from .steps import flip, identity, part_jump

ALONE = (hole, island, residue, disagree, soft, missing, merged, nobody)
AROUND = (chatter, jump, collapse, part_jump, identity, flip)


def alone(seen: Seen) -> Findings:
    """What one frame says of itself: a finding of each reason that needs no parts of people."""
    return tuple(check(seen) for check in ALONE)


def beside(seen: Seen, around: Sequence[Beside]) -> Findings:
    """What the frames beside it say of a frame; those that are not there are left out of *around*."""
    return tuple(check(seen, around) for check in AROUND)
