"""What the values of a config have to be, beyond their types."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator

from srgan_core.data.pair_folders import pair_folders
from srgan_core.devices import check_device_name
from srgan_core.errors import ConfigError, unknown_name
from srgan_core.settings import LARGEST_SEED
from sweep.config.names import (
    CONTENTS,
    FOLDER_PREFIX,
    NAMED_SETS,
    PAIRS_PREFIX,
    TEST_SETS,
    bare_set,
)
from sweep.config.spreads import expanded, is_range, is_spread, spread, whole_range
from sweep.metrics.registry import require_group

Names = TypeVar("Names", bound=Collection[str])


def _each(check: Callable[[str], object]) -> AfterValidator:
    """Checks every name of a list, or every key of a mapping."""

    def checked(names: Names) -> Names:
        for name in names:
            check(name)
        return names

    return AfterValidator(checked)


def _check_content(name: str) -> None:
    if name not in CONTENTS:
        raise ConfigError(unknown_name("content", name, CONTENTS))


def _known_content(name: str) -> str:
    _check_content(name)
    return name


def _check_test_set(name: str) -> None:
    bare = bare_set(name)
    if bare.startswith(PAIRS_PREFIX) and bare.isprintable():
        pair_folders(bare)
        if bare != name:
            word = name.removesuffix(bare)
            raise ConfigError(
                f"expected pairs without {word!r}, since their LR images are given, got {name!r}; "
                f"write {bare!r}"
            )
        return
    is_folder = bare.startswith(FOLDER_PREFIX) and bare != FOLDER_PREFIX and bare.isprintable()
    if not is_folder and bare not in NAMED_SETS:
        raise ConfigError(unknown_name("test set", name, TEST_SETS))


def _same_kind(substitutes: dict[str, str]) -> dict[str, str]:
    for name, substitute in substitutes.items():
        check = _check_content if name in CONTENTS else _check_test_set
        for either in (name, substitute):
            check(either)
    return substitutes


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one value")
    repeated = sorted(str(value) for value, count in Counter(values).items() if count > 1)
    if repeated:
        raise ValueError(f"every value once, {', '.join(repeated)} stands twice")
    return values


def _coefficient(value: Any, read: ValidatorFunctionWrapHandler) -> float:
    number: float = read(value)
    mantissa = str(value).lower().partition("e")[0]
    # 1e-400 would train the control instead of what was asked for.
    is_rounded = number == 0 and any(digit in "123456789" for digit in mantissa)
    if number < 0 or is_rounded:
        raise ValueError("a number of 0 or above")
    # Adding 0 turns -0.0, which would get an id of its own, into 0.0.
    return number + 0.0


def _not_auto(value: Any) -> Any:
    if value == "auto" or (isinstance(value, list | tuple) and "auto" in value):
        raise ValueError(
            "numbers, got 'auto'; grid.trials: N has others placed between them until there are N "
            "trials"
        )
    return value


def _seeds(values: tuple[int, ...]) -> tuple[int, ...]:
    if not all(0 <= value <= LARGEST_SEED for value in values):
        raise ValueError(f"whole numbers from 0 to {LARGEST_SEED}")
    return values


def _single(values: Any) -> Any:
    """A cell of a table and a part of a name have room for one value."""
    found = expanded(values, is_spread, spread)
    if not isinstance(found, list | tuple):
        return found
    for value in found:
        is_single = isinstance(value, bool | int | float | str | None)
        if not is_single or (isinstance(value, float) and not math.isfinite(value)):
            raise ValueError(f"values that are numbers, words, true, false or null, got {value!r}")
    return found


DISTINCT = AfterValidator(_distinct)

NUMBERS = BeforeValidator(_not_auto)
"""What the command line calls auto has a key of its own."""

SPREADS = BeforeValidator(lambda values: expanded(values, is_spread, spread))
"""`1e-4:1e-2:5` stands for five numbers."""

RANGES = BeforeValidator(lambda values: expanded(values, is_range, whole_range))
"""`0-4` stands for five whole numbers."""

SINGLE_VALUES = BeforeValidator(_single)
"""The values of a further axis, before their key says what they have to be."""

EACH_CONTENT, EACH_TEST_SET = _each(_check_content), _each(_check_test_set)

A_CONTENT = AfterValidator(_known_content)

A_DEVICE = AfterValidator(check_device_name)

EACH_METRIC = _each(require_group)

SAME_KIND = AfterValidator(_same_kind)
"""A content loss stands in for a content loss, a test set for a test set."""

SEEDS = AfterValidator(_seeds)

Coefficient = Annotated[float, WrapValidator(_coefficient)]
"""An adversarial coefficient."""
