"""Rectangles and segments in pixels, y upwards."""

from __future__ import annotations

from dataclasses import dataclass

Dot = tuple[float, float]
Segment = tuple[Dot, Dot]


@dataclass(frozen=True)
class Box:
    """Axis-parallel rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, centre: Dot, width: float, height: float) -> Box:
        """Makes the rectangle with a given centre and size."""
        x, y = centre
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def centre(self) -> Dot:
        """Middle of the rectangle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, margin: float) -> Box:
        """Moves all sides outwards."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)

    def overlaps(self, other: Box) -> bool:
        """Tells whether both share an area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: Box) -> bool:
        """Tells whether this rectangle lies inside another one."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )

    def nearest(self, dot: Dot) -> Dot:
        """Point of the rectangle that is nearest to a dot."""
        x = min(max(dot[0], self.left), self.right)
        y = min(max(dot[1], self.bottom), self.top)
        return x, y

    def meets(self, segment: Segment) -> bool:
        """Tells whether a segment runs through the rectangle (Liang and Barsky's clipping)."""
        (x0, y0), (x1, y1) = segment
        if max(x0, x1) < self.left or min(x0, x1) > self.right:
            return False
        dx, dy = x1 - x0, y1 - y0
        start, end = 0.0, 1.0
        for slope, room in (
            (-dx, x0 - self.left),
            (dx, self.right - x0),
            (-dy, y0 - self.bottom),
            (dy, self.top - y0),
        ):
            if slope == 0:
                if room < 0:
                    return False
            elif slope < 0:
                start = max(start, room / slope)
            else:
                end = min(end, room / slope)
        return start <= end


def segments_cross(first: Segment, second: Segment) -> bool:
    """Tells whether two segments cross; meeting at an end is not crossing."""

    def side(line: Segment, dot: Dot) -> float:
        (x0, y0), (x1, y1) = line
        return (x1 - x0) * (dot[1] - y0) - (y1 - y0) * (dot[0] - x0)

    return (
        side(first, second[0]) * side(first, second[1]) < 0
        and side(second, first[0]) * side(second, first[1]) < 0
    )
