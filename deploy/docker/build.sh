#!/bin/sh
# The build stage of the Dockerfile, on Debian 12 as root: `packages` installs what the build needs, `program DIR` leaves
# the stripped program in DIR. Two steps, so that an image's layer of packages outlives a change of the code.
set -eu
cd "$(dirname "$0")/../.."

case "${1:-}" in
  packages)
    tools/install.sh build
    rm -rf /var/lib/apt/lists/*
    ;;
  program)
    cmake --preset release
    cmake --build --preset release --target payment-service
    mkdir -p "$2"
    strip --strip-all -o "$2/payment-service" build/release/payment-service
    ;;
  *)
    echo "deploy/docker/build.sh: say packages, or program DIR" >&2
    exit 2
    ;;
esac
