"""Drawn pictures for one question: is there a studio's screen in them, or not?

Half are traps: banners, seas, skies, lawns, courts, painted walls, jeans.  Half are screens, from perfect to
awful.  The split `dev` is for whoever tunes; `held` has other people, colours, seeds and places.
"""

from .pictures import KINDS, SCREENS, TRAPS, Picture, draw, names, pictures

__all__ = ["KINDS", "SCREENS", "TRAPS", "Picture", "draw", "names", "pictures"]
