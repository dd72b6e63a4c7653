"""Options and arguments that several commands share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sweep.config.names import CONFIGS, TRACKERS

if TYPE_CHECKING:
    ListType = click.ParamType[tuple[Any, ...]]
    NumberType = click.ParamType[int | None]
else:
    # Older versions of click have no generic one.
    ListType = NumberType = click.ParamType

DEFAULT_CONFIG = CONFIGS[0]

DEFAULT_FOLDER = Path("results") / DEFAULT_CONFIG

Command = TypeVar("Command", bound=Callable[..., Any])


class ResultsFolder(click.Path):
    """Path of a results folder, which need not exist but cannot be a file."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads the path; a file is a usage error, also one of a results folder's own."""
        path = Path(value)
        if path.is_file():
            is_inside = (path.parent / "results.csv").is_file()
            remedy = path.parent if is_inside else "the folder that `sweep run` wrote"
            self.fail(f"expected a results folder, got the file {path}; give {remedy}", param, ctx)
        return path


def results_folder(command: Command) -> Command:
    """Adds the argument [DIR] of every command that reads a results folder."""
    return click.argument("folder", metavar="[DIR]", type=ResultsFolder(), default=DEFAULT_FOLDER)(
        command
    )


class CommaList(ListType):
    """A comma-separated list in one word.

    Args:
        convert: Turns one item into a value; raises ValueError for a wrong one.
        rule: What an item has to be, for the message.
    """

    name = "list"

    def __init__(self, convert: Callable[[str], Any], rule: str) -> None:
        self._convert, self._rule = convert, rule

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, ...]:
        """Splits and converts; an empty list or a wrong item is a usage error."""
        if not isinstance(value, str):
            return tuple(value)
        items = [item.strip() for item in value.split(",")]
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


class Share(click.FloatRange):
    """A number from 0 to 1; click's own range lets nan through."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Reads the number."""
        share = float(super().convert(value, param, ctx))
        if share != share:
            self.fail("expected a number from 0 to 1, got nan", param, ctx)
        return share


class JobCount(NumberType):
    """A number of processes, or `auto`, which becomes None."""

    name = "number or auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """Reads the number; anything below 1 is a usage error."""
        if value == "auto" or value is None:
            return None
        try:
            count = int(value)
        except ValueError:
            count = 0
        if count < 1:
            self.fail(f"expected a number of 1 or above or auto, got {value!r}", param, ctx)
        return count


class Seconds(click.ParamType):  # type: ignore[type-arg]
    """A time in seconds, or `off`, which becomes None."""

    name = "seconds or off"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | None:
        """Reads the number; what is not above 0 is a usage error."""
        if value == "off" or value is None:
            return None
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            self.fail(f"expected seconds above 0 or off, got {value!r}", param, ctx)
        return seconds


def retried(text: str) -> str:
    """Reads a state whose trials are tried again; `none` is neither.

    Raises:
        ValueError: when it is another word.
    """
    if text not in ("failed", "diverged", "none"):
        raise ValueError(text)
    return text


def tracker(text: str) -> str:
    """Reads the name of an experiment tracker.

    Raises:
        ValueError: when it is another word.
    """
    if text not in TRACKERS:
        raise ValueError(text)
    return text


def name(text: str) -> str:
    """Reads a name.

    Raises:
        ValueError: when it is empty.
    """
    if not text:
        raise ValueError(text)
    return text


def seed(text: str) -> int:
    """Reads a seed.

    Raises:
        ValueError: when it is not a whole number of 0 or above.
    """
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
