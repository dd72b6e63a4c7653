"""Compares trials, methods and sweeps by a bootstrap over seeds and images.

Reads the tables of results folders alone. Importing it loads pandas, so commands import it when
they run.
"""

from __future__ import annotations

from sweep.comparison.operands import Operand, parse_operand
from sweep.comparison.pairs import compare
from sweep.comparison.printing import print_report
from sweep.comparison.report import Comparison, Report, Resampling

__all__ = [
    "Comparison",
    "Operand",
    "Report",
    "Resampling",
    "compare",
    "parse_operand",
    "print_report",
]
