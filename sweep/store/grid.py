"""The grid of a results folder: its trials and starts, as config and records name them."""

from __future__ import annotations

from sweep.config.grid import Start, Starts, Trial, expand, kinds_needed, starts_of
from sweep.config.names import StartKind
from sweep.config.sweep_config import SweepConfig
from sweep.store.folder import SweepStore


def stored_trials(store: SweepStore, config: SweepConfig) -> tuple[tuple[Trial, ...], Starts]:
    """Lists a folder's trials, begun or not, and the starts of each seed."""
    kinds = kinds_needed(config)
    starts: dict[tuple[StartKind, int], Start] = {}
    for seed in config.grid.seeds:
        digests = {kind: _stored_digest(store, config, kind, seed) for kind in kinds}
        starts |= starts_of(config, seed, digests)
    return expand(config, starts, store.read_placements().coefficients), starts


def _stored_digest(
    store: SweepStore, config: SweepConfig, kind: StartKind, seed: int
) -> str | None:
    """The files of a start as its record names them, so that they need not be there any more.

    A file that the sweep was given is that of every seed, also of one that nothing was begun of.
    """
    others = () if getattr(config, kind).is_trained else config.grid.seeds
    for each in (seed, *others):
        source, _, digest = (store.start(kind, each).read_trial().recipe or "").partition(":")
        if source == "file":
            return digest
    return None
