import pytest

from sweep.metrics.axes import first_axes


@pytest.mark.parametrize(
    ("columns", "axes"),
    [
        (("psnr_y", "lpips_alex", "niqe"), ("psnr_y", "niqe")),
        (("psnr_y", "ssim_y", "lpips_alex"), ("psnr_y", "lpips_alex")),
        (("psnr_y", "musiq"), ("psnr_y", "musiq")),
        (("psnr_y", "ssim_y"), None),
        (("ssim_y", "niqe"), None),
        ((), None),
    ],
)
def test_psnr_stands_against_the_first_that_is_there(columns, axes):
    assert first_axes(columns) == axes
