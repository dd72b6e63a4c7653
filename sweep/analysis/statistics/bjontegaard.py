"""Bjøntegaard's delta: the mean gap between two curves over the range that both have.

The curves are interpolated piecewise by monotone cubics (PCHIP), as in the JCT-VC's common test
conditions: no value beyond those of the points, however few and however unevenly they lie. No
logarithm is taken; whoever has bit rates takes it first. Package `bjontegaard` and SciPy's
`PchipInterpolator` take one curve a call (0.3 ms), a bootstrap has 100,000: hence arrays here,
and the tests hold them against SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Points:
    """One curve in each resample: its points in any order, (resamples, points), finite."""

    x: Array
    y: Array


@dataclass(frozen=True)
class Stretch:
    """What two curves have in common, (resamples,) each.

    Attributes:
        low: Where the common range in x begins.
        high: Where it ends; there is none unless it lies above.
        first: Mean of the first curve's y over it; nan where there is none.
        second: The same of the second curve.
    """

    low: Array
    high: Array
    first: Array
    second: Array

    @property
    def gap(self) -> Array:
        """Bjøntegaard's delta of the first curve over the second one."""
        return self.first - self.second


def common_stretch(
    first: Points, second: Points, floor: Array | None = None, ceiling: Array | None = None
) -> Stretch:
    """Averages two curves over the range in x that both have.

    Points are sorted by x, so that each curve is a function of x; those that coincide in x are
    one, with the mean of their y. Two points are joined by a straight line.

    Args:
        first: One curve in each resample.
        second: The other one, in the same resamples, of any number of points.
        floor: (resamples,) x below which the range may not reach; None for no limit.
        ceiling: (resamples,) x above which it may not reach; None for no limit.

    Source: Bjøntegaard 2001, VCEG-M33 (which fits one cubic to four points); Bossen 2013,
    JCTVC-L1100 (piecewise); Fritsch and Butland 1984 (slopes).
    """
    low = np.maximum(first.x.min(1), second.x.min(1))
    high = np.minimum(first.x.max(1), second.x.max(1))
    low = low if floor is None else np.maximum(low, floor)
    high = high if ceiling is None else np.minimum(high, ceiling)
    return Stretch(low, high, _means(first, low, high), _means(second, low, high))


def _means(points: Points, low: Array, high: Array) -> Array:
    """Mean of each curve's y from low to high, which lie on the curve; nan for an empty range."""
    order = np.argsort(points.x, axis=1, kind="stable")
    x, y = (np.take_along_axis(values, order, axis=1) for values in (points.x, points.y))
    means = np.full(len(x), np.nan)
    rising = np.diff(x, axis=1) > 0
    # Resamples whose points coincide alike are merged and integrated together.
    for pattern in np.unique(rising, axis=0):
        rows = (rising == pattern).all(axis=1) & (high > low)
        if rows.any():
            starts = np.array([0, *(np.flatnonzero(pattern) + 1)])
            sizes = np.diff([*starts, x.shape[1]])
            merged = np.add.reduceat(y[rows], starts, axis=1) / sizes
            area = _areas(x[rows][:, starts], merged, low[rows], high[rows])
            means[rows] = area / (high[rows] - low[rows])
    return means


def _areas(x: Array, y: Array, low: Array, high: Array) -> Array:
    """Integral of each curve from low to high; x rises strictly, (resamples, 2 points or more)."""
    widths = np.diff(x, axis=1)
    secants = np.diff(y, axis=1) / widths
    slopes = _slopes(widths, secants)
    left, right = slopes[:, :-1], slopes[:, 1:]
    cubic = (
        y[:, :-1],
        left / 2,
        (3 * secants - 2 * left - right) / widths / 3,
        (left + right - 2 * secants) / widths**2 / 4,
    )
    begin, end = (np.clip(at[:, None] - x[:, :-1], 0, widths) for at in (low, high))
    pieces = [part * (end**n - begin**n) for n, part in enumerate(cubic, start=1)]
    return np.asarray(np.sum(pieces, axis=(0, 2)))


def _slopes(widths: Array, secants: Array) -> Array:
    """Slopes at the points that keep each piece monotone."""
    if secants.shape[1] == 1:
        return np.repeat(secants, 2, axis=1)
    before, after = secants[:, :-1], secants[:, 1:]
    own, other = widths[:, :-1] + 2 * widths[:, 1:], 2 * widths[:, :-1] + widths[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        harmonic = (own + other) / (own / before + other / after)
    inner = np.where(np.sign(before) * np.sign(after) > 0, harmonic, 0.0)
    first = _end_slope(widths[:, 0], widths[:, 1], secants[:, 0], secants[:, 1])
    last = _end_slope(widths[:, -1], widths[:, -2], secants[:, -1], secants[:, -2])
    return np.column_stack([first, inner, last])


def _end_slope(width: Array, next_width: Array, secant: Array, next_secant: Array) -> Array:
    """Slope at an end from its two nearest pieces, kept within what stays monotone."""
    slope = ((2 * width + next_width) * secant - width * next_secant) / (width + next_width)
    turns = np.sign(secant) != np.sign(next_secant)
    slope = np.where(turns & (abs(slope) > 3 * abs(secant)), 3 * secant, slope)
    return np.where(np.sign(slope) != np.sign(secant), 0.0, slope)
