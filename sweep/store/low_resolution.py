"""How the LR images of a test set came about: the one place that words it.

Records, tables, charts, figures and the page show these words. A test set whose LR images are
shrunk by the common rule alone has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sweep.config.names import PAIRS_PREFIX
from sweep.store.states import Method

if TYPE_CHECKING:
    from srgan_core.data.degradation import Degradation
    from srgan_core.training.config import TrainingSpec

RESIZE_RULE = (
    "HR cropped at right and bottom to a multiple of the scale; LR by MATLAB-style antialiased "
    "bicubic (a = -0.5), rounded to 8 bit; bicubic baseline by the same kernel, rounded to 8 bit"
)
"""How LR images are made unless somebody gives or degrades them."""

BICUBIC_LR = "shrunk by bicubic interpolation alone"

_GIVEN, _DEGRADED = "given", "degraded"


def given_words(folder: str) -> str:
    """Words that LR images are those of a folder, named alone, since records move."""
    return f"{_GIVEN}: the images of folder {folder}, as they are"


def degraded_words(degradation: Degradation) -> str:
    """Words that LR images are made of HR by way of a degradation."""
    return f"{_DEGRADED}: {degradation.describe()}, drawn by the name of the image"


def resize_rule(low_resolution: str | None) -> str:
    """How HR, LR and bicubic images are made; `low_resolution` as the functions above word it."""
    if low_resolution is None:
        return RESIZE_RULE
    kind, _, words = low_resolution.partition(": ")
    if kind == _GIVEN:
        return (
            f"HR and LR as they are, LR {words.removesuffix(', as they are')}; bicubic baseline of "
            "LR by the MATLAB-style kernel (a = -0.5), rounded to 8 bit"
        )
    return f"{RESIZE_RULE}; on the way from HR to LR: {words}"


def reference_name(reference: str, low_resolution: str | None) -> str:
    """What LR images, or their bicubic enlargement, are called where people read it.

    Args:
        reference: `LR` or `bicubic`.
        low_resolution: How the LR images came about; None for shrinking alone.

    Returns:
        Such as `bicubic`, `bicubic of degraded LR` and `given LR`.
    """
    if low_resolution is None:
        return reference
    kind = low_resolution.partition(":")[0]
    return f"{reference} of {kind} LR" if reference == Method.BICUBIC else f"{kind} {reference}"


def low_resolution_note(low_resolution: str | None) -> str:
    """A sentence for below a table or chart; empty for shrinking alone."""
    return f"LR is {low_resolution}; bicubic enlarges that LR." if low_resolution else ""


def training_lr(spec: TrainingSpec) -> str:
    """Words which LR patches a generator was trained on."""
    return "; ".join(_training_parts(spec))


def _training_parts(spec: TrainingSpec) -> Iterator[str]:
    given = [name for name in spec.data.sources if name.startswith(PAIRS_PREFIX)]
    if given:
        yield f"given, of {', '.join(given)}"
    if len(given) == len(spec.data.sources):
        return
    others = "of the others " if given else ""
    if spec.degradation is None:
        yield f"{others}{BICUBIC_LR}"
    else:
        yield f"{others}degraded: {spec.degradation.describe()}, drawn for each patch"
