"""Renders through the .ofx from a caller that holds the GIL, or while another thread holds it.

python held_gil.py LIBRARY OFX held|released|starved
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading

library, ofx, case = sys.argv[1:]
holding, releasing = ctypes.PyDLL(library), ctypes.CDLL(library)
path = ofx.encode()

if case == "starved":
    # another thread sleeps with the GIL, as the main thread of some hosts does for ever
    os.environ["ANATOMATTE_GIL_PATIENCE_S"] = "0.5"
    renders: list[int] = []
    worker = threading.Thread(target=lambda: renders.append(releasing.render_once(path)))
    worker.start()
    ctypes.PyDLL(None).sleep(3)
    worker.join()
    assert renders == [1], renders
else:
    door = holding if case == "held" else releasing
    status = door.render_once(path)
    assert status == 0, status
print(case, "ok")
