import pytest

from srgan_core.wording import counted, first_names


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (11, "11 images")]
)
def test_one_alone_is_singular(number, text):
    assert counted(number, "image") == text


def test_a_plural_of_its_own_is_taken():
    assert counted(2, "patch", "patches") == "2 patches"
    assert counted(1, "patch", "patches") == "1 patch"


def test_a_few_names_are_listed_whole_and_many_are_counted():
    assert first_names(["a", "b"]) == "a, b"
    assert first_names("abcde") == "a, b, c and 2 more"
