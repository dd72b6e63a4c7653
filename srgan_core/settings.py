"""The base of every configuration section, and how its errors are worded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from srgan_core.errors import unknown_name

LARGEST_SEED = 2**32 - 1
"""What every random generator in use takes, with room for seeds derived from it."""

MOST_STEPS = 10**9
"""More than any training takes; whatever counts steps stays a number that every library holds."""

MOST_THREADS = 4096


_PLAIN_RULES = {
    "tuple_type": "a list",
    "dict_type": "keys with values below it",
    "model_type": "keys with values below it",
}
"""What pydantic words by Python's own types, as a user would."""


class Settings(BaseModel):
    """A frozen section of a config in which every unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def describe_errors(error: ValidationError, model: type[BaseModel], where: str) -> str:
    """Words all errors of a validation, one line each.

    Args:
        error: What pydantic raised.
        model: The section that was validated, to find the known names of unknown keys.
        where: The file or the option that the values came from.

    Returns:
        Lines of the form `<where>: <key.path>: expected <rule>, got <value>`.
    """
    return "\n".join(f"{where}: {line}" for line in _error_lines(error, model))


def _error_lines(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    for item in error.errors(include_url=False):
        path = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            known = _known_keys(model, item["loc"][:-1])
            yield f"{path}: {unknown_name('key', str(item['loc'][-1]), known)}"
        elif item["type"] == "missing":
            yield f"{path}: expected a value, found none; add the key"
        else:
            said = item["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            line = _complete_sentence(_PLAIN_RULES.get(item["type"], said), item.get("input"))
            if item["type"] == "tuple_type" and isinstance(item.get("input"), str | int | float):
                line += f"; write [{_shorten(item['input'], show=str)}]"
            yield f"{path}: {line}" if path else line


def _complete_sentence(rule: str, value: Any) -> str:
    """A validator may give the rule alone, with the value, or the whole sentence."""
    if " is unknown: " in rule or "expected " in rule:
        return rule
    return f"expected {rule}" if ", got " in rule else f"expected {rule}, got {_shorten(value)}"


def _known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    for part in path:
        field = model.model_fields.get(str(part))
        either = (field.annotation, *get_args(field.annotation)) if field else ()
        nested = [kind for kind in either if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not nested:
            return []
        model = nested[0]
    return list(model.model_fields)


def _shorten(value: Any, limit: int = 80, show: Callable[[Any], str] = repr) -> str:
    text = show(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
