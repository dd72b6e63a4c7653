"""Whether a run may go on in a results folder, and what its config then is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sweep.config.extending import differences, union
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError
from sweep.store.folder import SWEEP_FILE


def join_config(root: Path, config: SweepConfig, stored: SweepConfig | None) -> SweepConfig:
    """Joins what is asked for with the config that a folder holds, if it holds one.

    Raises:
        StoreError: when the folder belongs to a different config; names what differs.
    """
    if stored is None:
        _refuse_foreign_folder(root)
        return config
    differing = differences(stored, config)
    if differing:
        raise StoreError(
            f"{root}: holds a sweep of another config; different: "
            f"{'; '.join(differing)}; choose another --out{_way_to_more(root, differing)}"
        )
    return union(stored, config)


def _way_to_more(root: Path, differing: Sequence[str]) -> str:
    """How to train longer, which the schedules of finished trials do not allow in their folder.

    Or how to score where the training images have moved.
    """
    if any(text.startswith("data.sources ") for text in differing):
        return (
            ", or name the training images as before: what is trained needs none of them, and for "
            "further trials the folder has to lie where it was"
        )
    if not any(text.startswith("adversarial.steps ") for text in differing):
        return ""
    return (
        ", where all is trained anew by the longer schedule, or goes on from a generator of this "
        f"sweep with --init {root / 'trials' / 'NAME' / 'generator.safetensors'} --start srresnet"
    )


def _refuse_foreign_folder(root: Path) -> None:
    try:
        found = list(root.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise StoreError(f"{root}: is or lies in a file; choose another --out") from None
    except OSError as error:
        raise StoreError(
            f"{root}: cannot be read ({error.strerror}); choose another --out"
        ) from None
    foreign = [path.name for path in found if not path.name.startswith(".")]
    if foreign:
        raise StoreError(
            f"{root}: holds files but no {SWEEP_FILE} ({', '.join(sorted(foreign)[:3])}); "
            "choose an empty folder as --out"
        )
