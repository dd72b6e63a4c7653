import io
from dataclasses import replace

import pytest
from rich.console import Console

from sweep.tables.files import read_results
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.visualization.printing.terminal import print_table


@pytest.fixture
def printed(store):
    def show(rows, width=120, **options):
        folder = store(rows)
        buffer = io.StringIO()
        console = Console(file=buffer, width=width, **options)
        print_table(read_results(folder), read_metrics(folder), console)
        return buffer.getvalue()

    return show


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_cell_is_cut(printed, usual, width):
    text = printed(usual.rows(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text


def test_eighty_columns_hold_what_matters_and_name_the_rest(printed, usual):
    text = printed(usual.rows(), 80)
    for needed in ("content", "PSNR", "LPIPS", "NIQE"):
        assert needed in text
    assert "not shown in this width:" in text
    assert "trial" in text.rsplit("not shown", 1)[1]


def test_a_wide_terminal_hides_nothing(printed, usual):
    assert "not shown" not in printed(usual.rows(), 200)


def test_a_terminal_as_wide_as_the_whole_table_hides_nothing_and_one_narrower_does(printed, usual):
    rule = next(line for line in printed(usual.rows(), 250).splitlines() if line.startswith("──"))
    assert "not shown" not in printed(usual.rows(), len(rule))
    assert "not shown" in printed(usual.rows(), len(rule) - 1)


def test_marks_survive_without_styles(printed, usual):
    text = printed(usual.rows(), 120, no_color=True)
    assert "\x1b" not in text
    assert "30.00*" in text
    assert "29.80+" in text


def test_marks_are_bold_and_underlined_where_styles_work(printed, usual):
    text = printed(usual.rows(), 120, force_terminal=True, color_system="standard")
    assert "\x1b[1m30.00\x1b[0m*" in text
    assert "\x1b[4m29.80\x1b[0m+" in text


def test_a_failed_trial_shows_its_status(printed, usual):
    rows = replace(usual, diverged=(("vgg54", 0.01),)).rows()
    (line,) = [line for line in printed(rows, 80).splitlines() if "diverged" in line]
    assert line.split()[:3] == ["srgan", "vgg54", "0.01"]
    assert line.count("\N{EN DASH}") >= 3


def test_a_terminal_without_unicode_gets_plain_signs(printed, usual, store):
    folder = store(usual.rows())
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    print_table(read_results(folder), read_metrics(folder), Console(file=file, width=120))
    file.flush()
    assert b"adv" in raw.getvalue()


def test_data_sets_have_a_table_each(printed, usual):
    text = printed([*usual.rows(), *replace(usual, dataset="set14").rows()])
    assert text.index("set5, x4") < text.index("set14, x4")


def test_an_empty_table_says_so(printed):
    assert printed([]).strip() == "no trial has been scored yet"


def test_standard_output_is_the_default(capsys, store, usual):
    folder = store(usual.rows())
    print_table(results_frame(usual.rows()), read_metrics(folder))
    assert "set5, x4" in capsys.readouterr().out


def test_seeds_become_means_with_intervals_below_each_other(printed, usual):
    text = printed(replace(usual, seeds=(0, 1, 2)).rows(), 150)
    assert "30.03* ± 0.07" in text
    assert "± half of the 95% confidence interval" in text
    lines = [line for line in text.splitlines() if line.startswith("srgan")]
    assert len({line.index(" ± ") for line in lines}) == 1


def test_the_fronts_stand_below_the_table(printed, usual):
    text = printed(usual.rows(), 150)
    assert "front of NIQE: " in text
    assert "hypervolume" in text
    assert "left out" not in text
    sick = [replace(row, health="grid") if row.content == "mse" else row for row in usual.rows()]
    assert "left out of the fronts: mse@0 (grid)" in printed(sick, 150)


def test_lr_that_was_not_shrunk_alone_is_said_below_its_table(store, usual):
    folder, buffer = store(usual.rows()), io.StringIO()
    tables = read_results(folder), read_metrics(folder), Console(file=buffer, width=200)
    print_table(*tables, low_resolution={"set5": "given: the images of folder LR, as they are"})
    assert "LR is given: the images of folder LR, as they are; bicubic" in buffer.getvalue()
