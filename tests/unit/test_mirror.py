"""Every module has its test at its own path below tests/unit, or is named here with where it is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNIT = REPOSITORY / "tests" / "unit"

WITHOUT_BEHAVIOUR = {
    "srgan_core/training/reports.py",
    "sweep/errors.py",
    "sweep/execution/jobs/context.py",
    "sweep/store/states.py",
    "sweep/tables/rows.py",
}
"""Declarations alone: records, enums, errors; whatever uses them tests them."""

ELSEWHERE = {
    # Entry points, run as processes of their own.
    "srgan_core/training/__main__.py": "tests/integration/training/test_command.py",
    "sweep/__init__.py": "tests/unit/sweep/api/test_sweep.py",
    "sweep/__main__.py": "tests/integration/test_startup.py",
    "sweep/api/__init__.py": "tests/unit/sweep/api/test_sweep.py",
    # What lies on a machine, in the order in which the resolver asks for it.
    "srgan_core/weights/local.py": "tests/unit/srgan_core/weights/test_resolver.py",
    # What is seen through `Sweep` alone.
    "sweep/api/restorations.py": "tests/unit/sweep/api/test_sweep.py",
    # What commands and Python calls share, through the commands.
    "sweep/api/derived.py": "tests/unit/sweep/cli/test_derived.py",
    # One contract for all executors; the parts of a job through the whole of one.
    "sweep/execution/child_processes.py": "tests/unit/sweep/execution/executors/test_contract.py",
    "sweep/execution/dispatch.py": "tests/unit/sweep/execution/executors/test_contract.py",
    "sweep/execution/executors/__init__.py": (
        "tests/unit/sweep/execution/executors/test_contract.py"
    ),
    "sweep/execution/executors/base.py": "tests/unit/sweep/execution/executors/test_contract.py",
    "sweep/execution/executors/ray/worker.py": (
        "tests/unit/sweep/execution/executors/ray/test_executor.py"
    ),
    "sweep/execution/preloaded.py": "tests/unit/sweep/execution/executors/test_local.py",
    "sweep/execution/jobs/failing.py": "tests/unit/sweep/execution/jobs/test_trial.py",
    "sweep/execution/jobs/reference.py": "tests/unit/sweep/execution/jobs/test_trial.py",
    "sweep/execution/jobs/running.py": "tests/unit/sweep/execution/jobs/test_trial.py",
    # One contract for all metrics.
    "sweep/metrics/declaration.py": "tests/unit/sweep/metrics/test_contract.py",
    "sweep/metrics/known_text.py": "tests/unit/sweep/scoring/sets/test_text_lines.py",
    # Parts that are seen only in the whole.
    "sweep/analysis/comparison/report.py": "tests/unit/sweep/analysis/comparison/test_pairs.py",
    "sweep/analysis/comparison/resampling.py": "tests/unit/sweep/analysis/comparison/test_pairs.py",
    "sweep/analysis/comparison/shared.py": "tests/unit/sweep/analysis/comparison/test_pairs.py",
    "sweep/analysis/front_report.py": "tests/unit/sweep/analysis/test_fronts.py",
    "sweep/analysis/summary.py": "tests/unit/sweep/tables/test_frames.py",
    "sweep/generators/interpolation/curve.py": "tests/unit/sweep/cli/test_interpolate.py",
    "sweep/planning/plan.py": "tests/unit/sweep/runner/test_planning.py",
    "sweep/planning/substitution.py": "tests/unit/sweep/runner/test_planning.py",
    "sweep/scoring/foreign_generators/srresnet_keys.py": (
        "tests/unit/sweep/scoring/foreign_generators/test_srresnet_family.py"
    ),
    "sweep/tables/from_records.py": "tests/unit/sweep/test_publishing.py",
    "sweep/tracking/process.py": "tests/unit/sweep/tracking/test_supervision.py",
    # Records, through the folders that were committed.
    "sweep/store/records/folder.py": "tests/integration/test_committed_records.py",
    "sweep/store/records/metrics.py": "tests/integration/test_committed_records.py",
    "sweep/store/records/trial.py": "tests/integration/test_committed_records.py",
    # What is drawn is looked at in whole charts and pages.
    "sweep/visualization/drawings.py": "tests/unit/sweep/tables/test_tables.py",
    "sweep/visualization/plots/canvas.py": "tests/unit/sweep/visualization/plots/test_export.py",
    "sweep/visualization/plots/drawn.py": "tests/unit/sweep/visualization/plots/test_tradeoff.py",
    "sweep/visualization/plots/export_panel.py": (
        "tests/unit/sweep/visualization/plots/test_export.py"
    ),
    "sweep/visualization/plots/extras.py": (
        "tests/unit/sweep/visualization/plots/test_overlays.py"
    ),
    "sweep/visualization/plots/labels.py": (
        "tests/unit/sweep/visualization/plots/test_placement.py"
    ),
    "sweep/visualization/printing/comparison.py": "tests/unit/sweep/cli/test_compare.py",
    "sweep/visualization/report/collect.py": "tests/unit/sweep/visualization/report/test_page.py",
    "sweep/visualization/report/live.py": "tests/browser/test_live.py",
    "sweep/visualization/report/serving.py": "tests/browser/test_live.py",
    "sweep/visualization/report/values.py": "tests/unit/sweep/visualization/report/test_page.py",
}
"""Module to where it is tested instead."""


def holds_code(module: Path) -> bool:
    """Whether a package's file has more than its docstring, its imports and their list."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    passive = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign)
    return any(not isinstance(node, passive) for node in tree.body)


def modules() -> list[str]:
    found = [path for name in ("srgan_core", "sweep") for path in (REPOSITORY / name).rglob("*.py")]
    with_code = [path for path in found if path.name != "__init__.py" or holds_code(path)]
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in with_code)


def has_mirrored_test(module: str) -> bool:
    path = Path(module)
    name = path.parent.name if path.stem == "__init__" else path.stem.strip("_")
    folder = UNIT / path.parent / name
    there = (UNIT / path.parent / f"test_{name}.py").is_file()
    return there or any(folder.glob("test_*.py")) if folder.is_dir() else there


@pytest.mark.parametrize("module", modules())
def test_every_module_has_its_test_at_its_path(module: str):
    if module in WITHOUT_BEHAVIOUR:
        return
    if module in ELSEWHERE:
        assert (REPOSITORY / ELSEWHERE[module]).is_file()
    else:
        assert has_mirrored_test(module), f"{module}: no test in {UNIT / Path(module).parent}"


@pytest.mark.parametrize("module", sorted(WITHOUT_BEHAVIOUR | ELSEWHERE.keys()))
def test_an_exception_is_still_one(module: str):
    assert (REPOSITORY / module).is_file()
    assert not has_mirrored_test(module), f"{module} has its test at its path; take it off the list"
