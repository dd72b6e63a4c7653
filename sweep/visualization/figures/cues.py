"""Signs that tie a picture's parts to the curves of the chart: the same colours and markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweep.visualization.plots.style import INK, LineStyle, reference_look

if TYPE_CHECKING:
    from PIL.Image import Image

# Drawn this many times as large and then reduced, for smooth edges.
_OVERSAMPLED = 8
_LINE = 0.14


@dataclass(frozen=True)
class Cue:
    """How the chart draws a method: #rrggbb, matplotlib's marker, and whether it is hollow.

    `of_trial` tells the points of a curve from references.
    """

    color: str
    marker: str
    hollow: bool = False
    of_trial: bool = False

    @classmethod
    def of_point(cls, style: LineStyle, adv: float | None) -> Cue:
        """Of a trial, whose curve has a style; without adversary it is hollow."""
        return cls(style.color, style.marker, hollow=adv == 0, of_trial=True)

    @classmethod
    def of_reference(cls, method: str) -> Cue:
        """Of what is no trial."""
        return cls(INK, reference_look(method)[0])


def marker_image(cue: Cue, size: int) -> Image:
    """Draws the marker on white, in a square of a size in pixels."""
    import numpy as np
    from matplotlib.markers import MarkerStyle
    from PIL import Image as ImageModule
    from PIL import ImageDraw

    style = MarkerStyle(cue.marker)
    path = style.get_path().transformed(style.get_transform())
    polygons = [np.asarray(polygon) for polygon in path.to_polygons()]
    reach = max(float(np.abs(polygon).max()) for polygon in polygons)
    large = size * _OVERSAMPLED
    image = ImageModule.new("RGB", (large, large), "white")
    draw = ImageDraw.Draw(image)
    for polygon in polygons:
        # The y axis of an image points down.
        places = large / 2 + polygon * (1, -1) / reach * large * (0.5 - _LINE)
        corners = [tuple(place) for place in places.tolist()]
        draw.polygon(corners, fill="white" if cue.hollow else cue.color)
        draw.line([*corners, corners[0]], cue.color, round(_LINE * large), joint="curve")
    return image.resize((size, size), ImageModule.Resampling.LANCZOS)
