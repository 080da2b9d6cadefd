# make app    set up what is missing and open the app
# make test   set up what is missing and run every test
# make fuzz   20,000 broken files through the readers
# make lint   formatting, lint and types
# make bench  every measurement; writes benchmarks/RESULTS.md and results.json

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: app test fuzz lint bench clean

app: $(VENV)/app.done
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/dev.done
	$(BIN)/python -m pytest -n auto --dist loadgroup

fuzz: $(VENV)/dev.done
	$(BIN)/python -m tests.fuzz_readers 20000

lint: $(VENV)/dev.done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/dev.done
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.done: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/dev.done: requirements.txt requirements-dev.txt requirements-nodeps.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps -r requirements-nodeps.txt
	touch $@
