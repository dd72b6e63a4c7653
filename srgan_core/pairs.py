"""Realistic pairs: a generator and the discriminator that it was trained against.

A pair is a folder with two files, such as a training with an adversary leaves behind; an
adversarial training goes on from it where the old one ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from srgan_core.errors import ConfigError, WeightsError
from srgan_core.files import file_sha256

GENERATOR_FILE, DISCRIMINATOR_FILE = "generator.safetensors", "discriminator.safetensors"

BUNDLED_SCALES = (4,)
"""Magnifications for which a pair comes with the package."""


@dataclass(frozen=True)
class Pair:
    """A folder with the files of a pair."""

    folder: Path

    @property
    def generator(self) -> Path:
        """The generator's file."""
        return self.folder / GENERATOR_FILE

    @property
    def discriminator(self) -> Path:
        """The discriminator's file."""
        return self.folder / DISCRIMINATOR_FILE

    def digest(self) -> str:
        """SHA-256 of both files, 64 hexadecimal digits each, joined by `+`."""
        return f"{file_sha256(self.generator)}+{file_sha256(self.discriminator)}"

    def require_files(self) -> None:
        """Refuses a folder that is no pair.

        Raises:
            WeightsError: names what is missing.
        """
        if not self.folder.is_dir():
            raise WeightsError(
                f"{self.folder}: expected the folder of a pair, with {GENERATOR_FILE} and "
                f"{DISCRIMINATOR_FILE}, found no folder"
            )
        for file in (self.generator, self.discriminator):
            if not file.is_file():
                raise WeightsError(
                    f"{self.folder}: expected a pair, found no {file.name}; python -m "
                    "srgan_core.training leaves both where it trains with an adversary"
                )

    def require(self, scale: int, patch_size: int, channels: int) -> None:
        """Refuses a pair that a training cannot go on from.

        Args:
            scale: Magnification of the training.
            patch_size: Side of its HR patches in px.
            channels: Width of its discriminator.

        Raises:
            WeightsError: when a file is missing or damaged, or does not fit; says what to set.
        """
        from srgan_core.discriminators import load_discriminator
        from srgan_core.inference import load_generator

        self.require_files()
        load_generator(self.generator, scale)
        load_discriminator(self.discriminator, patch_size, channels)

    def copy_to(self, folder: Path, scale: int) -> None:
        """Writes both files in float32 into another folder, the discriminator first.

        Raises:
            WeightsError: when a file is missing or damaged, or the generator of another scale.
        """
        from srgan_core.inference import load_generator, save_generator
        from srgan_core.weights.tensor_files import read_tensors, write_tensors

        target = Pair(folder)
        metadata, state = read_tensors(self.discriminator)
        write_tensors(target.discriminator, state, metadata)
        save_generator(target.generator, load_generator(self.generator, scale))


@contextmanager
def open_pair(folder: Path | None, scale: int) -> Iterator[Pair]:
    """Finds a pair.

    Args:
        folder: Where it is; None for the one that comes with the package.
        scale: Magnification of the bundled one.

    Raises:
        ConfigError: when none is bundled for the scale.
    """
    if folder is not None:
        yield Pair(folder)
        return
    resource = files("srgan_core") / "assets" / f"srgan-x{scale}"
    if not resource.is_dir():
        raise ConfigError(
            f"no realistic pair for scale {scale} comes with the package (there is one for "
            f"{', '.join(map(str, BUNDLED_SCALES))}); train one with --set "
            "srgan.start=train --set srgan.training.steps=N, give --init FOLDER, or set out from "
            "srresnet"
        )
    with as_file(resource) as bundled:
        yield Pair(bundled)
