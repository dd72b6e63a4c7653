"""What Python calls are given, as the words that commands understand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from srgan_core.errors import ConfigError
from sweep.config.names import split_sets

Values = str | float | Iterable[str | float] | None
"""One value, several, or a text with commas between them, as an option takes it."""

Place = str | os.PathLike[str] | None


def words(name: str, given: Values) -> tuple[Any, ...] | None:
    """Reads one value or several, those of NumPy and pandas too.

    Args:
        name: What they are, for messages.
        given: The values; None is nothing given.

    Raises:
        ConfigError: when there are none, or they are neither texts nor numbers.
    """
    if given is None:
        return None
    found = given.split(",") if isinstance(given, str) else plain(given)
    listed = [found] if isinstance(found, int | float) else found
    if isinstance(listed, Mapping | bytes) or not isinstance(listed, Iterable):
        raise ConfigError(f"{name}: expected a value or a list of values, got {given!r}")
    values = tuple(map(_word, listed))
    if not values or values == ("",):
        raise ConfigError(f"{name}: expected at least one value, got none; leave it out")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
            raise ConfigError(f"{name}: expected texts or numbers, got {value!r}")
    return values


def eval_sets(name: str, given: Values) -> tuple[Any, ...] | None:
    """Reads test sets, as `words` does; pairs have a comma of their own."""
    return words(name, split_sets(given) if isinstance(given, str) else given)


def place(name: str, given: Place) -> Path | None:
    """Reads a path; `~` is the home folder.

    Raises:
        ConfigError: when it is no path, or an empty one, which would be this folder.
    """
    if given is None:
        return None
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigError(f"{name}: expected a path, got {given!r}; leave it out")
    return Path(given).expanduser()


def number(name: str, given: int | str | None, least: int) -> int | None:
    """Reads a whole number that is not below a bound; None is nothing given.

    Raises:
        ConfigError: when it is none.
    """
    found: int | None = plain(given)
    if found is not None and (isinstance(found, bool) or not isinstance(found, int)):
        raise ConfigError(f"{name}: expected a whole number, got {given!r}")
    if found is not None and found < least:
        raise ConfigError(f"{name}: expected a number of {least} or above, got {found}")
    return found


def key_values(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Words a mapping as options that take KEY=VALUE, and may be repeated, do.

    A list gives its key several times; a mapping below a key has its own keys behind a dot.
    """
    found: list[str] = []
    for key, value in given.items():
        if isinstance(value, Mapping):
            found += (f"{key}.{text}" for text in key_values(value))
        elif isinstance(value, list | tuple):
            found += (f"{key}={each}" for each in value)
        else:
            found.append(f"{key}={str(value).lower() if isinstance(value, bool) else value}")
    return tuple(found)


def plain(value: Any) -> Any:
    """The numbers of Python in place of those of NumPy, alone or in an array."""
    return value.tolist() if hasattr(value, "tolist") else value


def _word(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else plain(value)
