"""Metrics that other packages bring: found by their entry point, imported when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, cast

from srgan_core.errors import ConfigError, DataError, ShapeError
from sweep.errors import is_out_of_memory
from sweep.metrics.declaration import Load, Measure, Metric

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb

ENTRY_POINTS = "srgan_sweep.metrics"
"""Group of entry points; the name of one is the name to ask for with --metrics, and leads to a
`Metric`."""


@cache
def plugin_entries() -> Mapping[str, EntryPoint]:
    """Name to entry point of the plug-ins that are installed, sorted, without importing any.

    Of two with one name the first that is found counts.
    """
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        found.setdefault(entry.name, entry)
    return dict(sorted(found.items()))


@cache
def find_plugin(name: str) -> Metric | None:
    """Imports the plug-in whose entry point or column has a name; None where there is none.

    Its measure raises DataError whatever goes wrong in it.

    Raises:
        ConfigError: when it cannot be imported or does not keep to the rules of this module.
    """
    if name in plugin_entries():
        return _load(name)
    return next((metric for metric in map(_load, plugin_entries()) if metric.column == name), None)


@cache
def _load(name: str) -> Metric:
    entry = plugin_entries()[name]
    where = f"metric plug-in {name!r} ({entry.value})"
    try:
        metric = entry.load()
    # A stranger's module may raise anything while it is imported.
    except Exception as error:
        raise ConfigError(
            f"{where}: cannot be imported ({error}); upgrade or uninstall the package"
        ) from error
    if not isinstance(metric, Metric):
        raise ConfigError(
            f"{where}: expected a Metric, got {type(metric).__name__}; mend the package"
        )
    if metric.group != name or metric.aggregation != "mean":
        raise ConfigError(
            f"{where}: expected the group {name!r} and the aggregation 'mean', got "
            f"{metric.group!r} and {metric.aggregation!r}; mend the package"
        )
    return replace(metric, load=_guarded(metric.load))


def _guarded(load: Load) -> Load:
    """Bounds what a stranger's code can cost: the score of one image."""

    def load_guarded(device: str, crop_border: int) -> Measure:
        measure = cast("Measure", load(device, crop_border))

        def guarded(sr: Rgb, hr: Any, image: str) -> float:
            try:
                return float(measure(sr, hr, image))
            except Exception as error:
                if is_out_of_memory(error) or isinstance(error, ShapeError | DataError):
                    raise
                raise DataError(f"{type(error).__name__}: {error}") from error

        return guarded

    return load_guarded
