# Everything runs over .venv in this checkout, which make sets up from the hashed locks in requirements/.
# A second run finds everything in place and starts at once.

VENV   := .venv
MADE   := $(VENV)/made
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
INSTALL := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
NPM     := $(VENV)/bin/python web/node.py
WEB     := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f -print)
COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# Tests side by side. A worker that crashes ends the run: one that is replaced may wait for ever. Files are taken in
# the order of their names: by how many tests they hold, the few that take a minute each would come last.
SIDE   := -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
# Tests that kill servers wait for them most of the time, and need no other test of their file.
KILLS  := -n 4 --dist worksteal --max-worker-restart 0

# Soak runs, and words that are handed on: make soak N=1000 FAULTS=200, make bench ARGS='--rounds 5'
N      ?= 100
FAULTS ?= 20
ARGS   ?=

# The tests start Python some hundreds of times, which is no time to compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help run test check check-python check-web docs-check gen bench soak lock clean

help:
	@echo 'make run         set up what is missing and run Parlour with the demo house'
	@echo 'make test        every test: Python, web, browser, both databases (ARGS=... is handed to pytest)'
	@echo 'make check       style, types, import contracts, sizes, generated files'
	@echo 'make docs-check  run every command and example of the pages (about a minute)'
	@echo 'make gen         write the generated files anew'
	@echo 'make bench       measure (ARGS=... is handed on)'
	@echo 'make soak        kill a server, and strike one of two, again and again (N=1000, FAULTS=200 for more)'
	@echo 'make lock        lock the dependencies of pyproject.toml anew (UPGRADE=1 for newer ones)'
	@echo 'make clean       remove what make made; never your data'

run: $(MADE)/run web/dist/index.html
	@exec $(VENV)/bin/parlour serve --demo

test: $(MADE)/dev web/dist/index.html
	@$(NPM) run --silent test
	@$(VENV)/bin/python -m pytest $(KILLS) tests/kill tests/nodes
	@$(VENV)/bin/python -m pytest $(SIDE) --ignore tests/kill --ignore tests/nodes $(ARGS)

check: check-python check-web

check-python: $(MADE)/dev
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/basedpyright
	@$(VENV)/bin/lint-imports --no-logo
	@$(VENV)/bin/python -m gen --check
	@$(VENV)/bin/python -m pytest -q tests/rules

check-web: $(MADE)/dev web/node_modules/.installed
	@$(NPM) run --silent lint
	@$(NPM) run --silent typecheck

docs-check: $(MADE)/dev web/dist/index.html
	@$(VENV)/bin/python -m gen --check
	@$(VENV)/bin/python -m pytest -q -n 2 tests/docs $(ARGS)

gen: $(MADE)/dev
	@$(VENV)/bin/python -m gen

bench: $(MADE)/dev web/dist/index.html
	@$(VENV)/bin/python -m bench $(ARGS)

soak: $(MADE)/dev
	@$(VENV)/bin/python -m tests.kill.soak --runs $(N) $(ARGS)
	@$(VENV)/bin/python -m tests.nodes.soak --faults $(FAULTS) $(ARGS)

# The widest lock is made first and constrains the others, so that they agree wherever they are installed together.
lock: $(MADE)/dev
	@$(COMPILE) pyproject.toml --all-extras --group dev --group build --group node -o requirements/dev.txt
	@$(COMPILE) pyproject.toml --extra postgres -c requirements/dev.txt -o requirements/run.txt
	@$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	@$(COMPILE) --group node -c requirements/dev.txt -o requirements/node.txt

clean:
	rm -rf $(VENV) web/node_modules web/dist build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(MADE)/python:
	@test -n "$(PYTHON)" || { echo 'Parlour needs Python 3.11 or newer, and none was found on PATH.' \
		'Install one, or name it: make run PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Parlour needs Python 3.11 or newer; $(PYTHON) is older or does not run.'; exit 1; }
	@echo 'Setting up Python in $(VENV) (once)'
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'Python could not make $(VENV). On Debian and Ubuntu: apt install python3-venv'; exit 1; }
	@mkdir -p $(MADE) && touch $@

$(MADE)/run: $(MADE)/python requirements/run.txt requirements/build.txt pyproject.toml hatch_build.py
	@echo 'Installing what the server needs (once)'
	@$(INSTALL) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(MADE)/dev: $(MADE)/run requirements/dev.txt
	@echo 'Installing what the tests and checks need (once)'
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(MADE)/node: $(MADE)/python requirements/node.txt web/node.py
	@$(NPM) --found || { echo 'No Node that is new enough here: installing one beside Python (once)'; \
		$(INSTALL) --require-hashes -r requirements/node.txt; }
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json $(MADE)/node
	@echo 'Installing what the page is built with (once)'
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: $(WEB) web/node_modules/.installed
	@echo 'Building the page (once)'
	@$(NPM) run --silent build -- --logLevel warn
	@touch $@
