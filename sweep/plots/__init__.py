"""Charts from the tables of a results folder.

Leaf package: importing it loads pandas, and drawing loads matplotlib, so commands import it when
they run. It never loads torch.
"""

from __future__ import annotations

from sweep.plots.extras import published_lines
from sweep.plots.tradeoff import DISTORTION, PANELS, draw_tradeoff

__all__ = ["DISTORTION", "PANELS", "draw_tradeoff", "published_lines"]
