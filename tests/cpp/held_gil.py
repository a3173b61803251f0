"""Renders through the .ofx from a caller that holds the GIL, or while another thread holds it.

python held_gil.py LIBRARY OFX held|released|starved
"""

from __future__ import annotations

import ctypes
import os
import sys

library, ofx, case = sys.argv[1:]
holding, releasing = ctypes.PyDLL(library), ctypes.CDLL(library)
path = ofx.encode()

if case == "starved":
    # the calling thread keeps the GIL all the while, as the main thread of some hosts does
    os.environ["ANATOMATTE_GIL_PATIENCE_S"] = "0.5"
    status, wanted = holding.render_beside(path), 1
else:
    door = holding if case == "held" else releasing
    status, wanted = door.render_once(path), 0
assert status == wanted, status
print(case, "ok")
