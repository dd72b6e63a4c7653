"""Names that users type, in one place that imports nothing.

The modules that know what is behind a name may import torch, which neither a config nor the help
of a command needs; a test holds these lists against theirs.
"""

from __future__ import annotations

from enum import StrEnum


class StartKind(StrEnum):
    """The end of the tradeoff curve from which a trial sets out."""

    SRRESNET = "srresnet"
    """The faithful end: a generator that was trained on pixel error."""

    SRGAN = "srgan"
    """The realistic end: a generator with the discriminator that it was trained against."""


CONTENTS = ("mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53")
"""Content losses: pixel error alone, or features of VGG-19 or VGG-16."""

PUBLISHED_SETS = ("set5", "set14", "bsd100", "urban100")
"""Test sets that are looked for on this machine, then downloaded."""

FOLDER_PREFIX = "folder:"
"""What the name of a user's own test set begins with; its path follows."""

BUNDLED_SETS = ("skimage3", "text-lines")
"""Test sets that come with an installed package, or are made."""

NAMED_SETS = (*PUBLISHED_SETS, *BUNDLED_SETS)
"""Test sets that need no path."""

PAIRS_PREFIX = "pairs:"
"""What the name of a user's own pairs begins with; the paths of two folders follow."""

TEST_SETS = (*NAMED_SETS, f"{FOLDER_PREFIX}PATH", f"{PAIRS_PREFIX}LR,HR")

DEGRADED_PREFIX = "degraded:"
"""Before a test set: its LR images suffer the degradation of the config."""

BICUBIC_PREFIX = "bicubic:"
"""Before a test set: its LR images are shrunk alone, also where the config has a degradation."""


def bare_set(name: str) -> str:
    """A test set without what says how its LR images are made."""
    return name.removeprefix(DEGRADED_PREFIX).removeprefix(BICUBIC_PREFIX)


def split_sets(text: str) -> list[str]:
    """Test sets that stand in one word, with commas between them; pairs have one of their own."""
    rest, found = iter([item.strip() for item in text.split(",")]), []
    for item in rest:
        behind = next(rest, "") if bare_set(item).startswith(PAIRS_PREFIX) else ""
        found.append(f"{item},{behind}" if behind else item)
    return found


def explicit_set(name: str, is_degraded: bool) -> str:
    """A test set with what says how its LR images are made, where that is not the only way.

    Args:
        name: As it was typed.
        is_degraded: Whether its config has a degradation, which pairs never suffer.
    """
    if not is_degraded:
        return name.removeprefix(BICUBIC_PREFIX)
    plain = name.startswith((DEGRADED_PREFIX, BICUBIC_PREFIX, PAIRS_PREFIX))
    return name if plain else f"{DEGRADED_PREFIX}{name}"


CONFIGS = ("quick", "standard", "reference", "voc2012", "smoke")
"""Sweep configs that come with the package."""

EXECUTORS = ("local", "ray", "slurm")

TRACKERS = ("wandb", "mlflow")
