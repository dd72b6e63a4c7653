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

TEST_SETS = (*PUBLISHED_SETS, *BUNDLED_SETS, f"{FOLDER_PREFIX}PATH")

CONFIGS = ("quick", "standard", "reference", "voc2012", "smoke")
"""Sweep configs that come with the package."""

EXECUTORS = ("local", "ray", "slurm")

TRACKERS = ("wandb", "mlflow")
