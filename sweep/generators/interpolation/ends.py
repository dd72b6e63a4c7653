"""Finds the two ends of an interpolation in a results folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from srgan_core.errors import unknown_name
from srgan_core.files import file_sha256
from srgan_core.wording import counted
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.intact import generator_loss, has_generator, lost_images
from sweep.store.states import Method
from sweep.store.status import way_on
from sweep.store.trial_folder import TrialFolder

Space = Literal["weights", "images"]


@dataclass(frozen=True)
class End:
    """A generator, or images, that a curve leads from or to.

    Attributes:
        name: What the curve calls it.
        files: Where a trial or a start of the sweep lies; bicubic and files of others have none.
        file: Weights from elsewhere, of which the results folder has no images.
    """

    name: str
    files: TrialFolder | None
    file: Path | None = None

    def generator(self, instead: str = "") -> Path:
        """The file of its weights.

        Args:
            instead: What the command that asks can do without them.

        Raises:
            StoreError: when there is none.
        """
        if self.file is not None:
            return self.file
        if self.files is None:
            raise StoreError(
                f"{self.name}: has no weights; take a trial{instead and f', or {instead}'}"
            )
        result = self.files.read_result()
        if has_generator(self.files, result):
            return self.files.generator
        is_begun = self.files.is_registered and not result.is_trained
        if is_begun and not self.files.generator.is_file():
            raise StoreError(
                f"{self.files.generator}: expected a generator, found none; it {way_on(self.files)}"
            )
        raise StoreError(
            f"{generator_loss(self.files, result)}; or choose another trial"
            f"{instead and f', or {instead}'} "
            "(a published folder may keep the generators of its front alone)"
        )

    def images(self, store: SweepStore, dataset: str, names: Sequence[str]) -> list[Path]:
        """Its restored images of a test set, in order.

        Raises:
            StoreError: when some are missing.
        """
        if self.file is not None:
            raise StoreError(
                f"{self.file}: has no images in {store.root}; take --space weights, or a trial"
            )
        folder = self.files.images(dataset) if self.files else store.reference(dataset) / self.name
        lost = self._lost(folder, dataset, names)
        if lost:
            is_there = (folder / f"{lost[0]}.png").is_file()
            raise StoreError(
                f"{folder}: expected {counted(len(names), 'image')}, {len(lost)} "
                f"{'damaged' if is_there else 'missing'} ({lost[0]}.png, ...); {self._way_on()}"
            )
        return [folder / f"{name}.png" for name in names]

    def _lost(self, folder: Path, dataset: str, names: Sequence[str]) -> Sequence[str]:
        result = self.files.read_result() if self.files else None
        if self.files and result and result.is_trained:
            return lost_images(self.files, result, dataset, names)
        return [name for name in names if not (folder / f"{name}.png").is_file()]

    def _way_on(self) -> str:
        if self.files and self.files.is_registered and not self.files.read_result().is_trained:
            return f"it {way_on(self.files)}"
        return "run the sweep again to restore them"

    def digest(self, store: SweepStore, dataset: str, names: Sequence[str], space: Space) -> str:
        """Identifies what is mixed, so that scores of something else are never reused."""
        if space == "weights":
            return file_sha256(self.generator("mix images with --space images"))
        found = [file_sha256(path) for path in self.images(store, dataset, names)]
        return hashlib.sha256("".join(found).encode()).hexdigest()


def find_end(store: SweepStore, name: str) -> End:
    """Finds a trial, a start (`srresnet-s0`, `srgan-s0`), `bicubic`, or a file of weights.

    The beginning of a trial's name is enough where it fits one alone. A file is called by its name
    without the ending.

    Raises:
        StoreError: when nothing or more than one fits, or a file has the name of a trial.
    """
    known = {files.path.name: End(files.path.name, files) for files in store.generators()}
    # The baseline has images and no weights.
    known[Method.BICUBIC.value] = End(Method.BICUBIC.value, None)
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        if path.stem in known:
            raise StoreError(f"{path}: {store.root} has another {path.stem}; rename the file")
        return End(path.stem, None, path)
    fitting = [full for full in known if full.startswith(name)]
    if len(fitting) == 1:
        return known[fitting[0]]
    if not fitting and (len(path.parts) > 1 or path.suffix[1:2].isalpha()):
        raise StoreError(
            f"{path}: {'is a folder' if path.is_dir() else 'no such file'}; give a file of "
            f"weights, or the name of a generator in {store.root}: {', '.join(known)}"
        )
    if fitting:
        raise StoreError(
            f"{store.root}: {name!r} fits {len(fitting)} trials: {', '.join(fitting)}; "
            "give more of the name"
        )
    raise StoreError(f"{store.root}: {unknown_name('trial', name, known)}")
