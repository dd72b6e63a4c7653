"""Do placed coefficients pay? Hypervolume of the front over trials, against log-spaced grids.

    python benchmarks/adaptive_grid.py [--config quick] [--content mse] [--seeds 0]
        [--ends 1e-4,1e-2] [--sizes 4,6,8] [--out DIR] [--set KEY=VALUE ...] [--json FILE]

Two results folders: `auto`, one sweep of --adv auto up to the largest size, and `grid`, the
coefficients of a log-spaced grid of each size between the same ends. A size is a number of
coefficients per content loss, the control among them. Of `auto` a size takes as many, in the order
in which they were given and placed. The area is that of `frontier.csv`: decibels times the unit of
the other axis, up to 4 dB below bicubic and bicubic's value there. It depends on the seeds: give
several, or take no small difference for one. With --out, what is trained already stays as it is.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Collection, Iterator
from pathlib import Path

import torch
from support.machine import describe, parser, report
from support.sweeps import run_sweep

from sweep.analysis.fronts import fronts_of
from sweep.analysis.summary import scores_by_dataset
from sweep.store.folder import SweepStore
from sweep.store.grid import stored_trials
from sweep.tables.files import read_results
from sweep.tables.metric_file import read_metrics

COLUMNS = ("dataset", "against", "trials", "auto", "grid", "ratio")


def log_spaced(low: float, high: float, size: int) -> list[float]:
    """The control and coefficients from one end to the other, `size` in all."""
    last = size - 2
    return [0.0, *(float(f"{low * (high / low) ** (k / last):.3g}") for k in range(last + 1))]


def in_order(store: SweepStore) -> list[str]:
    """Names of the trials of an adaptive sweep as they came: the given ones, then the placed."""
    config = store.read_config()
    assert config is not None
    trials, _ = stored_trials(store, config)
    placed = {(p.curve, p.adv): rank for rank, p in enumerate(store.read_placements().points)}
    ranked = sorted(trials, key=lambda trial: placed.get((trial.curve, trial.adv), -1))
    return [trial.name for trial in ranked]


def curves(given: Namespace) -> int:
    """Trials that one coefficient costs where every curve and seed has it."""
    return len(given.content.split(",")) * len(given.seeds.split(","))


def areas(folder: Path, names: Collection[str]) -> dict[tuple[str, str], float]:
    """Test set and axis to the hypervolume of some trials and of what they set out from."""
    results = read_results(folder)
    chosen = results[(results["method"] != "srgan") | results["trial"].isin(names)]
    fronts = fronts_of(scores_by_dataset(chosen), read_metrics(folder))
    return {
        (front.dataset, front.axes.y.column): front.hypervolume
        for front in fronts
        if front.hypervolume is not None
    }


def rows(root: Path, given: Namespace, sizes: Collection[int]) -> Iterator[dict[str, object]]:
    """One row for each test set, axis and size."""
    share = curves(given)
    order = in_order(SweepStore(root / "auto"))
    store = SweepStore(root / "grid")
    config = store.read_config()
    assert config is not None
    grid, _ = stored_trials(store, config)
    for size in sizes:
        advs = log_spaced(*given.ends, size)
        auto = areas(root / "auto", order[: size * share])
        fixed = areas(root / "grid", [trial.name for trial in grid if trial.adv in advs])
        for key, area in auto.items():
            shares = {"auto": f"{area:.4f}", "grid": f"{fixed[key]:.4f}"}
            ratio = f"{area / fixed[key]:.3f}" if fixed[key] else ""
            yield {
                "dataset": key[0],
                "against": key[1],
                "trials": size * share,
                **shares,
                "ratio": ratio,
            }


def train(root: Path, given: Namespace, sizes: Collection[int]) -> None:
    """Brings both folders about."""
    changes = [part for each in given.set for part in ("--set", each)]
    axes = ("--content", given.content, "--seeds", given.seeds)
    common = ("--config", given.config, *axes, *changes)
    most = max(sizes) * curves(given)
    ends = ",".join(map(str, given.ends))
    placing = ("--adv", "auto", "--trials", str(most), "--set", f"grid.adv=[{ends}]")
    run_sweep(root / "auto", *common, *placing, "--jobs", "1")
    advs = sorted({adv for size in sizes for adv in log_spaced(*given.ends, size)})
    run_sweep(root / "grid", *common, "--adv", ",".join(map(str, advs)))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--config", default="quick")
    options.add_argument("--content", default="mse")
    options.add_argument("--seeds", default="0")
    options.add_argument(
        "--ends", type=lambda text: tuple(map(float, text.split(","))), default=(1e-4, 1e-2)
    )
    options.add_argument("--sizes", default="4,6,8")
    options.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    sizes = sorted(map(int, given.sizes.split(",")))
    if sizes[0] < 4:
        options.error("--sizes: expected 4 or more, the control, both ends and one between them")
    with tempfile.TemporaryDirectory() as temporary:
        root = given.out or Path(temporary)
        train(root, given, sizes)
        found = list(rows(root, given, sizes))
    record = {"machine": describe(torch.device("cpu"), given.threads), "config": given.config}
    report(f"hypervolume, {given.config}", COLUMNS, found, record, given.json)


if __name__ == "__main__":
    main()
