"""`sweep clean`."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli.paths import results_folder

EPILOG = """\b
Examples:
  sweep clean                     # results/quick; tells sizes, then asks
  sweep clean results/standard --yes
"""


@click.command("clean", epilog=EPILOG)
@results_folder
@click.option("--yes", is_flag=True, help="Delete without asking.")
def command(folder: Path, yes: bool) -> None:
    """Delete checkpoints of finished trials of DIR (default results/quick).

    What crashed writes left behind goes too. Tells first what takes how much. Generators, images,
    tables and the checkpoints of trials that are to go on stay. Refuses while a sweep is at work
    there.
    """
    from sweep.store.folder import SweepStore, require_sweep

    require_sweep(folder)
    with SweepStore(folder).locked():
        _clean(folder, yes)


def _clean(folder: Path, yes: bool) -> None:
    from sweep.store.cleaning import find_waste, format_size, remove

    waste = find_waste(folder)
    for item in waste:
        place = item.path.relative_to(folder)
        click.echo(f"{format_size(item.size):>9}  {place}  ({item.reason})")
    if not waste:
        click.echo(f"{folder}: nothing to delete")
        return
    total = format_size(sum(item.size for item in waste))
    if not yes and not click.confirm(f"delete these {total}?", default=False):
        click.echo("nothing was deleted")
        return
    for item in waste:
        remove(item)
    click.echo(f"{total} deleted")
