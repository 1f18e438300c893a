#!/usr/bin/env bash
# Installs what is missing of Debian 12's packages: `tools/install.sh build` to build and run,
# `tools/install.sh test` for the tests too, `tools/install.sh bench` for the benchmark, `tools/install.sh docs` for
# the views, `tools/install.sh these NAME…` for those alone. Quick when all is there.
set -euo pipefail

build=(clang-19 lld-19 cmake ninja-build ccache pkg-config curl
  libboost1.81-dev libboost-json1.81-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev libmariadb-dev
  libfmt-dev libspdlog-dev prometheus-cpp-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev)
test=(clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 python3 python3-pytest python3-jsonschema
  python3-venv python3-yaml sqlite3 jq mariadb-server mariadb-client debootstrap openssl)
docs=(plantuml graphviz fonts-dejavu-core python3)
bench=(wrk python3 python3-pytest mariadb-server mariadb-client)

case "${1:-build}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  bench) wanted=("${build[@]}" "${bench[@]}") ;;
  docs) wanted=("${build[@]}" "${docs[@]}") ;;
  these) wanted=("${@:2}") ;;
  *) echo "tools/install.sh: say build, test, bench, docs or these NAME…" >&2; exit 2 ;;
esac

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }') || {
  echo "tools/install.sh: this is not Debian; install by hand what is listed in $0" >&2; exit 1; }
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "tools/install.sh: missing: ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing from Debian: ${missing[*]}"
# The packaged database servers must not start: the tests start their own.
policy=/usr/sbin/policy-rc.d
made_policy=""
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
  "${as_root[@]}" chmod +x $policy
  made_policy=yes
fi
status=0
{ "${as_root[@]}" apt-get update -qq &&
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
  >/tmp/payment-service-install.$$.log 2>&1 || status=$?
[ -z "$made_policy" ] || "${as_root[@]}" rm -f $policy
if [ $status -ne 0 ]; then
  tail -n 5 /tmp/payment-service-install.$$.log >&2
  echo "tools/install.sh: apt-get failed; its last lines are above" >&2
  exit 1
fi
rm -f /tmp/payment-service-install.$$.log
