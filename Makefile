# A thin layer over CMake's presets. `make help` lists what there is.
.DEFAULT_GOAL := help
PRESET ?= dev

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.PHONY: help
