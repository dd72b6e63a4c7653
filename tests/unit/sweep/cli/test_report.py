"""`sweep report`, `sweep serve` and the charts for print of `sweep plot`."""

import socket

import pytest


@pytest.fixture
def folder(store, usual):
    return store(usual.rows())


def test_the_page_stands_in_the_folder_unless_told_otherwise(sweep, folder, tmp_path):
    answer = sweep("report", str(folder), "--images", "0")
    assert answer.status == 0
    assert f"{folder / 'report.html'}: " in answer.out
    assert "note: set5: this page holds the first 0 of 1 image" in answer.err
    assert sweep("report", str(folder), "-o", str(tmp_path / "page.html")).status == 0
    assert (tmp_path / "page.html").is_file()


def test_a_folder_without_tables_is_a_usage_error(sweep, tmp_path):
    answer = sweep("report", str(tmp_path / "nothing"))
    assert answer.status == 2
    assert "no such table; run `sweep run" in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "nothing").exists()


def test_a_live_page_writes_no_file(sweep, folder):
    answer = sweep("report", str(folder), "--watch", "-o", "page.html")
    assert answer.status == 2
    assert "leave out -o" in answer.err


def test_a_port_in_use_is_a_usage_error(sweep, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = sweep("serve", str(folder), "--port", str(port))
    assert answer.status == 2
    assert f"127.0.0.1:{port}: this address is in use; choose another --port" in answer.err


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
