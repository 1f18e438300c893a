#!/bin/sh
# The runtime stage of the Dockerfile, on Debian 12 as root: the shared libraries that the program needs, the CA
# certificates for calls to HTTPS, an account of its own and a folder that belongs to it.
set -eu

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends ca-certificates libboost-container1.81.0 libboost-json1.81.0 \
  libcurl4 libfmt9 libmariadb3 libprometheus-cpp-core1.0 libspdlog1.10 libsqlite3-0 libssl3 libstdc++6 zlib1g
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* \
  /var/lib/dpkg/*-old /var/log/apt /var/log/dpkg.log /var/log/alternatives.log

groupadd --gid 10001 payment
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin payment
install -d -o payment -g payment -m 0750 /data
