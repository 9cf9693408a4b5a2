# Needs Python 3.11 or later and make; `make lint` also uses npm, if available, for buf.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALLED := $(VENV)/.installed
PYTHON_CODE := client server tests docs examples .ci conftest.py
PROTO := protos/sayso/v1/quotes.proto
BUF := build/buf/node_modules/.bin/buf
BUF_VERSION := 1.75.0
FROZEN := v1.frozen.txtpb
GRPC_JS_VERSION := 1.14.7
PROTO_LOADER_VERSION := 0.8.1
CONNECT_VERSION := 2.1.2
PROTOBUF_ES_VERSION := 2.17.0

.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help:  ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

install: $(INSTALLED)  ## create .venv with all distributions and development tools, at the versions in constraints.txt

# Only what the product needs, enough for `make demo`. Later steps add to the same .venv.
PRODUCT := $(VENV)/.product
$(PRODUCT): client/pyproject.toml server/pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "sayso needs Python 3.11 or later; set PYTHON=...")'
	@test -x $(BIN)/python || { echo "1 of 3: making $(VENV)"; "$(PYTHON)" -m venv $(VENV); }
	@echo "2 of 3: fetching torch, stanza, grpcio and their dependencies (0.9 GB in $(VENV))"
	@$(PIP) install --quiet --constraint constraints.txt pip hatchling editables
	@$(PIP) install --quiet --constraint constraints.txt --no-build-isolation --no-compile \
		--editable './client[cli]' --editable './server[http]'
	@echo "3 of 3: installed"
	@touch $@

$(INSTALLED): $(PRODUCT) pyproject.toml server/tools/pyproject.toml
	$(PIP) install --quiet --constraint constraints.txt --no-build-isolation --group dev \
		--editable './client[cli]' --editable './server[tracing,http]' --editable './server/tools[training]'
	@touch $@

EXTRAS := $(VENV)/.extras
extras: $(EXTRAS)  ## also install what Parquet, Ray, plots, HTML and their tests need (0.7 GB)

$(EXTRAS): $(INSTALLED)
	$(PIP) install --quiet --constraint constraints.txt --no-build-isolation --editable './client[cli,html]' \
		--editable './server[tracing,http,corpus,plots]' --editable './server/tools[training,plots]'
	@touch $@

protos: $(INSTALLED)  ## regenerate the code of the contract in client/sayso/v1 and its OpenAPI description
	$(BIN)/python -m grpc_tools.protoc $(PROTOC_FLAGS) --proto_path=protos $(PROTO)
	$(BIN)/python -m sayso_server.service.http.generate protos

PROTOC_FLAGS := --plugin=protoc-gen-mypy=$(BIN)/protoc-gen-mypy --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc \
	--python_out=client --grpc_python_out=client --mypy_out=client --mypy_grpc_out=client

lint: $(INSTALLED) lint-buf  ## ruff, mypy, import contracts, buf
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

lint-buf:
	@if ! command -v npm >/dev/null; then echo "npm is missing: skipping buf lint and buf breaking"; \
	elif ! $(MAKE) --no-print-directory $(BUF); then echo "npm cannot fetch buf: skipping buf lint and buf breaking"; \
	else cd protos && echo "buf lint" && ../$(BUF) lint && echo "buf breaking" && ../$(BUF) breaking --against $(FROZEN); fi

freeze: $(BUF)  ## for a release: freeze v1 as the baseline of `buf breaking`; fails if v1 breaks the previous baseline
	cd protos && ../$(BUF) breaking --against $(FROZEN) && ../$(BUF) build --exclude-source-info --output $(FROZEN)

$(BUF): Makefile
	@mkdir -p build/buf
	npm install --silent --fetch-retries=1 --fetch-timeout=30000 --no-audit --no-fund --prefix build/buf @bufbuild/buf@$(BUF_VERSION)
	@touch $@

release: $(INSTALLED)  ## build wheels, source archives, changes and checksums in build/release, after checks
	$(BIN)/python .ci/release.py

test: $(INSTALLED)  ## run the tests
	$(BIN)/python -m pytest

STRANGERS := build/acceptance/.fetched
acceptance: $(INSTALLED)  ## test a real server with clients in other languages and with faults; reports missing clients
	@$(MAKE) --no-print-directory $(STRANGERS) $(BUF) || echo "npm cannot fetch grpc-js, connect and buf: skipping their tests"
	@$(PIP) install --quiet --constraint constraints.txt grpclib || echo "pip cannot fetch grpclib: skipping its test"
	TEST_ACCEPTANCE=1 $(BIN)/python -m pytest tests/acceptance

