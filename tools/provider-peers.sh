#!/usr/bin/env bash
# Gets what tests check the providers' side with, each in its pinned version, below build/tools and nowhere else:
# stripe-mock (Go), localstripe (PyPI, in a venv) and Prism (npm); and newman (npm), which runs docs/collections. Quick
# when all is there. A tool that cannot be had costs one line, and the tests that need it skip with the reason; so this
# always ends well.
set -uo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/build/tools
seconds=600

stripe_mock() {
  [ "$1" = version ] && { echo v0.197.0; return; }
  needs go golang-go || return
  # A cache of its own, writable so that it can be removed, and removed at once: the program is all that is wanted.
  GOBIN=$tools/go/bin GOPATH=$tools/go/path GOCACHE=$tools/go/cache GOFLAGS='-p=2 -modcacherw' GOTOOLCHAIN=auto \
    timeout $seconds go install "github.com/stripe/stripe-mock@$(stripe_mock version)"
  local status=$?
  rm -rf "$tools/go/path" "$tools/go/cache"
  return $status
}

localstripe() {
  [ "$1" = version ] && { echo 1.15.10; return; }
  # Debian's Python, which the tests run with too: its venv outlives what else is installed.
  /usr/bin/python3 -m venv --clear "$tools/localstripe" || return
  timeout $seconds "$tools/localstripe/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
    "localstripe==$(localstripe version)"
}

prism() {
  [ "$1" = version ] && { echo 5.14.2; return; }
  from_npm prism "@stoplight/prism-cli@$(prism version)"
}

newman() {
  [ "$1" = version ] && { echo 6.2.2; return; }
  from_npm newman "newman@$(newman version)"
}

# from_npm FOLDER PACKAGE
from_npm() {
  needs npm nodejs npm || return
  mkdir -p "$tools/$1"
  timeout $seconds npm install --prefix "$tools/$1" --cache "$tools/$1/cache" --no-audit --no-fund \
    --loglevel=error --ignore-scripts "$2"
  local status=$?
  rm -rf "$tools/$1/cache"
  return $status
}

# needs COMMAND PACKAGE…: Debian's packages when the command is not there.
needs() {
  command -v "$1" >/dev/null || tools/install.sh these "${@:2}"
}

# The stamp comes last, so that what was interrupted is begun again.
get() {
  local stamp=$tools/$1-$($1 version) log=$tools/$1.log
  [ -e "$stamp" ] && return
  if $1 install >"$log" 2>&1; then
    rm -f "$log"
    touch "$stamp"
  else
    echo "tools/provider-peers.sh: no $1 $($1 version): $(grep -v '^ *$' "$log" | tail -n 1)" >&2
  fi
}

mkdir -p "$tools"
# One after the other where two would ask Debian's package manager at the same time.
if command -v go >/dev/null && command -v npm >/dev/null; then
  get stripe_mock & get localstripe & get prism & get newman & wait
else
  get stripe_mock; get localstripe; get prism; get newman
fi
exit 0
