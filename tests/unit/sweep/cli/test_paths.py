"""Results folders and what a command writes, as they are typed."""

import os
import stat
from pathlib import Path
from threading import Thread

import click
import numpy as np
import pytest

from sweep.cli import COMMANDS, cli

READING = ("plot", "table", "report", "serve", "status", "clean", "recommend", "interpolate")


def parameters(name):
    return {
        option: parameter
        for parameter in cli.get_command(click.Context(cli), name).params
        for option in parameter.opts
    }


WITHOUT_ONE = {"config", "metrics", "fetch", "doctor"}
OF_SEVERAL = {"merge"}


@pytest.mark.parametrize("name", sorted({*COMMANDS} - WITHOUT_ONE - OF_SEVERAL))
def test_every_command_with_a_results_folder_takes_it_by_one_name(name):
    assert "--results" in parameters(name)


@pytest.mark.parametrize(
    ("name", "old"), [("score", "--into"), ("run", "--out"), ("plan", "--out")]
)
def test_other_names_still_work_and_one_is_shown(sweep, name, old):
    known = parameters(name)
    assert known["--results"] is known[old]
    shown = sweep(name, "--help").out
    assert (f"{old} DIR" in shown) == (old == "--out")
    assert ("--results DIR" in shown) == (old != "--out")


@pytest.mark.parametrize("given", [["{0}"], ["--results", "{0}"]])
def test_a_results_folder_is_an_argument_or_an_option(sweep, folder, given):
    answer = sweep("table", *(word.format(folder) for word in given))
    assert answer.status == 0, answer.err
    assert "set5, x4" in answer.out


def test_two_results_folders_are_one_too_many(sweep, folder):
    answer = sweep("table", str(folder), "--results", "other")
    assert answer.status == 2
    assert f"expected one results folder, got {folder} and --results other" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("report", "{0}", "-o", ""),
        ("report", "{0}", "--output="),
        ("report", ""),
        ("table", "--results", ""),
        ("upscale", ""),
        ("upscale", "a.png", "-o", ""),
        ("upscale", "a.png", "--generator", ""),
        ("score", "--sr", "{0}", "-o", ""),
        ("score", "--sr", ""),
        ("score", "--sr", "{0}", "--images", ""),
        ("export", "x", "--program", ""),
        ("export", "x", "--onnx", ""),
        ("export", "x", "--program", "a.pt2", "--card", ""),
        ("export", "", "--program", "a.pt2"),
        ("compare", "", "{0}"),
        ("serve", "{0}", "--host", ""),
        ("run", "--out", ""),
        ("run", "--config", ""),
        ("run", "--init", ""),
        ("plan", "--config="),
        ("fetch", ""),
    ],
)
def test_an_empty_name_is_refused_in_one_way(sweep, folder, tmp_path, words):
    before = sorted(tmp_path.rglob("*"))
    answer = sweep(*(word.format(folder) for word in words))
    assert answer.status == 2
    assert "expected a value, got an empty one; leave it out" in answer.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def scene():
    return np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)


@pytest.fixture
def generator(tmp_path):
    from srgan_core.inference import save_generator
    from srgan_core.networks import Generator

    path = tmp_path / "g.safetensors"
    save_generator(path, Generator(2, channels=4, blocks=1))
    return path


def writers(folder, generator, target):
    """Every option that names a file to write, with what else its command needs."""
    return {
        "report": ["report", str(folder), "--images", "0", "-o", target],
        "score": ["score", "--sr", "sr", "--hr", "sr", "--metrics", "psnr", "-o", target],
        "program": ["export", str(generator), "--program", target],
        "card": ["export", str(generator), "--program", "made/sr.pt2", "--card", target],
    }


@pytest.fixture(params=["report", "score", "program", "card"])
def writer(request, folder, generator, tmp_path, scene):
    from srgan_core.data.images import write_png

    write_png(tmp_path / "sr" / "a.png", scene)
    return lambda target: writers(folder, generator, target)[request.param]


def test_a_link_leads_to_what_is_written(sweep, writer, tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "real").write_bytes(b"old")
    (tmp_path / "link.out").symlink_to("far/real")
    assert sweep(*writer("link.out")).status == 0
    assert (tmp_path / "link.out").is_symlink()
    assert (tmp_path / "far" / "real").read_bytes() != b"old"


def test_a_named_pipe_and_a_device_stay_what_they_are(sweep, writer, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    pipe = tmp_path / "pipe"
    # One that nobody writes to holds its reader for ever; a daemon does not hold the tests.
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert sweep(*writer("pipe")).status == 0
    reader.join(60)
    assert all(read)
    assert len(read) == 1
    assert (tmp_path / "pipe").is_fifo()
    answer = sweep(*writer("/dev/null"))
    assert answer.status == 0, answer.err
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert not Path("/dev/null.md").exists()


@pytest.mark.parametrize("target", ["sr", "new/", "sr/a.png/below", "x" * 300])
def test_what_cannot_be_written_is_refused_before_work_begins(
    sweep, writer, tmp_path, monkeypatch, target
):
    for work in (
        "sweep.visualization.report.page.write_report",
        "srgan_core.inference.load_generator",
    ):
        monkeypatch.setattr(work, lambda *given, **more: pytest.fail("worked"))
    before = sorted(tmp_path.rglob("*"))
    answer = sweep(*writer(target))
    assert answer.status == 2, answer
    assert f"{target}: " in answer.err
    assert ".tmp" not in answer.err
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_read_is_never_replaced(sweep, folder, generator, tmp_path, scene):
    from srgan_core.data.images import write_png

    write_png(tmp_path / "sr" / "a.png", scene)
    (folder / "sweep.yaml").touch()
    for words in (
        ["export", "g.safetensors", "--program", "g.safetensors"],
        ["export", "g.safetensors", "--program", "p.pt2", "--card", "g.safetensors"],
        ["score", "--sr", "sr", "--metrics", "niqe", "-o", "sr/a.png"],
        ["score", "--generator", "g.safetensors", "-o", "g.safetensors"],
        ["report", str(folder), "-o", str(folder / "results.csv")],
        ["report", str(folder), "-o", str(folder / "metrics.json")],
    ):
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        answer = sweep(*words)
        assert answer.status == 2, (words, answer)
        assert "choose another" in answer.err
        assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", READING)
def test_a_folder_of_results_is_still_the_first_argument(name):
    argument = cli.get_command(click.Context(cli), name).params[0]
    assert isinstance(argument, click.Argument)
    assert argument.make_metavar(click.Context(cli)) == "[DIR]"
