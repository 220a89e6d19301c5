# Everything is set up on first use: a virtual environment in .venv, made by the first Python that is new enough.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
SCENE ?= orthogonal
ARGS ?=
# pyenv hides the versions of Python that are not chosen, so all of them are.
ALL_PYTHONS := $(or $(PYENV_VERSION),$(shell pyenv versions --bare 2>/dev/null | paste -s -d : -))
# The first of these versions of Python that is there.
python-of = $(shell export PYENV_VERSION=$(ALL_PYTHONS); \
	for v in $(1); do python$$v -c "" 2>/dev/null && echo python$$v && break; done)
NEWEST := $(VENV)-newest
# Tests wait for processes, so there are more workers than cores.
PARALLEL := --numprocesses 3 --dist worksteal
# Programs that make pages, for the tests: where there is npm.
TOOLS := $(if $(and $(shell command -v npm),$(wildcard tests/tools/package.json)),tests/tools/node_modules/installed)
# Linear algebra in one thread each: those of several workers would wait for one another.
test slow fuzz soak mutations coverage oldest newest versions: export OPENBLAS_NUM_THREADS := 1
oldest oldest-installed newest versions: export PYENV_VERSION = $(ALL_PYTHONS)
# Which of the tests: make slow TESTS=tests/render/publish, make oldest TESTS='-m "not slow"'
TESTS ?=

.PHONY: help videos video test slow fuzz soak mutations coverage oldest oldest-installed newest versions lint bench dist clean

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

videos: $(VENV)/installed  ## Render all scenes into output/
	$(BIN)/render videos

video: $(VENV)/installed  ## Render one scene: make video SCENE=rotation ARGS="--theme dark"
	$(BIN)/render scene $(SCENE) $(ARGS)

test: $(VENV)/developer  ## Run the tests, in less than five minutes
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

slow: $(VENV)/developer $(TOOLS)  ## Run those that take longer: every film, many seeds, browsers, clusters
	$(BIN)/python -m pytest $(PARALLEL) -m slow $(TESTS)

fuzz: $(VENV)/developer  ## Try anything on what reads words and files, other things every time
	FUZZ=20 $(BIN)/python -m pytest $(PARALLEL) -o faulthandler_timeout=0 tests/fuzz tests/render/pipeline/test_weights_crafted.py -k "fuzz or any_bytes"

soak: $(VENV)/developer  ## Kill films at random moments for an hour: make soak ARGS="--kills 100 --seed 1"
	PYTHONPATH=.:tests $(BIN)/python tests/soak.py $(ARGS)

mutations: $(VENV)/developer  ## Break one key line after the other, and see that a test notices
	$(BIN)/python tests/mutations.py

# Some tests fail here, since coverage opens and writes files of its own: `make test` is what must pass.
coverage: $(VENV)/developer  ## Say which files the tests run least (TESTS=... for others than quick ones), in twice the time
	rm -rf build/coverage
	mkdir -p build/coverage
	-COVERAGE_RCFILE=$(CURDIR)/pyproject.toml $(BIN)/python -m coverage run -m pytest $(PARALLEL) $(or $(TESTS),-m "not slow")
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --sort=cover > build/coverage/report
	awk '$$4 + 0 < 90 || $$1 == "TOTAL"' build/coverage/report
	$(if $(TESTS),,$(BIN)/python -m coverage report --format=total --fail-under=95 > build/coverage/total)

oldest: oldest-installed  ## Run the tests with the oldest Python there is, and the oldest dependencies allowed
	$(VENV)-oldest/bin/python -m pytest $(PARALLEL) $(TESTS)

oldest-installed:
	$(call python-of,3.11 3.12 3.13) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python tests/bounds.py > $(VENV)-oldest/constraints
	$(VENV)-oldest/bin/python -m pip install --quiet --constraint $(VENV)-oldest/constraints --editable '.[test,korean]'

newest:  ## Run the tests with every Python there is, and the newest dependencies
	for version in 3.11 3.12 3.13 3.14; do \
		python$$version -c "" 2>/dev/null || continue; \
		python$$version -m venv $(VENV)-$$version || exit; \
		$(VENV)-$$version/bin/python -m pip install --quiet --upgrade --editable '.[test,korean]' || exit; \
		$(VENV)-$$version/bin/python -m pytest $(PARALLEL) $(TESTS) || exit; \
	done

versions: oldest-installed  ## Verify films of the oldest dependencies with the newest, and the other way (ARGS=--all)
	$(call python-of,3.14 3.13 3.12 3.11) -m venv $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --upgrade --editable '.[korean]'
	$(NEWEST)/bin/python tests/versions.py $(VENV)-oldest $(NEWEST) $(ARGS)

lint: $(VENV)/developer  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/developer  ## Compare speed and size with matplotlib's FuncAnimation
	$(BIN)/python -m benchmarks.arithmetic
	$(BIN)/python -m benchmarks.compare
	$(BIN)/python -m benchmarks.all_films
	$(BIN)/python -m benchmarks.scale

dist: $(VENV)/publisher  ## Build a wheel and a source archive into dist/, and try them in a new environment
	$(BIN)/python tests/distribution.py

clean:  ## Remove what was rendered, and the environment
	rm -rf $(VENV) $(VENV)-* build dist tests/tools/node_modules *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find output -mindepth 1 ! -name .gitignore -delete

$(VENV)/installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "eigenreel needs Python 3.11 or later"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	# As pip does with what it copies: the first film need not wait for it, nor every film where no bytecode is written.
	$(BIN)/python -m compileall -q render scenes
	touch $@

$(VENV)/developer: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[test,lint,korean]'
	touch $@

$(VENV)/publisher: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[dist]'
	touch $@

# Who has npm but no registry has the other tests.
tests/tools/node_modules/installed: tests/tools/package.json
	@(cd tests/tools && npm install --silent --no-audit --no-fund --no-package-lock && touch node_modules/installed) \
		|| echo "npm could not install what tests/tools lists, so tests of page programs are left out"
