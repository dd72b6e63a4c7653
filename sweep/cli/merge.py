"""`sweep merge`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.cli.paths import ResultsFolder

EPILOG = """\b
Examples:
  sweep merge results/all results/seed-0 results/seed-1
  sweep merge results/quick other-machine/quick
"""


@click.command("merge", epilog=EPILOG)
@click.argument("target", metavar="INTO", type=ResultsFolder())
@click.argument("sources", metavar="DIR...", type=ResultsFolder(), nargs=-1, required=True)
def command(target: Path, sources: tuple[Path, ...]) -> None:
    """Copy the sweeps of other results folders into one, which is made if need be.

    What one sweep may be extended by may differ: coefficients, content losses, starts, seeds,
    values of the same further axes, test sets, metrics. All else, the training images and the
    images of a common test set must be the same; nothing that INTO holds is replaced. Run the sweep
    again for scores that are missing then.
    """
    from sweep.publishing import publish_tables
    from sweep.store.folder import SweepStore, require_sweep
    from sweep.store.merging import merge_sweep

    for source in sources:
        require_sweep(source)
        if source.resolve() == target.resolve():
            raise click.UsageError(f"{source}: expected another folder than INTO")
    store = SweepStore(target)
    with ExitStack() as locks:
        for folder in (target, *dict.fromkeys(sources)):
            locks.enter_context(SweepStore(folder).locked())
        for source in dict.fromkeys(sources):
            merged = merge_sweep(store, SweepStore(source))
            click.echo(f"{source}: {counted(len(merged.trials), 'trial')} copied")
    publish_tables(store)
    say(f"  {target}: `sweep table {target}`, `sweep plot {target}`", err=False)
