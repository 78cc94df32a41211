# The commands of this project; `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
EXAMPLE := HAILONG_ENV=example HAILONG_DATABASE_URL=sqlite:///$(CURDIR)/instance/example.sqlite3 \
	HAILONG_BASE_URL=http://127.0.0.1:$(PORT) PATH="$(CURDIR)/$(BIN):$$PATH"

.DEFAULT_GOAL := help
.PHONY: help run test lint bench simulate demo-data install install-dev lock translations screenshots clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install instance/example.txt ## serve the example province on http://127.0.0.1:8000 (PORT=… for another port)
	@sed 's,http://127.0.0.1:[0-9]*,http://127.0.0.1:$(PORT),' instance/example.txt
	@$(EXAMPLE) sh -c '$(BIN)/hailong work & trap "kill $$!" EXIT; $(BIN)/gunicorn --bind 127.0.0.1:$(PORT) wsgi:app'

demo-data: ## throw the example database away and fill a new one
	@rm -f instance/example.txt
	@$(MAKE) --no-print-directory install instance/example.txt

instance/example.txt:
	@mkdir -p instance && chmod 700 instance
	@rm -f instance/example.sqlite3*
	@echo 'export $(EXAMPLE)' > instance/example.env
	@$(EXAMPLE) $(BIN)/hailong demo > instance/example.tmp
	@echo 'Trước khi dùng các lệnh hailong ở trên (trong một cửa sổ dòng lệnh khác):  . instance/example.env' >> instance/example.tmp
	@chmod 600 instance/example.tmp && mv instance/example.tmp $@

test: install-dev ## run every test, also in a real browser, LibreOffice and PostgreSQL
	@sh .ci/system-packages
	$(BIN)/python -m pytest -n 2 --dist worksteal tests

lint: install-dev ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: install-dev ## measure the budgets and print them
	$(BIN)/python tests/bench/run.py

simulate: install-dev ## simulate coverage and screening again; rewrites docs/coverage.md and docs/screening.md
	$(BIN)/python tests/bench/simulate_screening.py
	$(BIN)/python tests/bench/simulate_coverage.py

translations: install-dev ## collect new texts into the catalogue, and compile it
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k lazy_gettext --no-location --sort-output \
		-o instance/messages.pot .
	$(BIN)/pybabel -q update -i instance/messages.pot -d survey/translations -l en --no-fuzzy-matching --omit-header --ignore-obsolete
	$(BIN)/pybabel -q compile -f -d survey/translations -l en
	$(BIN)/pybabel -q compile -f -d survey/translations -l vi -D click

screenshots: install-dev ## picture every public page (build/screenshots), and for README and guides what `make run` serves
	@sh .ci/system-packages
	$(BIN)/python docs/screenshots.py

install: .venv/installed
install-dev: .venv/installed-dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 \
		|| { rm -rf .venv; echo "Python's venv module is missing; run: sudo apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/python requirements.lock pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: ## renew the locked dependencies (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --upgrade pyproject.toml --group build -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-annotate --no-header --constraint requirements.lock pyproject.toml \
		--group build --group dev -o requirements-dev.lock

clean: ## remove the virtual environment and caches; the databases in instance/ stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