$(STRANGERS): Makefile
	@mkdir -p $(@D)
	npm install --silent --fetch-retries=1 --fetch-timeout=30000 --no-audit --no-fund --prefix $(@D) \
		@grpc/grpc-js@$(GRPC_JS_VERSION) @grpc/proto-loader@$(PROTO_LOADER_VERSION) @bufbuild/protobuf@$(PROTOBUF_ES_VERSION) \
		@connectrpc/connect@$(CONNECT_VERSION) @connectrpc/connect-node@$(CONNECT_VERSION)
	@touch $@

EXAMPLES_TOOLS := golang-go golang-google-grpc-dev golang-google-genproto-dev golang-google-protobuf-dev \
	golang-github-golang-protobuf-1-5-dev protoc-gen-go-1-5 protoc-gen-go-grpc default-jdk-headless libgrpc-java \
	libprotobuf-java libnetty-java libperfmark-java libgeronimo-annotation-1.3-spec-java protobuf-compiler \
	protobuf-compiler-grpc-java-plugin jq
examples-tools:  ## install the Debian packages for the tests of examples/go, examples/java and examples/curl (root, 0.6 GB)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(EXAMPLES_TOOLS) >/dev/null

S3 := build/s3/.installed
$(S3): tests/support/s3-server.txt
	"$(PYTHON)" -m venv build/s3
	build/s3/bin/python -m pip --disable-pip-version-check install --quiet --requirement $<
	@touch $@

TEXTS ?= ../shared/text/wikinews.jsonl
load: $(INSTALLED)  ## load tests (latency, full queue, soak) with the bundled models on TEXTS (JSON lines); 20 minutes
	cd tests && PYTHONPATH=. $(abspath $(BIN))/python -m acceptance.load "$(abspath $(TEXTS))" $(LOAD_OPTIONS)

BENCH_OPTIONS ?= --output server/benchmarks
bench: $(INSTALLED)  ## speed benchmarks, as ratios within one run (20 minutes; BENCH_OPTIONS=--quick is shorter)
	$(BIN)/sayso-tools speed bench $(BENCH_OPTIONS)

coverage: $(INSTALLED)  ## run the tests with coverage; fails below the minimum in pyproject.toml
	@rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

coverage: export COVERAGE_FILE = $(abspath build/coverage/data)

check: lint coverage  ## linters, tests and coverage: what CI runs (with the extras)

hooks: $(INSTALLED)  ## run the quick checks before each commit (.pre-commit-config.yaml)
	$(BIN)/pre-commit install

demo: $(PRODUCT)  ## start a server, send it an article, show who said what, stop the server
	@$(BIN)/python server/demo/demo.py

evaluate: $(INSTALLED)  ## scores on ../shared/benchmarks, if that folder exists
	@$(BIN)/sayso-tools evaluate benchmarks

words: $(INSTALLED)  ## sort the word lists in server/sayso_server/core/data
	$(BIN)/python -m sayso_server.core.lexicon

rules: $(INSTALLED)  ## list the rules, and those that have no weights or counts yet
	@$(BIN)/python -m sayso_server.core.listing

DOCS := $(VENV)/.docs
$(DOCS): $(INSTALLED)
	$(PIP) install --quiet --constraint constraints.txt --group docs
	@touch $@

docs: $(DOCS)  ## build the documentation site in build/docs; broken links are errors
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --conf-dir docs --doctree-dir build/doctrees . build/docs
	@echo build/docs/docs/index.html

docs-rules: $(INSTALLED)  ## generate docs/rules.md: every rule and link rule, with an example
	PYTHONPATH=tests:$(PYTHONPATH) $(BIN)/python -m support.rules_page

docs-tables: $(INSTALLED)  ## generate the tables in the documentation from the code
	$(BIN)/python server/deploy/reference.py

docs-picture: $(EXTRAS)  ## generate docs/page.png, a screenshot of the page; needs Chromium
	PYTHONPATH=tests:$(PYTHONPATH) $(BIN)/python tests/pages/picture.py

golden: $(INSTALLED)  ## parse the golden cases without trees, and add the trees
	PYTHONPATH=tests:$(PYTHONPATH) $(BIN)/python tests/golden/refresh.py

golden-all: $(INSTALLED)  ## parse all golden cases again (after a change of the models), and report changes
	PYTHONPATH=tests:$(PYTHONPATH) $(BIN)/python tests/golden/refresh.py --all

models: $(INSTALLED)  ## train the bundled models (takes hours; see server/sayso_server/models/en/README.md)
	$(BIN)/sayso-tools train all $(TRAIN_OPTIONS)

serve: $(INSTALLED)  ## run a server on 127.0.0.1:50051
	$(BIN)/sayso-server serve

clean:  ## remove generated files
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis client/dist server/dist server/tools/dist
	find client server tests -name __pycache__ -type d -prune -exec rm -rf {} +
