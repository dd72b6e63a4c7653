"""`sweep doctor`."""

from __future__ import annotations

import click


@click.command("doctor", epilog="Example: sweep doctor")
def command() -> None:
    """Say what this machine can run: devices, weights, test sets, versions. Downloads nothing."""
    from sweep.cli.diagnosis import diagnose

    for title, lines in diagnose():
        click.secho(title, bold=True)
        for line in lines:
            click.echo(f"  {line}")
