"""The project's documents: which there are, and the fenced blocks in them that say that they can be run."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_OPENING = re.compile(r"^( *)(`{3,}|~{3,})\s*([^`]*)$")


def tracked(*patterns):
    """Paths below ROOT that are in the index and in the working tree, sorted; skips the module outside of a git checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--", *patterns]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError) as reason:
        pytest.skip(f"no git checkout: {reason}", allow_module_level=True)
    return sorted({name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()})


@dataclass
class Fence:
    """One fenced block: its info string, its lines, and the line of the document where they begin (from 1)."""
    info: str
    line: int
    lines: list = field(default_factory=list)

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


def fences(text):
    """Every fenced block of a Markdown text; those in lists and <details> lose their indentation."""
    found, open_fence, indent, mark = [], None, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if open_fence is None:
            if opening := _OPENING.match(line):
                indent, mark = len(opening[1]), opening[2]
                open_fence = Fence(opening[3].strip(), number + 1)
        elif line.strip().startswith(mark) and not line.strip().strip(mark[0]):
            found.append(open_fence)
            open_fence = None
        else:
            open_fence.lines.append(line[indent:] if not line[:indent].strip() else line)
    if open_fence is not None:
        raise ValueError(f"line {open_fence.line - 1}: a fence that is not closed")
    return found


def prose(text):
    """The same text, as many lines, with fenced blocks emptied: what is in them is no Markdown."""
    lines = text.splitlines()
    for fence in fences(text):
        for number in range(fence.line - 2, fence.line + len(fence.lines)):
            lines[number] = ""
    return "\n".join(lines) + "\n"


@dataclass
class Step:
    """One command of a transcript, and what it shows."""
    line: int
    command: str
    expected: list


@dataclass
class Block:
    """A fenced block that is run: a transcript (`console`) or a script (`sh`)."""
    line: int
    is_transcript: bool
    in_background: bool
    listen: int
    seconds: int
    script: str
    steps: list


def steps(fence):
    """Commands begin with `$ `; lines with two spaces right below one continue it; the rest is what it shows."""
    found, continues = [], False
    for number, line in enumerate(fence.lines, fence.line):
        if line.startswith("$ "):
            found.append(Step(number, line[2:], []))
            continues = True
        elif not found:
            if line.strip():
                raise ValueError(f"line {number}: a transcript begins with `$ `")
        elif continues and line.startswith("  "):
            found[-1].command += "\n" + line
        else:
            continues = False
            found[-1].expected.append(line)
    return found


def run_blocks(text, port=5009):
    """The blocks whose info string has the word `run`, in order."""
    found = []
    for fence in fences(text):
        language, *words = fence.info.split() or [""]
        if "run" not in words:
            continue
        where = f"line {fence.line - 1}"
        if language not in ("console", "sh", "bash"):
            raise ValueError(f"{where}: a block that is run is `console` or `sh`, not `{language}`")
        settings = dict(word.split("=", 1) for word in words if "=" in word)
        if unknown := {word for word in words if "=" not in word} - {"run", "background"} | settings.keys() - {"listen", "seconds"}:
            raise ValueError(f"{where}: nobody knows what {', '.join(sorted(unknown))} means beside `run`")
        is_transcript, in_background = language == "console", "background" in words
        if is_transcript and in_background:
            raise ValueError(f"{where}: a transcript cannot be in the background")
        compiles = re.search(r"\b(make|cmake)\b", fence.text)
        found.append(
            Block(line=fence.line,
                  is_transcript=is_transcript,
                  in_background=in_background,
                  listen=int(settings.get("listen", port)),
                  seconds=int(settings.get("seconds", 2400 if compiles else 120)),
                  script=fence.text,
                  steps=steps(fence) if is_transcript else []))
    return found
