# What a newcomer needs, one command away. "make" alone lists it.
# Everything happens in .venv, made from the locked versions in requirements/; nothing else is touched.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 3
PACKAGES := config workflow notifications web

# PYTHON=/path/to/python chooses another one; otherwise the first of these that is new enough.
PYTHON ?=
PYTHON_CANDIDATES := python3.11 python3 python3.12 python3.13

.PHONY: help run test check bench simulate format messages lock wheel clean environment environment-dev

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: environment ## set up, load the sample year if there is none, and serve it (ARGS="--port 8080" is passed on)
	@$(BIN)/dvk init
	@$(BIN)/dvk demo
	@exec $(BIN)/dvk serve $(ARGS)

test: environment-dev ## run every test (ARGS="tests/workflow -k review" narrows it)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: environment-dev ## format, lint, types, imports, templates
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	@if [ -n "$$(find web -name '*.html' -print -quit)" ]; then \
	    echo "$(BIN)/djlint web --check --lint" && \
	    $(BIN)/python -m djlint web --check --quiet && $(BIN)/python -m djlint web --lint --quiet; \
	fi

bench: environment-dev ## compare with raw SQL (MODELS=1000000 for the large data set)
	@$(BIN)/python -m tests.benchmarks $(if $(MODELS),--models $(MODELS)) $(ARGS)

simulate: environment-dev ## live through a year and prove every reminder of it (ARGS="--units 40 --seed 6")
	@$(BIN)/python -m tests.simulation $(ARGS)

format: environment-dev ## rewrite the code and the templates in the house's format
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m ruff format .
	@if [ -n "$$(find web -name '*.html' -print -quit)" ]; then $(BIN)/python -m djlint web --reformat --quiet || true; fi

messages: environment-dev ## renew the English catalogue from the sentences in the code, the templates and the data files
	@$(BIN)/python tools/messages.py

wheel: environment-dev ## build dist/danvankheo-*.whl
	@$(BIN)/python -m build --wheel --no-isolation

# The resolver works for every supported Python and platform at once, and writes the hash of every published file.
lock: ## renew requirements/*.txt from *.in (UPGRADE=1 takes newer releases)
	@$(find_python) \
	test -x .venv-lock/bin/uv || { "$$python" -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet 'uv>=0.8,<1'; }
	@cd requirements && for name in runtime build dev; do \
	    ../.venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
	        "$$name.in" --output-file "$$name.txt" || exit 1; \
	    echo "requirements/$$name.txt"; \
	done

clean: ## remove the environment, caches and builds; var/ (the data) stays
	rm -rf .venv .venv-lock .cache .hypothesis build dist *.egg-info
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment -----------------------------------------------------------------------------
# Its key is made of what it was built from. While the key is the same nothing is done; when a lock file,
# pyproject.toml, the folder or the interpreter changed, the environment is brought up to date.

define find_python
python=''; \
for candidate in $(if $(PYTHON),"$(PYTHON)",$(PYTHON_CANDIDATES)); do \
    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
        python="$$candidate"; break; \
    fi; \
done; \
if [ -z "$$python" ]; then \
    echo "Cần Python 3.11 trở lên. Hãy cài Python, hoặc chỉ rõ: make PYTHON=/đường/dẫn/python3.11" >&2; \
    exit 1; \
fi;
endef

# $(call prepare,STAMP,LOCK FILES): brings .venv to what the lock files say, unless it is there already.
define prepare
key="$$(cat $(2) pyproject.toml | cksum) $$(pwd)"; \
if [ -x $(BIN)/python ] && $(BIN)/python -c '' 2>/dev/null && [ "$$(cat $(VENV)/$(1) 2>/dev/null)" = "$$key" ]; then \
    exit 0; \
fi; \
$(find_python) \
if ! { [ -x $(BIN)/python ] && $(BIN)/python -c 'import pip' 2>/dev/null; }; then \
    echo "Đang tạo môi trường $(VENV) …" >&2; \
    if ! "$$python" -m venv --clear $(VENV) >$(VENV).log 2>&1; then \
        cat $(VENV).log >&2; rm -rf $(VENV) $(VENV).log; \
        echo "Không tạo được môi trường. Trên Debian hoặc Ubuntu hãy cài gói python3-venv rồi chạy lại." >&2; \
        exit 1; \
    fi; \
    rm -f $(VENV).log; \
fi; \
echo "Đang cài các thư viện đã khóa phiên bản ($(2)) …" >&2; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(foreach lock,$(2),-r $(lock)) && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
printf '%s\n' "$$key" >$(VENV)/$(1)
endef

environment:
	@$(call prepare,.runtime,requirements/runtime.txt requirements/build.txt)

environment-dev:
	@$(call prepare,.dev,requirements/dev.txt)
