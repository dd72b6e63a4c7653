"""`sweep fetch`."""

from __future__ import annotations

import click

from srgan_core.errors import ConfigError, DataError, UnavailableError, WeightsError, unknown_name
from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.config.names import PUBLISHED_SETS


@click.command("fetch", epilog="Example: sweep fetch set5 vgg16")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def command(names: tuple[str, ...]) -> int:
    """Download weights (alexnet, vgg16, vgg19) and test sets (set5, set14, bsd100, urban100).

    Without a NAME, everything that the quick config can use: alexnet, vgg16, vgg19 and set5.
    Exit status 3 when something could not be had.
    """
    from srgan_core.weights import fetch_weights
    from srgan_core.weights.catalogue import ARCHITECTURES
    from sweep.scoring.sets.test_sets import resolve_test_set

    known = (*ARCHITECTURES, *PUBLISHED_SETS)
    for name in names:
        if name not in known:
            raise ConfigError(unknown_name("download", name, known))
    status = 0
    for name in names or (*ARCHITECTURES, "set5"):
        try:
            if name in ARCHITECTURES:
                found = fetch_weights(name)
                click.echo(f"{name}: {found.path} (from the {found.origin})")
            else:
                test_set = resolve_test_set(name, scale=4)
                images = counted(len(test_set.hr), "image")
                click.echo(f"{name}: {images} in {test_set.hr[0].parent}")
        except (WeightsError, DataError) as error:
            status = UnavailableError.EXIT_STATUS
            say(f"error: {error}")
    return status
