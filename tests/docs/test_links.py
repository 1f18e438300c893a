"""Links between documents lead somewhere, also for somebody who has the project only from its repository.

Method: each relative link, image and anchor of every tracked Markdown file, and each test and source file that is named.
"""

import fnmatch
import posixpath
import re
import urllib.parse

import pytest
from support.documents import ROOT, tracked
from support.links import anchors, code_spans, links, slug, visible

FILES = set(tracked())
FOLDERS = {posixpath.join(*name.split("/")[:depth]) for name in FILES for depth in range(1, name.count("/") + 1)} | {"."}
DOCUMENTS = sorted(name for name in FILES if name.endswith(".md"))
_LINES = re.compile(r"L(\d+)(?:-L(\d+))?")
_TEST_FILE = re.compile(r"(?<![\w/…*])([\w./]*?(?:\btest_\w+\.py|\b\w+_(?:test|fuzz)\.cpp))\b")
_TOP = {name.split("/")[0] for name in FILES if "/" in name}
TO_BE_MADE = re.compile(r"example")  # docs/adding-a-provider.md has its reader make them


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def what_is_wrong(document, target):
    """None, or why a link of a document leads nowhere."""
    if re.match(r"[a-z][a-z0-9+.-]*:", target, re.I):
        return None
    path, _, anchor = urllib.parse.unquote(target).partition("#")
    if path.startswith("/"):
        return "begins at the root of the web site"
    name = posixpath.normpath(posixpath.join(posixpath.dirname(document), path)) if path else document
    if name not in FILES and name not in FOLDERS:
        return f"there is no {name} among the tracked files"
    if not anchor:
        return None
    if name.endswith(".md"):
        return None if anchor in anchors(text_of(name)) else f"{name} has no heading for #{anchor}"
    if lines := _LINES.fullmatch(anchor):
        first, last = int(lines[1]), int(lines[2] or lines[1])
        return None if 1 <= first <= last <= len(text_of(name).splitlines()) else f"{name} does not have these lines"
    return f"#{anchor} of a file that is no document"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    wrong = [f"{document}:{line}: {target}: {reason}" for line, target in links(text_of(document))
             if (reason := what_is_wrong(document, target))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document):
    text = visible(text_of(document))
    wrong = []
    for match in _TEST_FILE.finditer(text):
        name = match[1].lstrip("./")
        if not TO_BE_MADE.search(name) and not any(file == name or file.endswith("/" + name) for file in FILES):
            wrong.append(f"{document}:{text.count(chr(10), 0, match.start()) + 1}: there is no {name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name != "CHANGELOG.md"])
def test_every_path_between_backquotes_exists(document):
    """Of those that begin with a folder of the repository; `*` stands for any name."""
    wrong = []
    for line, path in code_spans(text_of(document)):
        if not re.fullmatch(r"[\w.*/-]+", path) or "/" not in path or path.split("/")[0] not in _TOP or TO_BE_MADE.search(path):
            continue
        wanted = posixpath.normpath(path)
        if wanted not in FILES and wanted not in FOLDERS and not ("*" in wanted and fnmatch.filter(FILES | FOLDERS, wanted)):
            wrong.append(f"{document}:{line}: there is no {path}")
    assert not wrong, "\n".join(wrong)


def test_every_document_is_reached_from_the_readme():
    """But for forms, which the repository's host shows by itself."""
    reached, waiting = {"README.md"}, ["README.md"]
    while waiting:
        document = waiting.pop()
        for _, target in links(text_of(document)):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(document), urllib.parse.unquote(target.partition("#")[0])))
            for name in (path, f"{path}/README.md"):
                if name in DOCUMENTS and name not in reached:
                    reached.add(name)
                    waiting.append(name)
    lost = [name for name in DOCUMENTS if name not in reached and not name.startswith(".github/")]
    assert not lost, f"no way leads from README.md to {', '.join(lost)}"


@pytest.mark.parametrize("heading, anchor", [
    ("The house", "the-house"),
    ("Ce que l'on promet, et où", "ce-que-lon-promet-et-où"),
    ("ADR 001 : un service à part, en C++", "adr-001--un-service-à-part-en-c"),
    ("`POST /payments/{id}`", "post-paymentsid"),
    ("What [you](docs/contract.md) can **rely** on", "what-you-can-rely-on"),
    ("snake_case and 3.2", "snake_case-and-32"),
    ("« Réserver », c'est quoi ?", "-réserver--cest-quoi-"),
])
def test_a_heading_makes_the_anchor_that_github_makes(heading, anchor):
    assert slug(heading) == anchor


def test_the_second_heading_of_a_name_is_numbered():
    assert anchors("# Un\n## Deux\n## Deux\n```sh\n# no heading\n```\n<a id=\"here\"></a>") == {"un", "deux", "deux-1", "here"}


@pytest.mark.parametrize("target", ["nowhere.md", "README.md#nowhere", "#nowhere", "/README.md", "Makefile#L100000", "src/nowhere"])
def test_a_link_to_nowhere_is_seen(target):
    assert what_is_wrong("README.md", target)
