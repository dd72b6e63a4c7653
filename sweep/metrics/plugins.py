"""Metrics that other packages bring: found by their entry point, imported when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol

from srgan_core.errors import ConfigError, MissingDependencyError
from sweep.metrics.declaration import MetricSpec

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb

ENTRY_POINTS = "srgan_sweep.metrics"
"""Group of entry points; the name of one is the name to ask for with --metrics."""


class Measure(Protocol):
    """Computes a value for one image."""

    def __call__(self, sr: Rgb, hr: Rgb | None, image: str) -> float:
        """Scores a restored image.

        Args:
            sr: Restored image, (H, W, 3), uint8.
            hr: Reference of the same shape; None for a metric whose `reference` is `none`.
            image: File name without its extension, to look up what is known of the image.

        Returns:
            The value.

        Raises:
            DataError: when this image has no such score; its cell stays empty, with a note.
        """


def _nothing() -> Mapping[str, str | None]:
    return {}


@dataclass(frozen=True)
class MetricPlugin:
    """What an entry point of the group leads to.

    Attributes:
        spec: Its column; `group` and the entry point have the same name.
        load: Prepares the computation on a device (`cpu`, `cuda`), once for many images. Raises
            MissingDependencyError where something that it needs is not installed.
        versions: Versions of programs behind it that are no Python packages, for `metrics.json`.
    """

    spec: MetricSpec
    load: Callable[[str], Measure]
    versions: Callable[[], Mapping[str, str | None]] = _nothing


@cache
def plugin_entries() -> Mapping[str, EntryPoint]:
    """Lists the plug-ins that are installed, without importing any.

    Returns:
        Name to entry point, sorted by name; of two with one name the first that is found.
    """
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        found.setdefault(entry.name, entry)
    return dict(sorted(found.items()))


@cache
def find_plugin(name: str) -> MetricPlugin | None:
    """Imports a plug-in.

    Args:
        name: Name of its entry point, or its column.

    Returns:
        The plug-in; None where there is none of that name.

    Raises:
        ConfigError: when it cannot be imported or does not keep to the rules of this module.
    """
    if name in plugin_entries():
        return _load(name)
    return next(
        (plugin for plugin in map(_load, plugin_entries()) if plugin.spec.column == name), None
    )


def require_plugin(column: str) -> None:
    """Refuses a plug-in that cannot run here, before anything is trained for it.

    Args:
        column: Any column; those of other metrics pass.

    Raises:
        MissingDependencyError: when something that it needs is not installed.
    """
    plugin = find_plugin(column)
    if plugin is not None:
        plugin.load("cpu")


def missing_note(plugin: MetricPlugin) -> str:
    """Says what a plug-in lacks on this machine; empty when it can run."""
    try:
        plugin.load("cpu")
    except MissingDependencyError as error:
        return str(error)
    return ""


@cache
def _load(name: str) -> MetricPlugin:
    entry = plugin_entries()[name]
    where = f"metric plug-in {name!r} ({entry.value})"
    try:
        plugin = entry.load()
    # A stranger's module may raise anything while it is imported.
    except Exception as error:
        raise ConfigError(
            f"{where}: cannot be imported ({error}); upgrade or uninstall the package"
        ) from error
    if not isinstance(plugin, MetricPlugin):
        raise ConfigError(
            f"{where}: expected a MetricPlugin, got {type(plugin).__name__}; mend the package"
        )
    if plugin.spec.group != name or plugin.spec.aggregation != "mean":
        raise ConfigError(
            f"{where}: expected the group {name!r} and the aggregation 'mean', got "
            f"{plugin.spec.group!r} and {plugin.spec.aggregation!r}; mend the package"
        )
    return plugin
