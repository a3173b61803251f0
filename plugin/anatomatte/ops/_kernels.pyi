"""Loops over pixels in C++ (cpp/kernels); arrays are float32 or uint8, without gaps."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

ISA: str

def sure(
    light: Pixels,
    surface: Pixels,
    depth: Pixels,
    slack: Pixels | None,
    order: tuple[int, int, int],
    numbers: tuple[float, ...],
    near: float,
    point: float,
) -> tuple[Bytes, Bytes]: ...
def gather(light: Pixels, surface: Pixels, subject: Pixels, screen: Pixels, cell: int) -> Pixels: ...
