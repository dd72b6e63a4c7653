import numpy as np
import pytest

from sweep.metrics.patch_features import PATCH, WIDTH, PatchFeatures

pytestmark = pytest.mark.usefixtures("alexnet")


def test_every_whole_patch_has_its_features(photograph):
    features = PatchFeatures()(photograph, 4)
    rows, columns = ((side - 8) // PATCH for side in photograph.shape[:2])
    assert features.shape == (rows * columns, WIDTH)
    assert features.dtype == np.float64
    assert features.min() >= 0


def test_a_patch_is_described_by_its_own_surroundings(photograph):
    """Changing the last patch leaves those alone that lie farther than the network sees."""
    image = np.ascontiguousarray(photograph[:200, :200])
    changed = image.copy()
    changed[-40:, -40:] = 255 - changed[-40:, -40:]
    before, after = (PatchFeatures()(picture, 4) for picture in (image, changed))
    assert np.allclose(before[:18], after[:18])
    assert not np.allclose(before[-1], after[-1])
