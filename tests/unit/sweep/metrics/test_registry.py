import subprocess
import sys

import pytest

from srgan_core.errors import ConfigError
from sweep.metrics import builtin, registry
from sweep.metrics.registry import (
    DEFAULT_GROUPS,
    GROUPS,
    METRICS,
    columns_for,
    find_metric,
    image_columns,
    in_table_order,
    require_group,
    set_columns,
)
from sweep.tables import columns as table_columns


def test_the_usual_columns_stand_first_and_in_the_order_of_the_tables():
    assert tuple(METRICS)[:5] == ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe")
    assert tuple(METRICS)[:5] == table_columns.METRICS
    assert columns_for(DEFAULT_GROUPS) == table_columns.METRICS


def test_groups_give_the_columns_that_the_command_line_promises():
    usual = {
        "psnr": ("psnr_y", "psnr_rgb"),
        "ssim": ("ssim_y",),
        "lpips": ("lpips_alex",),
        "niqe": ("niqe",),
    }
    assert tuple(usual) == DEFAULT_GROUPS
    assert {group: GROUPS[group] for group in usual} == usual
    assert all(GROUPS[group] == (group,) for group in GROUPS.keys() - usual.keys())


@pytest.mark.parametrize("spec", METRICS.values(), ids=lambda spec: spec.column)
def test_every_field_is_filled_in(spec):
    empty = [name for name, value in spec.describe().items() if value == ""]
    assert set(empty) <= {"unit", "pyiqa"}


def test_direction_kind_and_reference_are_as_published():
    assert {c for c, spec in METRICS.items() if spec.higher_is_better} == {
        *("psnr_y", "psnr_rgb", "ssim_y", "ms_ssim", "vif", "fsim", "nrqm", "musiq"),
    }
    perception = {c for c, spec in METRICS.items() if spec.kind == "perception"}
    assert perception == {
        *("niqe", "pi", "nrqm", "brisque", "ilniqe", "musiq", "kid_patches", "fd_patches"),
    }
    assert {c for c in perception if METRICS[c].reference == "set"} == {"kid_patches", "fd_patches"}
    assert all(METRICS[c].reference == "full" for c in METRICS.keys() - perception)


def test_a_metric_of_whole_sets_says_so_in_both_fields():
    for spec in METRICS.values():
        assert (spec.reference == "set") == (spec.aggregation == "set")


@pytest.mark.parametrize(
    ("groups", "columns"),
    [
        (["psnr"], ("psnr_y", "psnr_rgb")),
        (["niqe", "psnr", "niqe"], ("psnr_y", "psnr_rgb", "niqe")),
        (["niqe", "lpips", "ssim", "psnr"], tuple(METRICS)[:5]),
        (["gmsd", "topiq_nr", "psnr"], ("psnr_y", "psnr_rgb", "gmsd", "topiq_nr")),
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


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("lpips_vg", "lpips_vgg"), ("musik", "musiq"), ("topiq_n", "topiq_nr"), ("brisk", "brisque")],
)
def test_a_misspelt_name_is_answered_with_the_nearest(wrong, meant):
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        require_group(wrong)


def test_a_module_beside_the_others_is_all_that_a_new_metric_needs(tmp_path, monkeypatch):
    (tmp_path / "sharpness.py").write_text(
        "from dataclasses import replace\n"
        "from sweep.metrics.builtin.psnr import METRICS as PSNR\n"
        "METRICS = (replace(PSNR[0], column='sharpness', group='sharpness'),)\n"
    )
    monkeypatch.setattr(builtin, "__path__", [*builtin.__path__, str(tmp_path)])
    found = [metric.column for metric in registry._declared()]
    assert sorted(found) == sorted([*METRICS, "sharpness"])


def test_no_two_metrics_have_one_place_or_one_name():
    declared = registry._declared()
    for name in ("rank", "column"):
        assert len({getattr(metric, name) for metric in declared}) == len(declared)


def test_a_column_that_nobody_knows_is_an_error():
    with pytest.raises(ConfigError, match=r"metric column 'psnr_z' is unknown.*mean 'psnr_y'"):
        find_metric("psnr_z")


def test_columns_are_sorted_and_split_by_what_they_score():
    columns = in_table_order(["kid_patches", "unknown", "niqe", "psnr_y", "niqe"])
    assert columns == ("psnr_y", "niqe", "kid_patches", "unknown")
    assert image_columns(columns[:3]) == ("psnr_y", "niqe")
    assert set_columns(columns[:3]) == ("kid_patches",)


def test_importing_the_specs_pulls_in_nothing_heavy():
    script = (
        "import sys, sweep.metrics.registry as s; s.find_metric('musiq-ava'); "
        "print([m for m in ('numpy', 'torch', 'PIL', 'scipy', 'skimage', 'pyiqa', 'pandas') "
        "if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
