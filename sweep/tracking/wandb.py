"""Trials as runs of Weights & Biases, offline unless the environment says otherwise."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from sweep.store.states import State
from sweep.tracking.record import RunRecord

PROJECT = "srgan-sweep"


class WandbTracker:
    """Writes runs below `wandb/`; `wandb sync` uploads those written offline.

    Args:
        root: The results folder.
    """

    folder = "wandb"

    def __init__(self, root: Path) -> None:
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        import wandb

        self._wandb, self._root = wandb, root

    @staticmethod
    def modules() -> tuple[str, ...]:
        """See `Tracker.modules`."""
        return ("wandb",)

    @staticmethod
    def destination() -> str:
        """See `Tracker.destination`; offline and online are one, since `wandb sync` joins them."""
        names = ("WANDB_BASE_URL", "WANDB_ENTITY", "WANDB_PROJECT")
        nowhere = " disabled" if _mode() == "disabled" else ""
        return " ".join(os.environ.get(name, "") for name in names) + nowhere

    def new_run(self, record: RunRecord) -> str:
        """See `Tracker.new_run`. The id says nothing of the trial: other sweeps have its like."""
        return secrets.token_hex(6)

    def write(self, run: str, record: RunRecord) -> None:
        """Writes the whole run; one that has its id already is replaced, here and on the server."""
        for earlier in (self._root / self.folder).glob(f"*run-*-{run}"):
            shutil.rmtree(earlier)
        # What it would note by itself is about this process, which trains nothing.
        settings = self._wandb.Settings(
            silent=True,
            console="off",
            disable_git=True,
            save_code=False,
            x_disable_meta=True,
            x_disable_stats=True,
        )
        opened = self._wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            group=record.sweep,
            name=record.name,
            id=run,
            config=record.config,
            dir=str(self._root),
            mode=_mode(),
            settings=settings,
        )
        for iteration, values in record.history:
            opened.log(values, step=iteration)
        opened.summary.update(record.summary)
        opened.finish(exit_code=0 if record.state is State.DONE else 1)


def _mode() -> str:
    """The user's choice; without one, nothing leaves the machine unless there is an API key."""
    chosen = os.environ.get("WANDB_MODE")
    return chosen or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
