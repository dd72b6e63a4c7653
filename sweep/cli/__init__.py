"""The command line: parse, call one function, print. A command is the module of its name.

What several share is in `options`, `sweep_options`, `completion`, `messages` and the two displays
of progress. What a command decides beyond its own output belongs in the room that it calls.
"""

from __future__ import annotations

import contextlib
import importlib
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from srgan_core.errors import SrganError, unknown_name
from sweep import __version__
from sweep.cli.messages import say
from sweep.cli.options import refuse_unwritable
from sweep.errors import DiskError, TrialError

COMMANDS = {
    "run": ("sweep.cli.run", "Train a grid of SRGANs, score it, write tables and charts."),
    "plan": ("sweep.cli.plan", "Say what a sweep would cost: steps, hours, memory, disk."),
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

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


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
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


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
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Only the main thread may; without it the default ends the process with the same status.
    with contextlib.suppress(ValueError):
        for number in (signal.SIGTERM, signal.SIGUSR2):
            signal.signal(number, _terminate)
    try:
        refuse_unwritable(given)
        status = cli.main(given, prog_name="sweep", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except SrganError as error:
        if "--debug" in given:
            raise
        say(f"error: {error}")
        sys.exit(EXIT_FAILED if isinstance(error, TrialError | DiskError) else EXIT_USAGE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except OSError as error:
        if "--debug" in given:
            raise
        say(f"error: {_describe(error)}")
        sys.exit(EXIT_USAGE)
    sys.exit(status if isinstance(status, int) else 0)


def _describe(error: OSError) -> str:
    """What the system refused, such as a write to a full disk or a name that is too long."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}; mend that or choose another place"


def _terminate(number: int, frame: object) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)
