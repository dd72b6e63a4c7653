"""Arguments and options that are paths: results folders, and what a command writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sweep.cli.options import DEFAULT_CONFIG

DEFAULT_FOLDER = Path("results") / DEFAULT_CONFIG

_DEEPEST = 4
"""Folders between a file of a sweep and its root, at most."""

_TABLES = ("results.csv", "per_image.csv", "summary.csv", "convergence.csv", "path.csv")

_GIVEN = "sweep.results"
"""Where a context keeps what --results said until [DIR] is read."""

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


class OutputFile(click.Path):
    """Path of a file to write: what cannot be written is a usage error before work begins."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads the path and looks at what is there."""
        from srgan_core.destinations import check_file
        from srgan_core.errors import SrganError

        path = Path(value)
        if _is_of_a_sweep(path):
            self.fail(
                f"{value}: is a file of a sweep's own, which would be lost; choose another name",
                *(param, ctx),
            )
        if str(value).endswith(("/", "\\")):
            self.fail(f"{value}: expected a file to write, got a folder; add a name", param, ctx)
        try:
            check_file(path)
        except SrganError as error:
            self.fail(str(error), param, ctx)
        return path


def _is_of_a_sweep(path: Path) -> bool:
    """Whether a path names a record, a table or weights inside a results folder."""
    path = path.resolve()
    inside = any((above / "sweep.yaml").is_file() for above in path.parents[:_DEEPEST])
    own = path.name in _TABLES or path.suffix in (".json", ".jsonl", ".yaml", ".safetensors")
    return inside and own and path.is_file() and not path.name.endswith(".metrics.json")


class OutputFolder(click.Path):
    """Path of a folder to write into, which will be made where it is missing."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads the path and looks at what is there."""
        from srgan_core.destinations import check_folder
        from srgan_core.errors import SrganError

        try:
            check_folder(Path(value))
        except SrganError as error:
            self.fail(str(error), param, ctx)
        return Path(value)


class RenamedOption(click.Option):
    """An option whose other names still work but are not shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Shows the first name alone."""
        names, self.opts = self.opts, self.opts[:1]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = names

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Names the first name alone."""
        return f"'{self.opts[0]}'"


def results_folder(command: Command) -> Command:
    """Adds the argument [DIR] to a command that reads a results folder; --results does too."""
    argument = click.argument(
        "folder",
        metavar="[DIR]",
        type=ResultsFolder(),
        default=DEFAULT_FOLDER,
        callback=_either,
    )
    option = click.option(
        "--results",
        metavar="DIR",
        type=ResultsFolder(),
        is_eager=True,
        expose_value=False,
        callback=_keep,
        help="The same as [DIR].",
    )
    return argument(option(command))


def _keep(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    context.meta[_GIVEN] = value


def _either(context: click.Context, parameter: click.Parameter, value: Path) -> Path:
    given: Path | None = context.meta.get(_GIVEN)
    if given is None:
        return value
    if context.get_parameter_source("folder") is not click.core.ParameterSource.DEFAULT:
        raise click.UsageError(f"expected one results folder, got {value} and --results {given}")
    return given


def results_option(use: str) -> Callable[[Command], Command]:
    """Makes the option --results of commands whose arguments are something else."""
    return click.option(
        "--results",
        metavar="DIR",
        type=ResultsFolder(),
        default=DEFAULT_FOLDER,
        show_default=True,
        help=f"Results folder {use}.",
    )
