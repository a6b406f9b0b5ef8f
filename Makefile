# Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
STUDIO := .venv-studio
STUDIO_STAMP := $(STUDIO)/.installed
# Packages come from the registry exactly as they were tried: their hashes are compared. pip fetches
# uv, which installs the hundred others in a fifth of pip's time, compiled, as pip does it: where
# Python is told to write no byte code, each start would compile all that it imports.
GET_UV := -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-setup.txt
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --python
ITSELF := $(BIN)/uv pip install --quiet --no-deps --python
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile
# Set COVER=1 to measure which lines and branches the tests run; `make coverage` prints it.
COVERED := $(if $(COVER),-p tests.support.covered)

define need_python
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 4) <= sys.version_info[:3] < (3, 14))' || \
		{ echo "usiran needs Python 3.11 (from 3.11.4), 3.12 or 3.13; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
endef

.PHONY: FORCE run site test faults test-studio test-browser test-site fuzz reproduce consumers coverage check check-code check-data studio wheel bench lock clean help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

# A Python that is named is the one that $(VENV) has: with another in it, it is made anew.
ifeq ($(origin PYTHON),command line)
version = $(shell $(1) -c 'import sys; print(sys.version)' 2>&1 || true)
ifneq ($(call version,$(PYTHON)),$(call version,$(BIN)/python))
$(STAMP): FORCE
CLEAR := --clear
endif
endif
$(STAMP): requirements-setup.txt requirements.txt pyproject.toml
	$(need_python)
	@echo "setting up $(VENV) (once, about half a minute)" >&2
	@$(PYTHON) -m venv $(CLEAR) $(VENV)
	@$(BIN)/python $(GET_UV)
	@$(INSTALL) $(BIN)/python --requirement requirements.txt
	@$(ITSELF) $(BIN)/python --editable .
	@touch $(STAMP)

$(DEV_STAMP): $(STAMP) requirements-dev.txt
	@echo "setting up $(VENV) for tests and checks (once, about half a minute)" >&2
	@$(INSTALL) $(BIN)/python --requirement requirements-dev.txt
	@touch $(DEV_STAMP)

run: $(STAMP)  ## the main job: validate, build, load, benchmark, leaderboard
	$(BIN)/usiran validate
	$(BIN)/usiran build
	$(BIN)/python -c "from datasets import load_dataset; print(load_dataset('dataset', 'stance'))"
	$(BIN)/usiran benchmark run

site: $(STAMP)  ## write the pages and serve them on this machine; prints the address
	$(BIN)/usiran site --output build/site --force --quiet --serve

# Label Studio needs older libraries than the toolkit: it has an environment of its own.
$(STUDIO_STAMP): requirements-studio.txt | $(STAMP)
	@echo "setting up $(STUDIO) (once, about half a minute, 1 GB)" >&2
	@$(BIN)/python -m venv --clear --without-pip $(STUDIO)
	@$(INSTALL) $(STUDIO)/bin/python --requirement requirements-studio.txt
	@touch $(STUDIO_STAMP)

# `push` and `pull` speak to it from .venv, by a package that is locked with those of tests.
studio: $(STUDIO_STAMP) $(DEV_STAMP)  ## install the Label Studio server, and what speaks to it

test: $(DEV_STAMP)  ## all tests but those of the server, the browser, the peers, the wheel and the figures
	$(PYTEST) $(COVERED) -m "not studio and not browser and not pages and not peers and not wheel and not reproduce" tests

test-studio: $(DEV_STAMP) studio  ## the tests that label in a real Label Studio
	$(PYTEST) $(COVERED) -m "studio and not browser" tests

# Other people's, so fetched for the tests alone, by version and hash.
AXE := build/axe-core/axe.min.js
$(AXE):
	@mkdir -p build/axe-core
	cd build/axe-core && npm pack --silent axe-core@4.14.1
	cd build/axe-core && echo "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745  axe-core-4.14.1.tgz" | sha256sum --check --quiet
	@tar -xzf build/axe-core/axe-core-4.14.1.tgz -C build/axe-core --strip-components=1 package/axe.min.js

