# demo, demo-model, test, check, bench, docs, clean: nothing else to know.
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
# Several threads in each of several processes would fight for the same cores.
export OMP_NUM_THREADS ?= 1

.PHONY: demo demo-model test check bench docs clean

demo: $(VENV)/.installed
	$(BIN)/millesime demo demo-territory --workers $(WORKERS)

demo-model: $(VENV)/.installed-train
	OMP_NUM_THREADS=$(WORKERS) $(BIN)/python -m millesime.demo.model_recipe demo-training

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-dev
	$(BIN)/python -m pytest tests/test_docs.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "millesime needs Python 3.11 or later: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# Peers that are Python packages, and mapshaper where there is npm; the benchmarks name those that are missing.
$(VENV)/.installed-bench: $(VENV)/.installed-dev benchmarks/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	cd benchmarks && if command -v npm >/dev/null; then npm install --no-save --no-audit --no-fund --ignore-scripts; fi
	@touch $@

# torch is named by its exact version: any other way of asking for it pulls several GB of CUDA libraries.
$(VENV)/.installed-train: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,published,openvino,hub]'
	@touch $@
