"""What setup.cfg cannot say: the folder configs/ is installed as the package sweep.configs."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["srgan_core", "srgan_core.*", "sweep", "sweep.*"]),
        "sweep.configs",
    ],
    # Outside the package whose name another project has too: the commands begin there.
    py_modules=["srgan_sweep"],
    package_dir={"sweep.configs": "configs"},
)