test-browser: $(DEV_STAMP) studio $(AXE)  ## the tests in a real browser (Chromium, chromedriver)
	$(PYTEST) $(COVERED) -m "browser or pages" tests

test-site: $(DEV_STAMP)  ## every kind of page of the site, opened in a real browser
	$(BIN)/python -m pytest tests/site/test_opened.py

faults: $(DEV_STAMP) studio  ## every command that writes, killed, stopped and out of space at each of its calls (an hour)
	USIRAN_FAULTS=all $(BIN)/python -m pytest tests/io/test_faults.py tests/annotation/server/test_push_pull.py -k "test_faults or broken_off"

fuzz: $(DEV_STAMP)  ## 20,000 hostile inputs instead of the 2,000 of `make test` (5 minutes)
	USIRAN_MUTANTS=20000 $(PYTEST) tests/fuzz

reproduce: $(DEV_STAMP)  ## compute every stored figure again, by usiran.evaluate (10 minutes)
	$(PYTEST) -m reproduce tests

consumers: $(STAMP)  ## read the dataset with other tools and older versions of datasets (5 minutes, 3 GB)
	$(BIN)/python -m tests.consumers

coverage: $(DEV_STAMP)  ## what the tests with COVER=1 ran, in lines and branches
	$(BIN)/slipcover --branch --merge build/coverage/*.json --out build/coverage.json --skip-covered --missing-width=60 --fail-under=95

check: check-code check-data  ## format, lint, types, doctests, findings, drift

check-code: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet src

check-data: $(DEV_STAMP)
	$(BIN)/usiran validate
	$(BIN)/usiran build --check
	$(BIN)/usiran annotate adjudicate --check
	$(BIN)/usiran annotate agreement --check
	$(BIN)/usiran annotate agreement --check --corpus annotation/pilot
	$(BIN)/usiran validate --corpus annotation/synthetic
	$(BIN)/usiran annotate adjudicate --check --corpus annotation/synthetic
	$(BIN)/usiran annotate agreement --check --corpus annotation/synthetic
	$(BIN)/usiran benchmark leaderboard --check
	$(BIN)/usiran benchmark report --check
	$(BIN)/usiran benchmark verify --all
	$(BIN)/usiran benchmark artefacts

wheel: $(DEV_STAMP)  ## build the wheel and try what it can lack, in an environment of its own
	rm -rf dist build/wheel
	$(BIN)/uv build --quiet --wheel --out-dir dist .
	$(BIN)/python -m venv --without-pip build/wheel
	$(INSTALL) build/wheel/bin/python --requirement requirements.txt
	$(ITSELF) build/wheel/bin/python dist/*.whl tests/data/plugin
	$(BIN)/uv pip check --python build/wheel/bin/python
	build/wheel/bin/usiran --version
	build/wheel/bin/usiran build --check --quiet
	$(BIN)/python -m pytest -m wheel tests/api/test_installed.py

bench: $(DEV_STAMP)  ## measure the speed budgets against peers; writes baselines/BENCH.md
	$(BIN)/python -m bench

# Versions move only where they must: the present files are what uv starts from.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.4 --generate-hashes --no-emit-index-url --no-annotate --no-header
define lock_file
	@{ grep '^#' $(1); $(LOCK) $(2); } > $(1).new && mv $(1).new $(1)
endef

lock: $(DEV_STAMP)  ## resolve the requirements files anew, keeping the versions that still fit
	@echo "uv==0.13.9" > build-setup.in
	$(call lock_file,requirements-setup.txt,build-setup.in)
	$(call lock_file,requirements-dev.txt,--constraint requirements-dev.txt --extra annotation --extra dev --extra plots --extra dask --extra spacy pyproject.toml)
	$(call lock_file,requirements.txt,--constraint requirements-dev.txt pyproject.toml)
	@echo "label-studio==1.23.2" > build-studio.in
	$(call lock_file,requirements-studio.txt,--constraint requirements-studio.txt build-studio.in)
	@rm build-setup.in build-studio.in

clean:  ## remove what the targets made
	rm -rf $(VENV) $(STUDIO) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
