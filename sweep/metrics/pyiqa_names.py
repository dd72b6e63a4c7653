"""What the package pyiqa can compute, and how it is asked to, without importing it.

pyiqa describes its metrics in one file of plain Python that imports nothing of it. That file is
run by itself: importing the package takes seconds and loads torch.
"""

from __future__ import annotations

import functools
import importlib.util
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from srgan_core.errors import WeightsError
from sweep.metrics.declaration import WHOLE_IMAGE, Measure, Metric
from sweep.metrics.weight_files import Weights

CATALOGUE = "default_model_configs.py"

NOT_OF_ONE_IMAGE = frozenset(
    {"clipscore", "fid", "fid_dinov2", "fgresq_pair", "inception_score", "sfid"}
)
"""Names of pyiqa that need captions, whole folders, or give several values."""

Channel = Literal["RGB", "luma", "rounded luma", "grey RGB"]
"""What of an image pyiqa is given; in grey RGB, what takes Y of it finds the rounded luma again."""


@dataclass(frozen=True)
class FromPyiqa:
    """How a metric of pyiqa is used; calling it loads the metric.

    Attributes:
        name: Its name in pyiqa.
        options: Arguments of `pyiqa.create_metric`, where its own defaults are not wanted.
        channel: What of the image it is given.
        cuts_border: Whether the border is cut before.
        smallest_side: Shortest side in pixels, after the cut, that it can work on.
        cpu_only: pyiqa switches TF32 on around every metric, which on a GPU would move the
            fourth digit of convolutions in float32.
        needs_texture: Whether a flat reference leaves it undefined, where pyiqa gives 0.
    """

    name: str
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    channel: Channel = "RGB"
    cuts_border: bool = False
    smallest_side: int = 1
    cpu_only: bool = False
    needs_texture: bool = False

    def __call__(self, device: str, crop_border: int) -> Measure:
        """Loads the metric, as `Metric.load` does."""
        from sweep.metrics.pyiqa_adapter import PyiqaMetric

        metric = PyiqaMetric(self, device)
        return lambda sr, hr, image: metric(sr, hr, crop_border)


@dataclass(frozen=True)
class UnlistedWeights(Weights):
    """Whatever stands behind a metric whose files pyiqa alone knows.

    Attributes:
        metric: Name of the metric.
    """

    metric: str

    def missing(self) -> str:
        """Nobody knows without building the metric, which may download."""
        return "not known before pyiqa has built it"

    def sha256(self) -> str | None:
        """Digest of all tensors of the metric, which is built for it."""
        from sweep.metrics.pyiqa_adapter import PyiqaMetric

        try:
            return PyiqaMetric(FromPyiqa(self.metric)).digest()
        except WeightsError:
            return None

    def summary(self) -> str:
        """Builds nothing."""
        return "known to pyiqa alone"


def pyiqa_names() -> tuple[str, ...]:
    """Names of pyiqa that score one image at a time, sorted; none where it is not installed."""
    return tuple(sorted(_catalogue().keys() - NOT_OF_ONE_IMAGE))


def pyiqa_metric(name: str) -> Metric | None:
    """Declares a metric from what pyiqa says of it; None when pyiqa has none of that name."""
    if name in NOT_OF_ONE_IMAGE or name not in _catalogue():
        return None
    entry = _catalogue()[name]
    full = entry["metric_mode"] == "FR"
    return Metric(
        column=name,
        group=name,
        label=name,
        kind="distortion" if full else "perception",
        reference="full" if full else "none",
        higher_is_better=not entry.get("lower_better", False),
        value_range=str(entry.get("score_range", "not stated by pyiqa")).replace(", ", " to "),
        channel="RGB in [0, 1]",
        border=WHOLE_IMAGE,
        source="package pyiqa with its own defaults",
        libraries=("pyiqa", "torch"),
        weights=(UnlistedWeights("tensors", name),),
        symmetric=False,
        pyiqa=name,
        load=FromPyiqa(name),
    )


@functools.cache
def _catalogue() -> dict[str, dict[str, Any]]:
    # Locating the package does not import it.
    package = importlib.util.find_spec("pyiqa")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).with_name(CATALOGUE)
    return dict(runpy.run_path(str(path))["DEFAULT_CONFIGS"]) if path.is_file() else {}
