"""deploy/galera/start.sh: a node joins whoever answers, and founds a cluster only when that cannot make a second truth.

Method: the script itself, with stand-ins for `hostname` and the image's entrypoint, and 127.0.0.1 as the other node.
"""

import contextlib
import os
import socket
import subprocess

import pytest
from support.databases import free_port
from support.service import ROOT
from support.waiting import eventually


@contextlib.contextmanager
def listening(port):
    with socket.create_server(("127.0.0.1", port)):
        yield


class Node:

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.data = folder / "data"
        self.data.mkdir()
        for name, text in {"hostname": "echo $SELF", "docker-entrypoint.sh": 'echo "RUNS $*"'}.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)

    def state(self, safe):
        (self.data / "grastate.dat").write_text(f"# GALERA saved state\nseqno:   -1\nsafe_to_bootstrap: {safe}\n")

    def begin(self, self_name="galera-1", nodes="galera-1 127.0.0.1", **more):
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "SELF": self_name,
                                    "GALERA_NODES": nodes, "GALERA_DATA": str(self.data),
                                    "GALERA_PORT": str(self.port)} | more
        return subprocess.Popen([ROOT / "deploy/galera/start.sh"], env=environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def run(self, *arguments, **more):
        said, _ = self.begin(*arguments, **more).communicate(timeout=20)
        return next(line for line in said.splitlines() if line.startswith("RUNS "))


@pytest.fixture
def node(tmp_path):
    return Node(tmp_path)


def test_the_first_of_the_list_founds_when_nothing_was_stored(node):
    assert node.run().endswith(" --wsrep-new-cluster")


@pytest.mark.parametrize("safe", [None, 0, 1])
def test_whoever_finds_another_node_joins(node, safe):
    if safe is not None:
        node.state(safe)
    with listening(node.port):
        said = node.run()
    assert "--wsrep-new-cluster" not in said
    assert "--wsrep-cluster-address=gcomm://galera-1,127.0.0.1" in said and "--wsrep-node-name=galera-1" in said


def test_the_last_to_stop_founds_again(node):
    node.state(safe=1)
    assert node.run("galera-2", "galera-1 galera-2".replace("galera-1", "127.0.0.1")).endswith(" --wsrep-new-cluster")


def test_nodes_that_were_lost_together_look_for_each_other(node):
    node.state(safe=0)
    (node.data / "gvwstate.dat").write_text("my_uuid: x\n")
    assert "--wsrep-new-cluster" not in node.run()


@pytest.mark.parametrize("stored", [True, False])
def test_any_other_node_waits(node, stored):
    if stored:
        node.state(safe=0)
    process = node.begin("galera-2", "127.0.0.1 galera-2")
    try:
        assert process.stdout.readline() == "galera: galera-2 waits for another node\n"
        with listening(node.port):
            eventually(lambda: process.poll() is not None, 15)
        assert "--wsrep-new-cluster" not in process.stdout.read()
    finally:
        process.kill()
        process.communicate()


def test_an_operator_may_decide(node):
    node.state(safe=0)
    assert node.run(GALERA_BOOTSTRAP="galera-1").endswith(" --wsrep-new-cluster")
    assert "safe_to_bootstrap: 1" in (node.data / "grastate.dat").read_text()


def test_but_not_against_a_cluster_that_is_there(node):
    node.state(safe=0)
    with listening(node.port):
        assert "--wsrep-new-cluster" not in node.run(GALERA_BOOTSTRAP="galera-1")
