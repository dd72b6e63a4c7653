# The command `sweep` with PyTorch for the CPU, or for CUDA:
#
#   docker build --tag srgan-sweep .
#   docker build --tag srgan-sweep:cuda --build-arg TORCH_INDEX= .
#
# How it is run: docs/installing.md.

ARG PYTHON=3.12
FROM python:${PYTHON}-slim

# PyTorch's own index has builds for the CPU alone; those of the index that pip asks by itself, where
# this is empty, bring the CUDA libraries along.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Of the extras `export` and `generators`; by those names pip would add all that pyiqa asks for.
ARG EXTRAS="onnx onnxruntime onnxscript spandrel"

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

# setup.cfg bounds the versions from below; the newest are meant.
# hadolint ignore=DL3013
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch torchvision

WORKDIR /source
COPY requirements-slim.txt ./
# hadolint ignore=DL3013,SC2086
RUN pip install --requirement requirements-slim.txt ${EXTRAS} \
    && pip install --no-deps pyiqa

COPY pyproject.toml setup.cfg setup.py README.md LICENSE srgan_sweep.py ./
COPY configs configs
COPY srgan_core srgan_core
COPY sweep sweep
RUN pip install --no-deps .

# Weights, test sets and packed images go below; whichever user the container runs as may write there.
ENV HOME=/cache USER=sweep
RUN mkdir --mode=1777 /cache /work
VOLUME /cache
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["sweep"]
CMD ["--help"]
