"""The cheapest pairs of rows and columns: the assignment problem, by shortest augmenting paths.

H. W. Kuhn, "The Hungarian Method for the Assignment Problem" (1955), in the form of R. Jonker and
A. Volgenant (1987), O(n²m). It is small, and SciPy, whose `linear_sum_assignment` the tests compare it with,
is no part of the node.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]


def assigned(costs: Costs, most: float) -> list[tuple[int, int]]:
    """Pairs (row, column) whose sum of *costs* (n, m), with *most* for each row left alone, is least.

    A pair that costs *most* or more, or is not finite, is not made.
    """
    rows, columns = costs.shape
    if not rows or not columns:
        return []
    alone = np.full((rows, rows), most, np.float64)
    square = np.concatenate([np.where(np.isfinite(costs), np.minimum(costs, most + 1), most + 1), alone], 1)
    whose = _columns(square)
    return [
        (row, column) for row, column in enumerate(whose) if column < columns and square[row, column] < most
    ]


def _columns(costs: Costs) -> list[int]:
    """The column of each row (n <= m), all different, with the least sum."""
    rows, columns = costs.shape
    of_row, of_column = np.zeros(rows + 1), np.zeros(columns + 1)  # the potentials; index 0 is a help
    taken = np.zeros(columns + 1, np.intp)
    for row in range(1, rows + 1):
        taken[0], at = row, 0
        way = np.zeros(columns + 1, np.intp)
        least, done = np.full(columns + 1, np.inf), np.zeros(columns + 1, np.bool_)
        while True:
            done[at] = True
            owner = taken[at]
            reduced = costs[owner - 1] - of_row[owner] - of_column[1:]
            better = ~done[1:] & (reduced < least[1:])
            least[1:][better], way[1:][better] = reduced[better], at
            nearest = int(np.where(done[1:], np.inf, least[1:]).argmin()) + 1
            step = least[nearest]
            of_row[taken[done]] += step
            of_column[done] -= step
            least[~done] -= step
            at = nearest
            if taken[at] == 0:
                break
        while at:
            taken[at], at = taken[way[at]], int(way[at])
    found = [0] * rows
    for column in range(1, columns + 1):
        if taken[column]:
            found[taken[column] - 1] = column - 1
    return found
