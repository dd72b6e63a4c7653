"""What may be added to a sweep that a results folder holds, and what may not change in it."""

from __future__ import annotations

import json
from operator import itemgetter
from typing import Any

from sweep.config.axes import config_at
from sweep.config.axis_names import Setting
from sweep.config.dotted_keys import dotted
from sweep.config.grid import kinds_needed
from sweep.config.loading import AXES_KEY, NAMED_BY_USER
from sweep.config.names import StartKind
from sweep.config.sweep_config import SweepConfig

EXTENDABLE = (
    *("grid.adv", "grid.content", "grid.start", "grid.seeds"),
    *("eval.sets", "eval.metrics"),
)
"""Keys that may change between two runs in one results folder; the sweep then grows."""

BOOKKEEPING = (".checkpoint_every", ".log_every", ".tensorboard")
"""Ends of keys that no weight depends on; they may change too."""


def differences(stored: SweepConfig, config: SweepConfig) -> list[str]:
    """Finds what keeps the resolved config of a run from joining the stored one of its folder.

    Returns:
        Dotted keys, each with its value before and now; empty when the two can be joined. A
        start that one of the two does without may be configured anyhow there. Where the file of a
        start lies is no difference: its content is compared by hash when a sweep is planned. The
        further axes have to be the same; their values need not be.
    """
    grown = (*EXTENDABLE, "grid.control", "grid.trials", "objective")
    ignored = [*grown, "description", "substitutes"]
    if stored.grid.axes.keys() == config.grid.axes.keys():
        # What the axes set is compared at one setting that both are brought to.
        setting = _first_setting(stored)
        stored, config = (config_at(each, setting) for each in (stored, config))
        ignored.append(AXES_KEY)
    old, new = (_values(each) for each in (stored, config))
    shared = {*kinds_needed(stored)} & {*kinds_needed(config)}
    unshared = tuple(f"{kind}." for kind in StartKind if kind not in shared)
    files = tuple(f"{kind}.init" for kind in StartKind)
    differing = [
        f"{key} (was {old.get(key, 'not set')}, now {new.get(key, 'not set')})"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
        and not key.startswith((*ignored, *unshared, *files))
        and not key.endswith(BOOKKEEPING)
    ]
    return differing + _objective_differences(stored, config)


def _values(config: SweepConfig) -> dict[str, str]:
    """Dotted key to value as it would be typed."""
    values: dict[str, str] = {}
    for key, value in sorted(dotted(config.model_dump(mode="json")), key=itemgetter(0)):
        owner = next((name for name in NAMED_BY_USER if key.startswith(f"{name}.")), None)
        if owner is None:
            values[key] = json.dumps(value, ensure_ascii=False)
        else:
            entry = f"{key.removeprefix(f'{owner}.')}: {json.dumps(value)}"
            values[owner] = ", ".join(filter(None, (values.get(owner), entry)))
    return values


def union(stored: SweepConfig, config: SweepConfig) -> SweepConfig:
    """Joins two configs that `differences` finds nothing between.

    Returns:
        The newer one with the values of both on every axis, the stored ones first, and with the
        starts that the stored one alone needs.
    """
    sections: dict[str, Any] = {"objective": stored.objective | config.objective}
    for kind in {*kinds_needed(stored)} - {*kinds_needed(config)}:
        sections[kind.value] = getattr(stored, kind)
    for section, name in (key.split(".") for key in EXTENDABLE):
        before, now = getattr(stored, section), getattr(config, section)
        values = tuple(dict.fromkeys((*getattr(before, name), *getattr(now, name))))
        joined = sections.setdefault(section, now)
        sections[section] = joined.model_copy(update={name: values})
    sections["grid"] = sections["grid"].model_copy(
        update={
            "adv": tuple(sorted(sections["grid"].adv)),
            "control": stored.grid.control or config.grid.control,
            "trials": max(stored.grid.trials or 0, config.grid.trials or 0) or None,
            "axes": {
                key: tuple(dict.fromkeys((*values, *config.grid.axes[key])))
                for key, values in stored.grid.axes.items()
            },
        }
    )
    return config.model_copy(update=sections)


def _first_setting(config: SweepConfig) -> Setting:
    return tuple((key, values[0]) for key, values in config.grid.axes.items())


def _objective_differences(stored: SweepConfig, config: SweepConfig) -> list[str]:
    """Weights may be added with a content loss, not changed under one."""
    return [
        f"objective.{name} (was {stored.objective[name]}, now {config.objective[name]})"
        for name in sorted(stored.objective.keys() & config.objective.keys())
        if stored.objective[name] != config.objective[name]
    ]
