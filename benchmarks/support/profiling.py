"""Where the time of something goes: PyTorch's operators by the time in themselves."""

from __future__ import annotations

from collections.abc import Callable

from rich.table import Table
from torch.profiler import ProfilerActivity, profile


def operators(work: Callable[[], object], most: int = 12) -> Table:
    """Runs something once under PyTorch's profiler.

    Args:
        work: What to look into; run before, so that nothing is built or loaded in it.
        most: Rows.

    Returns:
        Operators, calls, milliseconds and shares of the time on the CPU, the longest first.
    """
    with profile(activities=[ProfilerActivity.CPU]) as recorded:
        work()
    events = sorted(recorded.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    table = Table(title="Operators by their own time", title_justify="left")
    table.add_column("operator")
    for column in ("calls", "ms", "share"):
        table.add_column(column, justify="right")
    for event in events[:most]:
        own = event.self_cpu_time_total
        table.add_row(event.key, str(event.count), f"{own / 1e3:.1f}", f"{own / total:.1%}")
    return table
