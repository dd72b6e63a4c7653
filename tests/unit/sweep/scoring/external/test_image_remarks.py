import numpy as np
from PIL import Image

from srgan_core.data.pairing import Pair
from sweep.scoring.external.image_remarks import remarks_on


def test_lossy_files_are_told_by_their_content_not_their_name(tmp_path, photograph):
    Image.fromarray(photograph).save(tmp_path / "a.jpg")
    Image.fromarray(photograph).save(tmp_path / "b.png", "JPEG")
    Image.fromarray(photograph).save(tmp_path / "c.png")
    pairs = [Pair(name[0], tmp_path / name) for name in ("a.jpg", "b.png", "c.png")]
    (remark,) = remarks_on(pairs)
    assert remark.startswith("2 of 3 restored images are compressed with loss (a.jpg, b.png)")


def test_a_grey_image_of_a_coloured_reference_is_pointed_out(tmp_path, photograph, save):
    Image.fromarray(photograph).convert("L").save(tmp_path / "a.png")
    (remark,) = remarks_on([Pair("a", tmp_path / "a.png", save("hr/a.png", photograph))])
    assert "1 restored image grey where the reference has colour (a.png)" in remark


def test_lossless_webp_is_not_warned_of(tmp_path, photograph):
    Image.fromarray(photograph).save(tmp_path / "a.webp", lossless=True)
    assert remarks_on([Pair("a", tmp_path / "a.webp")]) == []


def test_turned_images_and_those_of_which_the_first_is_taken_are_said(tmp_path, photograph):
    exif = Image.Exif()
    exif[0x0112] = 3
    image = Image.fromarray(photograph)
    image.save(tmp_path / "a.png", exif=exif)
    image.save(tmp_path / "b.tif", save_all=True, append_images=[image])
    turned, several = remarks_on([Pair(name[0], tmp_path / name) for name in ("a.png", "b.tif")])
    assert "1 of 2 restored images are turned upright" in turned
    assert "(b.tif): the first of each is scored" in several


def test_good_pngs_and_unreadable_files_get_no_remark(tmp_path, save):
    (tmp_path / "bad.png").write_bytes(b"no image")
    good = save("a.png", np.zeros((4, 4, 3), np.uint8))
    assert remarks_on([Pair("a", good), Pair("bad", tmp_path / "bad.png")]) == []
