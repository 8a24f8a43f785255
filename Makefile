# Every target with a `##` comment shows up in `make` alone.
.DEFAULT_GOAL := help
.PHONY: help test check lint deploy destroy e2e

TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/e2e/venv

# What was given on make's command line, quoted for the shell; template/deploy.sh knows the names and their defaults.
NOT_SETTINGS := MAKEFLAGS MAKEOVERRIDES CARGO_TARGET_DIR GIVEN
GIVEN = $(foreach name,$(filter-out $(NOT_SETTINGS),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name)='$(subst ','\'',$($(name)))'))

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

test: ## Everything that needs cargo alone
	cargo test --workspace

check: lint test ## What CI runs

lint: ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

deploy: ## Deploy an application and its handlers: JAR=job.jar [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1]
	@template/deploy.sh deploy $(GIVEN)

destroy: ## Take it all out again: [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1]
	@template/deploy.sh destroy $(GIVEN)

e2e: $(VENV)/installed ## The real commands on a third party's AWS (needs python3; installs into target/)
	@$(VENV)/bin/python tests/e2e/run.py

# ministack, cargo-lambda with zig, the AWS CLI and cfn-lint, pinned.
$(VENV)/installed: tests/e2e/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/e2e/requirements.txt
	@touch $@
