import json

import numpy as np
import pytest

from srgan_core.data.degradation import Degradation
from srgan_core.data.degrading import degraded_image
from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import downsample_uint8, upsample_uint8
from srgan_core.errors import DataError
from srgan_core.files import file_sha256
from sweep.scoring.sets.references import (
    dataset_record,
    held_test_set,
    open_reference,
    prepare_reference,
)
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.folder import REFERENCE_FILE


@pytest.fixture
def test_set(save, tmp_path, photograph):
    save("pets/cat.png", photograph[:67, :81])
    save("pets/dog.png", photograph[-90:, -70:])
    return resolve_test_set(f"folder:{tmp_path}/pets", 4)


def stamps(reference):
    return [path.stat().st_mtime_ns for path in (*reference.hr, *reference.lr, *reference.bicubic)]


def test_hr_is_cropped_at_right_and_bottom_and_the_rest_follows(test_set, tmp_path, photograph):
    reference = prepare_reference(test_set, 4, tmp_path / "ref")
    hr, lr, bicubic = (
        read_rgb(paths[0]) for paths in (reference.hr, reference.lr, reference.bicubic)
    )
    assert np.array_equal(hr, photograph[:64, :80])
    assert np.array_equal(lr, downsample_uint8(hr, 4))
    assert np.array_equal(bicubic, upsample_uint8(lr, 4))
    assert [path.name for path in reference.hr] == ["cat.png", "dog.png"]
    assert (reference.name, reference.scale) == ("pets", 4)


def test_a_set_that_is_not_written_has_no_other_images(test_set):
    with pytest.raises(ValueError, match="pets: has HR images alone"):
        _ = test_set.lr


def test_a_second_call_writes_nothing(test_set, tmp_path):
    first = prepare_reference(test_set, 4, tmp_path / "ref")
    before = stamps(first)
    assert prepare_reference(test_set, 4, tmp_path / "ref") == first
    assert stamps(first) == before


def test_a_lost_image_is_written_again(test_set, tmp_path):
    reference = prepare_reference(test_set, 4, tmp_path / "ref")
    expected = reference.lr[1].read_bytes()
    reference.lr[1].unlink()
    prepare_reference(test_set, 4, tmp_path / "ref")
    assert reference.lr[1].read_bytes() == expected


def test_a_changed_source_is_noticed(test_set, tmp_path, save, photograph):
    prepare_reference(test_set, 4, tmp_path / "ref")
    save("pets/cat.png", photograph[8:72, :80])
    reference = prepare_reference(test_set, 4, tmp_path / "ref")
    assert np.array_equal(read_rgb(reference.hr[0]), photograph[8:72, :80])


def test_another_scale_is_noticed(test_set, tmp_path):
    prepare_reference(test_set, 4, tmp_path / "ref")
    reference = prepare_reference(test_set, 2, tmp_path / "ref")
    assert read_rgb(reference.lr[0]).shape == (33, 40, 3)


def test_the_crop_is_about_the_centre(test_set, tmp_path, photograph):
    reference = prepare_reference(test_set, 4, tmp_path / "ref", crop=48)
    assert np.array_equal(read_rgb(reference.hr[0]), photograph[9:57, 16:64])


def test_a_crop_larger_than_the_image_takes_all_of_it(test_set, tmp_path):
    reference = prepare_reference(test_set, 4, tmp_path / "ref", crop=70)
    assert read_rgb(reference.hr[0]).shape == (64, 68, 3)


def test_the_limit_takes_the_first_images(test_set, tmp_path):
    reference = prepare_reference(test_set, 4, tmp_path / "ref", limit=1)
    assert [path.stem for path in reference.bicubic] == ["cat"]


def test_the_record_is_written_last_and_holds_no_path(test_set, tmp_path):
    prepare_reference(test_set, 4, tmp_path / "ref")
    text = (tmp_path / "ref" / REFERENCE_FILE).read_text()
    assert str(tmp_path) not in text
    assert json.loads(text)["source_sha256"]["cat"] == file_sha256(test_set.hr[0])


def test_what_was_left_out_of_the_sources_is_recorded(test_set, tmp_path):
    (tmp_path / "pets" / "list.txt").touch()
    found = resolve_test_set(f"folder:{tmp_path}/pets", 4)
    prepare_reference(found, 4, tmp_path / "ref")
    record = json.loads((tmp_path / "ref" / REFERENCE_FILE).read_text())
    assert record["skipped"] == {"list.txt": "no image by its ending"}


def test_the_data_set_is_described_by_the_hashes_of_its_files(test_set, tmp_path):
    reference = prepare_reference(test_set, 4, tmp_path / "ref")
    assert dataset_record(reference) == {
        "images": 2,
        "scale": 4,
        "hr_sha256": {path.stem: file_sha256(path) for path in reference.hr},
        "niqe_blocks": {"cat": 0, "dog": 0},
    }


