"""Axis limits that keep the trained generators large, whatever the references do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.analysis.fronts import Front
from sweep.visualization.plots.overlays import NO_OVERLAYS, Overlays

MARGIN = 0.09
# Including a reference may make an axis this many times as long as the trained points need.
REFERENCE_STRETCH = 1.5
# HR's own value is what perception is measured against: worth more room, but not all of it.
HR_STRETCH = 2.5
# With two seeds an interval is nine standard deviations long; it may leave the panel.
BAR_STRETCH = 2.0
# Length given to points that all share one value, as a share of that value.
_LEAST_SPAN = 0.1


@dataclass(frozen=True)
class Limits:
    """Range of an axis in data units, `low` below `high`."""

    low: float
    high: float

    def contains(self, value: float) -> bool:
        """Tells whether a value lies on the axis."""
        return self.low <= value <= self.high

    def clamp(self, value: float, inset: float) -> float:
        """Moves a value onto the axis, at least a share `inset` of its length from the ends."""
        distance = inset * (self.high - self.low)
        return min(max(value, self.low + distance), self.high - distance)


def axis_limits(trained: Sequence[float], optional: Sequence[tuple[float, float]] = ()) -> Limits:
    """Chooses the range of an axis, with a margin at both ends.

    Args:
        trained: Values that must be on the axis; at least one.
        optional: Pairs of a reference's value and the stretch that it may cause: the longest
            axis, in multiples of the trained span, that may still include it.
    """
    low, high = min(trained), max(trained)
    span = high - low
    for value, stretch in sorted(optional, key=lambda pair: max(low - pair[0], pair[0] - high)):
        # A single point has no span that a reference could squash.
        if span == 0 or max(high, value) - min(low, value) <= stretch * span:
            low, high = min(low, value), max(high, value)
    if high == low:
        half = max(abs(high) * _LEAST_SPAN, 1e-6) / 2
        low, high = low - half, high + half
    margin = MARGIN * (high - low)
    return Limits(low - margin, high + margin)


def panel_limits(front: Front, overlays: Overlays = NO_OVERLAYS) -> tuple[Limits, Limits]:
    """Ranges of both axes; a reference that would stretch one too far is outside."""
    core = front.candidates or front.others
    bars = [bar for point in core for bar in point.bars]
    places = [(p.x, p.y) for p in front.others] + overlays.dots
    x_optional = [(x, REFERENCE_STRETCH) for x, _ in places]
    x_optional += [(end, BAR_STRETCH) for xs, _ in bars for end in xs]
    x_optional += [(p.x, HR_STRETCH) for p in overlays.published]
    y_optional = [(y, REFERENCE_STRETCH) for _, y in places]
    y_optional += [(end, BAR_STRETCH) for _, ys in bars for end in ys]
    y_optional += [(p.y, HR_STRETCH) for p in overlays.published]
    if front.axes.y_hr is not None:
        y_optional.append((front.axes.y_hr, HR_STRETCH))
    return (
        axis_limits([p.x for p in core], x_optional),
        axis_limits([p.y for p in core], y_optional),
    )
