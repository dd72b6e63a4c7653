"""Nested settings by dotted keys, as `--set` takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

Section = TypeVar("Section", bound=BaseModel)


def dotted(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields nested settings by their keys as `--set` takes them, which begin with the prefix.

    A list is one value, and so is an empty mapping.
    """
    for key, value in fields.items():
        if isinstance(value, dict) and value:
            yield from dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def value_at(node: BaseModel | dict[str, Any], path: Sequence[str]) -> Any:
    """Looks a value up below a section, along the parts of its key."""
    value: Any = node
    for name in path:
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def replaced(section: Section, path: Sequence[str], value: Any) -> Section:
    """Copies a section with another value, which is not validated, at a key that it has."""
    first, *rest = path
    below = _replaced(getattr(section, first), rest, value) if rest else value
    return section.model_copy(update={first: below})


def _replaced(node: BaseModel | dict[str, Any], path: Sequence[str], value: Any) -> Any:
    if isinstance(node, BaseModel):
        return replaced(node, path, value)
    first, *rest = path
    return {**node, first: _replaced(node[first], rest, value) if rest else value}
