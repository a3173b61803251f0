"""A plate and its settings become mattes.

The stages are pure functions with explicit inputs: ``prepare`` brings all clips into one place,
``observe`` makes the evidence of a plate once, ``refine`` the matte at the plate's resolution, ``shape``
does what a compositor tweaks, and ``output`` packs.  A change of a control of one stage needs nothing
above it.
"""

from .. import room  # looks first: what follows imports the libraries
from ..nets.external.choose import absent as absent_models
from ..plate import Plate, moved, prepare
from ..work import Work, work_for
from .arrays import matte
from .edge import Refined, refine
from .evidence import Evidence, observe
from .mattes import Mattes
from .neighbours import Around, reach, reach_of_clips, whole
from .parting import asked as parts_asked
from .run import key_frame
from .shaping import shape
from .subject import forget
from .task import Task

__all__ = [
    "Around", "Evidence", "Mattes", "Plate", "Refined", "Task", "Work", "absent_models", "forget",
    "key_frame", "matte", "moved", "observe", "parts_asked", "prepare", "reach", "reach_of_clips", "refine",
    "room", "shape", "whole", "work_for",
]  # fmt: skip
