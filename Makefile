.DEFAULT_GOAL := help
.PHONY: help test check lint template properties check-properties

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

test: ## Everything that needs cargo alone
	cargo test --workspace

check: lint test ## What CI runs

template: ## Write the templates, and check the environments
	cargo run --quiet --package template -- synth

# Only what was given on make's command line: ENV is a name that other programs use too.
given = $(if $(filter command,$(origin $(1))),$(2) '$($(1))')

properties: ## What the job reads, for local development: [ENV=staging] [STACK=flink-test] [REGION=eu-west-1]
	@mkdir -p target
	@cargo run --quiet --package template -- properties --out target/flink-application-properties-dev.json \
		$(call given,ENV,--environment) $(call given,STACK,--stack) $(call given,REGION,--region)

check-properties: ## Keys that the job reads and nobody injects, and the reverse: JAR_SOURCES=path/to/src
	@cargo run --quiet --package template -- check-properties '$(JAR_SOURCES)'

lint: ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
