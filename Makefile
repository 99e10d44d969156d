# Everything that people and CI run; `make help` lists it. Targets install what they need.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

WASM_BINDGEN_VERSION := 0.2.130
WASM_PACK_VERSION := 0.15.1
SCHEMATHESIS_VERSION := 4.32.5
WASM_BINDGEN := .tools/wasm-bindgen-$(WASM_BINDGEN_VERSION)
WASM_PACK := .tools/wasm-pack-$(WASM_PACK_VERSION)
SCHEMATHESIS := .tools/schemathesis-$(SCHEMATHESIS_VERSION)/bin/schemathesis
JS := geocoder-wasm/js
EXAMPLES := tests/package/examples.test.mjs
KILLS := $(wildcard tests/sync/kills-*.test.mjs)
PORT ?= 8080
CORES := $(shell getconf _NPROCESSORS_ONLN)

export PATH := $(CURDIR)/$(WASM_BINDGEN)/bin:$(CURDIR)/$(WASM_PACK)/bin:$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help setup build wasm package www data demo test test-rust test-js test-browser test-firefox test-conformance test-sync test-kills test-docs test-browser-long test-long test-schemathesis openapi quality quality-quick soak bench size \
	lint fmt fmt-check doc ci clean chromium firefox xz postgresql wasm-target bench-native bench-server callgrind callgrind-update run-queries

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

setup: wasm-target $(WASM_BINDGEN)/bin/wasm-bindgen $(WASM_PACK)/bin/wasm-pack node_modules/.installed chromium ## Install every tool (the other targets call what they need)

build: ## Compile the builder and the server, optimised
	cargo build --release -p shard-builder -p sync-server

wasm: wasm-target $(WASM_BINDGEN)/bin/wasm-bindgen $(WASM_PACK)/bin/wasm-pack node_modules/.installed ## Build the engine for JavaScript
	wasm-pack build geocoder-wasm --target web --profile wasm --mode no-install --no-pack --out-dir js/pkg

package: wasm ## Build and pack the npm package into hereabouts-VERSION.tgz
	npm run --workspace hereabouts build
	npm pack --workspace hereabouts --pack-destination . --silent

www: package ## Build the web app into www/dist
	npm run --workspace hereabouts-www build

data: build ## Build the demo's shards (demo.toml) into demo-data, those that changed
	target/release/shard-builder build --config demo.toml --jobs 2

demo: data www ## Build everything and serve the demo on 127.0.0.1 (PORT=8080)
	target/release/sync-server serve --data demo-data --www www/dist --listen 127.0.0.1:$(PORT)

test: test-rust test-js test-browser test-firefox test-conformance test-sync ## Run the tests

test-long: test-docs test-browser-long test-kills test-schemathesis ## Run the tests that take long, as `make ci` does besides

test-rust: postgresql ## Run the Rust tests
	cargo test --workspace --all-features
	cargo test -p geocoder-core --no-default-features --features build

