"""Results of articles and model zoos, and which of them may stand on a chart.

Imports nothing heavy.
"""

from __future__ import annotations

from sweep.published.matching import Placed, Skipped, place_points
from sweep.published.points import PublishedValue, published_values

__all__ = ["Placed", "PublishedValue", "Skipped", "place_points", "published_values"]
