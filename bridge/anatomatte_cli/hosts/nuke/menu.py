# Nuke reads this in every folder of NUKE_PATH, with a panel alone, after init.py.
import anatomatte_nuke
import nuke

anatomatte_nuke.fill(nuke.menu("Nodes"))
