"""`sweep serve`."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli.options import images_option
from sweep.cli.paths import results_folder

PORT = 8420


@click.command("serve", epilog="Example: sweep serve results/standard --port 8421")
@results_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@images_option("on the page")
def command(folder: Path, host: str, port: int, most_images: int) -> None:
    """Show the report of DIR (default results/quick) live while a sweep runs.

    Only this machine can open it, unless --host says otherwise. End it with Ctrl-C.
    """
    from sweep.store.folder import SweepStore
    from sweep.visualization.report.serving import LOOPBACK, LiveReport, ReportServer

    report = LiveReport(SweepStore(folder), most_images)
    report.newest()
    with ReportServer(report, host, port) as server:
        if host not in LOOPBACK:
            click.echo(
                f"warning: everyone who reaches {host} can read this report; there is no password",
                err=True,
            )
        try:
            click.echo(f"{server.url} (Ctrl-C ends it)")
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
