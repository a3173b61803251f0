"""Makes the shipped network again from nothing: synthetic people, bank, training, validation.

Run `python -m training --help`. The package `anatomatte` is found beside this folder when it is
not installed.
"""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("anatomatte") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugin"))
