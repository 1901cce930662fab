# Four commands; each sets up what it needs. A fresh machine has Python 3.11 to 3.13, make and a package index.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

USABLE := import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do "$$p" -c '$(USABLE)' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export DO_NOT_TRACK := 1

.PHONY: help demo test dev check slow

help:
	@echo 'make demo    set up, run the whole pipeline on the sandbox, say where the warehouse is'
	@echo 'make test    set up, run the tests'
	@echo 'make dev     open the Dagster UI (on the sandbox when no credentials are set)'
	@echo 'make check   lint and type-check'

demo: $(READY)
	@$(BIN)/finago-assets demo

test: $(READY)
	@$(BIN)/python -m pytest -q -m 'not slow' -n auto --maxprocesses 4 --no-loadscope-reorder

slow: $(READY)
	@$(BIN)/python -m pytest -q -m slow -n auto --maxprocesses 2 --no-loadscope-reorder

dev: $(READY)
	@$(BIN)/finago-assets dev

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@cd dbt_project && ../$(BIN)/sqlfluff lint --quiet models tests

$(READY): constraints.txt pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11, 3.12 or 3.13 with the venv module is needed, and none was found.' >&2; exit 1; }
	@echo 'Setting up $(VENV) with $(PYTHON): a minute or two, once.'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mkdir -p -m 700 data
	@touch $@
