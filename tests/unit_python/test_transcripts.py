"""The test of documents itself: what it takes for equal and what not, and what it runs of a document.

Method: tables of what a document says and what came; blocks of a document that is written here.
"""

import os
import socket
import time

import pytest

from support.checkouts import Shell
from support.documents import fences, prose, run_blocks
from support.transcripts import difference

EQUAL = [
    ("two lines\nas they are", "two lines\nas they are"),
    ("", ""),
    ("\nempty lines around\n\n", "empty lines around"),
    ('{"id":1,"at":"2026-11-23T01:45:00.443220Z"}', '{"id":1,"at":"2027-01-02T03:04:05.000001Z"}'),
    ("key 5f0c1a9e: pay_…", "key 00ffeedd: pay_0123456789abcdefghijklmnopqrstuv"),
    ("took 12 ms", "took 1.5 ms"),
    ("X-Request-Id: abc", "X-Request-Id: 0198-7"),
    ("first\n…\nlast", "first\nlast"),
    ("first\n…\nlast", "first\nsecond\nthird\nlast"),
    ("…\nlast", "a\nb\nlast"),
    ('{"id":3,…}', '{"id":3,"status":"paid"}'),
    ("a (b) [c] *", "a (b) [c] *"),
]

DIFFERENT = [
    ("paid", "pending"),
    ("paid", ""),
    ("", "an error"),
    ("one", "one\ntwo"),
    ("first\n…\nlast", "first\nlast\nmore"),
    ('{"id":3,…}', '{"id":4,"status":"paid"}'),
    ("a…b", "a\nb"),
    ("a.b", "aXb"),
    ("99.53", "99.54"),
]


@pytest.mark.parametrize("expected, got", EQUAL)
def test_what_only_time_changes_is_equal(expected, got):
    assert difference(expected.splitlines(), got.splitlines()) is None


@pytest.mark.parametrize("expected, got", DIFFERENT)
def test_everything_else_is_different(expected, got):
    assert difference(expected.splitlines(), got.splitlines())


DOCUMENT = """
```sh
not run
```

* In a list:

  ```console run
  $ echo one \\
      two
  one two
  $ false
  ```

````sh run background listen=7001 seconds=9
```
````
"""


def test_blocks_that_say_run_are_found_in_order():
    transcript, background = run_blocks(DOCUMENT)
    assert [(step.line, step.command, step.expected) for step in transcript.steps] == [
        (9, "echo one \\\n    two", ["one two"]), (12, "false", [])]
    assert (background.in_background, background.listen, background.seconds, background.script) == (True, 7001, 9, "```\n")
    assert "not run" not in prose(DOCUMENT) and len(prose(DOCUMENT).splitlines()) == len(DOCUMENT.splitlines())


@pytest.mark.parametrize("wrong", [
    "```python run\n```", "```sh run backgruond\n```", "```console run background\n```", "```sh run port=1\n```", "```sh run\n",
    "```console run\noutput\n$ command\n```"
])
def test_a_block_that_nobody_could_run_is_refused(wrong):
    with pytest.raises(ValueError):
        run_blocks(wrong)


def test_a_fence_with_more_marks_holds_one_with_fewer():
    assert [fence.info for fence in fences("````md\n```sh\n```\n````\n~~~ text\n```\n~~~\n")] == ["md", "text"]


@pytest.fixture
def shell(tmp_path):
    shell = Shell(tmp_path, dict(os.environ), tmp_path)
    yield shell
    shell.end()


def test_exports_go_from_block_to_block_and_the_folder_does_not(shell, tmp_path):
    assert shell.run("export SHOP='a \"b\"'; cd /", 10)[0] == 0
    code, results = shell.run_steps(["echo $SHOP", "pwd", "export MORE=1"], 10)
    assert code == 0 and results[:2] == [(0, ['a "b"']), (0, [str(tmp_path)])]
    assert shell.run('set -eu\ntest "$MORE" = 1', 10)[0] == 0


def test_output_of_both_streams_and_the_exit_code_are_seen(shell):
    assert shell.run_steps(["echo out; echo err >&2; (exit 3)", "exit 4", "echo never"], 10)[1] == [(3, ["out", "err"]), (None, [])]


def test_what_takes_too_long_is_ended_with_all_that_it_started(shell, tmp_path):
    began = time.monotonic()
    assert shell.run(f"sleep 60 & echo $! > {tmp_path}/child; wait", 0.5)[0] is None
    assert time.monotonic() - began < 10
    assert not is_running(int((tmp_path / "child").read_text()))


def is_running(pid):
    try:
        return open(f"/proc/{pid}/stat", encoding="utf-8").read().split()[2] != "Z"
    except OSError:
        return False


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_background_block_runs_until_it_is_ended(shell):
    port = free_port()
    assert shell.start(f"exec python3 -m http.server --bind 127.0.0.1 {port}", port, 20) is None
    pid = shell.background.group
    assert is_running(pid)
    shell.end_background()
    assert not is_running(pid)


def test_a_background_block_that_ends_or_never_listens_is_a_failure(shell):
    port = free_port()
    assert "ended with 3" in shell.start("exit 3", port, 20)
    assert "did not answer" in shell.start("sleep 60", port, 0.3)


def test_a_port_that_is_taken_is_said(shell):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert "taken by another program" in shell.start("sleep 60", listener.getsockname()[1], 1)
