"""Says where the scores of a test set bear less weight than they seem to."""

from __future__ import annotations

from srgan_core.wording import counted
from sweep.analysis.statistics.bootstrap import LEAST_IMAGES
from sweep.analysis.summary import DatasetScores
from sweep.scoring.sets.set_checks import STEADY_IMAGES


def cautions_of(scores: DatasetScores) -> list[str]:
    """Words what too few images leave open, in sentences; empty where there are enough."""
    images, found = counted(scores.images, "image"), []
    if scores.images < LEAST_IMAGES:
        found.append(
            f"{scores.name} has {images}, fewer than {LEAST_IMAGES}: small "
            "differences between points mean little, and sweep compare gives no verdict on so few."
        )
    has_niqe = any(row.get("niqe") is not None for row in scores.rows)
    if has_niqe and scores.images < STEADY_IMAGES:
        found.append(f"A mean NIQE over fewer than {STEADY_IMAGES} images is shaky.")
    return found
