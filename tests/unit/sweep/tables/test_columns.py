import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.tables import columns

RESULTS_HEADER = (
    "trial,method,content,adv,seed,start,scale,dataset,images,psnr_y,ssim_y,psnr_rgb,lpips_alex,niqe,"
    "niqe_minus_hr,status,steps,train_seconds,pixel_weight,content_weight,grad_pixel,"
    "grad_content,grad_adv,generator_sha256,health,d_real,d_fake,d_saturated,d_blind,"
    "colour_shift,checkerboard,lr_psnr"
)


def test_results_have_the_documented_columns():
    assert ",".join(columns.result_columns()) == RESULTS_HEADER


def test_further_metrics_follow_the_distance_to_hr():
    header = columns.result_columns(["dists"])
    assert header[header.index("niqe_minus_hr") + 1] == "dists"
    assert columns.extra_metrics(header) == ("dists",)
    assert columns.extra_metrics(columns.image_columns(["dists"])) == ("dists",)
    assert columns.extra_metrics(columns.summary_columns()) == ()


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("psnr_y", 28.43, "28.4300"),
        ("psnr_rgb", math.inf, "inf"),
        ("lpips_alex", 0.3407123456, "0.340712"),
        *[("adv", 1e-3, "0.001"), ("adv", 1e-4, "0.0001"), ("adv", 1e-5, "0.00001")],
        *[("adv", 0.0, "0"), ("adv", 1.0, "1"), ("adv", 10.0, "10")],
        ("niqe", 8.478, "8.478"),
        ("train_seconds", 301.44, "301.4"),
        ("steps", 800.0, "800"),
        ("pixel_weight", 2e-6, "0.000002"),
        ("grad_adv", 1.23456789e-9, "1.23457e-09"),
        ("niqe", math.nan, ""),
    ],
)
def test_every_column_has_its_number_format(column, value, text):
    assert columns.number_text(column, value) == text


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@a", "\ta", "'=1", "'"])
def test_formulas_are_neutralised_and_read_back(text):
    assert columns.neutralise(text) == f"'{text}"
    assert columns.restore_text(columns.neutralise(text)) == text


@given(st.text())
def test_neutralised_text_never_starts_a_formula_and_reads_back(text):
    safe = columns.neutralise(text)
    assert not safe.startswith(("=", "+", "-", "@"))
    assert columns.restore_text(safe) == text


def test_a_distance_to_hr_is_written_like_niqe_itself():
    records = [{"niqe": 11.2, "niqe_minus_hr": 5.74, "train_seconds": 1234.5, "adv": 0.001}]
    assert columns.decimals_of("niqe", records) == 2
    assert columns.decimals_of("niqe_minus_hr", records) == 2
    assert columns.decimals_of("train_seconds", records) == 1
    assert columns.decimals_of("adv", records) is None


LOG = 10**-3.5


@pytest.mark.parametrize(
    ("adv", "among", "text"),
    [
        (LOG, (), "0.000316"),
        (LOG, (1e-4, LOG, None, 1e-3), "0.000316"),
        (LOG, (0.00031603, 1e-3), "0.0003162"),
        (LOG, (0.00031623,), "0.00031622776601683794"),
        (0.0001234, (0.0001235,), "0.0001234"),
        (0.00012345, (), "0.000123"),
        (0.0, (), "0"),
        (1234.5, (), "1230"),
        (None, (), "?"),
    ],
)
def test_a_coefficient_has_few_digits_for_people_where_they_tell_it_apart(adv, among, text):
    assert columns.adv_text(adv, among) == text
    if adv is not None:
        assert float(columns.number_text("adv", adv)) == adv
