.DEFAULT_GOAL := help
.PHONY: help test check lint demo

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

test: ## Everything that needs cargo alone
	cargo test --workspace

check: lint test ## What CI runs

lint: ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

demo: ## The whole story on a local AWS, live: needs cargo alone
	cargo build --package functions --bins
	cargo run --package local-aws --bin demo
