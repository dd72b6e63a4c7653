import errno
import gc

import click
import pytest

from srgan_core.errors import ConfigError, MissingDependencyError, UnavailableWeightsError
from sweep import __version__
from sweep.cli import COMMANDS, OBJECTS_BETWEEN_COLLECTIONS, cli, main
from sweep.errors import StoreError, TrialError


@pytest.fixture
def failing(monkeypatch):
    """Makes `sweep doctor` raise."""

    def fail_with(error: BaseException) -> None:
        def fail() -> None:
            raise error

        monkeypatch.setattr("sweep.cli.doctor.diagnose", fail)

    return fail_with


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_every_command_with_its_line(sweep, option):
    answer = sweep(option)
    assert answer.status == 0
    for name, (_, line) in COMMANDS.items():
        assert name in answer.out
        assert line.split(":")[0] in " ".join(answer.out.split())


def test_the_version_is_that_of_the_package(sweep):
    assert sweep("--version").out == f"sweep, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_loaded_and_names_itself(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name


def test_an_unknown_command_names_the_nearest(sweep):
    answer = sweep("rnu")
    assert answer.status == 2
    assert "command 'rnu' is unknown: run, plan" in answer.err
    assert "did you mean 'run'?" in answer.err
    assert "Traceback" not in answer.err


def test_no_command_shows_the_help(sweep):
    answer = sweep()
    assert answer.status == 2
    assert "Usage: sweep" in answer.out + answer.err


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ConfigError("one\ntwo"), 2, "error: one\ntwo\n"),
        (StoreError("a folder"), 2, "error: a folder\n"),
        (TrialError("a trial"), 1, "error: a trial\n"),
        (UnavailableWeightsError("weights"), 3, "error: weights\n"),
        (MissingDependencyError("a package"), 3, "error: a package\n"),
        (MemoryError("too large"), 3, "error: out of memory: too large\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/a"), 3, "/a: No space left"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset"), 3, "Connection reset"),
        (PermissionError(errno.EACCES, "Permission denied", "/b"), 2, "error: /b: Permission"),
        (OSError("odd"), 2, "error: odd\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_become_a_message_and_an_exit_status(sweep, failing, error, status, message):
    failing(error)
    answer = sweep("doctor")
    assert answer.status == status
    assert message in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("error", [ConfigError("x"), OSError("x")])
def test_debug_shows_tracebacks_of_expected_errors(failing, error):
    from sweep.cli import main

    failing(error)
    with pytest.raises(type(error)):
        main(["--debug", "doctor"])


def test_an_error_that_nobody_foresaw_is_not_hidden(failing):
    from sweep.cli import main

    failing(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(["doctor"])


def test_a_command_looks_for_no_garbage_among_its_imports(monkeypatch):
    before = gc.get_threshold()
    monkeypatch.setattr("sys.argv", ["sweep", "--version"])
    try:
        with pytest.raises(SystemExit):
            main()
        assert gc.get_threshold()[0] == OBJECTS_BETWEEN_COLLECTIONS
    finally:
        gc.set_threshold(*before)
