import pytest

from sweep.errors import StoreError
from sweep.tables.curves import (
    INTERPOLATION,
    PATH,
    interpolation_frame,
    path_frame,
    read_interpolation,
    read_path,
)
from sweep.tables.files import write_csv

CURVE = [
    {
        "from": "a",
        "to": "b",
        "space": "weights",
        "alpha": alpha,
        "dataset": "set5",
        "images": 5,
        "psnr_y": 30 - alpha,
        "dists": 0.1,
    }
    for alpha in (0.0, 0.1, 1.0)
]


def test_an_interpolation_is_written_and_read(tmp_path):
    write_csv(interpolation_frame(CURVE), tmp_path / INTERPOLATION)
    header, _, second, _ = (tmp_path / INTERPOLATION).read_text().splitlines()
    assert header.startswith("from,to,space,alpha,dataset,images,psnr_y")
    assert second.startswith("a,b,weights,0.1,set5,5,29.9000")
    table = read_interpolation(tmp_path)
    assert table["alpha"].tolist() == [0.0, 0.1, 1.0]
    assert table["dists"].tolist() == [0.1] * 3


def test_a_path_is_written_and_read(tmp_path):
    rows = [{"trial": "x", "step": 10, "dataset": "set5", "psnr_y": 29.5}]
    write_csv(path_frame(rows), tmp_path / PATH)
    assert (tmp_path / PATH).read_text().splitlines()[1].startswith("x,10,set5,29.5000")
    assert read_path(tmp_path)["step"].tolist() == [10]


def test_tables_that_are_not_there_are_none(tmp_path):
    assert read_interpolation(tmp_path) is None
    assert read_path(tmp_path) is None


def test_another_table_under_the_name_is_refused(tmp_path):
    (tmp_path / PATH).write_text("trial,psnr_y\nx,30\n")
    with pytest.raises(StoreError, match="missing step, dataset"):
        read_path(tmp_path)


@pytest.mark.parametrize(
    ("name", "frame", "read", "key"),
    [
        (INTERPOLATION, interpolation_frame(CURVE), read_interpolation, "alpha, dataset"),
        (
            PATH,
            path_frame([{"trial": "x", "step": step, "dataset": "set5"} for step in (5, 10)]),
            read_path,
            "trial, step, dataset",
        ),
    ],
)
def test_a_row_that_stands_twice_is_refused(tmp_path, name, frame, read, key):
    write_csv(frame, tmp_path / name)
    lines = (tmp_path / name).read_text().splitlines()
    (tmp_path / name).write_text("\n".join([*lines, lines[1]]))
    again = f"{key}: expected each once, got those of row 2 again; run the sweep again"
    with pytest.raises(StoreError, match=rf"{name}: row {len(lines) + 1}: .*{again}"):
        read(tmp_path)
