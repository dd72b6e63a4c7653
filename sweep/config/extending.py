"""What may be added to a sweep that a results folder holds, and what may not change in it."""

from __future__ import annotations

from typing import Any

from sweep.config.sweep_config import SweepConfig, dotted

EXTENDABLE = ("grid.adv", "grid.content", "grid.seeds", "eval.sets", "eval.metrics")
"""Keys that may change between two runs in one results folder; the sweep then grows."""


def differences(stored: SweepConfig, config: SweepConfig) -> list[str]:
    """Finds what keeps a config from joining a stored one.

    Args:
        stored: Config of the folder.
        config: Resolved config of this run.

    Returns:
        Dotted keys, each with its value before and now; empty when the two can be joined.
    """
    old, new = (dict(dotted(each.model_dump(mode="json"))) for each in (stored, config))
    ignored = (*EXTENDABLE, "description", "substitutes", "grid.control", "objective")
    differing = [
        f"{key} (was {old.get(key)!r}, now {new.get(key)!r})"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key) and not key.startswith(ignored)
    ]
    return differing + _objective_differences(stored, config)


def union(stored: SweepConfig, config: SweepConfig) -> SweepConfig:
    """Joins two configs that differ in nothing else.

    Args:
        stored: Config of the folder.
        config: Resolved config of this run.

    Returns:
        The newer one with the values of both on every axis, the stored ones first.
    """

    def both(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*old, *(value for value in new if value not in old))

    grid = config.grid.model_copy(
        update={
            "adv": tuple(sorted(both(stored.grid.adv, config.grid.adv))),
            "content": both(stored.grid.content, config.grid.content),
            "seeds": both(stored.grid.seeds, config.grid.seeds),
            "control": stored.grid.control or config.grid.control,
        }
    )
    evaluation = config.eval.model_copy(
        update={
            "sets": both(stored.eval.sets, config.eval.sets),
            "metrics": both(stored.eval.metrics, config.eval.metrics),
        }
    )
    objective = stored.objective | config.objective
    return config.model_copy(update={"grid": grid, "eval": evaluation, "objective": objective})


def _objective_differences(stored: SweepConfig, config: SweepConfig) -> list[str]:
    """Weights may be added with a content loss, not changed under one."""
    shared = sorted(stored.objective.keys() & config.objective.keys())
    return [
        f"objective.{name} (was {stored.objective[name]}, now {config.objective[name]})"
        for name in shared
        if stored.objective[name] != config.objective[name]
    ]
