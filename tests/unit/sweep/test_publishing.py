import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from srgan_core.data.images import write_png
from sweep.config.grid import Start, expand
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.publishing import publish
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.tables import files as table_files
from sweep.tables.from_records import result_rows

CONFIG = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr", "niqe"]})
STARTS = {(StartKind.SRRESNET, 0): Start(StartKind.SRRESNET, 0, "file:00", None)}
TRIALS = expand(CONFIG, STARTS)
COLUMNS = (
    "trial,method,content,adv,seed,start,scale,dataset,images,psnr_y,ssim_y,psnr_rgb,lpips_alex,niqe,"
    "niqe_minus_hr,status,steps,train_seconds,pixel_weight,content_weight,grad_pixel,"
    "grad_content,grad_adv,generator_sha256,health,d_real,d_fake,d_saturated,d_blind,"
    "colour_shift,checkerboard,lr_psnr"
)


def scores(psnr: float, niqe: float) -> dict[str, dict[str, float]]:
    return {
        "cat": {"psnr_y": psnr, "psnr_rgb": psnr - 2, "niqe": niqe},
        "dog": {"psnr_y": psnr + 1, "psnr_rgb": psnr - 1, "niqe": niqe + 1},
    }


@pytest.fixture
def results(tmp_path: Path) -> SweepStore:
    """One trial done, one that diverged."""
    store = SweepStore(tmp_path / "smoke")
    store.write_config(CONFIG)
    folders = [store.reference("pets") / "hr", store.reference("pets") / "bicubic"]
    folders += [
        store.generator("srresnet-s0").images("pets"),
        store.trial(TRIALS[0].name).images("pets"),
    ]
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    for folder in folders:
        for name in ("cat", "dog"):
            write_png(folder / f"{name}.png", noise)
    original = {name: {"niqe": value} for name, value in (("cat", 4.0), ("dog", 5.0))}
    store.write_reference_scores("pets", ReferenceScores(bicubic=scores(28, 8), original=original))
    for files, psnr in ((store.generator("srresnet-s0"), 30), (store.trial(TRIALS[0].name), 31)):
        files.update_trial(state="done", train_seconds=1.23)
        files.write_result(
            ResultRecord(
                schema_version=1,
                steps=20,
                train_seconds=1.23,
                generator_sha256="ab",
                grad_pixel=0.5,
                scores={"pets": scores(psnr, 6)},
            )
        )
    store.trial(TRIALS[1].name).update_trial(state="diverged", cause="loss_pixel not finite")
    return store


def published(store: SweepStore, **options: bool) -> pd.DataFrame:
    publish(store, CONFIG, TRIALS, STARTS, {"pets": {"images": 2}}, **options)
    return pd.read_csv(store.root / "results.csv", dtype=str, keep_default_na=False)


def test_every_method_and_every_trial_has_its_row(results):
    table = published(results, charts=False)
    assert ",".join(table.columns) == COLUMNS
    assert table["trial"].tolist() == [
        "bicubic",
        "srresnet-s0",
        TRIALS[0].name,
        TRIALS[1].name,
        "original",
    ]
    assert table["method"].tolist() == ["bicubic", "srresnet", "srgan", "srgan", "original"]
    assert table["content"].tolist() == ["", "", "mse", "mse", ""]
    assert table["adv"].tolist() == ["", "", "0", "0.001", ""]
    assert table["seed"].tolist() == ["", "0", "0", "0", ""]
    assert table["status"].tolist() == ["done", "done", "done", "diverged", "done"]
    assert set(table["images"]) == {"2"}
    assert set(table["dataset"]) == {"pets"}


def test_means_and_the_distance_to_hr(results):
    table = published(results, charts=False).set_index("trial")
    assert table["psnr_y"][TRIALS[0].name] == "31.5000"
    assert table["psnr_rgb"]["bicubic"] == "26.5000"
    assert table["niqe"]["original"] == "4.5"
    assert table["niqe_minus_hr"]["original"] == "0"
    assert table["niqe_minus_hr"][TRIALS[0].name] == "2"
    assert table["psnr_y"]["original"] == ""
    assert set(table["ssim_y"]) == set(table["lpips_alex"]) == {""}


def test_a_diverged_trial_has_no_scores_but_what_it_was(results):
    row = published(results, charts=False).set_index("trial").loc[TRIALS[1].name]
    assert (row["psnr_y"], row["steps"], row["generator_sha256"]) == ("", "", "")
    assert (row["pixel_weight"], row["content_weight"]) == ("1", "0")


def test_a_trial_that_was_never_begun_is_pending(results):
    extended = load_config("smoke", {"device": "cpu", "grid.adv": [1e-3, 1e-2]})
    trials = expand(extended, STARTS)
    rows = list(result_rows(results, extended, trials, STARTS, ["pets"]))
    assert [row.status for row in rows if row.adv == 1e-2] == ["pending"]


def test_infinite_and_missing_scores_are_told_apart(results):
    files = results.trial(TRIALS[0].name)
    record = files.read_result()
    record.scores["pets"]["cat"] |= {"psnr_y": math.inf, "niqe": math.nan}
    (files.path / "result.json").unlink()
    files.write_result(record)
    row = published(results, charts=False).set_index("trial").loc[TRIALS[0].name]
    assert (row["psnr_y"], row["niqe"], row["niqe_minus_hr"]) == ("inf", "", "")


