# Every target with a `##` comment shows up in `make` alone.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint cfn-lint one-tls template deploy destroy e2e e2e-flink

TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/e2e/venv

# What was given on make's command line, quoted for the shell; template/deploy.sh knows the names and their defaults.
NOT_SETTINGS := MAKEFLAGS MAKEOVERRIDES CARGO_TARGET_DIR GIVEN
GIVEN = $(foreach name,$(filter-out $(NOT_SETTINGS),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name)='$(subst ','\'',$($(name)))'))

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: ## The whole story on a local AWS, live: needs cargo alone
	cargo build --package functions --bins
	cargo run --package local-aws --bin demo

test: ## Every example and scenario: needs cargo alone
	cargo test --workspace

check: lint one-tls cfn-lint test e2e ## What CI runs

lint: ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

one-tls: ## No second TLS stack has come in with a dependency
	@for crate in aws-lc-sys openssl-sys hyper@0.14; do \
		if cargo tree --workspace --edges normal --invert $$crate >/dev/null 2>&1; then \
			echo "$$crate is linked: a second TLS stack; see cargo tree --invert $$crate" >&2; exit 1; fi; done

template: ## Write the templates anew from shared/src/template
	cargo run --quiet --package template -- synth

cfn-lint: $(VENV)/installed ## cfn-lint finds nothing on the templates
	$(VENV)/bin/cfn-lint template/*.template.json

deploy: ## Deploy an application and its handlers: JAR=job.jar [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1]
	@template/deploy.sh deploy $(GIVEN)

destroy: ## Take it all out again: [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1]
	@template/deploy.sh destroy $(GIVEN)

e2e: $(VENV)/installed ## The real commands on a third party's AWS (needs python3; installs into target/)
	@$(VENV)/bin/python tests/e2e/run.py

e2e-flink: ## The incident with a real Flink under the local AWS (needs Java 17; fetches Flink into target/)
	cargo run --quiet --package local-aws --bin e2e-flink

# ministack, cargo-lambda with zig, the AWS CLI and cfn-lint, pinned.
$(VENV)/installed: tests/e2e/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/e2e/requirements.txt
	@touch $@
