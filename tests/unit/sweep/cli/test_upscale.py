from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from PIL import Image

from srgan_core.inference import save_generator
from srgan_core.networks import Generator


@pytest.fixture
def generator(tmp_path) -> str:
    torch.manual_seed(0)
    path = tmp_path / "generator.safetensors"
    save_generator(path, Generator(2, channels=4, blocks=1))
    return str(path)


def picture(path, size=(6, 4), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 80).convert(mode).save(path)
    return path


def size_of(path):
    with Image.open(path) as image:
        return image.size


def test_images_and_folders_are_enlarged(sweep, tmp_path, generator):
    picture(tmp_path / "photos" / "deep" / "a.jpg")
    picture(tmp_path / "photos" / "b.png", (1, 1))
    picture(tmp_path / "strip.bmp", (300, 2))
    answer = sweep("upscale", "photos", "strip.bmp", "--generator", generator, "-o", "out")
    assert answer.status == 0, answer
    assert answer.err == ""
    assert len(answer.out.splitlines()) == 3
    assert size_of(tmp_path / "out" / "a.png") == (12, 8)
    assert size_of(tmp_path / "out" / "b.png") == (2, 2)
    assert size_of(tmp_path / "out" / "strip.png") == (600, 4)


def test_the_bundled_generator_and_folder_are_the_defaults(sweep, tmp_path):
    picture(tmp_path / "a.png", (3, 2), "L")
    assert sweep("upscale", "a.png").status == 0
    with Image.open(tmp_path / "upscaled" / "a.png") as image:
        assert (image.mode, image.size) == ("L", (12, 8))


def test_one_corrupt_image_costs_only_itself(sweep, tmp_path, generator):
    for number in range(5):
        picture(tmp_path / "in" / f"{number}.png")
    (tmp_path / "in" / "2.png").write_bytes(b"no image")
    answer = sweep("upscale", "in", "--generator", generator)
    assert answer.status == 1
    assert answer.err.count("error: ") == 1
    assert "2.png" in answer.err
    assert "1 of 5 images could not be enlarged" in answer.err
    assert sorted(p.name for p in (tmp_path / "upscaled").iterdir()) == [
        "0.png", "1.png", "3.png", "4.png",
    ]  # fmt: skip


def test_what_is_left_out_of_a_folder_is_said_and_links_are_followed(sweep, tmp_path, generator):
    picture(tmp_path / "photos" / "a.png")
    picture(tmp_path / "elsewhere" / "b.png")
    (tmp_path / "photos" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos" / "c.gif").touch()
    answer = sweep("upscale", "photos", "--generator", generator)
    assert answer.status == 0
    assert "note: photos: left out c.gif (no image by its ending)" in answer.err
    assert size_of(tmp_path / "upscaled" / "b.png") == (12, 8)


def test_a_fifo_is_refused_at_once(sweep, tmp_path, generator):
    os.mkfifo(tmp_path / "pipe.png")
    answer = sweep("upscale", "pipe.png", "--generator", generator)
    assert answer.status == 1
    assert "pipe.png: not a regular file but a FIFO" in answer.err


def test_names_that_differ_in_composition_alone_are_one_name(sweep, tmp_path, generator):
    for name in ("e\u0301", "\u00e9"):
        picture(tmp_path / f"{name}.png")
    answer = sweep("upscale", "e\u0301.png", "\u00e9.png", "--generator", generator)
    assert "expected names that differ" in answer.err


def test_without_a_terminal_a_line_now_and_then_says_how_far_it_is(
    sweep, tmp_path, generator, monkeypatch
):
    monkeypatch.setattr("sweep.cli.item_progress.SECONDS_BETWEEN_LINES", 0.0)
    picture(tmp_path / "a.png")
    picture(tmp_path / "b.png")
    answer = sweep("upscale", "a.png", "b.png", "--generator", generator)
    assert answer.status == 0
    assert answer.err.splitlines() == [
        "enlarging 1/2: a.png, 100% of it, 0:00:00 left",
        "enlarging 2/2: b.png, 100% of it, 0:00:00 left",
    ]


def test_a_result_that_cannot_be_written_is_refused_before_work_begins(
    sweep, tmp_path, generator, monkeypatch
):
    monkeypatch.setattr("srgan_core.inference.load_generator", lambda *given: pytest.fail("worked"))
    picture(tmp_path / "a.png")
    (tmp_path / "out" / "a.png").mkdir(parents=True)
    answer = sweep("upscale", "a.png", "--generator", generator, "-o", "out")
    assert answer.status == 2
    assert "out/a.png: expected a file to write, got a folder" in answer.err
    answer = sweep("upscale", "a.png", "--generator", generator, "-o", "a.png")
    assert answer.status == 2
    assert "a.png: expected a folder, got a file" in answer.err


def test_what_was_changed_is_said(sweep, tmp_path, generator):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (6, 4)).save(tmp_path / "turned.jpg", exif=exif)
    answer = sweep("upscale", "turned.jpg", "--generator", generator)
    assert "EXIF orientation 6" in answer.err
    assert size_of(tmp_path / "upscaled" / "turned.png") == (8, 12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.png",), "found nothing"),
        (("a.png", "other/A.jpg"), "expected names that differ"),
        (("a.png", "-o", "."), "one of the images to enlarge"),
        (("a.png", "--scale", "4"), "made for scale 2, asked for 4"),
        (("a.png", "--adv-like", "0.5"), "expected one of them"),
        (("a.png", "--content", "mse"), "--adv-like"),
        (("a.png", "--generator", "nobody"), "generator 'nobody'"),
        (("empty",), "holds no image"),
    ],
)
def test_wrong_usage_is_refused_before_anything_is_written(
    sweep, tmp_path, generator, arguments, message
):
    picture(tmp_path / "a.png")
    picture(tmp_path / "other" / "A.jpg")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    chosen = () if "nobody" in arguments else ("--generator", generator)
    answer = sweep("upscale", *arguments, *chosen)
    assert answer.status == 2, answer
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert sorted(tmp_path.rglob("*")) == before


