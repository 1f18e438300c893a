"""A checkout as somebody has it who just cloned the project, and a shell to type the commands of a document into."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from support.documents import ROOT, tracked
from support.service import environment
from support.waiting import eventually

END_SECONDS = 15  # a service promises to end within 5
# Of a `make test` around this one, which would announce folders; and what a caller's shell may have made of `curl`, `jq`.
_NOT_OURS = ("MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHONPATH", "GREP_OPTIONS", "JQ_COLORS")


class Checkout:
    """The tracked files of the working tree, as they are in it, in a folder of their own; `build/` stays what it became."""
    def __init__(self, folder, may_wait_seconds=3600):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = open(f"{self.folder}.lock", "a", encoding="utf-8")
        deadline = time.monotonic() + may_wait_seconds
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                assert time.monotonic() < deadline, f"somebody else has {self.folder} (its lock is {self._lock.name})"
                time.sleep(0.5)

    def restore(self):
        """Everything but `build/` is as in the working tree again, and the databases in `build/` are gone.

        A file that is the same already is left alone, so that its time does not have it compiled again.
        """
        wanted = set(tracked())
        for found in sorted(self.folder.rglob("*"), reverse=True):
            name = found.relative_to(self.folder)
            if name.parts[0] == "build":
                continue
            if found.is_dir() and not found.is_symlink():
                if not any(found.iterdir()):
                    found.rmdir()
            elif str(name) not in wanted:
                found.unlink()
        for name in wanted:
            source, copy = ROOT / name, self.folder / name
            if not copy.is_file() or copy.read_bytes() != source.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
            if copy.stat().st_mode != source.stat().st_mode:
                shutil.copymode(source, copy)
        for database in (self.folder / "build").glob("*.db*"):
            database.unlink()

    def environment(self):
        """Compiled files may come out of ccache, which takes one folder for another here."""
        clean = {name: value for name, value in environment().items() if name not in _NOT_OURS}
        return clean | {"CCACHE_BASEDIR": str(self.folder), "CCACHE_NOHASHDIR": "1", "LC_ALL": "C.UTF-8", "TERM": "dumb",
                        "NO_COLOR": "1"}

    def release(self):
        self._lock.close()


def answers(port):
    with socket.socket() as connection:
        connection.settimeout(1)
        return connection.connect_ex(("127.0.0.1", port)) == 0


def text_of(path):
    return path.read_text(errors="replace") if path.exists() else ""


class Running:
    """A shell with a script in it, the leader of a process group of its own."""
    def __init__(self, script, folder, env, output):
        self.output = output
        with open(output, "wb") as out:
            self.process = subprocess.Popen(["bash", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        self.group = self.process.pid

    def said(self, lines=25):
        return "\n".join(text_of(self.output).splitlines()[-lines:])

    def _send(self, what):
        try:
            os.killpg(self.group, what)
        except ProcessLookupError:
            return False
        return True

    def _is_gone(self):
        self.process.poll()
        return not self._send(0)

    def end(self):
        """SIGTERM to the whole group; SIGKILL to what is there afterwards. True when SIGTERM was enough."""
        self._send(signal.SIGTERM)
        try:
            eventually(self._is_gone, END_SECONDS)
            return True
        except AssertionError:
            self._send(signal.SIGKILL)
            self.process.wait(10)
            return False


class Shell:
    """Runs blocks of one document in a folder, each in a bash that begins with the exports of those before it."""
    def __init__(self, folder, env, scratch):
        self.folder, self.env, self.scratch = Path(folder), env, Path(scratch)
        self.exports = self.scratch / "exports"
        self.exports.write_text("")
        self.started = []
        self.background = None

    def _begin(self, script):
        name = self.scratch / f"output-{len(self.started)}"
        head = f"source {self.exports}\n"
        self.started.append(Running(head + script, self.folder, self.env, name))
        return self.started[-1]

    def run(self, script, seconds):
        """(exit code or None when the time was over, what was said). Exports are kept for the next one."""
        running = self._begin(f"trap 'declare -px > {self.exports}' EXIT\n{script}")
        try:
            return running.process.wait(seconds), running
        except subprocess.TimeoutExpired:
            running.end()
            return None, running

    def run_steps(self, commands, seconds):
        """For each command that was begun (exit code or None, lines of output): in one bash, one after the other."""
        folder = self.scratch / f"steps-{len(self.started)}"
        folder.mkdir()
        script = []
        for number, command in enumerate(commands):
            (folder / f"{number}.sh").write_text(command + "\n")
            script.append(f"source {folder}/{number}.sh > {folder}/{number}.out 2>&1 < /dev/null\necho $? > {folder}/{number}.code")
        code, _ = self.run("\n".join(script), seconds)
        results = []
        for number in range(len(commands)):
            if not (folder / f"{number}.out").exists():
                break
            ended = text_of(folder / f"{number}.code").strip()
            results.append((int(ended) if ended else None, text_of(folder / f"{number}.out").splitlines()))
        return code, results

    def start(self, script, port, seconds):
        """Leaves the script running once `port` answers; a reason when it does not come to that."""
        self.end_background()
        if answers(port):
            return f"port {port} of this machine is taken by another program: end that one, then run this test again"
        self.background = self._begin(script)
        deadline = time.monotonic() + seconds
        while not answers(port):
            if self.background.process.poll() is not None:
                return f"it ended with {self.background.process.returncode} before port {port} answered"
            if time.monotonic() > deadline:
                return f"port {port} did not answer within {seconds} s"
            time.sleep(0.05)
        return None

    def end_background(self):
        if self.background is not None:
            gone, said = self.background.end(), self.background.said()
            self.background = None
            assert gone, f"what ran in the background did not end within {END_SECONDS} s of SIGTERM:\n{said}"

    def end(self):
        """Everything that was started, and what it left behind."""
        for running in reversed(self.started):
            running.end()
        self.background = None
