"""Whether a metric can run here: asked before anything is trained, and by `sweep metrics`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from srgan_core.errors import WeightsError
from sweep.metrics.plugins import find_plugin, missing_note, require_plugin
from sweep.metrics.specs import MetricSpec, find_spec
from sweep.metrics.weight_files import RESOLVED, weight_path


@dataclass(frozen=True)
class Availability:
    """Whether a column can be computed on this machine as it is.

    Attributes:
        column: The column.
        ready: Whether everything that it needs is here.
        note: What is missing and where it would come from; empty when nothing is.
    """

    column: str
    ready: bool
    note: str


def describe_availability(columns: Sequence[str]) -> tuple[Availability, ...]:
    """Says which columns can run here now. Downloads nothing.

    Args:
        columns: Columns out of `METRICS`, or other names of pyiqa.

    Returns:
        One statement for each column.

    Raises:
        ConfigError: when nobody knows a column.
    """
    return tuple(_describe(find_spec(column)) for column in columns)


def require_metrics(
    columns: Sequence[str], require_weights: Callable[[str], None] | None = None
) -> None:
    """Refuses metrics that cannot run here, so that no trial is trained in vain.

    What has to be downloaded is downloaded now. A metric of pyiqa whose weights are not declared
    or not here is built once, which is the only way to know.

    Args:
        columns: Columns that will be computed.
        require_weights: Raises WeightsError for a network (`alexnet`, `vgg16`) that is not to be
            had; by default the resolver is asked.

    Raises:
        ConfigError: when nobody knows a column.
        WeightsError: naming each metric that cannot run, what is missing, and what to do.
    """
    problems = []
    for column in columns:
        try:
            _require(find_spec(column), require_weights or _resolve)
        except WeightsError as error:
            problems.append(str(error))
    if problems:
        raise WeightsError("\n".join(dict.fromkeys(problems)))


def _require(spec: MetricSpec, require_weights: Callable[[str], None]) -> None:
    require_plugin(spec.column)
    names = spec.weights or ()
    if not spec.pyiqa:
        for name in set(names).intersection(RESOLVED):
            require_weights(name)
    elif spec.weights is None or any(not _is_here(name) for name in names):
        from sweep.scoring.evaluate import load_full_reference, load_no_reference

        load = load_full_reference if spec.reference == "full" else load_no_reference
        load(spec.column, 0, "cpu")


def _resolve(architecture: str) -> None:
    from srgan_core.weights import resolve_weights

    resolve_weights(architecture)


def _describe(spec: MetricSpec) -> Availability:
    if spec.weights is None:
        return Availability(spec.column, False, "not known before pyiqa has built it")
    notes = [note for note in map(_missing, spec.weights) if note]
    plugin = find_plugin(spec.column)
    if plugin is not None:
        notes += filter(None, [missing_note(plugin)])
    return Availability(spec.column, not notes, "; ".join(notes))


def _missing(name: str) -> str:
    """What to say about weights; empty when they are here."""
    if name in RESOLVED:
        from srgan_core.weights import describe_weights

        return next(s.note for s in describe_weights() if s.architecture == name)
    path = weight_path(name)
    if path is None:
        return "the package lpips is not installed"
    return "" if path.is_file() else f"{path} is missing; pyiqa tries to download it at first use"


def _is_here(name: str) -> bool:
    path = weight_path(name)
    return path is not None and path.is_file()
