import subprocess
import sys
from dataclasses import FrozenInstanceError, fields

import pytest

from srgan_core.errors import ConfigError
from sweep.scoring.metrics.specs import GROUPS, METRICS, columns_for


def test_columns_stand_in_the_order_of_the_tables():
    assert tuple(METRICS) == ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe")


def test_groups_give_the_columns_that_the_command_line_promises():
    assert dict(GROUPS) == {
        "psnr": ("psnr_y", "psnr_rgb"),
        "ssim": ("ssim_y",),
        "lpips": ("lpips_alex",),
        "niqe": ("niqe",),
    }


@pytest.mark.parametrize("spec", METRICS.values(), ids=lambda spec: spec.column)
def test_every_field_is_filled_in(spec):
    empty = [field.name for field in fields(spec) if getattr(spec, field.name) == ""]
    assert set(empty) <= {"unit"}


def test_direction_kind_and_reference_are_as_published():
    assert {c for c, spec in METRICS.items() if spec.higher_is_better} == {
        "psnr_y",
        "psnr_rgb",
        "ssim_y",
    }
    assert [c for c, spec in METRICS.items() if spec.kind == "perception"] == ["niqe"]
    assert [c for c, spec in METRICS.items() if spec.reference == "none"] == ["niqe"]


def test_specs_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        METRICS["niqe"].label = "other"


@pytest.mark.parametrize(
    ("groups", "columns"),
    [
        (["psnr"], ("psnr_y", "psnr_rgb")),
        (["niqe", "psnr", "niqe"], ("psnr_y", "psnr_rgb", "niqe")),
        (["niqe", "lpips", "ssim", "psnr"], tuple(METRICS)),
    ],
)
def test_columns_come_in_table_order_and_once(groups, columns):
    assert columns_for(groups) == columns


def test_an_unknown_group_is_named_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'lpip' is unknown: psnr, .* did you mean 'lpips'\?"):
        columns_for(["psnr", "lpip"])


def test_no_group_at_all_is_an_error():
    with pytest.raises(ConfigError, match="at least one"):
        columns_for([])


def test_importing_the_specs_pulls_in_nothing_heavy():
    script = (
        "import sys, sweep.scoring.metrics.specs; "
        "print([m for m in ('numpy', 'torch', 'PIL', 'scipy', 'skimage', 'pyiqa', 'pandas') "
        "if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
