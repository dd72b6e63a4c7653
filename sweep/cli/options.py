"""Options and arguments that several commands share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from srgan_core.inputs import escaped, unwritable
from sweep.config.names import CONFIGS, split_sets
from sweep.config.spreads import is_range

if TYPE_CHECKING:
    ListType = click.ParamType[tuple[Any, ...]]
else:
    # Older versions of click have no generic one.
    ListType = click.ParamType

DEFAULT_CONFIG = CONFIGS[0]

LIST = "list"
"""What the types of options are called that take several values in one word."""

Command = TypeVar("Command", bound=Callable[..., Any])


def images_option(use: str) -> Callable[[Command], Command]:
    """Makes the option --images of commands that show a page."""
    return click.option(
        "--images",
        "most_images",
        type=click.IntRange(min=0),
        default=20,
        show_default=True,
        help=f"Images per test set {use}.",
    )


def refuse_unwritable(arguments: Iterable[str]) -> None:
    """Refuses words that records and tables could not hold, such as paths that are not UTF-8."""
    for word in arguments:
        if why := unwritable(word):
            raise click.UsageError(f"{escaped(word)}: {why}")


def json_option(use: str) -> Callable[[Command], Command]:
    """Makes the option --json; `sweep.cli.documents` writes what it asks for."""
    return click.option("--json", "as_json", is_flag=True, help=f"Write JSON, one object {use}.")


class CommaList(ListType):
    """A comma-separated list in one word.

    Args:
        convert: Turns one item into a value; raises ValueError for a wrong one.
        rule: What an item has to be, for the message.
    """

    name = LIST

    def __init__(self, convert: Callable[[str], Any], rule: str) -> None:
        self._convert, self._rule = convert, rule

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, ...]:
        """Splits and converts; an empty list or a wrong item is a usage error."""
        if not isinstance(value, str):
            return tuple(value)
        items = self._split(value)
        if not any(items):
            self.fail("expected at least one value, got an empty list", param, ctx)
        converted = []
        for item in items:
            try:
                converted.append(self._convert(item))
            except ValueError:
                self.fail(f"expected {self._rule}, got {item!r}", param, ctx)
        repeated = sorted(str(item) for item, count in Counter(converted).items() if count > 1)
        if repeated:
            self.fail(f"expected every value once, {', '.join(repeated)} stands twice", param, ctx)
        return tuple(converted)

    def _split(self, text: str) -> list[str]:
        return [item.strip() for item in text.split(",")]


class TestSetList(CommaList):
    """A comma-separated list of test sets, of which pairs have a comma of their own."""

    # Keeps pytest from taking the class for a test.
    __test__ = False

    def __init__(self) -> None:
        super().__init__(name, "a test set")

    def _split(self, text: str) -> list[str]:
        return split_sets(text)


def one_of(*words: str) -> Callable[[str], str]:
    """Makes a reader of one of some words; any other is a ValueError."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


def share(text: str) -> float:
    """Reads a number from 0 to 1; click's own range lets nan through."""
    value: float = click.FloatRange(0, 1)(text)
    if value != value:
        raise click.BadParameter("expected a number from 0 to 1, got nan")
    return value


def job_count(text: str) -> int | None:
    """Reads a number of processes, or `auto`, which becomes None."""
    if text == "auto":
        return None
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise click.BadParameter(f"expected a number of 1 or above or auto, got {text!r}")
    return count


def seconds(text: str) -> float | None:
    """Reads a time in seconds, or `off`, which becomes None."""
    if text == "off":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise click.BadParameter(f"expected seconds above 0 or off, got {text!r}")
    return value


def name(text: str) -> str:
    """Reads a name; an empty one is a ValueError."""
    if not text:
        raise ValueError(text)
    return text


def seeds(text: str) -> int | str:
    """Reads a seed, or leaves `0-4` as it is; anything else is a ValueError."""
    return text if is_range(text) else seed(text)


def seed(text: str) -> int:
    """Reads a whole number of 0 or above; anything else is a ValueError."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
