"""Scores of Set5 that are known from the literature or from the metrics' own authors."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from srgan_core.errors import WeightsError
from srgan_core.weights import resolve_weights
from sweep.cli.metrics import command
from sweep.scoring.known_answers import (
    IMAGES,
    KNOWN_ANSWERS,
    Verdict,
    check_known_answers,
    find_images,
)

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def alexnet() -> None:
    try:
        resolve_weights("alexnet")
    except WeightsError as error:
        if os.environ.get("REQUIRE_SHARED_DATA"):
            pytest.fail(f"no AlexNet weights: {error}")
        pytest.skip(f"no AlexNet weights: {error}")


@pytest.fixture(scope="module")
def verdicts(set5: Path, alexnet: None) -> dict[tuple[str, str, str], Verdict]:
    paths = tuple(set5 / f"{name}.png" for name in IMAGES)
    return {
        (verdict.answer.column, verdict.answer.method, verdict.answer.image): verdict
        for verdict in check_known_answers(paths)
    }


@pytest.mark.parametrize(
    "answer", KNOWN_ANSWERS, ids=lambda a: "-".join(filter(None, (a.column, a.method, a.image)))
)
def test_known_answers_come_out(verdicts, answer):
    verdict = verdicts[answer.column, answer.method, answer.image]
    assert verdict.got == pytest.approx(answer.expected, abs=answer.tolerance)
    assert verdict.is_right


def test_the_command_prints_them_and_fails_when_one_is_off(
    set5: Path, verdicts, monkeypatch, capsys
):
    monkeypatch.setenv("SWEEP_DATA", str(set5.parent))
    assert find_images() == tuple(set5 / f"{name}.png" for name in IMAGES)
    off = [
        Verdict(v.answer, v.got + (0.02 if v.answer.image == "bird" else 0))
        for v in verdicts.values()
    ]
    for computed, status in ((list(verdicts.values()), 0), (off, 1)):
        monkeypatch.setattr(
            "sweep.scoring.known_answers.check_known_answers",
            lambda paths, on_image, computed=computed: computed,
        )
        result = CliRunner().invoke(command, ["--check"], standalone_mode=False)
        assert result.return_value == status
        assert ("OFF" in result.output) == bool(status)
        assert "28.43" in result.output
