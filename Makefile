# Each command makes .venv when it is missing and installs what it needs.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2
# Notebook 7's own extension, where it is installed, does not load in Voila.
VOILA := --Voila.ip=127.0.0.1 --VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension

.PHONY: demo test lint bench lab app notebooks browser binder clean

demo: .venv/test          ## run the tour notebook against the sandbox and write demo/tour.html
	$(PY) -m tools.demo

test: .venv/test          ## unit tests, README code, then the notebooks compared output by output
	$(PY) -m pytest -n $(WORKERS)
	$(PY) -m tools.notebooks check
	$(PY) -m tools.notebooks test

lint: .venv/dev           ## ruff, strict types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test         ## measured tables: imports, calls, streaming
	$(PY) -m benchmarks

lab: .venv/lab            ## open JupyterLab on the tour
	$(BIN)/jupyter lab notebooks/00-tour.ipynb

app: .venv/app            ## serve all panels as a page, by Voila, to this machine alone
	$(BIN)/voila notebooks/app/panels.ipynb $(VOILA)

notebooks: .venv/test     ## run the tutorials and save them with outputs
	$(PY) -m tools.notebooks run

browser: .venv/browser    ## look at a notebook in a real browser (needs Chromium)
	@command -v "$${CHROMIUM:-/usr/bin/chromium}" >/dev/null || \
	  { echo "Install Chromium first (Debian: apt-get install chromium), or set CHROMIUM to its path."; exit 1; }
	$(PY) -m pytest tests/browser --browser-suite --timeout 300

binder: .venv/test        ## what Binder does with this repository, in a fresh environment
	$(PY) -m tools.binder

clean:
	rm -rf .venv demo build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

# uv installs in seconds what takes pip minutes; where it cannot be had, pip does it.
.venv/%: pyproject.toml | .venv/bin/python
	@echo "Installing what \`make $(or $(MAKECMDGOALS),$*)\` needs into .venv ..."
	@{ $(PIP) uv && $(BIN)/uv pip install --quiet --python $(PY) -e ".[$*]"; } || $(PIP) -e ".[$*]"
	@touch $@
