import pytest
from click.testing import CliRunner

from srgan_core.errors import ConfigError, DataError
from sweep.cli.metrics import command
from sweep.metrics.registry import METRICS


def run(*arguments):
    return CliRunner().invoke(command, arguments, standalone_mode=False, env={"COLUMNS": "80"})


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any weights, and without Set5."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path))
    monkeypatch.delenv("SWEEP_DATA", raising=False)


@pytest.mark.usefixtures("bare")
def test_every_metric_is_listed_within_80_columns_with_what_it_lacks():
    result = run()
    assert result.exit_code == 0
    lines = result.output.splitlines()
    rows = {line.split()[1]: line for line in lines if len(line.split()) >= 7}
    assert rows.keys() >= METRICS.keys()
    assert max(map(len, lines[: len(METRICS) + 2])) <= 80
    assert rows["psnr_y"].split()[-1] == "yes"
    assert rows["musiq"].split()[-1] == "no"
    assert "musiq_koniq_ckpt-e95806b9.pth" in result.output.replace("\n", "")
    assert "further names of pyiqa" in result.output


def test_a_named_metric_shows_its_whole_protocol():
    result = run("rmse", "psnr")
    assert "root of the mean over the images of the squares" in result.output
    assert "BT.601 luma" in result.output
    assert "psnr_rgb: PSNR (RGB)" in result.output
    assert "psnr_rgb" not in run("psnr_y").output


def test_another_name_of_pyiqa_is_described_too():
    assert "known to pyiqa alone" in run("musiq-ava").output


def test_an_unknown_name_is_answered_with_the_nearest():
    assert isinstance(run("gmds").exception, ConfigError)
    assert "did you mean 'gmsd'" in str(run("gmds").exception)


@pytest.mark.usefixtures("bare")
def test_the_check_says_where_to_put_set5():
    result = run("--check")
    assert isinstance(result.exception, DataError)
    assert "$SWEEP_DATA/Set5" in str(result.exception)


def test_the_check_takes_no_names():
    assert run("--check", "psnr").exit_code != 0
