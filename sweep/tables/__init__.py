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
from sweep.tables.markup import MARKUPS, Markup, format_table
from sweep.tables.metric_file import METRICS_FILE, Metric, read_metrics
from sweep.tables.terminal import print_table

__all__ = [
    "MARKUPS",
    "METRICS_FILE",
    "PER_IMAGE",
    "RESULTS",
    "SUMMARY",
    "Markup",
    "Metric",
    "csv_text",
    "format_table",
    "per_image_frame",
    "print_table",
    "read_metrics",
    "read_per_image",
    "read_results",
    "records_of",
    "results_frame",
    "shortest_decimal",
    "summary_frame",
    "write_csv",
]