def test_what_was_prepared_can_be_opened_again(test_set, tmp_path):
    prepared = prepare_reference(test_set, 4, tmp_path / "ref", limit=1)
    assert open_reference(tmp_path / "ref", "pets", 4) == prepared


def test_a_folder_without_a_prepared_set_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no prepared test set"):
        open_reference(tmp_path, "pets", 4)


@pytest.mark.parametrize("part", ["hr", "lr", "bicubic"])
def test_an_image_that_is_not_the_written_one_is_refused_and_written_anew(
    test_set, tmp_path, part, photograph
):
    folder = tmp_path / "ref"
    reference = prepare_reference(test_set, 4, folder)
    image = getattr(reference, part)[1]
    content, before = image.read_bytes(), stamps(reference)
    write_png(image, photograph[:8, :8])
    with pytest.raises(DataError, match=rf"{part}/dog\.png: missing or not what was written"):
        open_reference(folder, "pets", 4)
    assert prepare_reference(test_set, 4, folder) == reference
    assert image.read_bytes() == content
    assert sum(now != then for now, then in zip(stamps(reference), before, strict=True)) == 1


def test_an_image_that_comes_out_otherwise_than_it_was_scored_is_refused(test_set, tmp_path):
    folder = tmp_path / "ref"
    lr = prepare_reference(test_set, 4, folder).lr[0]
    lr.unlink()
    record = folder / REFERENCE_FILE
    fields = json.loads(record.read_bytes())
    fields["png_sha256"]["lr/cat.png"] = "ab" * 32
    record.write_text(json.dumps(fields))
    with pytest.raises(DataError, match=r"lr/cat\.png: lost, and made here with other pixels"):
        prepare_reference(test_set, 4, folder)


@pytest.fixture
def pairs(save, tmp_path, photograph):
    save("lr/cat.png", photograph[100:117, 50:71])
    save("hr/cat.png", photograph[:68, :84])
    return resolve_test_set(f"pairs:{tmp_path}/lr,{tmp_path}/hr", 4)


def test_given_lr_is_taken_as_it_is(pairs, tmp_path, photograph):
    reference = prepare_reference(pairs, 4, tmp_path / "ref")
    lr = read_rgb(reference.lr[0])
    assert np.array_equal(lr, photograph[100:117, 50:71])
    assert np.array_equal(read_rgb(reference.hr[0]), photograph[:68, :84])
    assert np.array_equal(read_rgb(reference.bicubic[0]), upsample_uint8(lr, 4))
    record = json.loads((tmp_path / "ref" / REFERENCE_FILE).read_text())
    assert record["low_resolution"] == pairs.low_resolution
    assert record["lr_sha256"] == {"cat": file_sha256(pairs.given[0])}
    assert record["resize"].startswith("HR and LR as they are")


def test_a_crop_of_pairs_follows_the_pixels_of_lr(pairs, tmp_path, photograph):
    reference = prepare_reference(pairs, 4, tmp_path / "ref", crop=50)
    assert np.array_equal(read_rgb(reference.lr[0]), photograph[102:114, 54:66])
    assert np.array_equal(read_rgb(reference.hr[0]), photograph[8:56, 16:64])


def test_degraded_lr_is_made_by_the_fixed_draw_of_each_image(test_set, tmp_path):
    found = Degradation.model_validate({"noise": {"sigma": 9}, "jpeg": {"quality": [30, 90]}})
    degraded = resolve_test_set(f"degraded:folder:{tmp_path}/pets", 4, found)
    reference = prepare_reference(degraded, 4, tmp_path / "ref")
    plain = prepare_reference(test_set, 4, tmp_path / "plain")
    for lr, hr, clean, name in zip(
        reference.lr, reference.hr, plain.hr, reference.images, strict=True
    ):
        assert hr.read_bytes() == clean.read_bytes()
        assert np.array_equal(read_rgb(lr), degraded_image(read_rgb(hr), 4, found, name))


def test_what_lr_is_survives_in_the_records(pairs, tmp_path):
    written = prepare_reference(pairs, 4, tmp_path / "ref")
    opened = open_reference(tmp_path / "ref", pairs.name, 4)
    assert opened.low_resolution == pairs.low_resolution
    record = dataset_record(opened)
    assert record["low_resolution"] == pairs.low_resolution
    assert record["lr_sha256"] == {"cat": file_sha256(written.lr[0])}
    held = held_test_set(tmp_path / "ref", pairs.name, 4, record["hr_sha256"])
    assert held == opened


def test_lr_that_was_shrunk_alone_leaves_no_trace(test_set, tmp_path):
    record = dataset_record(prepare_reference(test_set, 4, tmp_path / "ref"))
    written = json.loads((tmp_path / "ref" / REFERENCE_FILE).read_text())
    assert not {"low_resolution", "lr_sha256"} & {*record, *written}
