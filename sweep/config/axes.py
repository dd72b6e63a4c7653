"""Further axes of a grid: which keys may be one, and what a config is at one of their settings."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from pydantic import ValidationError

from srgan_core.settings import describe_errors
from sweep.config.axis_names import AXES, OBJECTIVE, AxisValue, Setting, axis_text
from sweep.config.dotted_keys import dotted, replaced, value_at
from sweep.config.names import StartKind

if TYPE_CHECKING:
    from sweep.config.sweep_config import SweepConfig

Axes = Mapping[str, tuple[AxisValue, ...]]

MOST_SETTINGS = 1000
"""Settings that the further axes of one grid may have in all."""

_OWN_OPTIONS = {
    "grid.adv": "--adv",
    "grid.content": "--content",
    "grid.start": "--start",
    "grid.seeds": "--seeds",
}
_APART = "give each value an --out of its own, with --set"
_REASONS = {
    "srresnet": f"all trials of a seed share their start; {_APART}",
    "srgan": f"all trials of a seed share their start; {_APART}",
    "data": f"all trials of a folder and their starts learn from the same images; {_APART}",
    "degradation": f"the LR images that trials learn from and are scored on follow it; {_APART}",
    "scale": f"the starts, test images and scores of a folder have one scale; {_APART}",
    "threads": f"it is the machine's, for all trials of a folder; {_APART}",
    "device": f"it is the machine's, for all trials of a folder; {_APART}",
    "adversarial.milestones": f"this one's values are lists; {_APART}",
}
_UNUSED = "no weight of a trial depends on this one"
_JUDGES = ("adversarial.patch_size", "adversarial.discriminator.channels")
_WARMUP = "adversarial.discriminator.warmup_steps"


def settings_of(axes: Axes, content: str, start: StartKind) -> list[Setting]:
    """Lists the settings that trials of a content loss and a start have, one empty one if none.

    The weights of another content loss do not apply, nor does D's warm-up to a pair.
    """
    applying = [key for key in axes if _applies(key, content, start)]
    return _product({key: axes[key] for key in applying})


def config_at(config: SweepConfig, setting: Setting) -> SweepConfig:
    """Puts the values of a setting, which were validated, into a config."""
    for key, value in setting:
        config = replaced(config, key.split("."), value)
    return config


def configs_of(config: SweepConfig) -> list[SweepConfig]:
    """Lists what a config is at each setting of its further axes."""
    return [config_at(config, setting) for setting in _product(config.grid.axes)]


def checked_axes(config: SweepConfig) -> dict[str, tuple[AxisValue, ...]]:
    """Validates the further axes of a config that is valid without them.

    Returns:
        Its axes in one order, however they were typed, since names of trials and curves follow it;
        with values of the types that their keys have.

    Raises:
        ValueError: in whole sentences, each naming the axis, and the value where one is wrong.
    """
    axes = {key: _checked(config, key, values) for key, values in config.grid.axes.items()}
    settings = _product(axes, MOST_SETTINGS)
    for setting in settings if len(axes) > 1 else ():
        _validated(config, setting)
    return {key: axes[key] for key in AXES if key in axes}


def _checked(config: SweepConfig, key: str, values: Sequence[AxisValue]) -> tuple[AxisValue, ...]:
    if why := _refusal(config, key):
        raise ValueError(f"grid.axes: {key}: expected a key that trials may differ in; {why}")
    if not values:
        raise ValueError(f"grid.axes: {key}: expected at least one value, got none")
    found: list[AxisValue] = []
    for value in values:
        read = value_at(_validated(config, ((key, value),)), key.split("."))
        if read in found:
            text = axis_text(read)
            raise ValueError(f"grid.axes: {key}: expected every value once, {text} stands twice")
        if read == "auto":
            raise ValueError(
                f"grid.axes: {key}: expected values that are the same everywhere, got auto; name "
                "what it stands for on this machine"
            )
        found.append(read)
    return tuple(found)


def _refusal(config: SweepConfig, key: str) -> str:
    """Why a key is no axis of a config; empty when it may be one."""
    if option := _OWN_OPTIONS.get(key):
        return f"this one is an axis already: say {option}"
    if reason := _REASONS.get(key) or _REASONS.get(key.partition(".")[0]):
        return reason
    fields = config.model_dump(mode="json")
    fields["grid"].pop("axes")
    known = [name for name, _ in dotted(fields)]
    if key not in known:
        return _unknown(key, known)
    if key not in AXES:
        return _UNUSED
    return _without_effect(config, key)


def _without_effect(config: SweepConfig, key: str) -> str:
    """Why a key that may change training does not in this grid, or may not."""
    grid, name = config.grid, key.split(".")
    if name[0] == OBJECTIVE:
        if name[1] not in grid.content:
            return f"no trial of this grid is trained with {name[1]}; add it to --content"
        if name[1:] == ["mse", "content_weight"]:
            return "mse is pixel error alone and has no content term"
    is_of_adversary = name[1] in ("discriminator", "adversarial_loss")
    if is_of_adversary and not any(grid.coefficients):
        return "every trial of this grid has lambda 0 and no adversary"
    if key in _JUDGES and StartKind.SRGAN in grid.start:
        return (
            "trials from srgan go on with the pair's own discriminator, which fits one value; "
            "leave srgan out of --start"
        )
    if key == _WARMUP and StartKind.SRRESNET not in grid.start:
        return "trials from srgan go on with a discriminator that is warm"
    if name[-1] == "milestone_factor" and not config.adversarial.milestones:
        return "without adversarial.milestones nothing is multiplied by it"
    return ""


def _unknown(key: str, known: Sequence[str]) -> str:
    if any(name.startswith(f"{key}.") for name in known):
        below = [name for name in AXES if name.startswith(f"{key}.") and name in known]
        hint = f"one of its keys, such as {below[0]}" if below else "one that changes training"
        return f"this one is a section; name {hint}"
    swept = [name for name in AXES if name in known]
    last = key.rpartition(".")[2]
    same = [name for name in swept if name.rpartition(".")[2] == last]
    close = same or difflib.get_close_matches(key, [*swept, *known], n=1)
    if not close:
        stems = [name.rpartition(".")[2] for name in swept]
        ends = difflib.get_close_matches(last, stems, n=1)
        close = [name for name in swept if name.rpartition(".")[2] in ends]
    hint = f"did you mean {close[0]}?" if close else "`sweep config` prints all keys"
    return f"{key!r} is unknown: {hint}"


def _validated(config: SweepConfig, setting: Setting) -> SweepConfig:
    fields = config.model_dump()
    fields["grid"].pop("axes", None)
    for key, value in setting:
        *parents, last = key.split(".")
        place = fields
        for parent in parents:
            place = place[parent]
        place[last] = value
    try:
        return type(config).model_validate(fields)
    except ValidationError as error:
        raise ValueError(describe_errors(error, type(config), "grid.axes")) from None


def _applies(key: str, content: str, start: StartKind) -> bool:
    if key.startswith(f"{OBJECTIVE}."):
        return key.split(".")[1] == content
    return key != _WARMUP or start is StartKind.SRRESNET


def _product(axes: Axes, most: int | None = None) -> list[Setting]:
    keys, found = list(axes), []
    for values in product(*axes.values()):
        found.append(tuple(zip(keys, values, strict=True)))
        if most is not None and len(found) > most:
            raise ValueError(f"grid.axes: expected at most {most} settings in all, got more")
    return found
