"""Result tables: from result rows to CSV files, and from there to readable tables.

Leaf package: importing it loads pandas, so commands import it when they run.
"""

from __future__ import annotations

from sweep.tables.columns import shortest_decimal
from sweep.tables.files import (
    PER_IMAGE,
    RESULTS,
    SUMMARY,
    csv_text,
    read_per_image,
    read_results,
    write_csv,
)
from sweep.tables.frames import per_image_frame, records_of, results_frame, summary_frame
from sweep.tables.front_report import (
    FRONTIER,
    front_lines,
    front_summary,
    frontier_frame,
    write_frontier,
)
from sweep.tables.fronts import Candidate, Front, front_of, fronts_of, point_name
from sweep.tables.markup import MARKUPS, Markup, format_table
from sweep.tables.metric_file import METRICS_FILE, Metric, read_metrics
from sweep.tables.terminal import print_table

__all__ = [
    "FRONTIER",
    "MARKUPS",
    "METRICS_FILE",
    "PER_IMAGE",
    "RESULTS",
    "SUMMARY",
    "Candidate",
    "Front",
    "Markup",
    "Metric",
    "csv_text",
    "format_table",
    "front_lines",
    "front_of",
    "front_summary",
    "frontier_frame",
    "fronts_of",
    "per_image_frame",
    "point_name",
    "print_table",
    "read_metrics",
    "read_per_image",
    "read_results",
    "records_of",
    "results_frame",
    "shortest_decimal",
    "summary_frame",
    "write_csv",
    "write_frontier",
]
