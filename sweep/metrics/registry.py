"""The score columns by name; tables and charts read what a metric says, never its name.

Imports nothing heavy, so that listing the metrics costs no start-up time.
"""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from srgan_core.errors import ConfigError
from sweep.metrics import builtin
from sweep.metrics.declaration import Metric
from sweep.metrics.plugins import find_plugin, plugin_entries
from sweep.metrics.pyiqa_names import pyiqa_metric, pyiqa_names


def _declared() -> list[Metric]:
    names = [module.name for module in pkgutil.iter_modules(builtin.__path__)]
    modules = [import_module(f"{builtin.__name__}.{name}") for name in names]
    return [metric for module in modules for metric in module.METRICS]


METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.column: metric for metric in sorted(_declared(), key=lambda metric: metric.rank)}
)
"""Column to metric, in the order of the tables; other names go by `find_metric`."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        group: tuple(metric.column for metric in METRICS.values() if metric.group == group)
        for group in dict.fromkeys(metric.group for metric in METRICS.values())
    }
)
"""Name to ask for, to the columns that it gives."""

DEFAULT_GROUPS = tuple(
    dict.fromkeys(metric.group for metric in METRICS.values() if metric.by_default)
)
"""What is computed when nothing is asked for."""


def find_metric(column: str) -> Metric:
    """Looks up a key of `METRICS`, the column of a plug-in, or another metric of pyiqa.

    Raises:
        ConfigError: when nobody knows the name.
    """
    if column in METRICS:
        return METRICS[column]
    metric = find_plugin(column) or pyiqa_metric(column)
    # `lpips` asks for a column of another name here, and is one of pyiqa's own metrics there.
    if metric is None or column in GROUPS:
        raise ConfigError(_unknown("metric column", column, METRICS))
    return metric


def require_group(name: str) -> None:
    """Refuses what is neither one of `GROUPS` nor a plug-in nor a name of pyiqa.

    Raises:
        ConfigError: naming the nearest.
    """
    known = name in GROUPS or name in plugin_entries()
    if not known and pyiqa_metric(name) is None:
        raise ConfigError(_unknown("metric", name, GROUPS))


def columns_for(groups: Sequence[str]) -> tuple[str, ...]:
    """Translates names for --metrics, in any order, into columns in the order of the tables.

    Raises:
        ConfigError: when a name is unknown or none was given.
    """
    if not groups:
        raise ConfigError(f"metrics: expected at least one of {', '.join(GROUPS)}, got none")
    for group in groups:
        require_group(group)
    return in_table_order(column for group in groups for column in _columns(group))


def _columns(group: str) -> tuple[str, ...]:
    if group in GROUPS:
        return GROUPS[group]
    plugin = find_plugin(group)
    return (group,) if plugin is None else (plugin.column,)


def in_table_order(columns: Iterable[str]) -> tuple[str, ...]:
    """Sorts columns as the tables have them, each once: those of `METRICS`, then others by name."""
    wanted = set(columns)
    known = tuple(column for column in METRICS if column in wanted)
    return (*known, *sorted(wanted.difference(known)))


def image_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Picks the columns that have a value for every single image."""
    return tuple(column for column in columns if find_metric(column).aggregation != "set")


def set_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Picks the columns that have one value for a whole test set."""
    return tuple(column for column in columns if find_metric(column).aggregation == "set")


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    listed = [*known, *plugin_entries()]
    message = f"{kind} {name!r} is unknown: {', '.join(listed)}, or another name of pyiqa"
    # What is declared here comes before a name of pyiqa that is as near.
    close = difflib.get_close_matches(name, listed, n=1) or difflib.get_close_matches(
        name, pyiqa_names(), n=1
    )
    return f"{message}; did you mean {close[0]!r}?" if close else message
