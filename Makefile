# Everything that is done with this tree. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON_BIN := .venv/bin
BUILT := src/tunnel_monitor/built

RUN_PACKAGES := ca-certificates iproute2 iperf3 iputils-ping libbpf1 nftables python3 python3-venv
# libatomic1 is for the node inside Playwright; clang has the fuzzer and the sanitizers.
# Newer systems have no clickhouse-server; what needs one is left out there, by name.
TEST_PACKAGES := $(RUN_PACKAGES) clang ethtool libatomic1 libc6-dev libclang-rt-dev pmacct tcpdump tshark \
	--if-there-is clickhouse-server
BENCH_PACKAGES := $(RUN_PACKAGES) ethtool pmacct tcpdump

BPF_SOURCES := $(shell find bpf -name '*.[ch]')
NATIVE_SOURCES := $(shell find native -name '*.[ch]')
PAGE_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/tests -prune -o -type f -print)
OBJECT := $(BUILT)/tunnel.bpf.o
NATIVE := $(BUILT)/libtunnelparse.so
PAGE := $(BUILT)/page/index.html
NODE_MODULES := web/node_modules/.package-lock.json

# Written by scripts/setup-python, and touched only when something was installed.
RUN_READY := .venv/.ready-run
TEST_READY := .venv/.ready-test
INSTALLED := .venv/.installed
COMPILER := .venv/.compiler

.PHONY: help
help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand --tabs=12

.PHONY: demo
demo: setup ## the nine-host overlay, watched live; options: make demo ARGS="--traffic culprit"
	@exec $(AS_ROOT) $(PYTHON_BIN)/tunnel-monitor demo $(ARGS)

# The lab makes network namespaces, the monitor loads programs into the kernel.
# What root compiles while it runs would not be ours to remove.
AS_ROOT = $(shell if [[ $$EUID != 0 ]]; then echo sudo env PYTHONDONTWRITEBYTECODE=1; fi)

.PHONY: setup
setup: $(RUN_READY) bpf web $(INSTALLED) ## install what is missing, build, and leave .venv/bin/tunnel-monitor
	@$(PYTHON_BIN)/python -m compileall -q src/tunnel_monitor # else each start may do it again

.PHONY: bpf
bpf: $(OBJECT) $(NATIVE) ## compile the kernel part and the native parser

.PHONY: web
web: $(PAGE) ## build the page

.PHONY: check
check: $(TEST_READY) setup ## format, lint, types, spelling
	$(PYTHON_BIN)/ruff format --check
	$(PYTHON_BIN)/ruff check
	$(PYTHON_BIN)/mypy
	$(PYTHON_BIN)/clang-format --dry-run -Werror $(BPF_SOURCES) $(NATIVE_SOURCES)
	$(PYTHON_BIN)/codespell
	scripts/check-text
	@$(MAKE) check-page

.PHONY: check-page
check-page: $(NODE_MODULES)
	scripts/npm run --silent check

.PHONY: test
test: test-packages browser setup $(NODE_MODULES) ## all tests that privileges allow; names what it left out
	@scripts/run-tests $(ARGS)

.PHONY: test-bpf
test-bpf: $(TEST_READY) setup ## the packet table, through the kernel and natively
	$(PYTHON_BIN)/pytest tests/packets $(ARGS)

.PHONY: test-lab
test-lab: test-packages $(TEST_READY) setup ## real tunnels between namespaces
	$(PYTHON_BIN)/pytest tests/lab $(ARGS)

.PHONY: fuzz
fuzz: test-packages $(TEST_READY) setup ## the native parser under a fuzzer and sanitizers, an hour of it: make fuzz FUZZ_SECONDS=3600
	@$(PYTHON_BIN)/python -m tests.fuzz.run

.PHONY: bench
bench: bench-packages $(if $(filter page,$(ARGS)),browser) $(TEST_READY) setup ## what it costs, on this machine; one part: make bench ARGS=packet
	@$(AS_ROOT) $(PYTHON_BIN)/python -m bench $(ARGS)

.PHONY: screenshots
screenshots: browser setup ## make the pictures of the page in docs/pictures anew, from the lab
	@$(AS_ROOT) $(PYTHON_BIN)/python -m scripts.screenshots

.PHONY: lock
lock: $(RUN_READY) ## choose the newest Python packages and write requirements/*.txt anew
	scripts/lock

.PHONY: clean
clean: ## remove all that was installed or built in this folder
	rm -rf .venv $(BUILT) web/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: run-packages test-packages bench-packages browser FORCE
run-packages:
	@scripts/install-packages $(RUN_PACKAGES)

test-packages:
	@scripts/install-packages $(TEST_PACKAGES)

bench-packages:
	@scripts/install-packages $(BENCH_PACKAGES)

browser: $(TEST_READY)
	@scripts/install-browser

$(RUN_READY): FORCE | run-packages
	@scripts/setup-python run

$(TEST_READY): FORCE | run-packages
	@scripts/setup-python test

$(INSTALLED): pyproject.toml hatch_build.py $(RUN_READY) | bpf web
	@scripts/uv pip install --quiet --python $(PYTHON_BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# Touched only when another compiler is asked for than the last time.
$(COMPILER): FORCE | $(RUN_READY)
	@cmp --silent $@ <<<'$(BPF_CLANG)' || echo '$(BPF_CLANG)' >$@

$(OBJECT): $(BPF_SOURCES) hatch_build.py requirements/run.txt $(COMPILER)
	$(PYTHON_BIN)/python hatch_build.py object

$(NATIVE): $(BPF_SOURCES) $(NATIVE_SOURCES) hatch_build.py requirements/run.txt | $(RUN_READY)
	$(PYTHON_BIN)/python hatch_build.py native

$(NODE_MODULES): web/package-lock.json | $(RUN_READY)
	@echo "Installing what builds the page into web/node_modules, from $<"
	@scripts/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): $(PAGE_SOURCES) hatch_build.py $(NODE_MODULES)
	$(PYTHON_BIN)/python hatch_build.py page
