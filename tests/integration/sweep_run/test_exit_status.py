"""A diverging trial ends `sweep run` with status one, wrong usage with two."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


def test_a_diverging_trial_has_its_row_and_exit_status_one(sweep, tmp_path, smoke, rows):
    wild = ["--set", "adversarial.learning_rate=1e30", "--set", "grid.control=false"]
    answer = sweep(*smoke, *wild, "--out", tmp_path)
    assert answer.returncode == 1
    assert "0 of 1 trial done" in answer.stdout
    assert "diverged: " in answer.stdout
    assert "Traceback" not in answer.stderr
    (row,) = [row for row in rows(tmp_path) if row["method"] == "srgan"]
    assert (row["status"], row["psnr_y"], row["adv"]) == ("diverged", "", "0.001")
    assert (tmp_path / "summary.csv").is_file()
    assert (tmp_path / "tradeoff.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--content", "vgg45"], "did you mean 'vgg54'?"),
        (["--adv", "1e-3,0.001"], "0.001 stands twice"),
        (["--set", "adversarial.patch_size=4096"], "set a smaller adversarial.patch_size"),
    ],
)
def test_wrong_usage_ends_with_status_two_and_writes_nothing(
    sweep, tmp_path, arguments, message, smoke
):
    answer = sweep(*smoke, *arguments, "--out", tmp_path / "new")
    assert answer.returncode == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""
    assert not (tmp_path / "new").exists()
