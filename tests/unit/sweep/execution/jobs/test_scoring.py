from pathlib import Path

import pytest

from sweep.execution.jobs import scoring
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.missing import TestSetJob
from sweep.execution.jobs.scoring import complete_scores, score_as_a_whole


class Stub:
    """A scorer that has something to say each time."""

    columns = ("kid_patches",)

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def score(self, sr: Path, hr: Path | None) -> dict[str, float]:
        self.warnings.append(f"{sr.name} is small")
        return {"niqe": 5.0}

    def score_distribution(self, sr: list[Path], hr: list[Path]) -> dict[str, float]:
        self.warnings.append(f"{len(sr)} images are few")
        return {"kid_patches": 0.1}


@pytest.fixture
def told(monkeypatch) -> list[Event]:
    """What is told while the same scorer serves every caller."""
    monkeypatch.setattr(scoring, "_scorers", {})
    monkeypatch.setattr("sweep.scoring.evaluate.Scorer", lambda *args: Stub())
    return []


def context(told: list[Event]) -> Context:
    return Context(emit=told.append, should_stop=lambda: False, device="cpu", threads=1)


PETS = TestSetJob("pets", ("cat", "dog"), ("niqe", "kid_patches"), 4)
SR, HR = Path("sr"), Path("hr")


def test_each_trial_tells_its_own_warnings_alone(told):
    for _ in range(2):
        told.clear()
        found = score_as_a_whole(("kid_patches",), PETS, SR, HR, context(told))
        assert found == {"kid_patches": 0.1}
        assert [event.fields["message"] for event in told] == ["2 images are few"]
        told.clear()
        scores = complete_scores(
            {"cat": {"psnr_y": 30.0}}, ("niqe",), PETS, SR, None, context(told)
        )
        assert scores == {"cat": {"psnr_y": 30.0, "niqe": 5.0}, "dog": {"niqe": 5.0}}
        assert [event.fields["message"] for event in told] == [
            "cat.png is small",
            "dog.png is small",
        ]


def test_nothing_missing_loads_no_network(told, monkeypatch):
    monkeypatch.setattr(scoring, "scorer_for", pytest.fail)
    scores = {"cat": {"niqe": 1.0}}
    assert complete_scores(scores, (), PETS, SR, HR, context(told)) == scores
    assert score_as_a_whole((), PETS, SR, HR, context(told)) == {}
