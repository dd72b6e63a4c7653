"""`sweep score` in this process: files in, table and files out."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from srgan_core.data.images import read_rgb, write_png
from srgan_core.inference import save_generator
from srgan_core.networks import Generator
from sweep.config.loading import load_config
from sweep.publishing import republish
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.folder import SweepStore

NAMES = ("baby", "bird")


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    """(120, 128, 3): one NIQE block once 4 px are cut."""
    path = resolve_test_set("skimage3", 4).hr[0]
    return np.ascontiguousarray(read_rgb(path)[60:180, 100:228])


@pytest.fixture
def folders(tmp_path, scene):
    """Two restored images and their references, whose names differ in what marks them."""
    for index, name in enumerate(NAMES):
        write_png(tmp_path / "hr" / f"{name}.png", scene)
        write_png(tmp_path / "MyNet" / f"{name}_x4.png", np.roll(scene, index + 1, axis=1))
    return tmp_path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_scores_are_those_of_trials_and_stand_in_the_csv(sweep, folders):
    answer = sweep(
        *("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr,niqe"),
        *("--dataset", "set5", "-o", "out/s.csv"),
    )
    assert answer.status == 0, answer.err
    rows = read(folders / "out/s.csv")
    assert [row["image"] for row in rows] == list(NAMES)
    assert {(row["trial"], row["method"], row["dataset"]) for row in rows} == {
        ("MyNet", "MyNet", "set5")
    }
    for row in rows:
        sr, hr = folders / f"MyNet/{row['image']}_x4.png", folders / f"hr/{row['image']}.png"
        expected = Scorer(["psnr_y", "niqe"], 4).score(sr, hr)
        assert float(row["psnr_y"]) == pytest.approx(expected["psnr_y"], abs=1e-4)
        assert float(row["niqe"]) == pytest.approx(expected["niqe"], rel=1e-5)
        assert row["lpips_alex"] == row["adv"] == ""
    assert "mean" in answer.out
    assert "HR itself" in answer.out
    assert "2 images, fewer than 10" in answer.err


def test_the_columns_are_those_of_per_image_csv(sweep, folders, store, usual):
    sweep("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr", "-o", "s.csv")
    expected = (store(usual.rows()) / "per_image.csv").read_text().splitlines()[0]
    assert (folders / "s.csv").read_text().splitlines()[0] == expected


def test_beside_the_csv_stands_how_it_came_about(sweep, folders):
    sweep(*("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr", "-o", "s.csv"))
    document = json.loads((folders / "s.metrics.json").read_text(), parse_constant=pytest.fail)
    (record,) = document["datasets"].values()
    assert [entry["column"] for entry in document["metrics"]] == ["psnr_y", "psnr_rgb"]
    assert (record["scale"], record["crop_border"], record["images"]) == (4, 4, 2)
    assert record["niqe_blocks"] == {"baby": 1, "bird": 1}
    assert all(len(digits) == 64 for digits in record["sr_sha256"].values())


def test_without_references_the_default_is_what_needs_none(sweep, folders):
    answer = sweep("score", "--sr", "MyNet", "-o", "s.csv")
    assert answer.status == 0, answer.err
    assert all(row["niqe"] and not row["psnr_y"] for row in read(folders / "s.csv"))


def test_a_metric_that_needs_a_reference_is_refused_without_one(sweep, folders):
    answer = sweep("score", "--sr", "MyNet", "--metrics", "psnr", "-o", "s.csv")
    assert answer.status == 2
    assert "name the HR images with --hr" in answer.err
    assert not (folders / "s.csv").exists()


def test_the_border_is_the_scale_or_what_is_said(sweep, folders):
    def value(*options: str) -> str:
        sweep("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr", "-o", "s.csv", *options)
        return read(folders / "s.csv")[0]["psnr_y"]

    assert value("--scale", "2") == value("--crop-border", "2") != value()


def test_images_without_any_value_are_not_called_scored(sweep, folders):
    arguments = ("--sr", "MyNet", "--hr", "hr", "--metrics", "psnr", "--crop-border", "600")
    answer = sweep("score", *arguments)
    assert answer.status == 1
    assert "no PSNR (Y)" in answer.err


def test_bad_images_are_listed_and_the_others_scored(sweep, folders, scene):
    Image.fromarray(scene).convert("CMYK").save(folders / "MyNet" / "cmyk.tif")
    deep = scene[..., 0].astype(np.uint16) * 257
    Image.fromarray(deep).save(folders / "MyNet" / "deep.png")
    clear = np.dstack([scene, np.zeros(scene.shape[:2], np.uint8)])
    Image.fromarray(clear).save(folders / "MyNet" / "clear.png")
    write_png(folders / "MyNet" / "small.png", scene[:64])
    (folders / "MyNet" / "text.png").write_text("no image")
    for name in ("cmyk", "deep", "clear", "small", "text"):
        write_png(folders / "hr" / f"{name}.png", scene)
    answer = sweep("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr", "-o", "s.csv")
    assert answer.status == 1
    assert "Traceback" not in answer.err
    assert [row["image"] for row in read(folders / "s.csv")] == list(NAMES)
    assert "2 of 7 images" in answer.out
    causes = {
        "cmyk": "CMYK images are not read",
        "deep": "16-bit images are not read",
        "clear": "transparent pixels",
        "small": "expected 128 x 120 px",
        "text": "not an image in a known format",
    }
    for name, cause in causes.items():
        (line,) = [line for line in answer.err.splitlines() if f"not scored: {name}:" in line]
        assert cause in line


def test_images_that_are_allowed_have_their_stated_rule(sweep, folders, scene):
    Image.fromarray(scene).save(folders / "MyNet" / "jpeg.jpg")
    Image.fromarray(scene).save(folders / "MyNet" / "bmp.bmp")
    Image.fromarray(scene).convert("L").save(folders / "MyNet" / "grey.png")
    opaque = np.dstack([scene, np.full(scene.shape[:2], 255, np.uint8)])
    Image.fromarray(opaque).save(folders / "MyNet" / "opaque.png")
    write_png(folders / "MyNet" / "flat.png", np.full_like(scene, 90))
    for name in ("jpeg", "bmp", "grey", "opaque", "flat"):
        write_png(folders / "hr" / f"{name}.png", scene)
    answer = sweep("score", "--sr", "MyNet", "--hr", "hr", "--metrics", "psnr,niqe", "-o", "s.csv")
    assert answer.status == 0, answer.err
    rows = {row["image"]: row for row in read(folders / "s.csv")}
    assert rows["bmp"]["psnr_y"] == rows["opaque"]["psnr_y"] == "inf"
    assert (rows["flat"]["niqe"], bool(rows["flat"]["psnr_y"])) == ("", True)
    assert "1 of 7 restored images are compressed with loss (jpeg.jpg)" in answer.err
    assert "grey where the reference has colour (grey.png)" in answer.err
    assert "NIQE: none for flat of 7 images" in answer.err
    assert math.isinf(float(rows["opaque"]["psnr_rgb"]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "one of --sr and --generator"),
        (("--sr", "MyNet", "--generator", "hr/baby.png"), "one of --sr and --generator"),
        (("--sr", "MyNet", "--eval", "set5"), "--eval goes with --generator"),
        (("--generator", "hr/baby.png", "--hr", "hr"), "--hr goes with --sr"),
        (("--sr", "nowhere"), "does not exist"),
        (("--sr", "MyNet", "--hr", "hr", "--metrics", "psnrr"), "psnrr"),
        (("--sr", "MyNet", "--hr", "MyNet/.."), "holds no image"),
        (("--sr", "MyNet", "--hr", "hr", "--into", "hr"), "expected a results folder"),
        (("--sr", "MyNet", "--hr", "hr", "-o", "hr"), "hr: expected a file to write, got a folder"),
        (("--sr", "MyNet", "-o", "hr/baby.png/x.csv"), "hr/baby.png/x.csv: lies below"),
        (("--sr", "MyNet", "--input-range", "0..255"), "go with --generator"),
    ],
)
def test_wrong_usage_is_refused_in_one_message(sweep, folders, arguments, message):
    answer = sweep("score", *arguments)
    assert answer.status == 2, answer
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_a_generator_is_scored_on_test_sets(sweep, folders):
    torch.manual_seed(0)
    save_generator(folders / "g.safetensors", Generator(4, channels=4, blocks=1))
    arguments = ("score", "--generator", "g.safetensors", "--metrics", "psnr", "-o", "s.csv")
    write_png(folders / "two" / "a.png", np.full((64, 64, 3), 9, np.uint8))
    answer = sweep(*arguments, "--eval", "folder:hr,folder:two", "--images", "kept")
    assert answer.status == 0, answer.err
    rows = read(folders / "s.csv")
    assert [(row["dataset"], row["image"]) for row in rows] == [
        ("hr", "baby"),
        ("hr", "bird"),
        ("two", "a"),
    ]
    again = Scorer(["psnr_y"], 4).score(folders / "kept/hr/bird.png", folders / "hr/bird.png")
    assert float(rows[1]["psnr_y"]) == pytest.approx(again["psnr_y"], abs=1e-4)
    record = json.loads((folders / "s.metrics.json").read_text())["datasets"]["hr"]
    assert record["generator"] == "srgan-sweep"
    assert len(record["generator_sha256"]) == 64
    parameters = sum(tensor.numel() for tensor in Generator(4, 4, 1).parameters())
    assert record["parameters"] == parameters
    assert record["megapixel_seconds"] > 0
    assert f"{parameters:,} weights, " in answer.err


@pytest.fixture
def results(folders) -> Path:
    """A sweep with its test set and tables, before anything was trained."""
    sets = (f"folder:{folders / 'hr'}",)
    overrides = {"eval.sets": sets, "eval.metrics": ("psnr", "niqe"), "eval.excerpts": {}}
    config = load_config("smoke", overrides | {"device": "cpu", "threads": 1})
    store = SweepStore(folders / "results")
    store.write_config(config)
    prepare_reference(resolve_test_set(sets[0], 4), 4, store.reference("hr"))
    republish(store)
    return store.root


def test_scores_are_added_to_a_sweep_and_its_charts(sweep, folders, results):
    before = {row["trial"] for row in read(results / "results.csv")}
    answer = sweep("score", "--sr", "MyNet", "--name", "My net", "--into", "results")
    assert answer.status == 0, answer.err
    rows = {row["trial"]: row for row in read(results / "results.csv")}
    assert set(rows) == before | {"My net"}
    row = rows["My net"]
    assert (row["method"], row["dataset"], row["images"], row["status"]) == (
        *("My net", "hr", "2"),
        "done",
    )
    per_image = [row for row in read(results / "per_image.csv") if row["trial"] == "My net"]
    mean = sum(float(row["psnr_y"]) for row in per_image) / 2
    assert float(row["psnr_y"]) == pytest.approx(mean, abs=1e-3)
    assert "My net" in (results / "tradeoff.svg").read_text()
    record = json.loads((results / "external/My net/scores.json").read_text())
    assert set(record["datasets"]["hr"]["provenance"]["sr_sha256"]) == set(NAMES)
    blocks = json.loads((results / "metrics.json").read_text())["datasets"]["hr"]["niqe_blocks"]
    assert blocks == {"baby": 1, "bird": 1}


def test_equal_images_are_named_below_the_chart(sweep, folders, results):
    answer = sweep("score", "--sr", "hr", "--name", "copy", "--into", "results")
    assert answer.status == 0, answer.err
    (row,) = [row for row in read(results / "results.csv") if row["trial"] == "copy"]
    assert row["psnr_y"] == "inf"
    assert "equal to HR" in (results / "tradeoff.svg").read_text()


def stamps(folder: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix != ".lock" and path.is_file()
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scale", "2"), "--scale: expected the sweep's 4, got 2"),
        (("--metrics", "ssim"), "expected those of results, got ssim_y"),
        (("--dataset", "set5"), "test set 'set5' is unknown: hr"),
        (("--name", "bicubic"), "another name than the sweep's own"),
        (("--hr", "other"), "expected the pixels of"),
    ],
)
def test_what_does_not_fit_the_sweep_is_refused(sweep, folders, results, arguments, message):
    for name in NAMES:
        write_png(folders / "other" / f"{name}.png", np.full((120, 128, 3), 7, np.uint8))
    before = stamps(results)
    answer = sweep("score", "--sr", "MyNet", "--into", "results", *arguments)
    assert answer.status == 2, answer
    assert message in answer.err
    assert stamps(results) == before


def test_a_sweep_takes_whole_test_sets_alone(sweep, folders, results, scene):
    write_png(folders / "MyNet" / "bird_x4.png", scene[:64])
    before = stamps(results)
    answer = sweep("score", "--sr", "MyNet", "--into", "results", "-o", "s.csv")
    assert answer.status == 1
    assert "nothing was added" in answer.err
    assert [row["image"] for row in read(folders / "s.csv")] == ["baby"]
    assert stamps(results) == before


def test_advice_about_images_without_niqe_holds(sweep, folders, scene):
    arguments = ("score", "--sr", "MyNet", "--metrics", "niqe")
    write_png(folders / "MyNet" / "small.png", scene[:60, :60])
    answer = sweep(*arguments)
    assert "none for small of 3 images, so there is no mean; leave them out" in answer.err
    assert "NIQE is the mean" not in answer.err
    for name in NAMES:
        (folders / "MyNet" / f"{name}_x4.png").unlink()
    answer = sweep(*arguments)
    assert "leave them out" not in answer.err


def test_images_are_scored_without_advice_on_test_sets(sweep, folders):
    answer = sweep("score", "--sr", "MyNet", "--metrics", "niqe")
    assert "NIQE is the mean of 2 images" in answer.err
    assert "--eval" not in answer.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("passwd", b"root:x:0:0:root:/root:/bin/sh\n", "got text; get the file again or give"),
        ("net.pth", b"<!DOCTYPE html><html>", "got a web page (HTML); download the file itself"),
        ("net.safetensors", b"<!DOCTYPE html><html>", "but a web page (HTML); download the file"),
        ("net.pth", b"version https://git-lfs.github.com/spec/v1\n", "got a Git-LFS pointer"),
        ("net.onnx", b"\x08\x08\x12\x07pytorch", "got an ONNX file"),
    ],
)
def test_a_file_that_is_no_generator_is_called_what_it_is(sweep, folders, name, content, said):
    (folders / name).write_bytes(content)
    answer = sweep("score", "--generator", name, "--eval", "folder:hr", "--metrics", "psnr")
    assert answer.status == 2
    assert said in answer.err
    assert "delete" not in answer.err


def test_a_checkpoint_with_a_numpy_scalar_is_scored(sweep, folders):
    state = Generator(4, channels=4, blocks=1).state_dict()
    torch.save({"state_dict": state, "best_psnr": np.float64(30.1)}, folders / "net.pth")
    answer = sweep("score", "--generator", "net.pth", "--eval", "folder:hr", "--metrics", "psnr")
    assert answer.status == 0, answer.err
