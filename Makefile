# Two commands do everything: `make demo` and `make test`. Both set themselves up.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
CASE ?= special

# Hundreds of processes start in the tests: what they import is compiled once.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test browser soak up down lint bench chaos docs screenshots papers vendor lock venv
.DEFAULT_GOAL := demo

demo: $(READY) ## one dispute from filing to closure on real servers: make demo CASE=special, or another of examples/README.md
	./onestop demo $(CASE) $(if $(WATCH),--watch)

test: $(READY) browser ## all tests, on real servers and in a real browser
	$(VENV)/bin/python -m pytest -n 4 --dist loadfile

browser: ## Chromium and a Chinese font for the tests of the pages, where root may install them on Debian
	@command -v chromium-headless-shell >/dev/null || test -n "$$ONESTOP_CHROMIUM" || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -q >/dev/null && { \
		apt-get install -qy chromium-headless-shell fonts-noto-cjk >/dev/null || command -v chromium >/dev/null \
		|| apt-get install -qy chromium fonts-noto-cjk >/dev/null; }; } || true

soak: $(READY) ## what takes long: the tests kept out of `make test`, and every property with a thousand examples
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m soak --override-ini timeout=900
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --hypothesis-profile soak --override-ini timeout=900 tests/domain

up: $(READY) ## servers and workers in the foreground; Ctrl-C stops them
	./onestop up

down: $(READY) ## stop what `make up` started elsewhere
	./onestop down

lint: $(READY) ## style and types
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/python -m mypy --strict .

bench: $(READY) ## measure: the engine's floor beside ours
	$(VENV)/bin/python -m bench

chaos: $(READY) ## many cases while workers and servers are killed and stopped, about 15 minutes
	$(VENV)/bin/python -m bench.chaos

screenshots: $(READY) browser ## docs/pictures, from the example's fictional people
	$(VENV)/bin/python -m tests.screenshots

papers: $(READY) ## pictures of every paper in docs/papers; needs LibreOffice and poppler
	$(VENV)/bin/python -m tests.paper_pictures

vendor: $(READY) ## what pages use of others, as console/vendor.yaml names it; needs npm
	$(VENV)/bin/python -m console.vendor

docs: $(READY) ## docs/messages.md from the protocol
	./onestop docs

venv: $(READY)

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock names (once)…"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(READY)

lock: $(READY) ## the dependencies of pyproject.toml → hashed requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/bin/python -m uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --no-header -q --group dev pyproject.toml -o requirements.lock
