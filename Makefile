# Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STUDIO := .venv-studio
STUDIO_STAMP := $(STUDIO)/.installed

.PHONY: run test check studio wheel bench clean help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "usiran needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(VENV) (once, about two minutes)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[annotation,dev,spacy,dask]"
	@touch $(STAMP)

run: $(STAMP)  ## the main job: validate, build, load, benchmark, leaderboard
	$(BIN)/usiran validate
	$(BIN)/usiran build
	$(BIN)/python -c "from datasets import load_dataset; print(load_dataset('dataset', 'stance'))"
	$(BIN)/usiran benchmark run

# Label Studio needs older libraries than the toolkit: it has an environment of its own.
$(STUDIO_STAMP): constraints-studio.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Label Studio is set up with Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up $(STUDIO) (once, about two minutes, 1 GB)" >&2
	@$(PYTHON) -m venv $(STUDIO)
	@$(STUDIO)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints-studio.txt label-studio
	@touch $(STUDIO_STAMP)

studio: $(STUDIO_STAMP)  ## install the Label Studio server

test: $(STAMP) studio  ## all tests and doctests
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

check: $(STAMP)  ## format, lint, types, doctests, findings, drift
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet src
	$(BIN)/usiran validate
	$(BIN)/usiran build --check
	$(BIN)/usiran annotate adjudicate --check
	$(BIN)/usiran annotate agreement --check
	$(BIN)/usiran annotate agreement --check --corpus annotation/pilot
	$(BIN)/usiran benchmark leaderboard --check
	$(BIN)/usiran benchmark report --check
	$(BIN)/usiran benchmark verify --all

wheel: $(STAMP)  ## build the wheel and run the commands' tests against it, in an environment of its own
	rm -rf dist build/wheel
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "$$(ls $(CURDIR)/dist/*.whl)[annotation,dev]"
	build/wheel/bin/usiran --version
	build/wheel/bin/usiran build --check --quiet
	build/wheel/bin/python -m pytest --numprocesses=2 --dist=loadfile tests/cli tests/dataset/test_build.py tests/label_studio/test_config.py tests/schemas/test_tables.py

bench: $(STAMP)  ## measure the speed budgets against peers; writes baselines/BENCH.md
	$(BIN)/python -m bench

clean:  ## remove what the targets made
	rm -rf $(VENV) $(STUDIO) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
