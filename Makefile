# `make demo` and `make test` set up everything they need in .venv; nothing outside this folder is changed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check install -qq --constraint constraints.txt
DATA := ../shared/data

.PHONY: demo test check lint types bench eval eval-model texts clean

demo: .venv/installed ## set up, index the sample articles, ask the sample question
	@$(BIN)/newsbot sources add --samples --data .demo > .demo.log 2>&1 && $(BIN)/newsbot reindex --data .demo >> .demo.log 2>&1 \
		|| { cat .demo.log; exit 1; }
	@rm -f .demo.log
	@echo '$$ newsbot ask "what did Turkey demand?"'
	@$(BIN)/newsbot ask "what did Turkey demand?" --data .demo --reader extractive

test: .venv/developed ## set up and run all tests, with branch coverage
	$(BIN)/python -m pytest --numprocesses 2 --cov --cov-report=term:skip-covered

check: lint types test ## everything that CI runs

lint: .venv/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developed
	$(BIN)/mypy

bench: .venv/developed ## speed and size, each against a baseline in the same run
	$(BIN)/python -m tests.bench

eval: .venv/developed ## search beside its peers, answers, refusals and copies on the development data, where they are at hand
	$(BIN)/python -m tests.eval_development $(DATA)/realtimeqa
	$(BIN)/python -m tests.measure_copies $(DATA)/realtimeqa

eval-model: .venv/developed $(if $(MODEL),.venv/model/installed) ## a real model on development questions: MODEL=file.gguf
	$(BIN)/python -m tests.eval_real_model $(DATA)/realtimeqa .venv/model/bin/python $(MODEL)

texts: .venv/installed ## collect the texts of the interface into the catalogues, for which they are to be translated
	@found=$$(mktemp) && trap 'rm -f "$$found"' EXIT \
		&& $(BIN)/pybabel -q extract --keyword Text --no-default-keywords --no-location --sort-output --omit-header \
			-o "$$found" bot \
		&& $(BIN)/pybabel -q update -D newsbot -i "$$found" -d bot/locales \
			--no-fuzzy-matching --ignore-obsolete --no-wrap --omit-header

clean:
	rm -rf .venv .demo .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/installed: pyproject.toml constraints.txt
	@echo "setting up .venv (a minute or two, once)"
	@$(PYTHON) -m venv .venv
	@$(PIP) --editable .
	@touch $@

.venv/developed: .venv/installed
	@$(PIP) --editable '.[dev]'
	@touch $@

.venv/model/installed: tests/real-model.txt
	@{ $(PYTHON) -m venv .venv/model \
		&& .venv/model/bin/pip --disable-pip-version-check install -qq --no-deps --requirement $< && touch $@; } \
		|| rm -rf .venv/model
