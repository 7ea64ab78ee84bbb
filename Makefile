# Every target that `make help` shows has its sentence behind two #.
SHELL := bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
LINT_VERSION := v2.15.0
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
GITLEAKS := github.com/zricethezav/gitleaks/v8@v8.30.1
TOOLS := $(CURDIR)/.tools
FUZZTIME ?= 30s

# One build graph: what is built, tested, vetted and linted is compiled with the
# same flags, so every package is compiled once. The race detector alone needs
# cgo, and everything compiled again. Without its trace pages gRPC links no
# templates, which would keep every exported method in the binary.
export GOFLAGS := $(strip $(GOFLAGS) -trimpath -buildvcs=false -tags=grpcnotrace)
export CGO_ENABLED := 0
# Where a target builds the command first, tests use it and build none.
test race deployment torture-cluster: export AUREA_BIN := $(CURDIR)/bin/aurea

.DEFAULT_GOAL := help
.PHONY: help run build man test check format vet lint workflows race deployment bench bench-peers bench-floor bench-cluster \
  theory torture torture-cluster requests \
  spellings answers fuzz vulnerabilities secrets clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build the service and start it with its page on http://127.0.0.1:5000
	bin/aurea serve

# The same commit and VERSION give the same bytes in every clone: nothing of the
# machine, the folder or git's state is stamped into them.
build: ## build bin/aurea
	go build -ldflags '$(LDFLAGS)' -o bin/aurea ./cmd/aurea

man: ## write a man page for each command into bin/man
	go run -tags man,grpcnotrace -ldflags '$(LDFLAGS)' ./cmd/aurea man bin/man

# All but deploy/, whose tests are a target of their own; those that take longest
# begin first. `make vet` vets them.
PACKAGES = ./internal/server ./cmd/aurea $(shell go list ./... | grep -v -e /deploy$$ -e /torture$$)

# These tests hit real processes with faults. A worker that gets no core for seconds
# is lost, so no other package runs beside them.
TORTURE = ./internal/cluster/torture

# Tests wait for services, browsers and databases more than they compute, so two
# packages run for each core.
PACKAGES_AT_ONCE = $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))

test: build ## run the tests of the code, the page and the docs, fetching what they need
	scripts/test-deps
	go test -vet=off -p $(PACKAGES_AT_ONCE) -count=1 -timeout 10m $(PACKAGES)
	go test -vet=off -count=1 -timeout 10m $(TORTURE)
	go -C bench test -vet=off -count=1 ./...

check: format vet lint workflows race deployment ## format, vet, lint, the race detector, and the tests of deploy/

# Dashboards and rules on a real Prometheus, manifests, images, workflows.
deployment: build
	scripts/test-deps
	go test -vet=off -count=1 -timeout 10m ./deploy
	go -C deploy/kubernetes test -vet=off -count=1 ./...
	go -C deploy/grafana test -vet=off -count=1 ./...

format:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed: $$unformatted"; exit 1; fi

vet:
	go vet ./...
	go -C bench vet ./...
	go -C deploy/kubernetes vet ./...
	go -C deploy/grafana vet ./...

lint: $(TOOLS)/golangci-lint-$(LINT_VERSION)
	$< run

# The linter is built from its own module at a pinned version: its hundreds of
# dependencies stay out of go.mod.
$(TOOLS)/golangci-lint-$(LINT_VERSION):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv $(TOOLS)/golangci-lint $@

# Without shellcheck and pyflakes, which are on some machines only.
workflows:
	go run $(ACTIONLINT) -shellcheck= -pyflakes=

race: build
	CGO_ENABLED=1 go test -vet=off -race -short -count=1 -timeout 20m $(PACKAGES) $(TORTURE)

bench: ## compare the Go benchmarks with those of the last commit on main (BENCH=regexp)
	scripts/bench -bench '$(or $(BENCH),.)'

bench-peers: ## measure beside other tools, and write docs/performance.md
	go -C bench run ./peers -write

bench-floor: ## measure what an HTTP request costs and where, and write docs/floor.md
	go -C bench run ./floor -write

bench-cluster: ## measure runs on workers: real processes, then up to 2,000 simulated workers
	go -C bench run ./cluster
	go test -run '^$$' -bench ManyWorkers -benchtime 1x ./internal/cluster

theory: ## measure queueing stations in real time, beside the closed forms (8 minutes)
	go test -run '^$$' -bench Theory -benchtime 1x -timeout 20m ./internal/engine

torture: ## kill the service 50 times under load, and look for what is lost (TIMES=50)
	AUREA_TORTURE=$(or $(TIMES),50) go test -count=1 -v -timeout 30m -run KilledAtAnyMoment ./cmd/aurea

torture-cluster: build ## hit 200 runs on workers with faults, of a seed that is printed (TIMES=200 SEED=n)
	AUREA_TORTURE_CLUSTER=$(or $(TIMES),200) AUREA_SEED=$(SEED) go test -count=1 -v -timeout 60m -run '^TestTorture$$' \
	  $(TORTURE)

requests: ## send 100,000 requests made from our own description, of a seed that is printed (REQUESTS=100000)
	AUREA_REQUESTS=$(or $(REQUESTS),100000) go test -count=1 -v -timeout 30m -run TorturedByItsOwnDescription ./internal/server

spellings: ## try a million spellings of forbidden targets, of a seed that is printed (TIMES=1000000)
	AUREA_SPELLINGS=$(or $(TIMES),1000000) go test -count=1 -v -timeout 30m -run '^TestSpellingsAreNot' ./internal/egress ./internal/httpclient

answers: ## read a million answers that chance has changed beside net/http's client (ANSWERS=1000000)
	AUREA_ANSWERS=$(or $(ANSWERS),1000000) go test -count=1 -v -run '^TestMutatedAnswers$$' ./internal/httpclient

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do \
	  grep -oE '^func Fuzz[A-Za-z]+' "$$file" | cut -d' ' -f2 | while read -r target; do \
	    echo "== $$target ($$(dirname "$$file"))"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" || exit 1; \
	  done || exit 1; \
	done

vulnerabilities: ## look for known vulnerabilities in what is called (asks the Go vulnerability database)
	go run $(GOVULNCHECK) ./...

secrets: ## look for secrets in the whole history
	go run $(GITLEAKS) git --no-banner --redact

clean: ## remove what was built
	rm -rf bin .tools
