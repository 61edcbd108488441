# Every target does its own set-up; a fresh machine needs Python 3.11 or newer, make and a package index.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: clients ray setup demo serve lambda deploy release check audit test quick coverage mutate eval bench clean

setup: .venv/dev.stamp

# pip alone installs the locks; uv, where it is found, does the same faster. $(1) is the lock, $(2) the environment.
INSTALL = if command -v uv >/dev/null 2>&1; \
	then export UV_COMPILE_BYTECODE=1; VIRTUAL_ENV=$(2) uv pip install --quiet --require-hashes --no-deps -r $(1) \
	  && VIRTUAL_ENV=$(2) uv pip install --quiet --no-deps --no-build-isolation --editable .; \
	else $(2)/bin/python -m pip install --quiet --require-hashes --no-deps -r $(1) \
	  && $(2)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .; fi

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements/runtime.txt pyproject.toml | .venv/bin/python
	@echo "Installing the locked dependencies into .venv …" >&2
	@$(call INSTALL,requirements/runtime.txt,.venv)
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing the locked development dependencies into .venv …" >&2
	@$(call INSTALL,requirements/dev.txt,.venv)
	@touch $@ .venv/runtime.stamp

# What the benchmarks compare with has an environment of its own, with this project in it.
.venv-bench/bench.stamp: requirements/bench.txt pyproject.toml | .venv/bin/python
	@echo "Installing the locked libraries that the benchmarks compare with into .venv-bench …" >&2
	@test -x .venv-bench/bin/python || $(BIN)/python -m venv .venv-bench
	@# Copied, for nltk refuses hard links, which uv makes.
	@export UV_LINK_MODE=copy; $(call INSTALL,requirements/bench.txt,.venv-bench)
	@touch $@

# Ray has an environment of its own, with this project in it; not part of `make test`.
.venv-ray/ray.stamp: requirements/ray.txt pyproject.toml | .venv/bin/python
	@echo "Installing Ray into .venv-ray …" >&2
	@test -x .venv-ray/bin/python || $(BIN)/python -m venv .venv-ray
	@$(call INSTALL,requirements/ray.txt,.venv-ray)
	@touch $@

# What `ingest add --on` promises, on Ray itself.
ray: .venv-ray/ray.stamp
	@.venv-ray/bin/python -m tests.ray_runs

# Clients of others, in environments of their own without this project; not part of `make test`.
.venv-clients/%.stamp: requirements/clients-%.txt | .venv/bin/python
	@echo "Installing the locked clients of requirements/clients-$*.txt …" >&2
	@test -x .venv-clients/$*/bin/python || $(BIN)/python -m venv .venv-clients/$*
	@if command -v uv >/dev/null 2>&1; \
	then VIRTUAL_ENV=.venv-clients/$* uv pip install --quiet --require-hashes --no-deps -r $<; \
	else .venv-clients/$*/bin/python -m pip install --quiet --require-hashes --no-deps -r $<; fi
	@touch $@

.venv-clients/npm.stamp: tests/clients/package.json | .venv/bin/python
	@mkdir -p .venv-clients/npm && cp $< .venv-clients/npm/
	npm install --no-audit --no-fund --prefix .venv-clients/npm
	@touch $@

# Writes docs/doors.md's tables: what each client made of the handler over the sample corpus.
clients: .venv/dev.stamp .venv-clients/first.stamp .venv-clients/second.stamp .venv-clients/npm.stamp
	@$(BIN)/python -m tests.clients

demo: .venv/runtime.stamp
	@$(BIN)/python -m examples.demo

serve: .venv/runtime.stamp
	@$(BIN)/handler serve

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/vulture
	$(BIN)/python -m pytest --quiet tests/test_arrows.py tests/test_docs.py tests/test_repository.py tests/handler/test_gpt_guide.py

# Known holes in what is locked.
audit: .venv/dev.stamp
	@$(BIN)/python -m infra.audit

# The quick part of the tests under another interpreter, in an environment of its own: make quick ON=3.13
ON ?= 3.13
quick:
	@test -x .venv-$(ON)/bin/python || "$$($(PYTHON) -m infra.interpreters $(ON))" -m venv .venv-$(ON)
	@$(call INSTALL,requirements/dev.txt,.venv-$(ON))
	$(call PYTEST,.venv-$(ON)) -m "not slow" \
		tests/corpus tests/ingest/reading tests/ingest/splitting tests/handler/access tests/handler/contract tests/handler/routes

# Branches that the tests reach, in the processes that they start too. Measured and shown, not chased.
coverage: .venv/dev.stamp
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m tests.covered $(PARALLEL)

# How many of a fixed list of small mutations no test notices; about an hour.
mutate: .venv/dev.stamp
	$(BIN)/python -m tests.mutate

# Without bytecode every process that a test starts would compile what it imports.
PARALLEL = --numprocesses auto --dist loadfile --no-loadscope-reorder
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(1)/bin/python -m pytest $(PARALLEL)

test: .venv/dev.stamp
	$(call PYTEST,.venv)

# LOCAL_MODEL=1 adds the local model of the corpus in CHROMA_PATH (or name it), CHROMA_SERVER=1 the client of Chroma's servers; ARGS="--arm64 --bundle SNAPSHOT".
lambda: .venv/runtime.stamp
	@$(BIN)/python -m infra.build_lambda $(ARGS)

# Test collections in BEIR's layout below DATA; writes docs/quality.md's table and its plot.
DATA ?= ../shared/data/eval
eval: .venv/dev.stamp
	$(BIN)/python -m benchmarks.quality $(DATA)

# Ratios within one run into docs/performance.md, in about an hour; ARGS="queries load", ARGS=--small.
bench: .venv/dev.stamp .venv-bench/bench.stamp lambda
	@# Without bytecode every process that is timed would compile what it imports.
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m benchmarks $(ARGS)

node_modules/.bin/osls: package.json
	npm install
	@touch $@

# ARGS="--stage prod --param=rateLimit=60/minute"; looks first whether all is there, publishes CHROMA_PATH, checks the URL
# with ACTION_KEY. LOCAL_MODEL=1 is taken by itself where the corpus was made with the local model.
deploy: .venv/runtime.stamp
	@$(BIN)/python -m infra.deploy $(ARGS)

# Checks, tests, builds the wheel and tags the version of corpus/__init__.py; publishes nothing.
release: check test
	@$(BIN)/python -m infra.release

clean:
	rm -rf .venv .venv-* .bench .chroma dist .mypy_cache .ruff_cache .pytest_cache
