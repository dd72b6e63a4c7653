"""The command line: parse, call one function, print. A command is the module of its name.

What several share is in `options`, `paths`, `sweep_options`, `completion`, `messages`, `documents`
and the two displays of progress. What a command decides beyond its own output belongs in the room
that it calls.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

import click
from click.types import StringParamType

from srgan_core.errors import SrganError, UnavailableError, unknown_name
from srgan_core.files import described
from srgan_core.signals import signals_to_obey, stop_status
from srgan_core.streams import standard_streams
from sweep import __version__
from sweep.cli.messages import pointed_to_set, say, shortened
from sweep.cli.options import LIST, refuse_unwritable
from sweep.errors import is_out_of_memory

COMMANDS = {
    "run": ("sweep.cli.run", "Train a grid of SRGANs, score it, write tables and charts."),
    "plan": ("sweep.cli.plan", "Say what a sweep would cost: steps, hours, memory, disk."),
    "config": ("sweep.cli.config", "Print a config with every field and what it means."),
    "status": ("sweep.cli.status", "Show how far each trial is, also while a sweep runs."),
    "merge": ("sweep.cli.merge", "Copy the sweeps of several results folders into one."),
    "clean": ("sweep.cli.clean", "Delete checkpoints of done trials and leftovers of crashes."),
    "plot": ("sweep.cli.plot", "Draw the tradeoff charts from the tables."),
    "table": ("sweep.cli.table", "Show the results: terminal, CSV, Markdown or LaTeX."),
    "report": ("sweep.cli.report", "Write one self-contained HTML page of a sweep."),
    "serve": ("sweep.cli.serve", "Show the report live while a sweep runs."),
    "compare": ("sweep.cli.compare", "Say whether a method is better, worse, or not to be told."),
    "recommend": ("sweep.cli.recommend", "Name the trial that is best under conditions."),
    "interpolate": (
        "sweep.cli.interpolate",
        "Score a curve between two generators that costs no training.",
    ),
    "score": ("sweep.cli.score", "Score anyone's images or generator with the same code."),
    "upscale": ("sweep.cli.upscale", "Enlarge your own images with a generator."),
    "export": ("sweep.cli.export", "Write a generator as ONNX or torch.export, with a model card."),
    "metrics": ("sweep.cli.metrics", "List the metrics; recompute scores known beforehand."),
    "fetch": ("sweep.cli.fetch", "Download pretrained weights and test sets ahead of time."),
    "doctor": ("sweep.cli.doctor", "Say what this machine can run and where weights come from."),
}
"""Command to its module and one-line help, so that --help imports none of them."""

EXIT_INTERRUPTED = 130

OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""A short command makes about as many, and what it imports is no garbage: looking for some after
every 700, as Python does by itself, takes a tenth of the time of a short command."""


class LazyCommands(click.Group):
    """A group that imports a command only when it is run."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Imports one command."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[name][0])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds the command or names the nearest one."""
        if args and args[0] not in COMMANDS:
            context.fail(unknown_name("command", args[0], COMMANDS))
        name, command, rest = super().resolve_command(context, args)
        if command is not None:
            _refuse_empty(context, command, rest)
            _refuse_second_list(context, command, rest)
        return name, command, rest

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _refuse_empty(context: click.Context, command: click.Command, words: list[str]) -> None:
    """An empty word, such as a variable that is not set, would stand for this folder or for all.

    Lists and numbers, which have types of our own, say themselves what they expect.
    """
    named = {name: option for option in command.params for name in option.opts}
    for before, word in pairwise([command.name or "", *words]):
        name, is_bare, value = word.partition("=")
        if word and not (name.startswith("--") and is_bare and not value):
            continue
        name = name or before
        if name in named and not isinstance(named[name].type, click.Path | StringParamType):
            continue
        shown = name if name.startswith("-") else "argument"
        context.fail(f"{command.name}: {shown}: expected a value, got an empty one; leave it out")


def _refuse_second_list(context: click.Context, command: click.Command, words: list[str]) -> None:
    """A list that is given twice would silently be the second one alone, and never both.

    Of any other option the last value counts, so that what an alias says can be overridden.
    """
    within = click.Context(command, context, command.name, resilient_parsing=True)
    *_, order = command.make_parser(within).parse_args(list(words))
    for param, count in Counter(order).items():
        is_list = isinstance(param, click.Option) and param.type.name == LIST
        if is_list and count > 1 and not param.multiple:
            name = param.opts[0]
            context.fail(
                f"{command.name}: {name}: expected once, got it {count} times; give one list, with "
                f"commas: {name} A,B"
            )


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: sweep run --adv 1e-4,1e-3,1e-2, then sweep plot. "
    "Each command has its own --help.",
)
@click.version_option(__version__, prog_name="sweep")
@click.option("--debug", is_flag=True, help="Show tracebacks of expected errors too.")
def cli(debug: bool) -> None:
    """The perception-distortion tradeoff of SRGAN, from grid to curve."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and turns errors into messages and exit statuses."""
    if arguments is None:
        # Whoever calls this from a program has settings of their own.
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Only the main thread may; without it the default ends the process with the same status.
    with contextlib.suppress(ValueError):
        for number in signals_to_obey():
            if number != signal.SIGINT:
                signal.signal(number, _terminate)
    try:
        with standard_streams():
            status = _run(given)
    except UnavailableError as error:
        status = _explain(error, "--debug" in given)
    sys.exit(status)


def _run(given: list[str]) -> int:
    """Runs one command; says what ended it."""
    try:
        refuse_unwritable(given)
        status = cli.main(given, prog_name="sweep", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        if not isinstance(error.__context__, EOFError):
            return EXIT_INTERRUPTED
        say("error: expected an answer, found the end of the input; nothing was done")
        return SrganError.EXIT_STATUS
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        click.echo(shortened(said.getvalue()), nl=False, err=True)
        if hint := pointed_to_set(error, given):
            say(shortened(hint))
        return SrganError.EXIT_STATUS
    except SystemExit as ended:
        # click takes every pipe that breaks for its output, and ends without a word.
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise
    except Exception as error:
        return _explain(error, "--debug" in given)
    return status if isinstance(status, int) else 0


def _explain(error: Exception, debug: bool) -> int:
    """Says what is wrong, if that is known; the type of an error alone decides the status."""
    if isinstance(error, OSError) and not isinstance(error, SrganError):
        known: Exception = described(error)
    elif is_out_of_memory(error):
        known = UnavailableError(f"out of memory: {error}")
    else:
        known = error
    if debug or not isinstance(known, SrganError):
        raise error
    say(f"error: {shortened(str(known))}")
    return known.EXIT_STATUS


def _terminate(number: int, frame: object) -> NoReturn:
    sys.exit(stop_status(number))