def test_a_column_that_one_image_lacks_has_no_mean(results):
    files = results.trial(TRIALS[0].name)
    record = files.read_result()
    del record.scores["pets"]["cat"]["niqe"]
    (files.path / "result.json").unlink()
    files.write_result(record)
    row = published(results, charts=False).set_index("trial").loc[TRIALS[0].name]
    assert (row["psnr_y"], row["niqe"]) == ("31.5000", "")


def test_all_derived_files_are_written_and_the_same_again(results):
    files, notes = publish(results, CONFIG, TRIALS, STARTS, {"pets": {"images": 2}})
    names = {path.name for path in files}
    assert names >= {
        "results.csv",
        "per_image.csv",
        "summary.csv",
        "frontier.csv",
        "metrics.json",
        "tradeoff.png",
        "tradeoff.svg",
    }
    assert notes == ()
    before = {path: path.read_bytes() for path in files}
    publish(results, CONFIG, TRIALS, STARTS, {"pets": {"images": 2}})
    assert {path: path.read_bytes() for path in files} == before


def times(files):
    drawings = [path for path in files if path.suffix in (".png", ".svg")]
    assert len(drawings) == 4
    return {path: path.stat().st_mtime_ns for path in drawings}


def publish_all(store: SweepStore) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    return publish(store, CONFIG, TRIALS, STARTS, {"pets": {"images": 2}})


def test_what_is_current_is_left_alone(results):
    files, _ = publish_all(results)
    before = times(files)
    assert publish_all(results) == (files, ())
    assert times(files) == before


def delete_a_chart(store: SweepStore) -> None:
    (store.root / "tradeoff.svg").unlink()


def draw_something_else(store: SweepStore) -> None:
    (store.root / "tradeoff.svg").write_text("<svg/>")


def change_a_score(store: SweepStore) -> None:
    store.write_reference_scores("pets", ReferenceScores(bicubic=scores(25, 6)))


def damage_the_record(store: SweepStore) -> None:
    (store.root / ".drawn.json").write_text("[]")


@pytest.mark.parametrize(
    "change", [delete_a_chart, draw_something_else, change_a_score, damage_the_record]
)
def test_what_changed_is_drawn_again(results, change):
    publish_all(results)
    chart = results.root / "tradeoff.svg"
    before = chart.read_bytes(), chart.stat().st_mtime_ns
    change(results)
    publish_all(results)
    assert chart.stat().st_mtime_ns != before[1]
    assert (chart.read_bytes() == before[0]) == (change is not change_a_score)


def test_a_renamed_folder_gets_its_own_title(results):
    publish_all(results)
    moved = SweepStore(results.root.rename(results.root.with_name("renamed")))
    publish_all(moved)
    assert "renamed" in (moved.root / "tradeoff.svg").read_text()


def test_a_missing_panel_is_said_every_time_and_drawn_once_it_is_back(results):
    image = results.trial(TRIALS[0].name).images("pets") / "cat.png"
    content, stamp = image.read_bytes(), image.stat().st_mtime_ns
    image.unlink()
    _, notes = publish_all(results)
    assert [note for note in notes if "no such image" in note]
    assert publish_all(results)[1] == notes
    figure = results.root / "figures" / "pets" / "cat.png"
    without = figure.read_bytes()
    image.write_bytes(content)
    os.utime(image, ns=(stamp, stamp))
    assert publish_all(results)[1] == ()
    assert figure.read_bytes() != without


def test_a_deleted_curve_leaves_the_chart(results):
    publish_all(results)
    without = (results.root / "tradeoff.svg").read_bytes()
    curve = results.root / "path.csv"
    frame = pd.DataFrame(
        {"trial": [TRIALS[0].name] * 2, "dataset": "pets", "step": [5, 10], "images": 2}
    ).assign(psnr_y=[30.0, 31.0], niqe=[8.0, 6.0])
    frame.to_csv(curve, index=False)
    publish_all(results)
    assert (results.root / "tradeoff.svg").read_bytes() != without
    curve.unlink()
    publish_all(results)
    assert (results.root / "tradeoff.svg").read_bytes() == without


def test_tables_alone_when_charts_are_not_wanted(results):
    published(results, charts=False)
    assert (results.root / "per_image.csv").is_file()
    assert not (results.root / "tradeoff.png").exists()


def test_metrics_are_described_for_those_who_read_the_tables(results):
    published(results, charts=False)
    document = json.loads((results.root / "metrics.json").read_text())
    assert [metric["column"] for metric in document["metrics"]] == ["psnr_y", "psnr_rgb", "niqe"]
    assert document["datasets"] == {"pets": {"images": 2}}


def test_each_table_is_read_back_once(results, monkeypatch):
    reads: list[str] = []
    plain = table_files._read_lines
    monkeypatch.setattr(
        table_files, "_read_lines", lambda path: reads.append(path.name) or plain(path)
    )
    publish_all(results)
    assert sorted(reads) == ["per_image.csv", "results.csv"]
