"""Checks of a finished frame: each reason for doubt has a code, a score, a threshold and a sentence.

`checks` are pure functions of one frame (`seen.Seen`), and of a frame and those beside it (`seen.Beside`).
Nothing here changes a pixel.  What is named here needs the standard library only.
"""

from .reason import REASONS, Box, Finding, Findings, Reason, beyond, codes, doubtful, scores, sentence

__all__ = [
    "REASONS", "Box", "Finding", "Findings", "Reason", "beyond", "codes", "doubtful", "scores", "sentence",
]  # fmt: skip