test-js: www data chromium xz ## Run the tests of the npm package, built and packed, and of the web app
	node --test --test-concurrency=$(CORES) $(JS)/test/*.test.mjs tests/bench/test/*.test.mjs \
		$(filter-out $(EXAMPLES),$(wildcard tests/package/*.test.mjs))
	npm run --workspace hereabouts-www test

test-docs: www data chromium xz ## Run the code in documents, and the examples
	node --test --test-concurrency=$(CORES) tests/docs/*.test.mjs $(EXAMPLES)

test-browser: build data www chromium ## Run the tests in Chromium
	npm run --workspace hereabouts-browser-tests test

test-browser-long: build data www chromium ## Check accessibility and damaged data in Chromium
	npm run --workspace hereabouts-browser-tests test:long

test-firefox: build data www firefox ## Run the web app in Firefox
	node --test tests/firefox/*.test.mjs

test-schemathesis: build data $(SCHEMATHESIS) ## Check the running server against its OpenAPI description
	node tests/schemathesis/run.mjs $(SCHEMATHESIS)

openapi: build ## Write the OpenAPI description of the server into docs/openapi.json
	target/release/sync-server openapi > docs/openapi.json

test-conformance: build data chromium ## Run PlaceKit's own clients against the server
	node --test tests/conformance/*.test.mjs

test-sync: build package data chromium ## Run devices against the server through faults and absences
	node --test --test-concurrency=1 $(filter-out $(KILLS),$(wildcard tests/sync/*.test.mjs))

test-kills: build package data chromium ## Kill servers and browsers while devices synchronise
	node --test --test-concurrency=1 $(KILLS)

size: package ## Check the download sizes against their budgets
	node $(JS)/scripts/size.mjs

quality: ## Measure recall by class of query and check its floors (tests/quality)
	cargo run --profile quality -p hereabouts-quality -- --floors tests/quality/floors.toml

quality-quick: ## Check the floors of a tenth of the queries
	cargo run --profile quality -p hereabouts-quality -- li mc is world --queries 200 \
		--floors tests/quality/floors-quick.toml

soak: package data xz postgresql $(SCHEMATHESIS) ## Run the property tests with many more random cases, and as many queries
	PROPTEST_CASES=20000 HEREABOUTS_SOAK_CRASHES=200 \
		cargo test --release --workspace --all-features --no-fail-fast
	node tests/schemathesis/run.mjs $(SCHEMATHESIS) 500
	HEREABOUTS_SOAK_QUERIES=100000 HEREABOUTS_QUERIES_PER_KIND=1000 node --test tests/bench/test/*.test.mjs
	HEREABOUTS_RUNS=all HEREABOUTS_SOAK_FAULTS=300 HEREABOUTS_SOAK_MODEL=100 HEREABOUTS_SOAK_KILLS=60 \
		node --test --test-concurrency=1 tests/sync/*.test.mjs

bench: package data chromium xz ## Measure the package beside its peers; writes docs/BENCHMARKS.md
	node --max-old-space-size=8192 tests/bench/run.mjs

bench-server: data ## Measure the server under load, beside nginx
	@scripts/install-package wrk wrk
	@scripts/install-package nginx nginx
	node tests/bench/server.mjs

bench-native: data ## Measure the engine natively with criterion
	cargo bench -p geocoder-core

callgrind: data run-queries ## Check the instructions of a query against their budgets
	node tests/bench/instructions.mjs

callgrind-update: data run-queries ## Record the instructions of a query as the budgets of this compiler
	node tests/bench/instructions.mjs --update

fmt: node_modules/.installed ## Format all code
	cargo fmt --all
	biome check --write .

fmt-check: node_modules/.installed
	cargo fmt --all --check
	biome format .

lint: wasm-target package ## Run clippy, biome and tsc
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	cargo clippy --target wasm32-unknown-unknown -p geocoder-core -p geocoder-wasm --no-default-features -- -D warnings
	biome check --error-on-warnings .
	npm run --workspaces --if-present check

doc: ## Build the Rust documentation
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# Faults and kills that `make test` and `make test-long` only sample are all run.
ci: export HEREABOUTS_RUNS = all
ci: fmt-check lint doc test test-long quality-quick size callgrind ## Run what must pass before a merge
	git diff --exit-code

clean: ## Remove what was built; tools and downloads stay
	cargo clean
	rm -rf demo-data $(JS)/pkg $(JS)/dist www/dist *.tgz

# Tools: each is installed once and keyed by its version.

wasm-target:
	@rustup target list --installed 2>/dev/null | grep -q '^wasm32-unknown-unknown$$' \
		|| rustup target add wasm32-unknown-unknown \
		|| { echo 'The Rust target wasm32-unknown-unknown is missing and rustup cannot add it.' >&2; exit 1; }

$(WASM_BINDGEN)/bin/wasm-bindgen:
	cargo install wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION) --debug --root $(WASM_BINDGEN)

$(WASM_PACK)/bin/wasm-pack:
	cargo install wasm-pack --version $(WASM_PACK_VERSION) --debug --root $(WASM_PACK)

node_modules/.installed: package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' \
		|| { echo 'Node 20 or newer is needed: https://nodejs.org' >&2; exit 1; }
	npm ci
	@touch $@

run-queries:
	cargo build --release -p hereabouts-tests --example run_queries

chromium:
	@scripts/install-chromium

firefox:
	-@command -v firefox >/dev/null || scripts/install-package firefox-esr firefox-esr

$(SCHEMATHESIS):
	python3 -m venv .tools/schemathesis-$(SCHEMATHESIS_VERSION) \
		|| { echo 'Python 3.10 or newer with venv is needed: apt-get install python3-venv' >&2; exit 1; }
	.tools/schemathesis-$(SCHEMATHESIS_VERSION)/bin/pip install --quiet schemathesis==$(SCHEMATHESIS_VERSION)

xz:
	@scripts/install-package xz xz-utils

# Debian keeps the programs of PostgreSQL off the path.
postgresql:
	@command -v initdb >/dev/null || scripts/install-package pg_lsclusters postgresql
