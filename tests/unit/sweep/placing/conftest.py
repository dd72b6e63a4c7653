"""A sweep whose trials are scored by a formula instead of being trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.config.grid import Trial
from sweep.config.loading import load_config
from sweep.planning.plan import Plan, plan_sweep
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores

Formula = Callable[[Trial], tuple[float, float] | None]


def faithful_to_real(trial: Trial) -> tuple[float, float]:
    """PSNR from 30 down to 28 dB, LPIPS from 0.3 to 0.1: the steepest at 0.01."""
    share = trial.adv / (trial.adv + 1e-2)
    return 30 - 2 * share, 0.3 - 0.2 * share


class Scored:
    """A results folder, what is planned for it, and its scores.

    Args:
        root: The folder.
        formula: Trial to PSNR and LPIPS; None for one that diverges.
    """

    def __init__(self, root: Path, formula: Formula = faithful_to_real) -> None:
        self.store, self.formula = SweepStore(root), formula
        self.told = []

    def plan(self, trials: int | None = 6, **changes: object) -> Plan:
        """Plans the sweep, and writes its config as a run does when it begins."""
        overrides = {
            "device": "cpu",
            "threads": 1,
            "eval.metrics": ["psnr", "lpips"],
            "grid.adv": [1e-4, 1.0],
            "grid.trials": trials,
        }
        overrides |= {key.replace("__", "."): value for key, value in changes.items()}
        plan = plan_sweep(self.store, load_config("smoke", overrides), frozenset())
        self.store.write_config(plan.config)
        bicubic = {"chelsea": {"psnr_y": 27.0, "lpips_alex": 0.4}}
        self.store.write_reference_scores("skimage3", ReferenceScores(bicubic=bicubic))
        return plan

    def score(self, plan: Plan) -> None:
        """Ends every trial that is asked for."""
        for trial in plan.asked:
            files, place = self.store.trial(trial.name), self.formula(trial)
            if place is None:
                files.update_trial(state="diverged")
            elif not files.state.is_finished:
                scores = {"psnr_y": float(place[0]), "lpips_alex": float(place[1])}
                files.update_trial(state="done")
                files.write_result(ResultRecord(steps=1, scores={"skimage3": {"chelsea": scores}}))

    def placed(self) -> list[tuple[str, float]]:
        return [(point.content, point.adv) for point in self.store.read_placements().points]


@pytest.fixture
def scored(tmp_path: Path) -> Callable[..., Scored]:
    return lambda formula=faithful_to_real, name="smoke": Scored(tmp_path / name, formula)
