"""Networks of the architectures that the library `spandrel` knows, from state dicts alone.

The library recognises an architecture by the names of its weights and builds it. Files are never
given to it: they go through this package's own guarded reader. Source: github.com/chaiNNer-org/
spandrel, MIT; it holds architectures under MIT and Apache-2.0 and in the public domain.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from srgan_core.errors import MissingDependencyError, WeightsError
from srgan_core.installing import install_extra
from srgan_core.wording import counted

if TYPE_CHECKING:
    from torch import Tensor, nn

State = Mapping[str, "Tensor"]

LIKENESS = 0.3
"""Share of the names by which an architecture is known that make it worth a mention."""

NAMINGS = 6
"""Of one architecture that are looked at when none is found; ESRGAN has four."""

ALMOST = 0.5
"""Worth of a name that is there in another spelling."""

FEWEST_NAMES = 3
"""By which an architecture that is told from others is known, itself having fewer."""

MOST_NAMES = 200
"""By which an architecture may be known."""


@dataclass(frozen=True)
class Architecture:
    """A network that the library built.

    Attributes:
        descriptor: The library's: called with (1, 3, H, W) in [0, 1], it pads where the network
            asks for it, cuts the output to [0, 1], and gives (1, 3, scale H, scale W).
        tileable: False for one that cuts the image up itself.
    """

    name: str
    scale: int
    descriptor: Any
    tileable: bool

    @property
    def licence(self) -> str:
        """Terms of the code; those of the weights are their maker's, and no file says them."""
        return f"code by spandrel {version('spandrel')}: MIT, Apache-2.0 or public domain"

    @property
    def module(self) -> nn.Module:
        """The network alone, without the padding that it may ask for, cut to [0, 1]."""
        from torch import nn

        module: nn.Module = nn.Sequential(self.descriptor.model, nn.Hardtanh(0.0, 1.0))
        return module.eval()


def is_installed() -> bool:
    """Whether the library is there."""
    return find_spec("spandrel") is not None


def match_architecture(state: State, source: str) -> Architecture | None:
    """Builds the network that a state dict belongs to.

    Args:
        state: Name to float32 tensor, as the network's own modules are named.
        source: What to call the file in a message.

    Returns:
        The network, in evaluation mode on the CPU; None when no architecture has these names.

    Raises:
        WeightsError: when an architecture has the names but not these shapes, when weights are
            not finite, or when it does something else than enlarge colour images.
    """
    if not is_installed():
        return None
    from spandrel import MAIN_REGISTRY

    for known in MAIN_REGISTRY.architectures("detection"):
        if _detects(known, dict(state)):
            return _build(known.architecture, state, source)
    return None


def unknown_architecture(readings: Sequence[State], source: str, families: str) -> WeightsError:
    """Words that nobody knows whose weights these are, and what to do: TorchScript comes last.

    Args:
        readings: Name to tensor, with more and more prefixes left on.
        source: What to call the file.
        families: Names that are known without the library.
    """
    shown = ", ".join(sorted(readings[-1])[:4])
    way_out = "save the generator as TorchScript, which carries its own code"
    if not is_installed():
        return UnknownArchitectureError(
            f"{source}: expected names of {families}, got {shown}, ...; more architectures (RRDB, "
            f"SwinIR, HAT, ...) are read with the extra: {install_extra('generators')}; "
            f"or {way_out}"
        )
    nearest = _nearest(readings)
    return WeightsError(
        f"{source}: expected names of {families}, or of an architecture that spandrel knows, got "
        f"{shown}, ...; {f'{nearest}; or' if nearest else 'none is near;'} {way_out}"
    )


class UnknownArchitectureError(MissingDependencyError, WeightsError):
    """The weights may be of an architecture that an extra knows."""


def _detects(known: Any, state: Mapping[str, Any]) -> bool:
    # Each looks into the weights in its own way, which names that are not its own can upset.
    try:
        return bool(known.detect(state))
    except Exception:
        return False


def _build(architecture: Any, state: State, source: str) -> Architecture:
    from spandrel import ModelTiling

    name = str(architecture.name)
    for key, tensor in state.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise WeightsError(
                f"{source}: does not fit {name}: {key!r}: expected finite numbers, got others; "
                "get the file again or give another generator"
            )
    try:
        with warnings.catch_warnings():
            # Deprecations that the architectures' own code meets.
            warnings.simplefilter("ignore")
            found = architecture.load(dict(state))
    # The library's builders raise whatever a shape that they did not expect leads to.
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise WeightsError(
            f"{source}: has the names of {name} and does not fit it ({reason}); get the file "
            "again or give another generator"
        ) from None
    _refuse_other_purpose(found, name, source)
    found.model.requires_grad_(False)
    tileable = found.tiling is not ModelTiling.INTERNAL
    return Architecture(name, int(found.scale), found.eval(), tileable)


def _refuse_other_purpose(found: Any, name: str, source: str) -> None:
    channels = (found.input_channels, found.output_channels)
    if found.purpose != "SR" or found.scale < 2:
        raise WeightsError(
            f"{source}: expected a generator that enlarges images, got {name}, which is for "
            f"{found.purpose} at x{found.scale}; give another"
        )
    if channels != (3, 3):
        raise WeightsError(
            f"{source}: expected a generator of colour images, got {name} from "
            f"{counted(channels[0], 'channel')} to {channels[1]}; give another"
        )


def _nearest(readings: Sequence[State]) -> str:
    """The architecture whose names are there for the most part, and what it lacks; or nothing."""
    likeness, name, lacking = max(
        (likeness for state in readings for likeness in _likenesses(state)),
        key=lambda each: each[0],
        default=(0.0, "", []),
    )
    if likeness < LIKENESS:
        return ""
    lacks = f", without {lacking[0]!r}" if lacking else ", in other shapes"
    return f"the nearest is {name}{lacks}: was it trained with changed code?"


def _likenesses(state: State) -> Iterator[tuple[float, str, list[str]]]:
    """Of each naming of each architecture the share that is there, its name, what is lacking."""
    from spandrel import MAIN_REGISTRY

    patterns = sorted({_pattern(name) for name in state})
    for known in MAIN_REGISTRY.architectures("detection"):
        for names in _known_by(known, state):
            lacking = [asked for asked in names if asked not in state]
            spelt = [n for n in lacking if get_close_matches(_pattern(n), patterns, 1, 0.85)]
            there = len(names) - len(lacking) + ALMOST * len(spelt)
            yield there / max(len(names), FEWEST_NAMES), str(known.architecture.name), lacking


def _pattern(name: str) -> str:
    """A name whichever layer of many it is of."""
    return re.sub(r"\d+", "#", name)


def _known_by(known: Any, state: State) -> Iterator[list[str]]:
    """The names by which an architecture is known, one list for each of its namings."""
    absent: set[str] = set()
    for _ in range(NAMINGS):
        asked = _Asked(state, absent)
        # Once something is denied, only a naming without it is told of to its end.
        if (not _detects(known, asked) and absent) or not asked.names:
            return
        yield list(asked.names)
        # What is known by another name is asked for that once this one is denied.
        absent.add(next((name for name in asked.names if name not in state), asked.names[0]))


class _Asked(dict[str, Any]):
    """Weights that claim to have every name but some, and list which were asked for."""

    def __init__(self, state: State, absent: Collection[str]) -> None:
        super().__init__(state)
        self.absent = absent
        self.names: list[str] = []

    def __contains__(self, name: object) -> bool:
        if name in self.absent or len(self.names) == MOST_NAMES:
            return False
        self.names.append(str(name))
        return True