def test_precision_is_for_our_own_generators(sweep, tmp_path):
    picture(tmp_path / "a.png", (2, 2))
    torch.save(Generator(4, channels=4, blocks=1).state_dict(), tmp_path / "x.pth")
    options = ("upscale", "a.png", "--generator", "x.pth", "--precision")
    refused = sweep(*options, "bfloat16")
    assert refused.status == 2
    assert "which is run in float32; leave the option out" in refused.err
    assert not (tmp_path / "upscaled").exists()
    assert sweep(*options, "auto").status == 0


@pytest.mark.parametrize("share", ["-0.1", "1.5", "nan", "much"])
def test_shares_outside_0_to_1_are_refused(sweep, tmp_path, share):
    picture(tmp_path / "a.png")
    assert sweep("upscale", "a.png", "--adv-like", share).status == 2


def test_a_share_needs_a_sweep(sweep, tmp_path):
    picture(tmp_path / "a.png")
    answer = sweep("upscale", "a.png", "--adv-like", "0.5")
    assert answer.status == 2
    assert "expected a finished adversarial trial" in answer.err


def test_adv_like_moves_between_the_two_ends(sweep, tmp_path):
    from srgan_core.files import file_sha256
    from sweep.store.folder import SweepStore

    store = SweepStore(tmp_path / "results")
    trial = store.trial("mse-adv0.01-s0-aa")
    for seed, folder in enumerate((store.generator("srresnet-s0"), trial)):
        torch.manual_seed(seed)
        save_generator(folder.generator, Generator(2, channels=4, blocks=1))
    start = file_sha256(store.generator("srresnet-s0").generator)
    training = {"data": {"sources": {"skimage": 1.0}}, "training": {"steps": 1}}
    spec = {"scale": 2, "init_sha256": start, **training}
    trial.update_trial(state="done", content="mse", adv=0.01, seed=0, spec=spec)
    picture(tmp_path / "a.png")
    images = {}
    for name, option in (("0", "--adv-like"), ("1", "--adv-like"), ("0.5", "--adv-like")):
        arguments = ("upscale", "a.png", option, name, "--results", "results", "-o", name)
        answer = sweep(*arguments)
        assert answer.status == 0, answer
        assert "mse-adv0.01-s0-aa" in answer.err
        images[name] = np.array(Image.open(tmp_path / name / "a.png"))
    assert sweep("upscale", "a.png", "--generator", str(trial.path), "-o", "end").status == 0
    assert np.array_equal(images["1"], np.array(Image.open(tmp_path / "end" / "a.png")))
    assert not np.array_equal(images["0"], images["1"])
    assert not np.array_equal(images["0.5"], images["1"])


def test_a_scale_without_a_bundled_generator_points_to_an_option_of_its_own(sweep, tmp_path):
    picture(tmp_path / "a.png")
    answer = sweep("upscale", "a.png", "--scale", "2")
    assert answer.status == 2
    assert "--scale 2: the SRResNet that comes with the package is for 4" in answer.err
    assert "--generator" in answer.err
    assert "--init" not in answer.err


@pytest.mark.parametrize(
    "command",
    [
        ("upscale", "a.png", "--generator", "x.pth"),
        ("export", "x.pth", "--program", "x.pt2"),
        ("run", "--config", "smoke", "--init", "x.pth", "--dry-run"),
    ],
)
def test_a_checkpoint_of_our_own_network_is_read(sweep, tmp_path, command):
    picture(tmp_path / "a.png")
    state = Generator(4, channels=4, blocks=1).state_dict()
    torch.save({"netG": {f"module.{k}": v for k, v in state.items()}}, tmp_path / "x.pth")
    answer = sweep(*command)
    assert answer.status == 0, answer.err


def test_a_checkpoint_of_others_is_no_start_and_named_with_what_reads_it(sweep, tmp_path):
    torch.save({"conv_first.weight": torch.zeros(4, 3, 3, 3)}, tmp_path / "x.pth")
    answer = sweep("run", "--config", "smoke", "--init", "x.pth", "--dry-run")
    assert answer.status == 2
    assert "expected the weights of this package's own network" in answer.err
    assert "`sweep score --generator` reads those of other known networks" in answer.err
