"""What the documents show happens: every fenced block that says `run` is run, in order, on a fresh checkout.

    ```console run            a transcript: `$ command`, lines with two spaces continue it, then what it shows on both streams.
                              `…` alone on a line: any lines; within a line: any text. Times, keys, durations are masked
                              (tests/support/transcripts.py). A command may fail when what it shows says so.
    ```sh run                 a script, under `set -eu`; it must succeed.
    ```sh run background      is left running once port 5009 answers (listen=PORT: that one), until the document ends or the
                              next such block begins; ended with SIGTERM.

A block begins in the checkout's root, with what the document's blocks before it exported. `seconds=N` gives it more time.
"""

import pytest
from support.checkouts import Shell
from support.documents import ROOT, run_blocks, tracked
from support.transcripts import difference


def text_of(document):
    return (ROOT / document).read_text(encoding="utf-8")


def order(document):
    """As people read: README first, then its twin, then the rest by name."""
    return (document not in ("README.md", "README.fr.md"), document == "README.fr.md", document)


def has_commands(document):
    try:
        return bool(run_blocks(text_of(document)))
    except ValueError:
        return True  # the test says what is wrong


DOCUMENTS = sorted(tracked("*.md"), key=order)


@pytest.fixture
def shell(checkout, tmp_path):
    checkout.restore()
    shell = Shell(checkout.folder, checkout.environment(), tmp_path)
    yield shell
    shell.end()


def indented(text):
    return "\n".join("    " + line for line in text.splitlines()) or "    (nothing)"


def show(document, line, command, what, detail):
    """One failure, as somebody needs it who has to mend the document or the program."""
    pytest.fail(f"{document}:{line}: {what}\n  command:\n{indented(command)}\n{detail}", pytrace=False)


def run_in_background(shell, document, block):
    reason = shell.start(block.script, block.listen, block.seconds)
    if reason:
        said = shell.background.said() if shell.background else ""
        show(document, block.line, block.script, reason, f"  it said:\n{indented(said)}")


def run_script(shell, document, block):
    code, running = shell.run(f"set -eu\n{block.script}", block.seconds)
    if code != 0:
        what = f"not done within {block.seconds} s" if code is None else f"it ended with {code}"
        show(document, block.line, block.script, what, f"  its last lines:\n{indented(running.said())}")


def run_transcript(shell, document, block):
    _, results = shell.run_steps([step.command for step in block.steps], block.seconds)
    for step, (code, lines) in zip(block.steps, results):
        got = indented("\n".join(lines))
        if code is None:
            show(document, step.line, step.command, f"not done within {block.seconds} s, or it ended the shell", f"  until then:\n{got}")
        if differs := difference(step.expected, lines):
            show(document, step.line, step.command, f"it shows something else (exit {code})",
                 f"  difference, with what changes masked:\n{indented(differs)}\n  as it came:\n{got}")
        if code != 0 and not any(line.strip() for line in step.expected):
            show(document, step.line, step.command, f"it failed ({code}), and the document does not say so", "")
    assert len(results) == len(block.steps), f"{document}:{block.line}: the shell ended before the last command"


@pytest.mark.slow
@pytest.mark.parametrize("document", [document for document in DOCUMENTS if has_commands(document)])
def test_what_a_document_shows_happens(document, shell):
    for block in run_blocks(text_of(document)):
        if block.in_background:
            run_in_background(shell, document, block)
        elif block.is_transcript:
            run_transcript(shell, document, block)
        else:
            run_script(shell, document, block)
    shell.end_background()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_fenced_block_is_closed_and_says_what_it_is(document):
    run_blocks(text_of(document))
