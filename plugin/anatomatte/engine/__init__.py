"""A plate and its settings become mattes.

The stages are pure functions with explicit inputs: ``prepare`` brings all clips into one place,
``observe`` looks at the plate once, ``refine`` makes the matte at the plate's resolution,
``shape`` does what a compositor tweaks, and ``output`` packs.  A change of a control of one stage
needs nothing above it.
"""

from .around import Around, reach
from .arrays import matte
from .foreground import kept as foregrounds
from .job import Job, job_for
from .look import Evidence, Key, observe, refine
from .mattes import Mattes
from .plate import Plate, moved, prepare
from .run import frames, key_frame
from .shape import shape
from .stages import Found, Looks, looks
from .subject import forget

__all__ = [
    "Around", "Evidence", "Found", "Job", "Key", "Looks", "Mattes", "Plate", "foregrounds", "forget",
    "frames", "job_for", "key_frame", "looks", "matte", "moved", "observe", "prepare", "reach", "refine",
    "shape",
]  # fmt: skip
