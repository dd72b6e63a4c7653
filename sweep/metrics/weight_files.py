"""The weights behind the metrics: where they lie, and whether they are on this machine."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256


@dataclass(frozen=True)
class Weights(ABC):
    """What a metric has learned. Asking about it downloads nothing.

    Attributes:
        name: Name in `metrics.json`.
    """

    name: str

    @abstractmethod
    def missing(self) -> str:
        """Says what is not here and where it would come from; empty when all is."""

    @abstractmethod
    def sha256(self) -> str | None:
        """SHA-256 in hexadecimal; None when it is not here."""

    def summary(self) -> str:
        """Name and hash for the terminal."""
        return f"{self.name} {(self.sha256() or 'not here')[:16]}"


class NetworkWeights(Weights):
    """Convolutions of an architecture of torchvision, found by `srgan_core.weights`."""

    def missing(self) -> str:
        """What the resolver says."""
        from srgan_core.weights import describe_weights

        return next(s.note for s in describe_weights() if s.architecture == self.name)

    def sha256(self) -> str | None:
        """Hash of the file that the resolver finds without the network."""
        from srgan_core.weights import resolve_weights

        try:
            return resolve_weights(self.name, allow_download=False).sha256
        except WeightsError:
            return None


class WeightFile(Weights):
    """Weights that are one file."""

    remedy: ClassVar[str]

    @abstractmethod
    def path(self) -> Path:
        """Where it belongs, there or not."""

    def missing(self) -> str:
        """Names the path."""
        return "" if self.path().is_file() else f"{self.path()} is missing; {self.remedy}"

    def sha256(self) -> str | None:
        """Hash of the file."""
        return file_sha256(self.path()) if self.path().is_file() else None


class HubFile(WeightFile):
    """A file that pyiqa downloads; its name is the path below torch's hub cache."""

    remedy = "pyiqa tries to download it at first use"

    def path(self) -> Path:
        """Below the hub's folder, which the environment can move."""
        from srgan_core.weights import hub_folder

        return hub_folder().parent / self.name


@dataclass(frozen=True)
class PackagedFile(WeightFile):
    """A file inside an installed package.

    Attributes:
        package: The package.
        file: Path below it.
    """

    remedy = "reinstall the package that brings it"
    package: str
    file: str

    def path(self) -> Path:
        """Found without importing the package; leads nowhere where that is not installed."""
        package = importlib.util.find_spec(self.package)
        folder = Path(package.origin).parent if package and package.origin else Path(self.package)
        return folder / self.file
