"""Outlines of what a face has, as landmarks, and where its ears are on the canonical face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Outline = tuple[int, ...]

OVAL: Outline = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
EYES: tuple[Outline, ...] = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
"""Rims of the lids."""

IRISES: tuple[Outline, ...] = ((469, 470, 471, 472), (474, 475, 476, 477))
BROW_LINES: tuple[tuple[Outline, Outline, Outline], ...] = (
    ((70, 63, 105, 66, 107), (46, 53, 52, 65, 55), (246, 161, 159, 157, 173)),
    ((300, 293, 334, 296, 336), (276, 283, 282, 295, 285), (466, 388, 386, 384, 398)),
)
"""Of each brow its upper and lower line and the lid below it, from the temple to the nose."""
LIPS: Outline = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
MOUTH: Outline = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
NOSE: Outline = (
    *(168, 193, 122, 174, 217, 126, 209, 49, 129, 64, 98, 97, 2),
    *(326, 327, 294, 358, 279, 429, 355, 437, 399, 351, 417),
)

BEARDS: Outline = (
    *(132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361),
    *(401, 376, 411, 425, 426, 327, 2, 98, 206, 205, 187, 147, 177),
)
"""Where a beard may be: along the jaw, around the mouth, up to the nose."""

JAWS: tuple[Outline, ...] = (
    (172, 136, 150, 149, 176, 170, 211, 214, 138),
    (397, 365, 379, 378, 400, 395, 431, 434, 367),
)
"""Between chin and ear, below the cheeks."""

CHIN: Outline = (
    *(43, 106, 182, 83, 18, 313, 406, 335, 273, 422, 430, 394),
    *(379, 378, 400, 377, 152, 148, 176, 149, 150, 169, 210, 202),
)
CHIN_MIDDLE: Outline = (200, 201, 208, 171, 175, 396, 428, 421)
CHIN_FRONT: Outline = (199, 175, 152, 208, 428, 171, 396, 148, 377)
"""Landmarks of the chin, seen from the front."""
LIP_HOLLOW: Outline = (17, 84, 181, 83, 201, 200, 421, 313, 405, 314)
"""Between lower lip and chin."""
MOUSTACHES: tuple[Outline, ...] = (
    (97, 98, 206, 216, 57, 61, 185, 40, 39, 37, 167),
    (326, 327, 426, 436, 287, 291, 409, 270, 269, 267, 393),
)
"""Between nose and upper lip, beside the groove."""
CORNERS: tuple[Outline, ...] = (
    (57, 43, 106, 204, 211, 214, 212, 216),
    (287, 273, 335, 424, 431, 434, 432, 436),
)
"""Below the corners of the mouth."""
JAW_LINE: Outline = (58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288)

_EAR = np.array([[7.2, -3.8, 1.6], [8.6, -4.4, 4.6], [9.4, -2.6, 6.0], [8.8, 2.2, 5.0], [7.2, 2.6, 2.0]])
"""An ear's outline on the canonical face (centimetres; x outward, y down, z away from the camera)."""

EARS: tuple[NDArray[np.float64], ...] = (_EAR * [-1, 1, 1], _EAR)
"""The ears left and right in the picture of a face that looks into the camera."""
