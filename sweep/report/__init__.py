"""The report: one HTML page that holds a whole sweep and opens without any network.

Leaf package: importing it loads pandas; writing a page loads Pillow and jinja2. It never loads
torch.
"""

from __future__ import annotations

from sweep.report.page import Report, render_page, write_report

__all__ = ["Report", "render_page", "write_report"]
