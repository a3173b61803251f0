# Natron reads this in every folder of NATRON_PLUGIN_PATH when it has a window.
import anatomatte_natron
import NatronGui

anatomatte_natron.fill(NatronGui.natron)
