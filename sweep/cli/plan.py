"""`sweep plan`."""

from __future__ import annotations

from typing import Any

import click

from sweep.cli.sweep_options import plan_from_options, sweep_options

EPILOG = """\b
Examples:
  sweep plan --adv 1e-4,1e-3,1e-2
  sweep plan --config standard --jobs 2
  sweep plan --config voc2012 --device cuda
"""


@click.command("plan", epilog=EPILOG)
@sweep_options
def command(**options: Any) -> None:
    """Say what a sweep would cost: trials, steps, hours, memory, disk, and what is done already.

    Trains a few steps of each kind for a second or two to learn this machine's speed; takes the
    options of `sweep run` and writes nothing. `sweep run --dry-run` prints the same.
    """
    from sweep.cli.reports import report_plan

    report_plan(*plan_from_options(**options))
