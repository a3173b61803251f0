"""Shots for `benchmarks/qc.py`: drawn ones with truth, damage that is put into them, and clips with masks."""

from .align import Alignment
from .damage import DAMAGE, Damage
from .shots import SHOTS, Shot, Taken, clip, drawn, is_clean, keyed

__all__ = ["DAMAGE", "SHOTS", "Alignment", "Damage", "Shot", "Taken", "clip", "drawn", "is_clean", "keyed"]
