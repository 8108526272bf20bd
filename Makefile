# Needs git, make and python3 >= 3.11; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
# Tests wait much: half as many again as there are cores, at most 6.
TEST_PROCESSES ?= $(shell $(PYTHON) -c 'import os; print(min(6, (os.cpu_count() or 2) * 3 // 2))')
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test check bench messages catalogue clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: export MOCKOPENAI_STATIC_ROOT := staticfiles
run: $(VENV)/.installed staticfiles/staticfiles.json  ## install, migrate and serve on http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(PY) manage.py migrate -v 0
	@exec $(PY) manage.py serve $(if $(PORT),--port $(PORT))

# Tests start some hundred processes: what one has compiled, the others need not.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.installed-dev  ## every test; no service has to be installed by hand
	$(PY) -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.installed-dev  ## ruff, mypy --strict, migrations, Django's own checks
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check --fail-level WARNING

bench: $(VENV)/.installed-dev  ## how fast, against a FastAPI hello-world in the same run (about 5 minutes)
	$(PY) -m benchmarks $(ARGS)

# Hashed names, which browsers keep for ever, and compressed; made anew when one of the sources is newer.
staticfiles/staticfiles.json: $(VENV)/.installed $(shell find static -type f)
	@echo "Compressing the dashboard's files …"
	@MOCKOPENAI_STATIC_ROOT=staticfiles $(PY) manage.py collectstatic --clear --noinput -v 0 -i rest_framework

# The texts stand in our templates and scripts alone.
MESSAGES := -l zh_Hans -v 0 --no-location --no-obsolete $(foreach path,.venv .node-sdk node_modules staticfiles static/vendor tests tools,--ignore=$(path))

messages: $(VENV)/.installed  ## collect every text into locale/ and compile it (needs GNU gettext)
	$(PY) manage.py makemessages $(MESSAGES)
	$(PY) manage.py makemessages -d djangojs $(MESSAGES)
	$(PY) manage.py compilemessages -v 0 --ignore .venv

catalogue: $(VENV)/.installed-dev  ## make apps/wire/catalogue/ anew from the installed openai package
	$(PY) tools/catalogue.py

clean:  ## remove the virtual environment and caches; the data directory stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis staticfiles

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "mockopenai needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing into $(VENV) what the tests need …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed
