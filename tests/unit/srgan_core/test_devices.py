import pytest

from srgan_core.devices import check_device_name, gpu_number
from srgan_core.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "number"),
    [("auto", None), ("cpu", None), ("mps", None), ("cuda", None), ("cuda:0", 0), ("cuda:12", 12)],
)
def test_a_name_may_carry_the_number_of_a_gpu(name, number):
    assert check_device_name(name) == name
    assert gpu_number(name) == number


@pytest.mark.parametrize("name", ["cuda:-1", "cuda:1,2", "cpu:0", "cuda: 1", "cuda:1\n"])
def test_other_names_are_refused_with_the_known_ones(name):
    with pytest.raises(ConfigError, match="is unknown: auto, cpu, cuda, cuda:N, mps"):
        check_device_name(name)


def test_the_pattern_itself_is_no_name():
    with pytest.raises(ConfigError, match="as in cuda:1"):
        check_device_name("cuda:N")
