import pytest
import torch

from sweep.metrics.builtin.niqe import BLOCK
from sweep.metrics.niqe_features import block_features


def _picture(rows=2, columns=3):
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 1, 8 * rows, 8 * columns, generator=generator, dtype=torch.float64)
    size = (BLOCK * rows, BLOCK * columns)
    return torch.nn.functional.interpolate(coarse * 255, size=size, mode="bicubic")[0, 0].round()


def test_every_whole_block_has_36_features():
    picture = _picture()
    features = block_features(torch.nn.functional.pad(picture, (0, 50, 0, 95)))
    assert features.shape == (6, 36)
    assert features.dtype == torch.float64
    assert torch.equal(features, block_features(picture))


def test_features_at_both_sizes_are_those_of_pyiqa():
    from pyiqa.archs.func_util import normalize_img_with_gauss
    from pyiqa.archs.niqe_arch import compute_feature
    from pyiqa.matlab_utils import blockproc, imresize

    picture = _picture()
    half = imresize(picture[None, None] / 255, scale=0.5, antialiasing=True) * 255
    expected = torch.cat(
        [
            blockproc(
                normalize_img_with_gauss(image, padding="replicate"),
                [side, side],
                fun=compute_feature,
            )[0]
            for side, image in ((BLOCK, picture[None, None]), (BLOCK // 2, half))
        ],
        dim=1,
    )
    # pyiqa goes through the blocks column by column.
    in_rows = expected.view(3, 2, 36).transpose(0, 1).reshape(6, 36)
    assert torch.allclose(block_features(picture), in_rows, rtol=1e-9, atol=0)


@pytest.mark.parametrize("value", [0.0, 128.0])
def test_a_flat_block_has_no_features_and_spoils_no_other(value):
    picture = _picture(1, 3)
    picture[:, BLOCK - 8 :] = value
    features = block_features(picture)
    assert features[2].isnan().any()
    assert features[0].isfinite().all()
