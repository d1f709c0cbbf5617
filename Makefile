# Two commands on a fresh machine with Python 3.11, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH := .bench
# One more than two cores: the tests with real servers wait as long as they compute.
WORKERS ?= 3

SOURCES := restant_tui screens widgets tests bench docs
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test pytest lint format types contracts spell runbooks screenshots bench lock clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## Open the console on the embedded practice host (a plain snapshot without a terminal)
	@$(BIN)/restant-tui --practice

test: lint types contracts spell runbooks pytest ## Lint, types, import contracts, spelling, runbooks and all tests

pytest: $(STAMP) ## All tests, in parallel
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(STAMP) ## Ruff: rules and format
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

format: $(STAMP) ## Let ruff put the source in its format
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

types: $(STAMP) ## mypy, strict, on source and tests
	$(BIN)/mypy

contracts: $(STAMP) ## Which room may import which
	$(BIN)/lint-imports

spell: $(STAMP) ## Spelling of code, comments, runbooks and docs
	$(BIN)/codespell restant_tui screens widgets runbooks tests bench docs .ci Makefile *.md *.toml

runbooks: $(STAMP) ## Every shipped runbook against the rules of the format
	$(BIN)/restant-tui lint runbooks

screenshots: $(STAMP) ## Draw the console on the practice host as docs/*.svg
	$(BIN)/python -m docs.screenshots

bench: $(STAMP) $(BENCH)/.installed ## Measure the program beside its rivals; ARGS="ssh_short --force" names one
	$(BIN)/python -m bench $(ARGS)

lock: $(STAMP) ## Pin everything again, newest versions first
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --extra dev \
	  --generate-hashes --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
	  --output-file requirements.lock pyproject.toml

clean: ## Remove everything that was made here
	rm -rf $(VENV) $(BENCH) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build snapshot_report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "restant-tui needs Python 3.11 or newer; name one with: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "this Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# A rival for the benchmark, apart from our own environment: it runs on another Textual.
$(BENCH)/.installed:
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet 'posting==2.11.1' 'tree-sitter==0.25.*'
	@touch $@
