import pytest


def test_charts_are_drawn_where_the_tables_are(sweep, folder):
    answer = sweep("plot", str(folder))
    assert answer.status == 0
    assert answer.out.split() == [str(folder / "tradeoff.png"), str(folder / "tradeoff.svg")]


def test_axes_ask_for_a_chart_for_print(sweep, folder):
    answer = sweep("plot", str(folder), "--y", "niqe", "--format", "svg,png")
    assert answer.status == 0
    names = [line.rpartition("/")[2] for line in answer.out.split()]
    assert names == [f"niqe-over-psnr_y.{suffix}" for suffix in ("svg", "png", "csv")]
    assert not (folder / "tradeoff.png").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--x", "psnr"), "--x: measured column 'psnr' is unknown"),
        (("--format", "gif"), "format 'gif' is unknown: pdf, svg, png"),
        (("--style", "paper", "--published"), "--published belongs to the tradeoff chart"),
    ],
)
def test_wrong_charts_are_refused(sweep, folder, options, message):
    before = sorted(folder.iterdir())
    answer = sweep("plot", str(folder), *options)
    assert answer.status == 2
    assert message in answer.err
    assert sorted(folder.iterdir()) == before
