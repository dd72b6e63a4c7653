from __future__ import annotations

import inspect

import pytest

from srgan_core import errors
from srgan_core.errors import SrganError, unknown_name


def own_errors() -> list[type[Exception]]:
    return [c for c in vars(errors).values() if inspect.isclass(c) and issubclass(c, Exception)]


def test_every_error_is_an_srgan_error_and_stands_in_the_tree():
    for error in own_errors():
        assert issubclass(error, SrganError)
        assert error.__name__ in errors.__doc__


def test_argument_errors_are_value_errors_and_missing_packages_import_errors():
    assert issubclass(errors.ConfigError, ValueError)
    assert issubclass(errors.ShapeError, ValueError)
    assert issubclass(errors.MissingDependencyError, ImportError)


@pytest.mark.parametrize(
    ("name", "ending"),
    [("vgg45", "; did you mean 'vgg54'?"), ("zzz", "vgg22, vgg54"), ("", "vgg22, vgg54")],
)
def test_unknown_name_lists_the_known_ones_and_suggests_a_close_one(name: str, ending: str):
    message = unknown_name("content", name, iter(["mse", "vgg22", "vgg54"]))
    assert message.startswith(f"content {name!r} is unknown: mse, vgg22, vgg54")
    assert message.endswith(ending)
