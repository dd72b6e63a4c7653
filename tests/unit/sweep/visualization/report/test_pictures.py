import base64
import io

import numpy as np
import pytest
from PIL import Image

from sweep.store.folder import SweepStore
from sweep.visualization.report.pictures import find_pictures, pack, pack_pictures


def noise(height, width):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize("size", [(1, 1), (40, 60), (2, 20_000)])
def test_packing_loses_no_pixel(tmp_path, size):
    path = tmp_path / "image.png"
    noise(*size).save(path)
    packed = pack(path)
    assert (packed.width, packed.height) == (size[1], size[0])
    with Image.open(io.BytesIO(base64.b64decode(packed.text))) as unpacked, Image.open(path) as own:
        assert Image.MIME[str(unpacked.format)] == packed.mime
        assert np.array_equal(np.asarray(unpacked.convert("RGB")), np.asarray(own))


def test_a_grey_image_stays_as_it_is(tmp_path):
    path = tmp_path / "grey.png"
    noise(8, 8).convert("L").save(path)
    assert base64.b64decode(pack(path).text) == path.read_bytes()


def test_one_corrupt_file_costs_only_itself(tmp_path):
    store = SweepStore(tmp_path)
    hr = store.reference("set5") / "hr"
    hr.mkdir(parents=True)
    for number in range(5):
        noise(8, 8).save(hr / f"{number}.png")
    (hr / "2.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    pictures, _ = find_pictures(store, {"set5": [str(n) for n in range(5)]}, {"set5": []})
    packed = {picture.key: result for picture, result in pack_pictures(pictures)}
    reasons = {key: result for key, result in packed.items() if isinstance(result, str)}
    assert list(reasons) == ["set5/hr/2"]
    assert "cannot be read" in reasons["set5/hr/2"]


@pytest.mark.parametrize("name", ["../secret", "..", "a/b", ""])
def test_names_from_tables_lead_nowhere(tmp_path, name):
    (tmp_path / "secret.png").write_bytes(b"x")
    store = SweepStore(tmp_path / "sweep")
    for images, sources in (({"set5": [name]}, []), ({"set5": ["secret"]}, [(name, "srgan")])):
        found, _ = find_pictures(store, images, {"set5": sources})
        assert found == []
    assert find_pictures(store, {name: ["secret"]}, {name: []})[0] == []


def test_missing_images_are_named(tmp_path):
    _, notes = find_pictures(SweepStore(tmp_path), {"set5": ["baby"]}, {"set5": [("t", "srgan")]})
    assert "set5: t has no image of baby" in notes
