"""Whether a metric can run here: asked before anything is trained, and by `sweep metrics`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from srgan_core.errors import MissingDependencyError, UnavailableWeightsError, WeightsError
from sweep.metrics.declaration import Metric
from sweep.metrics.registry import find_metric
from sweep.metrics.weight_files import NetworkWeights


@dataclass(frozen=True)
class Availability:
    """Whether a column can be computed on this machine as it is, and if not, what is missing."""

    column: str
    ready: bool
    note: str


def describe_availability(columns: Sequence[str]) -> tuple[Availability, ...]:
    """Says which columns can run here now. Downloads nothing.

    Raises:
        ConfigError: when nobody knows a column.
    """
    return tuple(_describe(find_metric(column)) for column in columns)


def require_metrics(
    columns: Sequence[str], require_weights: Callable[[str], None] | None = None
) -> None:
    """Refuses metrics that cannot run here, so that no trial is trained in vain.

    What has to be downloaded is downloaded now. A metric whose files are not declared or not
    here is loaded once, which is the only way to know.

    Args:
        columns: Columns that will be computed.
        require_weights: Raises WeightsError for a network (`alexnet`, `vgg16`) that is not to be
            had; by default the resolver is asked.

    Raises:
        ConfigError: when nobody knows a column.
        WeightsError: naming each metric that cannot run, what is missing, and what to do.
        MissingDependencyError: when a program or package behind a metric is not installed.
    """
    problems = []
    for column in columns:
        try:
            _require(find_metric(column), require_weights or _resolve)
        except WeightsError as error:
            problems.append(str(error))
    if problems:
        raise UnavailableWeightsError("\n".join(dict.fromkeys(problems)))


def _require(metric: Metric, require_weights: Callable[[str], None]) -> None:
    networks = [w for w in metric.weights or () if isinstance(w, NetworkWeights)]
    for network in networks:
        require_weights(network.name)
    if metric.weights is None or any(w.missing() for w in metric.weights if w not in networks):
        metric.load("cpu", 0)


def _resolve(architecture: str) -> None:
    from srgan_core.weights import resolve_weights

    resolve_weights(architecture)


def _describe(metric: Metric) -> Availability:
    note = ""
    if metric.weights is not None:
        note = "; ".join(filter(None, (weights.missing() for weights in metric.weights)))
    else:
        try:
            metric.load("cpu", 0)
        except MissingDependencyError as error:
            note = str(error)
    return Availability(metric.column, not note, note)
