# A thin layer over CMake's presets and the scripts in tools/ and tests/.
.DEFAULT_GOAL := help
.PHONY: help packages build run test test-fast test-docs docs lint format bench clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

build: ## the program: build/release/payment-service
	@tools/install.sh build
	@mkdir -p build && cmake --preset release >build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset release --target payment-service

run: build ## build, start on SQLite with two demo payments, say what to try
	@exec tools/run.sh

test: ## everything: unit, contract, end to end, sanitizers, fuzzing, kill -9
	@tools/install.sh test
	@python3 tests/run.py all

test-fast: ## unit and contract tests on SQLite alone
	@tools/install.sh test
	@python3 tests/run.py fast

test-docs: ## the documents: their commands on a fresh checkout, their links, their figures
	@tools/install.sh test
	@python3 tests/run.py docs

docs: ## the views of docs/views: what is made from the code, then every picture that is older than its source
	@tools/install.sh docs
	@mkdir -p build && cmake --preset dev >build/configure.log || { cat build/configure.log; exit 1; }
	@cmake --build --preset dev --target unit_model -- --quiet
	@PAY_WRITE_VIEWS=1 build/dev/tests/unit_model --gtest_brief=1 --gtest_filter='StatesView.*' >/dev/null
	@tools/views.py generate
	@tools/views.py render

lint: ## clang-format and clang-tidy
	@tools/install.sh test
	@python3 tests/run.py lint

format: ## reformat the code
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 -i

bench: ## measure, write bench/results.json and bench/results.svg (about 40 minutes; QUICK=1: 8 minutes)
	@tools/install.sh bench
	@$(MAKE) --no-print-directory build
	@cmake --build --preset release --target bench_receiver
	@python3 bench/run.py $(if $(QUICK),--quick) $(BENCH_ARGS)

clean: ## remove all that was built
	rm -rf build
