"""`sweep run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sweep.cli.options import DEFAULT_CONFIG, CommaList, JobCount, coefficient, name, seed

EXAMPLES = """\b
Examples:
  sweep run --adv 1e-4,1e-3,1e-2
  sweep run --adv 0.001 --content vgg22 --seeds 0,1,2 --out results/seeds
  sweep run --config standard --eval set5,folder:photos
  sweep run --config voc2012 --device cuda --jobs 4
  sweep run --set adversarial.learning_rate=5e-5 --out results/slow --dry-run

Exit status: 0 all trials done; 1 some trial failed or diverged (tables are written);
2 wrong usage; 130 interrupted, 143 terminated (run the same command again to go on).
"""


@click.command("run", epilog=EXAMPLES)
@click.option(
    "--adv",
    type=CommaList(coefficient, "a number of 0 or above"),
    help="Adversarial coefficients, comma-separated.  [default: the config's]",
)
@click.option(
    "--content",
    type=CommaList(name, "a name"),
    help="Content losses: mse, vgg22, vgg54, vgg16-22, vgg16-53.  [default: the config's]",
)
@click.option(
    "--seeds",
    type=CommaList(seed, "a whole number of 0 or above"),
    help="Seeds.  [default: the config's]",
)
@click.option(
    "--config",
    "config_name",
    default=DEFAULT_CONFIG,
    show_default=True,
    help="quick, standard, voc2012, smoke, or the path of a YAML file.",
)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY.PATH=VALUE",
    help="Change one value of the config; may be repeated.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Steps of the adversarial phase.")
@click.option("--scale", type=int, help="Magnification: 2, 4 or 8.")
@click.option(
    "--init",
    type=click.Path(path_type=Path),
    help="Generator to start from instead of the config's SRResNet.",
)
@click.option(
    "--eval",
    "sets",
    type=CommaList(name, "a test set"),
    help="Test sets: set5, set14, bsd100, urban100, skimage3, folder:PATH.",
)
@click.option(
    "--metrics", type=CommaList(name, "a metric"), help="Metrics: psnr, ssim, lpips, niqe."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Results folder; run again to go on.  [default: results/CONFIG]",
)
@click.option(
    "--jobs",
    type=JobCount(),
    default="auto",
    show_default=True,
    help="Trials at once, each in a process of its own; auto is as many as have cores and "
    "memory, or one for each GPU. Results do not depend on it.",
)
@click.option("--device", help="auto, cpu or cuda.  [default: the config's]")
@click.option("--keep-checkpoints", is_flag=True, help="Keep training states of finished trials.")
@click.option("--dry-run", is_flag=True, help="Show the grid and what it costs; train nothing.")
def command(
    config_name: str,
    assignments: tuple[str, ...],
    out: Path | None,
    jobs: int | None,
    keep_checkpoints: bool,
    dry_run: bool,
    **changes: Any,
) -> int:
    """Train the grid, score every generator, write tables, images and charts.

    Running a finished sweep again trains nothing; an interrupted one goes on. On the same --out,
    more --adv, --content, --seeds, --eval or --metrics extend the sweep.
    """
    from sweep.cli.progress import open_progress
    from sweep.cli.reports import report_dry_run, report_summary
    from sweep.config import load_config, parse_assignment
    from sweep.executors.local import LocalExecutor
    from sweep.machine import jobs_at_once
    from sweep.planning import check_plan, plan_sweep
    from sweep.runner import run_sweep
    from sweep.store import SweepStore

    overrides = dict(parse_assignment(text) for text in assignments) | _overrides(changes)
    config = load_config(config_name, overrides)
    store = SweepStore(out or Path("results") / Path(config_name).stem)
    plan = plan_sweep(store, config, frozenset(overrides))
    jobs = jobs or jobs_at_once(plan.config, len(plan.asked))
    if dry_run:
        report_dry_run(store, plan, jobs)
        return 0
    check_plan(store, plan, jobs)
    with store.locked(), open_progress() as progress:
        progress.begin(plan, store)
        executor = LocalExecutor(jobs, plan.config.device, plan.config.threads or 1)
        try:
            summary = run_sweep(
                store, plan, executor, progress.receive, keep_checkpoints=keep_checkpoints
            )
        finally:
            executor.close()
    report_summary(store, summary)
    return summary.exit_status


def _overrides(changes: dict[str, Any]) -> dict[str, Any]:
    """Maps options to the config's keys; options that were not given are left out."""
    keys = {
        "adv": "grid.adv",
        "content": "grid.content",
        "seeds": "grid.seeds",
        "steps": "adversarial.steps",
        "scale": "scale",
        "init": "srresnet.init",
        "sets": "eval.sets",
        "metrics": "eval.metrics",
        "device": "device",
    }
    return {keys[option]: value for option, value in changes.items() if value is not None}
