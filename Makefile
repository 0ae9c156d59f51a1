# Needs only Python 3.11 or newer and make. Everything else is brought in by the recipes:
# Python packages from the lock files, Node from a Python package where the PATH has none that is new
# enough, the client's packages from package-lock.json. Stamps say what is done already, so that a
# second run only starts.

VENV := .venv
STAMPS := $(VENV)/.stamps
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

CLIENT_SOURCES := $(shell find client charters -type f -not -path 'client/dist/*' 2>/dev/null) tsconfig.json
UV_COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

.PHONY: run test check format bench lock client wheel setup clean help
.DELETE_ON_ERROR:

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

run: setup ## start the example on http://localhost:8000 and print a link that signs you in
	@exec $(PY) -m server example

test: setup $(STAMPS)/dev ## check and test everything
	@exec $(PY) -m tests.run

check: setup $(STAMPS)/dev ## only formatting, lint and types, without the tests
	@exec $(PY) -m tests.run --checks

format: $(STAMPS)/dev node_modules/.package-lock.json ## format all code
	@$(VENV)/bin/ruff check --quiet --fix-only .
	@$(VENV)/bin/ruff format .
	@npx biome check --write .

bench: setup $(STAMPS)/dev ## measure speed, memory and durability against other servers
	@exec $(PY) -m tests.bench $(ARGS)

client: client/dist/manifest.json ## build the client

wheel: client $(STAMPS)/dev ## build the wheel, with the built client inside, into dist/
	@$(PY) -m hatchling build -t wheel

lock: $(STAMPS)/dev ## make all lock files anew from pyproject.toml and package.json
	@$(UV_COMPILE) pyproject.toml -o requirements.lock
	@$(UV_COMPILE) --group dev --constraint requirements.lock -o requirements-dev.lock
	@$(UV_COMPILE) --group node -o requirements-node.lock
	@npm install --package-lock-only --ignore-scripts

clean: ## take away what the recipes made (never what people wrote, which is under var/)
	@rm -rf $(VENV) node_modules client/dist dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

setup: $(STAMPS)/python client

# The oldest trap of a fresh machine: python3 on the PATH may be older than the python3.11 beside it.
$(PY):
	@for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python; do \
	  if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)."; \
	    "$$python" -m venv $(VENV) && exit 0; \
	    echo "That Python cannot make a venv. On Debian: apt-get install python3-venv" >&2; exit 1; \
	  fi; \
	done; echo "Our Charter needs Python 3.11 or newer." >&2; exit 1

$(STAMPS)/python: requirements.lock | $(PY)
	@echo "Installing the locked Python packages."
	@$(PIP) -r requirements.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/python
	@echo "Installing the locked Python packages for tests."
	@$(PIP) -r requirements.lock -r requirements-dev.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: requirements-node.lock | $(PY)
	@if node -e 'process.exit(parseInt(process.versions.node) >= 22 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; then \
	  echo "Using Node $$(node --version)."; \
	else \
	  echo "Bringing Node: the PATH has none of version 22 or newer."; \
	  $(PIP) -r requirements-node.lock; \
	fi
	@mkdir -p $(STAMPS) && touch $@

# npm writes this file itself, so a deleted node_modules is noticed too.
node_modules/.package-lock.json: package-lock.json $(STAMPS)/node
	@echo "Installing the locked packages of the client."
	@npm ci --loglevel=error
	@touch $@

client/dist/manifest.json: node_modules/.package-lock.json $(CLIENT_SOURCES)
	@echo "Building the client."
	@npm run --silent build -- --logLevel warn
	@touch $@
