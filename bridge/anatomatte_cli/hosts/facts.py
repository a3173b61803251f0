"""The node as hosts know it (a test compares with what the plug-in describes)."""

from __future__ import annotations

from anatomatte.menus import MATTE_MENU

IDENTIFIER = "org.anatomatte.Anatomatte"
MAJOR = 1
CLIPS = ("Source", "InM", "OutM", "CleanPlate", "Hint", "Bg")
"""The inputs, in order."""

NUKE_CLASS = f"OFX{IDENTIFIER}_v{MAJOR}"
"""What Nuke calls the node in scripts: each OFX plug-in gets its identifier and major version."""

SLOTS = ("pack_r", "pack_g", "pack_b", "pack_a")
LAYERS = tuple(name for name in MATTE_MENU if name not in ("none", "alpha"))
"""Mattes that become layers, in the order of the menu."""

PYPLUG = "org.anatomatte.Layers"
"""What Natron calls the PyPlug."""
