# Everything runs in .venv, which the first target that needs it makes and fills.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
RESULTS := results/quick

# Who installs: pip, or uv where it is named (make UV=uv), which takes a fifth of pip's time and
# reads none of pip's settings.
UV ?=
PIP := $(BIN)/python -m pip install --disable-pip-version-check
INSTALL := $(if $(UV),$(UV) pip install --python $(BIN)/python,$(PIP)) --editable

# A stamp says what is installed; a change of the requirements makes it stale.
REQUIREMENTS := setup.cfg setup.py pyproject.toml
PACKAGE := $(VENV)/.package-installed
TEST_TOOLS := $(VENV)/.test-tools-installed
RAY := $(VENV)/.ray-installed
DEV_TOOLS := $(VENV)/.dev-tools-installed

# An environment of its own with the lowest versions that setup.cfg allows, which uv can choose.
LOWEST := .venv-lowest
LOWEST_INSTALL := UV_SYSTEM_CERTS=true $(BIN)/uv pip install --python $(LOWEST)/bin/python
LOWEST_PACKAGES := $(LOWEST)/.packages-installed
LOWEST_INSTALLED := $(LOWEST)/.installed
LOWEST_TESTS := $(addprefix tests/unit/,srgan_core/training/test_config.py srgan_core/test_networks.py \
  srgan_core/test_losses.py srgan_core/data/test_resize.py srgan_core/data/test_images.py \
  sweep/analysis sweep/config sweep/store sweep/tables sweep/visualization/plots sweep/cli)

# Whole files go to the processes, in the order of collection, which puts the long ones first. Some
# tests wait for a cluster or a browser: one process more than cores keeps all of them busy.
CORES := $(shell getconf _NPROCESSORS_ONLN)
PROCESSES := $(shell expr $(CORES) + 1)
SPREAD := --maxprocesses 8 --dist loadfile --no-loadscope-reorder --numprocesses

# on_gpu.py wants a GPU and photographs.
BENCHMARKS := $(filter-out benchmarks/on_gpu.py,$(sort $(wildcard benchmarks/*.py)))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lowest ray lint types bench docs clean

help: ## List the targets.
	@echo "make TARGET [PYTHON=python3.12] [ARGS='options of pytest']"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(PACKAGE) ## Sweep three adversarial weights, draw the tradeoff, say where it is.
	$(BIN)/sweep run --adv 1e-4,1e-3,1e-2
	$(BIN)/sweep plot
	@echo
	@echo "The results are in $(RESULTS)/:"
	@echo "  tradeoff.png, tradeoff.svg  the charts"
	@echo "  results.csv                 one row per trial and test set ($(BIN)/sweep table shows it)"
	@echo "  per_image.csv, summary.csv  the scores of each image, the means over seeds"
	@echo "  figures/                    restored images side by side"
	@echo "  trials/                     one folder per trial: generator, log, restored images"

test: $(TEST_TOOLS) ## Run every test, in one process more than there are cores.
	$(BIN)/python -m pytest $(SPREAD) $(PROCESSES) $(ARGS)

# A warning of an old version about a newer one is none of ours.
lowest: $(LOWEST_INSTALLED) ## Run light unit tests with the lowest versions that setup.cfg allows.
	$(LOWEST)/bin/python -m pytest $(SPREAD) $(CORES) -p no:cacheprovider -W default \
	  $(LOWEST_TESTS) $(ARGS)

ray: $(RAY) ## Install Ray (240 MB); tests of --executor ray skip without it.

lint: $(DEV_TOOLS) ## Check style, formatting and which package imports which.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(DEV_TOOLS) $(TEST_TOOLS) ## Check the types.
	$(BIN)/mypy

bench: $(PACKAGE) ## Measure time and memory; prints, never fails on a number.
	@for file in $(BENCHMARKS); do \
	  echo "$$file"; $(BIN)/python "$$file" || exit 1; echo; \
	done

docs: $(TEST_TOOLS) ## Hold the documentation against the code; build its reference.
	$(BIN)/python -m pytest -m docs $(ARGS)
	$(BIN)/python docs/reference.py

clean: ## Delete caches and build products; .venv and results/ stay.
	rm -rf build dist *.egg-info .coverage .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "srgan-sweep needs Python 3.11 or later, and $(PYTHON) says" \
	    "'$$($(PYTHON) --version 2>&1 | tail -n 1)'; name another: make PYTHON=python3.12" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BIN)/uv: | $(BIN)/python
	$(PIP) --quiet uv

$(PACKAGE): $(REQUIREMENTS) | $(BIN)/python
	@echo "Installing into $(VENV); PyTorch makes the first time take minutes."
	$(INSTALL) .
	@touch $@

$(TEST_TOOLS): $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) '.[test]'
	@touch $@ $(PACKAGE)

$(LOWEST_PACKAGES): $(REQUIREMENTS) | $(BIN)/uv
	$(PYTHON) -m venv --without-pip $(LOWEST)
	$(LOWEST_INSTALL) --resolution lowest-direct --requirement setup.cfg \
	  'pytest>=9.0' 'hypothesis>=6.100' 'pytest-xdist>=3.8'
	@touch $@

$(LOWEST_INSTALLED): $(LOWEST_PACKAGES)
	$(LOWEST_INSTALL) --no-deps --editable .
	@touch $@

$(RAY): $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) '.[ray]'
	@touch $@ $(PACKAGE)

$(DEV_TOOLS): $(REQUIREMENTS) | $(BIN)/python
	$(INSTALL) '.[dev]'
	@touch $@ $(PACKAGE)
