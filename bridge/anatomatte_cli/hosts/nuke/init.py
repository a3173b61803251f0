# Nuke reads this in every folder of NUKE_PATH, with a panel and without.
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
if _here not in sys.path:  # for the gizmo, which calls anatomatte_nuke
    sys.path.append(_here)
