# Targets for people; CI calls .ci/run, which calls these.
SHELL := /bin/bash
SUITE ?= trixie
# What runs on the Nix of another Debian suite: all that talks to real Nix.
SUITE_PACKAGES ?= ./bot/nix ./bot/toplevel ./bot/store ./bot/cache ./bot/flake ./bot ./cmd/playground/sample ./cmd/playground/stores ./cmd/nixferry
SERVE ?=
BENCH ?=

.PHONY: build test test-nix demo bench lint fuzz

build: ## bin/nixferry and bin/playground
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/nixferry ./cmd/playground

test: ## everything, on this machine's Nix; fails without Nix, git or ssh-keygen
	.ci/install nix git ssh-keygen
	go test ./...

test-nix: ## the tests that run Nix, on Debian SUITE=trixie (2.26) or sid (2.34)
	.ci/suite $(SUITE) -skip='^TestVoyages$$' $(SUITE_PACKAGES) # those need no Nix

demo: build ## one scheduled run against a local GitHub; SERVE=1 keeps its pages up
	.ci/install nix git
	bin/playground -demo bin/nixferry $(if $(SERVE),-serve)

bench: build ## nixferry beside nix; BENCH=closures takes those whose name matches
	.ci/install nix git
	bin/playground -bench bin/nixferry -only '$(BENCH)'

lint: ## golangci-lint, as configured in .golangci.yml
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

fuzz: ## every fuzz target for a short while
	@for target in $$(grep -rlE '^func Fuzz' --include=*_test.go bot cmd); do \
	  dir=$$(dirname $$target); \
	  for f in $$(grep -oE '^func Fuzz[A-Za-z0-9]*' $$target | cut -c6-); do \
	    go test ./$$dir -run='^$$' -fuzz="^$$f$$" -fuzztime=10s || exit 1; \
	  done; done
