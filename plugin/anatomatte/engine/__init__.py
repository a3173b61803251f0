"""A plate and its settings become mattes.

The stages are pure functions with explicit inputs: ``prepare`` brings all clips into one place,
``observe`` looks at the plate once, ``refine`` makes the matte at the plate's resolution,
``shape`` does what a compositor tweaks, and ``output`` packs.  A change of a control of one stage
needs nothing above it.
"""

from ..keyer.key import Evidence, Key, observe, refine
from ..plate import Plate, moved, prepare
from ..work import Job, job_for
from .arrays import matte
from .evidence import Found, Looks, looks
from .foreground import kept as foregrounds
from .mattes import Mattes
from .neighbours import Around, reach
from .run import frames, key_frame
from .shape import shape
from .subject import forget

__all__ = [
    "Around", "Evidence", "Found", "Job", "Key", "Looks", "Mattes", "Plate", "foregrounds", "forget",
    "frames", "job_for", "key_frame", "looks", "matte", "moved", "observe", "prepare", "reach", "refine",
    "shape",
]  # fmt: skip
