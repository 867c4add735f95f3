.PHONY: demo test check screenshots help

help:         ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/ —/'

demo:         ## a server with simulated fans
	python3 run.py demo

test:         ## every check and every test
	python3 run.py test

check:        ## lint, types and architecture only
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

screenshots:  ## pictures of the desk for the README, from demo data
	.venv/bin/python docs/make_screenshots.py
