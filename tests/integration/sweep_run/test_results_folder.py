"""What a finished smoke sweep has written, whatever the number of jobs."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.slow

COLUMNS = (
    "trial,method,content,adv,seed,start,scale,dataset,images,psnr_y,ssim_y,psnr_rgb,lpips_alex,niqe,"
    "niqe_minus_hr,status,steps,train_seconds,pixel_weight,content_weight,grad_pixel,"
    "grad_content,grad_adv,generator_sha256,health,d_real,d_fake,d_saturated,d_blind,"
    "colour_shift,checkerboard,lr_psnr"
)


def test_a_results_folder_holds_what_the_readme_says(finished):
    names = {
        path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()
    }
    expected = {"sweep.yaml", "results.csv", "per_image.csv", "summary.csv", "metrics.json"}
    expected |= {"tradeoff.png", "tradeoff.svg"}
    for part in ("hr", "lr", "bicubic"):
        expected |= {f"reference/skimage3/{part}/{name}.png" for name in ("chelsea", "coffee")}
    trained = [f"trials/{path.name}" for path in (finished / "trials").iterdir()]
    assert len(trained) == 2
    for folder in ("shared/srresnet-s0", *trained):
        files = ["trial.json", "result.json", "generator.safetensors"]
        files += ["images/skimage3/chelsea.png", "images/skimage3/coffee.png"]
        expected |= {f"{folder}/{name}" for name in files}
    expected |= {f"{folder}/log.jsonl" for folder in trained}
    assert expected <= names
    assert not any("checkpoints" in name or ".tmp" in name for name in names)


def test_the_tables_have_their_columns_and_rows(finished, rows):
    assert (finished / "results.csv").read_text().splitlines()[0] == COLUMNS
    listed = rows(finished)
    assert [row["method"] for row in listed] == [
        "bicubic",
        "srresnet",
        "srgan",
        "srgan",
        "original",
    ]
    assert {row["dataset"] for row in listed} == {"skimage3"}
    assert {row["images"] for row in listed} == {"2"}
    control, adversarial = listed[2:4]
    assert (control["content"], control["adv"], control["seed"]) == ("mse", "0", "0")
    assert (adversarial["adv"], adversarial["steps"]) == ("0.001", "20")
    assert (control["grad_adv"], bool(adversarial["grad_adv"])) == ("", True)
    assert (finished / "trials" / adversarial["trial"]).is_dir()
    assert listed[1]["trial"] == "srresnet-s0"
    assert listed[0]["trial"] == "bicubic"
    assert all(float(row["psnr_y"]) > 20 for row in listed[:4])
    assert {row["ssim_y"] + row["lpips_alex"] + row["niqe"] for row in listed} == {""}


def test_every_record_is_strict_json(finished):
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    documents = list(finished.rglob("*.json"))
    assert len(documents) > 6
    for path in documents:
        json.loads(path.read_text(), parse_constant=refuse)


def test_a_trial_says_how_it_came_about(finished):
    for folder in (finished / "trials").iterdir():
        record = json.loads((folder / "trial.json").read_text())
        assert record["state"] == "done"
        assert record["attempts"][0]["resumed_from"] is None
        assert record["spec"]["threads"] == 1
        assert len(record["attempts"]) == 1


def test_two_jobs_at_once_give_the_same_bytes_as_one(
    sweep, finished, tmp_path, smoke, rows, generators
):
    answer = sweep(*smoke, "--jobs", "2", "--out", tmp_path / "smoke")
    assert answer.returncode == 0, answer.stderr
    assert generators(tmp_path / "smoke") == generators(finished)
    for name in ("results.csv", "per_image.csv", "summary.csv"):
        assert rows(tmp_path / "smoke", name) == rows(finished, name)
