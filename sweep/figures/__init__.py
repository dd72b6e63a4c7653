"""Pictures that show the restored images side by side.

Leaf package: importing it loads pandas, and drawing loads numpy, Pillow and matplotlib (for its
fonts), so commands import it when they run. It never loads torch.
"""

from __future__ import annotations

from sweep.figures.choice import choose_trials
from sweep.figures.comparison import Panel, draw_comparison
from sweep.figures.folder import Comparisons, draw_comparisons
from sweep.figures.window import busiest_window

__all__ = [
    "Comparisons",
    "Panel",
    "busiest_window",
    "choose_trials",
    "draw_comparison",
    "draw_comparisons",
]
