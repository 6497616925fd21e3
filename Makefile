# `make run` is all that is needed to see the product; `make test` to know that it works.

SHELL := /bin/bash
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run build test bench fan-out key-rollover ram-users revocation reconcile saml-attacks saml-bench scim-bench scim-concurrency scim-kill fuzz lint deny fmt

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

run: ## install what is missing, build, and start the demo
	@scripts/setup
	@$(MAKE) --no-print-directory build
	@exec "$(TARGET)/release/cloudsso" serve --demo

build: ## target/release/cloudsso and nothing more
	cargo build --release --locked --bin cloudsso

test: ## every test, on SQLite and on PostgreSQL
	@scripts/setup test
	@scripts/test

bench: ## the benchmarks, and the demo measured from outside
	cargo bench --locked --bench response
	cargo bench --locked --bench policy
	@$(MAKE) --no-print-directory build
	scripts/measure-demo "$(TARGET)/release/cloudsso"
	@$(MAKE) --no-print-directory saml-bench
	@$(MAKE) --no-print-directory saml-attacks
	@$(MAKE) --no-print-directory scim-bench

saml-bench: ## single sign-on by SAML beside two peers (4 min)
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	scripts/measure-saml "$(TARGET)/release/cloudsso"

saml-attacks: ## what hostile SAML messages cost, in time and memory, from outside (10 min)
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	scripts/measure-attacks "$(TARGET)/release/cloudsso"

key-rollover: ## the signing key turned twice while a service provider signs people on (1 min)
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	target/python/bin/python scripts/key-rollover "$(TARGET)/release/cloudsso"

scim-bench: ## SCIM beside two peers, at size, and at a first sync (25 min)
	@scripts/setup bench
	@$(MAKE) --no-print-directory build
	scripts/measure-scim "$(TARGET)/release/cloudsso"

scim-concurrency: ## many SCIM clients at the same users and groups, on SQLite and on PostgreSQL (3 min)
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	scripts/with-postgres scripts/scim-concurrency "$(TARGET)/release/cloudsso"

scim-kill: ## a SCIM sync of 10,000 users, the server killed 20 times on the way (2 min)
	@scripts/setup
	@$(MAKE) --no-print-directory build
	scripts/scim-kill "$(TARGET)/release/cloudsso"

fan-out: ## 1,200 assignment operations against a slow cloud, undisturbed and with the server killed (4 min)
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	target/python/bin/python scripts/measure-fan-out "$(TARGET)/release/cloudsso"

ram-users: ## 1,000 persons' RAM users in 5 accounts, the server killed on the way (1 min)
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	target/python/bin/python scripts/measure-ram-users "$(TARGET)/release/cloudsso"

revocation: ## from disabled to the console session dead, 100 times, on SQLite and on PostgreSQL (4 min)
	@scripts/setup test
	@$(MAKE) --no-print-directory build
	scripts/with-postgres target/python/bin/python scripts/measure-revocation "$(TARGET)/release/cloudsso"

reconcile: ## 1,000 accounts × 20 configurations provisioned, then compared (10 min)
	cargo bench --locked --bench reconcile

fuzz: ## each reader of clients' text under a fuzzer, FUZZ_SECONDS (600) each; installs cargo-fuzz when missing
	@scripts/setup
	@scripts/fuzz

lint: ## formatting, clippy, documentation
	@scripts/setup lint
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --lib --no-deps
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check bans licenses sources; \
	else echo "cargo-deny is not installed: licences not checked ('make deny' installs it)"; fi

deny: ## licences, bans and advisories of the dependencies; installs cargo-deny when missing
	@command -v cargo-deny >/dev/null || cargo install cargo-deny --locked
	cargo deny --locked check

fmt: ## format the code
	cargo fmt
