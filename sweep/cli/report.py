"""`sweep report`."""

from __future__ import annotations

from pathlib import Path

import click

from srgan_core.wording import counted
from sweep.api.derived import bring_tables
from sweep.cli.messages import say
from sweep.cli.options import images_option
from sweep.cli.paths import OutputFile, results_folder

MUCH_TO_SEND = 50_000_000
"""Bytes from which on the command says how to make the page smaller."""


@click.command(
    "report",
    epilog="Examples: sweep report results/standard; sweep report results/standard -o page.html; "
    "sweep report results/standard --watch",
)
@results_folder
@click.option(
    "-o",
    "--output",
    type=OutputFile(),
    show_default="DIR/report.html",
    help="File to write.",
)
@images_option("inside the page; 0 leaves them out")
@click.option("--watch", is_flag=True, help="Serve the page live instead, as `sweep serve` does.")
@click.pass_context
def command(
    context: click.Context, folder: Path, output: Path | None, most_images: int, watch: bool
) -> None:
    """Write one self-contained HTML page of DIR (default results/quick).

    Tables, charts, training curves and images are inside, so the page opens anywhere without a
    network.
    """
    if watch:
        from sweep.cli.serve import command as serve

        if output is not None:
            raise click.UsageError("--watch writes no file; leave out -o")
        context.invoke(serve, folder=folder, most_images=most_images)
        return
    from srgan_core.destinations import check_file
    from sweep.cli.item_progress import item_progress
    from sweep.store.folder import SweepStore
    from sweep.visualization.report.page import REPORT, write_report

    target = output or folder / REPORT
    if folder.is_dir():
        check_file(target)
    bring_tables(folder, say)
    report = write_report(
        SweepStore(folder),
        target,
        most_images=most_images,
        progress=item_progress,
    )
    for note in report.notes:
        say(f"note: {note}")
    if report.size > MUCH_TO_SEND:
        say("note: that is much to send; --images 3 keeps three images of each test set")
    click.echo(f"{report.path}: {report.size / 1e6:.1f} MB, {counted(report.images, 'image')}")
