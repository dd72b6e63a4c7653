"""How the values of single images become the value of a test set; imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Aggregation:
    """The arithmetic mean of the values, or the root of the mean of their squares."""

    squared: bool

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turns values of images into what is averaged."""
        return values**2 if self.squared else values

    def backward(self, means: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turns averages into values of the test set."""
        return means**0.5 if self.squared else means

    def of(self, values: Sequence[float]) -> float:
        """The value of a test set of at least one image, whatever their order.

        Infinite as soon as one image's value is, nan as soon as one image's value is.
        """
        mean = math.fsum(value**2 if self.squared else value for value in values) / len(values)
        return math.sqrt(mean) if self.squared else mean


MEAN = Aggregation(squared=False)
AGGREGATIONS: Mapping[str, Aggregation] = MappingProxyType(
    {
        "mean": MEAN,
        "root mean square": Aggregation(squared=True),
    }
)
"""Name to aggregation; `mean` is the rule, an RMSE is the root of the mean over images of MSE."""


def aggregation(name: str) -> Aggregation:
    """Finds an aggregation by its name.

    Raises:
        ConfigError: when there is none of this name.
    """
    if name not in AGGREGATIONS:
        raise ConfigError(unknown_name("aggregation", name, AGGREGATIONS))
    return AGGREGATIONS[name]
