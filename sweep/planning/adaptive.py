"""What a sweep needs whose coefficients are placed as results come."""

from __future__ import annotations

from srgan_core.errors import ConfigError
from sweep.config.numbers import shortest_decimal
from sweep.config.sweep_config import GridConfig, SweepConfig
from sweep.metrics.axes import DISTORTION, USUAL_AXES, first_axes
from sweep.metrics.registry import columns_for


def require_two_axes(config: SweepConfig) -> tuple[str, str]:
    """Picks the columns between which gaps are measured: those of the chart.

    Raises:
        ConfigError: when only one of the two is among the metrics.
    """
    axes = first_axes(columns_for(config.eval.metrics))
    if axes is None:
        raise ConfigError(
            f"--metrics: expected {DISTORTION} and one of {', '.join(USUAL_AXES)}, between which "
            f"--adv auto finds gaps, got {', '.join(config.eval.metrics)}; "
            "--metrics psnr,niqe gives both"
        )
    return axes


def require_room(grid: GridConfig, known: int) -> None:
    """Refuses a grid whose trials leave no coefficient to place.

    Args:
        grid: What is asked for.
        known: Its trials before anything more is placed.

    Raises:
        ConfigError: when there is no coefficient above 0, when it is the only one and without a
            control, or when one more of each seed is too many.
    """
    if not any(grid.adv):
        raise ConfigError(
            "grid.adv: expected a coefficient above 0, up to which --adv auto places others, got "
            "none; --set 'grid.adv=[1e-4,1e-2]' gives the ends"
        )
    if len({*grid.adv} | ({0.0} if grid.control else set())) == 1:
        raise ConfigError(
            "grid.adv: expected two coefficients, between which --adv auto places others, got "
            f"{shortest_decimal(grid.adv[0])} alone and no control; --set grid.control=true adds 0"
        )
    least = known + len(grid.seeds)
    if (grid.trials or 0) < least:
        raise ConfigError(
            f"--trials: expected at least {least}, the {known} that the grid gives or that were "
            f"placed before and one coefficient more for each seed, got {grid.trials}; fewer "
            "--content, --start or --seeds need fewer"
        )
