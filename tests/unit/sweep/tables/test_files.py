import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.errors import StoreError
from sweep.tables.files import csv_text, read_per_image, read_results, write_csv
from sweep.tables.frames import per_image_frame, results_frame
from sweep.tables.rows import ResultRow

names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
optional = st.none() | st.floats(min_value=0, max_value=1)


def test_a_table_reads_back_as_it_was_written(tmp_path, usual):
    frame = results_frame(usual.rows())
    write_csv(frame, tmp_path / "results.csv")
    again = read_results(tmp_path)
    assert csv_text(again) == csv_text(frame)
    assert again.dtypes.equals(frame.dtypes)


def test_images_read_back_as_they_were_written(tmp_path, usual):
    frame = per_image_frame(usual.rows())
    write_csv(frame, tmp_path / "per_image.csv")
    assert csv_text(read_per_image(tmp_path)) == csv_text(frame)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trial=names, dataset=names, adv=optional, lpips=optional)
def test_any_names_and_numbers_survive(tmp_path, trial, dataset, adv, lpips):
    scores = {} if lpips is None else {"lpips_alex": lpips}
    row = ResultRow(trial, "srgan", dataset, 5, 4, adv=adv, scores=scores)
    write_csv(results_frame([row]), tmp_path / "results.csv")
    (record,) = read_results(tmp_path).to_dict("records")
    assert (record["trial"], record["dataset"]) == (trial, dataset)
    assert adv is None or record["adv"] == adv
    assert lpips is None or record["lpips_alex"] == pytest.approx(lpips, rel=1e-5)


@pytest.mark.parametrize("name", ["NA", "nan", "null", "007", "True"])
def test_names_that_look_like_values_stay_text(tmp_path, name):
    write_csv(results_frame([ResultRow(name, "srgan", name, 5, 4)]), tmp_path / "results.csv")
    frame = read_results(tmp_path)
    assert (frame["trial"][0], frame["dataset"][0]) == (name, name)


def test_a_formula_is_text_in_the_file(tmp_path):
    frame = results_frame([ResultRow("=1+1", "srgan", "set5", 5, 4)])
    assert csv_text(frame).splitlines()[1].startswith("'=1+1,")


def test_a_missing_table_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match=r"results\.csv: no such table; run `sweep run --out"):
        read_results(tmp_path / "nowhere")


def test_a_foreign_table_names_the_missing_columns(tmp_path):
    (tmp_path / "results.csv").write_text("trial,psnr_y\na,1\n")
    with pytest.raises(StoreError, match="missing method, content, adv"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the table is empty"),
        ("{header}\na,b\n", r"row 2: expected \d+ cells, got 2"),
        ("{header},psnr_y\n", "got some twice"),
        ("{header}\n{row}\n", "row 2: psnr_y: expected a number, got 'high'"),
    ],
)
def test_a_damaged_table_says_where(tmp_path, content, message):
    header = csv_text(results_frame([])).strip()
    row = ",".join("high" if column == "psnr_y" else "" for column in header.split(","))
    (tmp_path / "results.csv").write_text(content.format(header=header, row=row))
    with pytest.raises(StoreError, match=message):
        read_results(tmp_path)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("adv", "-0.001", r"row 3: adv: expected a number of 0 or above, got -0\.001; run the"),
        ("adv", "inf", "row 3: adv: expected a number of 0 or above, got inf"),
        ("seed", "-1", "row 3: seed: expected a number of 0 or above, got -1"),
        ("status", "dune", "row 3: status 'dune' is unknown: pending, .*; did you mean 'done'"),
        ("start", "srgn", "row 3: start 'srgn' is unknown: srresnet, srgan; did you mean 'srgan'"),
        ("trial", "a", "row 3: trial, dataset: expected each once, got those of row 2 again"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_place(tmp_path, column, cell, message):
    rows = [ResultRow(name, "srgan", "set5", 5, 4, adv=0.001, seed=0) for name in ("a", "b")]
    header, first, second = csv_text(results_frame(rows)).splitlines()
    cells = dict(zip(header.split(","), second.split(","), strict=True)) | {column: cell}
    path = tmp_path / "results.csv"
    path.write_text("\n".join([header, first, ",".join(cells.values())]))
    with pytest.raises(StoreError, match=f"{path}: {message}"):
        read_results(tmp_path)


def test_the_scores_of_an_image_stand_once(tmp_path, usual):
    header, row, *rows = csv_text(per_image_frame(usual.rows())).splitlines()
    (tmp_path / "per_image.csv").write_text("\n".join([header, row, *rows, row]))
    with pytest.raises(StoreError, match="trial, dataset, image: expected each once"):
        read_per_image(tmp_path)


def test_a_file_is_no_results_folder(tmp_path):
    (tmp_path / "results.csv").touch()
    with pytest.raises(StoreError, match=r"results\.csv: expected a results folder, got a file"):
        read_results(tmp_path / "results.csv")


def test_a_table_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "results.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="cannot be read as CSV"):
        read_results(tmp_path)


def test_further_axes_are_read_back(store, rated):
    results = read_results(store(rated))
    column = results["adversarial.learning_rate"]
    assert sorted(set(column.dropna())) == [5e-5, 1e-4]
    assert column.isna().sum() == sum(row.method != "srgan" for row in rated)
