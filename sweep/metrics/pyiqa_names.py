"""The metrics that the installed pyiqa knows beyond those declared here, without importing it.

pyiqa describes its metrics in one file of plain Python that imports nothing of it. That file is
run by itself: importing the package takes seconds and loads torch.
"""

from __future__ import annotations

import functools
import importlib.util
import runpy
from pathlib import Path
from typing import Any

from sweep.metrics.declaration import FROM_FILE, WHOLE_IMAGE, MetricSpec

CATALOGUE = "default_model_configs.py"

NOT_OF_ONE_IMAGE = frozenset(
    {"clipscore", "fid", "fid_dinov2", "fgresq_pair", "inception_score", "sfid"}
)
"""Names of pyiqa that need captions, whole folders, or give several values."""


def pyiqa_names() -> tuple[str, ...]:
    """Lists the names that pyiqa knows and that score one image at a time.

    Returns:
        Sorted names; none where pyiqa is not installed.
    """
    return tuple(sorted(_catalogue().keys() - NOT_OF_ONE_IMAGE))


def pyiqa_spec(name: str) -> MetricSpec | None:
    """Declares a metric from what pyiqa says of it.

    Args:
        name: Its name in pyiqa, which becomes the column.

    Returns:
        The spec, or None when pyiqa has no such metric.
    """
    if name in NOT_OF_ONE_IMAGE or name not in _catalogue():
        return None
    entry = _catalogue()[name]
    full = entry["metric_mode"] == "FR"
    return MetricSpec(
        column=name,
        group=name,
        label=name,
        kind="distortion" if full else "perception",
        reference="full" if full else "none",
        higher_is_better=not entry.get("lower_better", False),
        unit="",
        value_range=str(entry.get("score_range", "not stated by pyiqa")).replace(", ", " to "),
        channel="RGB in [0, 1]",
        border=WHOLE_IMAGE,
        quantisation=FROM_FILE,
        source="package pyiqa with its own defaults",
        libraries=("pyiqa", "torch"),
        weights=None,
        symmetric=False,
        pyiqa=name,
    )


@functools.cache
def _catalogue() -> dict[str, dict[str, Any]]:
    # Locating the package does not import it.
    package = importlib.util.find_spec("pyiqa")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).with_name(CATALOGUE)
    return dict(runpy.run_path(str(path))["DEFAULT_CONFIGS"]) if path.is_file() else {}
