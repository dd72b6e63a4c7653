"""Lets `python -m sweep` stand for `sweep`."""

from sweep.cli import main

if __name__ == "__main__":
    main()
