from sweep.analysis.published.points import published_values

KNOWN_METRICS = {"psnr", "ssim", "lpips", "niqe", "pi"}


def test_every_value_has_a_protocol_and_a_source():
    values = published_values()
    assert len(values) > 20
    for value in values:
        assert value.metric in KNOWN_METRICS
        assert value.channel in ("y", "rgb", "not stated")
        assert value.border.isdigit() or value.border == "not stated"
        assert value.source
        assert value.value > 0


def test_no_value_stands_twice():
    keys = [(v.method, v.dataset, v.scale, v.metric, v.channel) for v in published_values()]
    assert len(set(keys)) == len(keys)


def test_known_points_are_there():
    found = {(v.method, v.metric): v.value for v in published_values()}
    assert found["SRResNet", "psnr"] == 32.05
    assert found["SRGAN-VGG54", "psnr"] == 29.40
    assert found["ESRGAN (SPSR)", "lpips"] == 0.0748
    assert found["ESRGAN (mmagic)", "psnr"] == 28.27


def test_protocols_are_told_in_words():
    words = {v.method: v.protocol for v in published_values() if v.metric == "psnr"}
    assert words["ESRGAN (mmagic)"] == "PSNR (RGB, 4 px border)"
    assert words["SRGAN (VOC2012)"] == "PSNR (channel not stated, border not stated)"
