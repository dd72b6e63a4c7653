"""Replaces what a config asks for and this machine cannot have; never what a user typed."""

from __future__ import annotations

from collections.abc import Collection

from srgan_core.errors import DataError, WeightsError
from srgan_core.feature_cuts import feature_cut
from sweep.config.axis_names import OBJECTIVE
from sweep.config.names import StartKind, bare_set
from sweep.config.sweep_config import SweepConfig


class PretrainedWeights:
    """Pretrained weights that were looked for; a miss asks the network, so each counts once."""

    def __init__(self) -> None:
        self._problems: dict[str, WeightsError | None] = {}

    def require(self, architecture: str) -> None:
        """Raises WeightsError when the weights cannot be had."""
        from srgan_core.weights import resolve_weights

        if architecture not in self._problems:
            problem = None
            try:
                resolve_weights(architecture)
            except WeightsError as error:
                problem = error
            self._problems[architecture] = problem
        if found := self._problems[architecture]:
            raise found

    def require_content(self, name: str) -> None:
        """Raises WeightsError when a content loss lacks its network."""
        if name != "mse":
            self.require(feature_cut(name).architecture)


def substitute(
    config: SweepConfig,
    typed: frozenset[str],
    weights: PretrainedWeights,
    held: Collection[str] = (),
) -> tuple[SweepConfig, list[str]]:
    """Replaces what the config itself asks for and this machine cannot have.

    Args:
        config: As asked for.
        typed: Dotted keys that the user typed; those are never replaced.
        weights: What was looked for so far.
        held: Test sets that the results folder itself holds.

    Returns:
        The config with its substitutes, and a sentence about each.

    Raises:
        WeightsError: when a content loss that may not be replaced lacks its network.
    """
    notes: list[str] = []
    contents, sets = list(config.grid.content), list(config.eval.sets)
    if not _was_typed("grid.content", typed):
        contents = [
            name if _has_axis(name, config) else _available_content(name, config, weights, notes)
            for name in contents
        ]
    if not _was_typed("eval.sets", typed):
        sets = [name if name in held else _available_set(name, config, notes) for name in sets]
    srgan = config.srgan
    if srgan.is_trained and StartKind.SRGAN in config.grid.start:
        if not _was_typed("srgan.content", typed):
            content = _available_content(srgan.content, config, weights, notes)
            srgan = srgan.model_copy(update={"content": content})
        weights.require_content(srgan.content)
    for name in contents:
        weights.require_content(name)
    grid = config.grid.model_copy(update={"content": tuple(dict.fromkeys(contents))})
    evaluation = config.eval.model_copy(update={"sets": tuple(dict.fromkeys(sets))})
    changed = {"grid": grid, "eval": evaluation, "srgan": srgan}
    return config.model_copy(update=changed), list(dict.fromkeys(notes))


def _was_typed(key: str, typed: frozenset[str]) -> bool:
    """Whether the user typed a key or a section that it lies in."""
    return any(f"{key}.".startswith(f"{given}.") for given in typed)


def _has_axis(content: str, config: SweepConfig) -> bool:
    """Whether a further axis names a content loss, which nothing stands in for then."""
    return any(key.startswith(f"{OBJECTIVE}.{content}.") for key in config.grid.axes)


def _available_content(
    name: str, config: SweepConfig, weights: PretrainedWeights, notes: list[str]
) -> str:
    if name not in config.substitutes:
        return name
    try:
        weights.require_content(name)
    except WeightsError:
        substitute = config.substitutes[name]
        notes.append(f"{name}: its weights cannot be had here, {substitute} stands in for it")
        return substitute
    return name


def _available_set(name: str, config: SweepConfig, notes: list[str]) -> str:
    from sweep.scoring.sets.test_sets import find_test_set

    bare = bare_set(name)
    if bare not in config.substitutes:
        return name
    try:
        # Images that are here and cannot be scored are refused later, not replaced.
        find_test_set(bare, config.scale)
    except DataError:
        substitute = name.removesuffix(bare) + config.substitutes[bare]
        notes.append(
            f"{name}: cannot be had here, {substitute} stands in for it; "
            f"put its images into $SWEEP_DATA to score on it"
        )
        return substitute
    return name
