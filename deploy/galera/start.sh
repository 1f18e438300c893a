#!/bin/bash
# Starts one node of the Galera cluster in MariaDB's own image, and decides whether it joins or founds.
#   GALERA_NODES      names of all nodes; the first of them founds the cluster once
#   GALERA_BOOTSTRAP  a node that founds it again although it cannot know whether it is the most recent one
# A node joins whoever it finds. It founds only when nobody answers and either it was the last to stop, or nothing was
# ever stored and it is the first of the list: two clusters with one name would be two truths.
set -euo pipefail

data=${GALERA_DATA:-/var/lib/mysql}
port=${GALERA_PORT:-4567}
self=$(hostname)
read -ra nodes <<<"$GALERA_NODES"

somebody_answers() {
  local node
  for node in "${nodes[@]}"; do
    [ "$node" = "$self" ] && continue
    timeout 2 bash -c "exec 3<>/dev/tcp/$node/$port" 2>/dev/null && return 0
  done
  return 1
}

start() {
  echo "galera: $self $1"
  shift
  exec docker-entrypoint.sh mariadbd --wsrep-cluster-address="gcomm://$(IFS=,; echo "${nodes[*]}")" \
    --wsrep-node-name="$self" "$@"
}

if [ "${GALERA_BOOTSTRAP:-}" = "$self" ] && ! somebody_answers; then
  [ ! -e "$data/grastate.dat" ] || sed -i 's/^safe_to_bootstrap:.*/safe_to_bootstrap: 1/' "$data/grastate.dat"
  start "founds the cluster again, as told" --wsrep-new-cluster
fi
while ! somebody_answers; do
  if grep -qs '^safe_to_bootstrap: 1' "$data/grastate.dat"; then
    start "was the last to stop, and founds the cluster again" --wsrep-new-cluster
  elif [ -e "$data/gvwstate.dat" ]; then
    start "was lost with the others, and looks for them"
  elif [ ! -e "$data/grastate.dat" ] && [ "$self" = "${nodes[0]}" ]; then
    start "founds the cluster" --wsrep-new-cluster
  fi
  echo "galera: $self waits for another node"
  sleep 1
done
start "joins"
