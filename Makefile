# Each command sets up what it needs. A fresh machine has Python 3.11 to 3.13, make and a package index.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

USABLE := import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do "$$p" -c '$(USABLE)' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# `make demo` on a slow line is minutes of this
PINNED := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r
TOLD := $(BIN)/python scripts/pip_progress.py
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras --no-header
export DO_NOT_TRACK := 1
# tests and runs start many processes, each of which would compile everything anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test dev look docs check check-python check-sql slow pins

help:
	@echo 'make demo    set up, run the whole pipeline on the sandbox, say where the warehouse is'
	@echo 'make test    set up, run the tests'
	@echo 'make dev     open the Dagster UI (on the sandbox when no credentials are set)'
	@echo 'make look    look around in the published books, in a browser'
	@echo 'make docs    write the data dictionary: every table and column, as one page'
	@echo 'make check   lint and type-check'

demo: $(READY)
	@$(BIN)/finago-assets demo

test: $(TOOLS)
	@$(BIN)/python -m pytest -q -m 'not slow' -n auto --maxprocesses 4 --no-loadscope-reorder

slow: $(TOOLS)
	@$(BIN)/python -m pytest -q -m slow $$(grep -rl --include='*.py' 'mark\.slow' tests) -n auto --maxprocesses 3 --no-loadscope-reorder

dev: $(READY)
	@$(BIN)/finago-assets dev

look: $(READY)
	@$(BIN)/finago-assets look

docs: $(READY)
	@$(BIN)/python -m finago_assets.data_dictionary

# the two that take a minute each side by side
check: $(TOOLS)
	@$(MAKE) --no-print-directory -j2 check-python check-sql

check-python: $(TOOLS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check-sql: $(TOOLS)
	@cd dbt_project && ../$(BIN)/sqlfluff lint --quiet models tests

$(READY): constraints.txt pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11, 3.12 or 3.13 with the venv module is needed, and none was found.' >&2; exit 1; }
	@echo 'Setting up $(VENV) with $(PYTHON): a minute or two, once.'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PINNED) constraints.txt | $(TOLD) constraints.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@mkdir -p -m 700 data
	@touch $@

# tests, linters and the type checker, beside what a run needs
$(TOOLS): $(READY) constraints-dev.txt
	@echo 'Adding what tests and linters need.'
	@$(PINNED) constraints-dev.txt | $(TOLD) constraints.txt constraints-dev.txt
	@touch $@

# both files anew from pyproject.toml, by uv, which is not installed here; pins that still fit stay
pins:
	@$(PIN) pyproject.toml -o constraints.txt
	@grep -hv '^-r ' constraints.txt constraints-dev.txt >$(VENV)/all.txt
	@$(PIN) --extra dev -c constraints.txt pyproject.toml -o $(VENV)/all.txt
	@sed -i '1i # What a run needs, as `make demo` installs it. `make pins` made this file with uv, from [project] dependencies in pyproject.toml.' constraints.txt
	@sed '/^-r /q' constraints-dev.txt >$(VENV)/dev.txt
	@awk '/==/ { known = NR == FNR ? !(have[$$0] = 1) : $$0 in have } NR != FNR && !known' constraints.txt $(VENV)/all.txt >>$(VENV)/dev.txt
	@mv $(VENV)/dev.txt constraints-dev.txt
