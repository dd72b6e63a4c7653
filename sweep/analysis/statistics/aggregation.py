"""How the values of single images become the value of a test set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Aggregation:
    """A mean of the powers of the values: the p-th root of the mean of the p-th powers.

    Attributes:
        name: Name that a metric declares.
        power: 1 for the arithmetic mean, 2 for the root of the mean square.
    """

    name: str
    power: float

    def forward(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turns values of images into what is averaged."""
        return values if self.power == 1 else values**self.power

    def backward(self, means: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turns averages into values of the test set."""
        return means if self.power == 1 else means ** (1 / self.power)


AGGREGATIONS: Mapping[str, Aggregation] = MappingProxyType(
    {
        "mean": Aggregation("mean", 1),
        "root mean square": Aggregation("root mean square", 2),
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
