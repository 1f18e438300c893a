"""The house rules that are plain to see in the files: what .editorconfig says holds, and the documents name every setting.

Method: every tracked file is read as it is; the list of settings is what `payment-service serve --help` prints. What each
check must find is tried on a text of its own.
"""

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from support.service import run

ROOT = Path(__file__).resolve().parents[2]


def tracked():
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT)
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


# .editorconfig


def sections(text):
    """Each section's patterns and its settings, in order."""
    found = []
    for line in text.splitlines():
        if heading := re.fullmatch(r"\[(.*)\]", line):
            braces = re.fullmatch(r"(.*)\{(.*)\}(.*)", heading.group(1))
            patterns = [braces.group(1) + one + braces.group(3) for one in braces.group(2).split(",")] if braces \
                else [heading.group(1)]
            found.append((patterns, {}))
        elif setting := re.fullmatch(r"(\w+) = (.*)", line):
            if found:
                found[-1][1][setting.group(1)] = setting.group(2)
    return found


EDITOR = sections((ROOT / ".editorconfig").read_text())


def wanted_of(name):
    """Later sections go before earlier ones."""
    wanted = {}
    for patterns, settings in EDITOR:
        if any(fnmatchcase(Path(name).name, pattern) for pattern in patterns):
            wanted |= settings
    return wanted


def complaints(name, content):
    """What an editor that follows .editorconfig would have written otherwise."""
    wanted = wanted_of(name)
    found = []
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return [f"{name}: not UTF-8"]
    if wanted["insert_final_newline"] == "true" and text and not text.endswith("\n"):
        found.append(f"{name}: the last line has no end")
    for number, line in enumerate(text.split("\n"), start=1):
        if "\r" in line:
            found.append(f"{name}:{number}: a carriage return")
        if wanted["trim_trailing_whitespace"] == "true" and line != line.rstrip(" \t"):
            found.append(f"{name}:{number}: blanks at the end")
        if wanted["indent_style"] == "space" and "\t" in line:
            found.append(f"{name}:{number}: a tab")
    return found


def test_every_file_is_as_an_editor_that_follows_editorconfig_writes_it():
    names = tracked()
    assert len(names) > 500
    found = [one for name in names if b"\0" not in (content := (ROOT / name).read_bytes()) for one in complaints(name, content)]
    assert not found, "\n".join(found[:30])


WRONG = [("a.md", b"x", "no end"), ("a.cpp", b"x \n", "blanks"), ("a.py", b"\tx\n", "a tab"), ("a.md", b"x\r\n", "carriage"),
         ("a.md", b"\xff\n", "UTF-8"), ("Makefile", b"x\t \n", "blanks")]


@pytest.mark.parametrize("name, content, said", WRONG)
def test_what_is_otherwise_is_found(name, content, said):
    assert any(said in one for one in complaints(name, content))


@pytest.mark.parametrize("name, content", [("Makefile", b"a:\n\tb\n"), ("a.svg", b"x \t"), ("a.md", b""), ("a.py", b"x\n")])
def test_what_is_allowed_is_not(name, content):
    assert complaints(name, content) == []


def test_the_two_tools_that_write_cpp_agree():
    limit = re.search(r"^ColumnLimit: (\d+)", (ROOT / ".clang-format").read_text(), re.MULTILINE).group(1)
    wanted = wanted_of("a.cpp")
    assert wanted["max_line_length"] == limit
    assert (wanted["indent_style"], wanted["indent_size"]) == ("space", "2")  # of Google's style, which it is based on


# The settings

SECRETS_BEGIN = "From the environment or the file"


def settings_of(help_text):
    """Each name with its environment variable and default, as far as the help says them; '' where it says none."""
    flags, _, secrets = help_text.partition(SECRETS_BEGIN)
    found = {}
    for part in re.split(r"\n  (?=-)", flags)[1:]:
        name = re.match(r"(?:-h,)?(--[a-z-]+)", part).group(1)
        said = re.search(r"\(default (.*); environment ([A-Z_]+)\)\s*$", " ".join(part.split()))
        default = said.group(1) if said else None
        found[name] = (said.group(2) if said else None, "" if default == "none" else default)
    for variable, name in re.findall(r"^  ([A-Z_]+) \(([a-z-]+)\):", secrets, re.MULTILINE):
        found[name] = (variable, "")
    del found["--help"]
    return found


def rows_of(document):
    """The same, of the tables whose heads say that they list settings. A row may name several."""
    found, inside = {}, False
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        inside = line.startswith("|") and (inside or cells[:3] == ["flag and name in the file", "environment", "default"])
        if not inside or not cells[0].startswith("`"):
            continue
        names, variables = (re.findall(r"`([^`]+)`", cell) for cell in cells[:2])
        for number, name in enumerate(names):
            found[name] = (variables[number] if number < len(variables) else None, cells[2].strip("`"))
    return found


def differences(document, settings):
    rows = rows_of(document)
    found = [f"{name} is in no table" for name in settings if name not in rows]
    found += [f"{name} is no setting" for name in rows if name not in settings]
    for name in rows.keys() & settings.keys():
        for what, row, setting in zip(("environment", "default"), rows[name], settings[name]):
            if setting is not None and row != setting:
                found.append(f"{name}: the {what} is {setting!r}, not {row!r}")
    return sorted(found)


@pytest.fixture(scope="module")
def settings():
    done = run("serve", "--help")
    assert done.returncode == 0 and SECRETS_BEGIN in done.stdout
    found = settings_of(done.stdout)
    assert len(found) > 50 and found["--listen"] == ("LISTEN", "127.0.0.1:5009") and "stripe-secret-key" in found
    return found


def test_the_table_of_settings_has_every_setting_and_no_other(settings):
    found = differences((ROOT / "docs/configuration.md").read_text(), settings)
    assert not found, "docs/configuration.md:\n" + "\n".join(found)


def test_settings_are_listed_in_one_place():
    listing = [name for name in tracked() if name.endswith(".md") and rows_of((ROOT / name).read_text())]
    assert listing == ["docs/configuration.md"]


TABLE = "| flag and name in the file | environment | default | |\n|---|---|---|---|\n| `--a` | `A` | `1` | x |\n"
OF_TABLE = {"--a": ("A", "1")}


@pytest.mark.parametrize("document, others, said", [
    (TABLE, {"--b": ("B", "2")}, "--b is in no table"), (TABLE + "| `--c` | `C` | | y |\n", {}, "--c is no setting"),
    (TABLE.replace("`A`", "`B`"), {}, "environment is 'A'"), (TABLE.replace("`1`", "`2`"), {}, "default is '1'"),
])
def test_a_setting_too_few_too_many_or_otherwise_is_found(document, others, said):
    assert differences(TABLE, OF_TABLE) == []
    found = differences(document, OF_TABLE | others)
    assert len(found) == 1 and said in found[0]
