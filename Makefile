# Every target with a `##` comment shows up in `make` alone.
.DEFAULT_GOAL := help
SHELL := /usr/bin/env bash

TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/e2e/venv

# What was given on make's command line, quoted for the shell; template/deploy.sh knows the names and their defaults.
GIVEN = $(foreach name,$(filter-out $(NOT_GIVEN),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name)='$(subst ','\'',$($(name)))'))
NOT_GIVEN := MAKEFLAGS MAKEOVERRIDES CARGO_TARGET_DIR GIVEN

.PHONY: help deploy destroy e2e

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deploy: ## Deploy an application and its handlers: JAR=job.jar [STACK=flink-test] [ENV=staging] [REGION=...]
	@template/deploy.sh deploy $(GIVEN)

destroy: ## Take it all out again: [STACK=flink-test] [ENV=staging] [ONLY_STACK=1 keeps the handlers]
	@template/deploy.sh destroy $(GIVEN)

e2e: $(VENV)/installed ## Run the real commands on a third party's AWS (needs python3; installs into target/)
	@$(VENV)/bin/python tests/e2e/run.py

# ministack, cargo-lambda with zig, the AWS CLI and cfn-lint, pinned.
$(VENV)/installed: tests/e2e/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/e2e/requirements.txt
	@touch $@
