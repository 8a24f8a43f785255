# Every target with a `##` comment shows up in `make` alone.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint cfn-lint one-tls template properties check-properties deploy destroy e2e e2e-flink

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

template: ## Write the templates anew from shared/src/template, and check the environments
	cargo run --quiet --package template -- synth

# Only what was given on make's command line: ENV is a name that other programs use too.
given = $(if $(filter command,$(origin $(1))),$(2) '$($(1))')

properties: ## What the job reads, for local development: [ENV=staging] [STACK=flink-test] [REGION=eu-west-1]
	@mkdir -p target
	@cargo run --quiet --package template -- properties --out target/flink-application-properties-dev.json \
		$(call given,ENV,--environment) $(call given,STACK,--stack) $(call given,REGION,--region)

check-properties: ## Keys that the job reads and nobody injects, and the reverse: JAR_SOURCES=path/to/src
	@cargo run --quiet --package template -- check-properties '$(JAR_SOURCES)'

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

# Tools of one target only, built once into target/.
CARGO_FUZZ := $(TARGET)/tools/bin/cargo-fuzz
$(CARGO_FUZZ):
	cargo install --quiet --debug --locked --root $(TARGET)/tools --version 0.13.2 cargo-fuzz

FUZZ_SECONDS ?= 600
.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Any bytes as an event, for FUZZ_SECONDS (600); stable Rust, no sanitizer
	mkdir -p $(TARGET)/fuzz/corpus $(TARGET)/fuzz/artifacts
	$(CARGO_FUZZ) fuzz run --fuzz-dir tests/fuzz --target-dir $(TARGET)/fuzz -s none envelope \
		$(TARGET)/fuzz/corpus tests/fuzz/corpus -- \
		-max_total_time=$(FUZZ_SECONDS) -max_len=16384 -artifact_prefix=$(TARGET)/fuzz/artifacts/ -print_final_stats=1

FLEET ?= 50
.PHONY: fleet
fleet: ## FLEET (50) stacks stuck at once under limited API rates: is each one cured? [FLEET=1000] [SETTINGS=all]
	cargo build --quiet --package functions --bins
	cargo run --quiet --package local-aws --bin fleet -- $(FLEET) $(SETTINGS)

# crhelper, cfn-handler and aws-cdk-lib, pinned.
PEERS := $(TARGET)/peers
$(PEERS)/installed: tests/peers/requirements.txt tests/peers/package.json
	python3 -m venv --clear $(PEERS)/venv
	$(PEERS)/venv/bin/pip install --quiet --requirement tests/peers/requirements.txt
	cp tests/peers/package.json $(PEERS)/
	npm install --prefix $(PEERS) --silent --no-package-lock --no-audit --no-fund
	@touch $@

.PHONY: peers
peers: $(PEERS)/installed ## Our answers beside those of three libraries (needs python3, node, openssl; installs into target/)
	@$(PEERS)/venv/bin/python tests/peers/run.py $(PEERS)
