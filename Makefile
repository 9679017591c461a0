# Everything a newcomer types. Needs Python 3.11 or newer, git and make; nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install develop demo test test-long chaos test-browser test-sweep shots check bench bench-delivery migration lock audit sbom clean

install: .venv/.runtime
develop: .venv/.development

.venv/.runtime: locks/runtime.txt pyproject.toml
	@$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv .venv
	@echo "Installing the newsletter and its libraries ..."
	@$(PIP) install --require-hashes -r locks/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.development: .venv/.runtime locks/development.txt
	@echo "Installing the tools for testing ..."
	@$(PIP) install --require-hashes -r locks/development.txt
	@touch $@

demo: install
	@$(BIN)/newsletter demo --data-dir demo-data

test: develop
	@$(BIN)/python -m pytest -m "not (chaos or browser or long or sweep)" -n auto --dist worksteal

test-long: develop
	@$(BIN)/python -m pytest tests/chaos $$(grep -rl --include=test_*.py mark.long tests) -m "(long or chaos) and not (browser or sweep)" -n auto --dist worksteal

# The kill protocol by hand: CHAOS="--kills 500 --table docs/kills.md", or --only K5.
chaos: develop
	@$(BIN)/python -m tests.chaos $(CHAOS)

test-browser: develop
	@$(BIN)/python -m pytest tests/*/*_browser.py -m "browser and not pictures" -n auto --dist worksteal

# What takes minutes: every hostile statement in every parameter of every page, and hundreds of timings.
test-sweep: develop
	@$(BIN)/python -m pytest -m sweep -n auto --dist worksteal

# Pictures of every page of the desk, empty, usual and full, and of those on the ways that the browser
# tests go, in test-output/screenshots/.
shots: develop
	@NEWSLETTER_TEST_PICTURES=yes $(BIN)/python -m pytest tests/*/*_browser.py -m browser -n auto --dist worksteal

check: develop
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: develop
	@$(BIN)/python -m benchmarks

# What sending reaches beside smtp-source and a plain loop; needs gcc, postfix and stunnel4 of Debian.
bench-delivery: develop
	@$(BIN)/python -m benchmarks delivery recipients

# Writes a migration from the difference between the classes and a freshly migrated database.
migration: develop
	@$(BIN)/python -c "import sys; from newsletter.wiring import write_migration; write_migration(sys.argv[1])" "$(MESSAGE)"

# Renews both lock files from pyproject.toml: hashes only, no address of any registry.
lock:
	@test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip --quiet install uv)
	@.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --group install pyproject.toml --output-file locks/runtime.txt
	@.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --group development --constraint locks/runtime.txt --output-file locks/development.txt

AUDIT := .venv-audit/bin
.venv-audit/.ready:
	@$(PYTHON) -m venv .venv-audit && $(AUDIT)/python -m pip --quiet install pip-audit cyclonedx-bom
	@touch $@

# Asks PyPI which of the pinned libraries have known weaknesses. --strict: one that it cannot ask
# about is a failure, not a success.
audit: .venv-audit/.ready
	@for lock in runtime development; do \
	  $(AUDIT)/pip-audit --strict --disable-pip --require-hashes --requirement locks/$$lock.txt || exit 1; done

# Writes the bill of materials of what runs (CycloneDX, JSON), with the hash of each library.
sbom: .venv-audit/.ready
	@mkdir -p test-output
	@$(AUDIT)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON \
	  --output-file test-output/sbom.json locks/runtime.txt
	@echo "test-output/sbom.json"

clean:
	rm -rf .venv .venv-lock .venv-audit demo-data test-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
