# Holdfast. `make help` lists the targets. Everything is installed inside this folder.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PYTHON
export BUF_CACHE_DIR := $(CURDIR)/.tools/cache/buf

BIN := .venv/bin
READY := .venv/.ready
CODE := shared domain application infrastructure api grpc_app core tools demo bench tests
ENTRIES := main.py grpc_main.py worker_main.py services_main.py
# Several at a time: each worker has a database and, where tests need one, a server of its own.
PARALLEL := -n auto --maxprocesses 4
LONG := tests/matrix tests/hostile tests/limits tests/kill tests/demo \
	tests/core/test_process.py tests/core/test_process_metrics.py tests/core/test_processes.py \
	tests/core/test_services.py tests/adapters/embedded_postgres tests/adapters/stripe \
	tests/adapters/alipay tests/adapters/wechat tests/adapters/guarded tests/features tests/parity \
	tests/adapters/postgres/test_groups_people.py \
	tests/adapters/postgres/test_contracts_rivals.py tests/adapters/postgres/test_money_cut.py \
	tests/adapters/postgres/test_purchases.py tests/adapters/postgres/test_relay_killed.py
CHECKS := check-black check-isort check-flake8 check-mypy check-bandit check-layers \
	check-migrations check-sql check-proto check-published check-stubs

$(READY): requirements/dev.txt requirements/tools.txt tools/bootstrap.sh
	@sh tools/bootstrap.sh

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Running

.PHONY: setup run run-services run-grpc run-worker services demo migrate revision
setup: $(READY) ## install the tools and the locked dependencies into .tools/ and .venv/

run: $(READY) ## run everything in one process: REST, gRPC, background work, embedded database
	@$(BIN)/python main.py

run-services: $(READY) ## run each service in a process of its own, behind one address
	@$(BIN)/python services_main.py

run-grpc: $(READY) ## run the gRPC face alone
	@$(BIN)/python grpc_main.py

run-worker: $(READY) ## run the background work alone
	@$(BIN)/python worker_main.py

services: $(READY) ## run Redis, RabbitMQ and Kafka on free ports until Ctrl-C; names="kafka" runs that alone
	@$(BIN)/python -m tools.services $(names)

demo: $(READY) ## watch 1,000 buyers go after 500 tickets; deployment=split for services apart
	@$(BIN)/python -m demo --deployment $(or $(deployment),monolith)

migrate: $(READY) ## bring the configured database (by default the embedded one) to the newest schema
	@$(BIN)/python -m tools.migrations upgrade

revision: $(READY) ## write a migration for what changed in the tables: make revision m="what changed"
	@$(BIN)/python -m tools.migrations revision "$(m)"

dlq: $(READY) ## dead letters: make dlq args="list", "show GROUP ID", "replay GROUP", "readers"
	@$(BIN)/python -m tools.dlq $(or $(args),list)

# Testing

.PHONY: test test-long test-random test-split test-fast test-api test-services
test: $(READY) ## run the tests; make test args="-k hold" passes options to pytest
	@$(BIN)/pytest $(PARALLEL) --dist worksteal $(LONG:%=--ignore=%) $(args)

test-long: $(READY) ## run the long proofs: scenarios, who gets in, hostile input, limits, processes, kills
	@$(BIN)/pytest $(PARALLEL) --dist loadfile -o faulthandler_timeout=300 $(args) $(LONG)
	@$(BIN)/pytest $(PARALLEL) --dist worksteal -o faulthandler_timeout=600 --purchases 2000 tests/random

test-random: $(READY) ## play random purchases, refunds and disputes in virtual time; purchases=20000
	@$(BIN)/pytest $(PARALLEL) --dist worksteal -o faulthandler_timeout=1200 --purchases $(or $(purchases),20000) tests/random

test-split: $(READY) ## run the scenarios and the parity tests on services apart
	@$(BIN)/pytest -n0 tests/features tests/parity --deployment split $(args)

test-fast: $(READY) ## run the tests that need no database
	@$(BIN)/pytest tests/domain tests/application tests/architecture

test-api: $(READY) ## fuzz both faces; seed=7 asks otherwise, size=medium or large asks more
	@$(BIN)/pytest tests/fuzz -s -n0 -o faulthandler_timeout=1200 --fuzz-seed $(or $(seed),1) --fuzz-size $(or $(size),small)

test-services: $(READY) ## test the adapters on real Redis, RabbitMQ and Kafka; fetches Kafka once
	@$(BIN)/python -m tools.services.present
	@$(BIN)/pytest tests/services -n0 $(args)

# Measuring

.PHONY: bench bench-quick
bench: $(READY) ## measure the promises about speed into docs/; goals="P1 P5" measures those alone
	@$(BIN)/python -m bench $(goals)

bench-quick: $(READY) ## the same in three minutes, roughly; the report goes to .data/bench/
	@$(BIN)/python -m bench --quick $(goals)

# Checking

.PHONY: check $(CHECKS)
check: $(READY) ## run every check below and say which failed
	@failed=; for name in $(CHECKS); do \
		echo "--- $$name"; $(MAKE) $$name || failed="$$failed $$name"; \
	done; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed"; exit 1; fi; \
	echo "All checks passed: $(CHECKS)"

check-black: $(READY) ## formatting
	@$(BIN)/black --check --quiet --diff .

check-isort: $(READY) ## order of imports
	@$(BIN)/isort --check-only --diff --quiet .

check-flake8: $(READY) ## style and unused names
	@$(BIN)/flake8

check-mypy: $(READY) ## types, strict
	@$(BIN)/mypy
	@$(BIN)/mypy --no-explicit-package-bases alembic/env.py alembic/versions/*.py

check-bandit: $(READY) ## security smells
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(CODE) $(ENTRIES) alembic

check-layers: $(READY) ## walls between layers, aggregates and adapters
	@$(BIN)/lint-imports --no-logo

check-migrations: $(READY) ## migrations go up, match the tables, go down and up again
	@$(BIN)/python -m tools.migrations check

check-sql: $(READY) ## migrations are safe on a live database
	@$(BIN)/python -m tools.migrations sql .tools/migrations
	@$(BIN)/squawk --config .squawk.toml .tools/migrations/*.sql

check-proto: $(READY) ## protobuf files
	@$(BIN)/buf lint

check-published: $(READY) ## API and messages still are what was published
	@$(BIN)/python -m tools.published check

check-stubs: $(READY) ## committed stubs equal freshly generated ones
	@$(BIN)/python -m tools.generate_stubs --check

# Changing

.PHONY: fix proto messages published lock hooks clean
fix: $(READY) ## format the code and sort its imports
	@$(BIN)/isort --quiet .
	@$(BIN)/black --quiet .

proto: $(READY) ## regenerate grpc_app/generated from grpc_app/proto
	@$(BIN)/python -m tools.generate_stubs

messages: $(READY) ## write docs/asyncapi.json and the table in docs/messaging.md from the facts
	@$(BIN)/python -m tools.asyncapi

published: $(READY) ## from now on API and messages are kept as they are; force=1 where that breaks readers
	@$(BIN)/python -m tools.published write $(if $(force),--force)

lock: $(READY) ## resolve requirements/*.in again; lock upgrade=1 takes the newest versions
	@sh tools/lock.sh $(if $(upgrade),--upgrade)

hooks: $(READY) ## run the quick checks before every commit
	@$(BIN)/pre-commit install

clean: ## remove what is generated; databases in .data/ stay
	@rm -rf .venv .tools .mypy_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
