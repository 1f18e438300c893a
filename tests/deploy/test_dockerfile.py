"""The Dockerfile: what a linter says, and that it builds from a clean clone the image that deploy/README.md promises.

No Docker engine is needed. What its stages run is tested in test_image.py.
"""

import fnmatch
import json
import re
import subprocess

import pytest
from support.service import ROOT
from support.tools import hadolint

TEXT = (ROOT / "Dockerfile").read_text()
STAGES = [re.findall(r"^([A-Z]+) ((?:.*\\\n)*.*)$", stage, re.M) for stage in re.split(r"^(?=FROM )", TEXT, flags=re.M)[1:]]
RUNTIME = dict(STAGES[-1])


def tracked(*paths):
    return subprocess.run(["git", "ls-files", "--stage", *paths], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout.splitlines()


def test_hadolint_has_nothing_to_say():
    done = subprocess.run([hadolint(), ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_stages_are_debian_12():
    assert [stage[0] for stage in STAGES] == [("FROM", "debian:bookworm-slim AS build"), ("FROM", "debian:bookworm-slim")]


def test_each_stage_runs_the_scripts_that_tests_run():
    runs = [[text for word, text in stage if word == "RUN"] for stage in STAGES]
    assert runs[0] == ["deploy/docker/build.sh packages", "deploy/docker/build.sh program /out"]
    assert len(runs[1]) == 1 and runs[1][0].endswith(" /run/runtime.sh")


@pytest.mark.parametrize("script", ["deploy/docker/build.sh", "deploy/docker/runtime.sh", "tools/install.sh",
                                    "deploy/galera/start.sh"])
def test_scripts_of_a_clean_clone_can_be_run(script):
    [line] = tracked(script)
    assert line.startswith("100755 "), line


def test_the_program_runs_as_nobody_in_particular_and_asks_after_itself():
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", RUNTIME["USER"])
    assert json.loads(RUNTIME["ENTRYPOINT"]) == ["payment-service"] and json.loads(RUNTIME["CMD"]) == ["serve"]
    assert json.loads(RUNTIME["HEALTHCHECK"].partition("CMD ")[2]) == ["payment-service", "health"]
    assert RUNTIME["WORKDIR"] == RUNTIME["VOLUME"] == "/data" and RUNTIME["EXPOSE"] == "5009"


def test_no_secret_and_no_database_is_baked_in():
    """DATABASE_URL would win over DB_HOST and its kin."""
    assert RUNTIME["ENV"] == "LISTEN=0.0.0.0:5009"
    assert not re.search(r"(?i)password|secret|api.?key", TEXT)


def excluded(path):
    """Good enough for the patterns of our .dockerignore, which has no exceptions."""
    parts = path.split("/")
    starts = ["/".join(parts[:length + 1]) for length in range(len(parts))]
    for pattern in (ROOT / ".dockerignore").read_text().splitlines():
        if pattern.startswith("#") or not pattern:
            continue
        names = parts if pattern.startswith("**/") else starts
        if any(fnmatch.fnmatch(name, pattern.removeprefix("**/")) for name in names):
            return True
    return False


def test_the_context_holds_what_the_build_needs_and_little_else():
    files = [line.partition("\t")[2] for line in tracked()]
    sent = {path for path in files if not excluded(path)}
    needed = [path for path in files if re.match(r"(src|cmake|tests|bench|tools)/|CMake|deploy/docker/|docs/adding-a-provider", path)]
    assert set(needed) - sent <= {path for path in files if re.match(r"bench/results\.", path)}
    assert excluded(".git/config") and excluded("build/dev/x") and excluded("payments.db") and excluded("a/__pycache__/b")


@pytest.mark.parametrize("stage", [0, 1])
def test_what_is_copied_exists(stage):
    for word, text in STAGES[stage]:
        if word == "COPY" and not text.startswith("--from"):
            assert (ROOT / text.split()[0]).exists(), text
