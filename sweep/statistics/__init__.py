"""Confidence intervals over seeds, and a bootstrap of the difference of two methods.

Importing it loads nothing heavy; NumPy and SciPy are loaded by the functions that compute.
"""

from __future__ import annotations

from sweep.statistics.aggregation import AGGREGATIONS, Aggregation, aggregation
from sweep.statistics.bootstrap import (
    LEAST_IMAGES,
    RESAMPLES,
    Difference,
    Draws,
    Runs,
    Verdict,
    bootstrap_difference,
    draw,
)
from sweep.statistics.intervals import CONFIDENCE, mean_half_width, student_t_quantile

__all__ = [
    "AGGREGATIONS",
    "CONFIDENCE",
    "LEAST_IMAGES",
    "RESAMPLES",
    "Aggregation",
    "Difference",
    "Draws",
    "Runs",
    "Verdict",
    "aggregation",
    "bootstrap_difference",
    "draw",
    "mean_half_width",
    "student_t_quantile",
]
