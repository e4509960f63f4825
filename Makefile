# Two commands: `make chat` talks to Latch, `make test` runs the suite. Each sets up what is missing first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PYTHON := $(BIN)/python
UV := $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)
LOCKS := requirements.txt requirements-export.txt requirements-dev.txt
INSTALLED := .venv/.installed
AUDITOR := .tools/audit/bin/pip-audit
ENCODER := models/encoder/encoder.onnx
TRAINED := models/.trained
WIDGET := widget/dist/latch-chat.js

export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
export OMP_NUM_THREADS ?= 1
export UV_NO_PROGRESS := true
export UV_SYSTEM_CERTS := true

.PHONY: chat test setup encoder train serve telegram cluster widget check evaluate bench hostile audit lint lock clean help

chat: $(TRAINED) ## talk to Latch in the terminal
	@$(BIN)/latch chat

test: $(TRAINED) lint check ## run the whole suite
	@if command -v npm >/dev/null; then $(MAKE) widget; fi
	@$(PYTHON) -m pytest $(PYTEST)

setup: $(INSTALLED) $(ENCODER) ## install everything into .venv and export the sentence encoder

encoder: $(ENCODER) ## export the sentence encoder

train: $(TRAINED) ## train the model, where something has changed

serve: $(TRAINED) $(WIDGET) ## run the server with a demo page, and the action server
	@$(BIN)/latch serve

telegram: $(TRAINED) $(WIDGET) ## run the same as a Telegram bot, without a public address
	@$(BIN)/latch telegram

cluster: $(TRAINED) $(WIDGET) ## run nginx, PostgreSQL and two workers on this machine (CLUSTER="--workers 4")
	@$(BIN)/latch cluster $(CLUSTER)

widget: $(WIDGET) ## build the chat widget into one file (needs Node 20.19 or later)

check: $(INSTALLED) $(ENCODER) ## check the content: names, facts, numbers, wording, examples
	@$(BIN)/latch check

evaluate: $(TRAINED) ## measure what is understood, on the held-out messages in tests/questions
	@$(PYTHON) -m latch.evaluation $(EVALUATE)

bench: $(TRAINED) ## measure time and size, beside the pipeline of `rasa init`
	@$(PYTHON) -m latch.bench $(BENCH)

hostile: $(TRAINED) ## send 100,000 hostile requests to the server; takes about half an hour
	@LATCH_HOSTILE=100000 $(PYTHON) -m pytest tests/hostile/test_generated.py

audit: $(INSTALLED) $(AUDITOR) ## ask whether vulnerabilities of the locked packages are known
	@$(PYTHON) scripts/audit.py --pip-audit $(AUDITOR)

lint: $(INSTALLED)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

lock: $(UV) ## resolve pyproject.toml again and pin every package with hashes
	@python3 scripts/lock.py $(UV)

clean: ## remove what was installed, exported and trained
	@rm -rf .venv .tools .rasa .cache models/*.tar.gz models/*.sha256 models/encoder $(TRAINED) reports widget/dist widget/node_modules *.egg-info

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

.tools/uv/bin/uv: requirements-uv.txt
	@echo "Installing uv into .tools ..."
	@python3 -m venv .tools/uv && .tools/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt

$(AUDITOR): requirements-audit.txt
	@echo "Installing pip-audit into .tools ..."
	@python3 -m venv .tools/audit && .tools/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	@touch $@

$(INSTALLED): $(UV) $(LOCKS) pyproject.toml .python-version
	@echo "Installing the locked packages into .venv (some 200; one to three minutes the first time) ..."
	@test -x $(PYTHON) || $(UV) venv --quiet .venv
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes $(LOCKS)
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation -e .
	@touch $@

$(ENCODER): $(INSTALLED) latch/encoder/export.py
	@$(PYTHON) -m latch.encoder.export --force 2> >(grep -v -i -E 'warn|^ ' >&2 || true)
	@touch $@

widget/node_modules/.package-lock.json: widget/package.json widget/package-lock.json
	@command -v npm >/dev/null || { echo "The widget needs Node 20.19 or later with npm." >&2; exit 1; }
	@cd widget && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

$(WIDGET): widget/node_modules/.package-lock.json widget/vite.config.ts widget/tsconfig.json $(wildcard widget/src/*)
	@cd widget && npm run --silent build -- --logLevel warn && touch dist/latch-chat.js

# Whatever training reads: data, configuration, and the code of importer, policy and components.
CONTENT := config.yml domain.yml \
	$(shell find data latch/content latch/encoder latch/nlu latch/safety -type f -not -name '*.pyc' | tr '\n' ' ') \
	$(addprefix latch/,commands.py english.py helplines.py importer.py nlg.py plan.py policy.py progress.py responses.py text.py)

$(TRAINED): $(INSTALLED) $(ENCODER) $(CONTENT)
	@$(PYTHON) -m latch.train
	@touch $@
