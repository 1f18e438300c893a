#!/usr/bin/env bash
# Exercise 6: builds the provider that docs/adding-a-provider.md describes, out of that page, and lets the kit try it.
# CONTRACT_PROVIDER names a contract_provider that is built already.
set -euo pipefail
if [ "${1:-}" = --help ]; then sed -n '2,3s/^# *//p' "$0"; exit; fi
cd "$(dirname "$0")/../.."
program=${CONTRACT_PROVIDER:-build/dev/tests/contract_provider}
if [ -z "${CONTRACT_PROVIDER:-}" ]; then
  tools/install.sh test
  cmake --preset dev --log-level=WARNING
  cmake --build --preset dev --target contract_provider
fi
"$program" --gtest_brief=1 --gtest_filter='*example*'
