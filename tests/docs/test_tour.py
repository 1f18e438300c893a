"""docs/tour.md and its French twin docs/visite.md: every place they point at shows what they say.

A reference is a link with lines, and the first word in backquotes behind it is its anchor:

    [src/command/executor.cpp:160-185](../src/command/executor.cpp#L160-L185) `Executor::attempt` is one try …

The anchor stands on one line of that file alone. There the range begins, and it ends where what begins there ends: the brackets
are closed again (in Python: the indentation is). A `cpp`, `sql` or `python` block below a reference quotes lines of its range;
`…` on a line of its own leaves some out.

    python3 tests/docs/test_tour.py --mend      after src/ has changed: finds the anchors, writes ranges and quotes anew in both documents
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.documents import fences  # noqa: E402

TOUR, TWIN = DOCUMENTS = ("docs/tour.md", "docs/visite.md")
LINK = re.compile(r"\[([\w./-]+\.\w+):(\d+)(?:-(\d+))?\]\(\.\./([\w./-]+)#L(\d+)(?:-L(\d+))?\)")
WORD = re.compile(r"`([^`\n]+)`")
QUOTES = ("cpp", "sql", "python")
GONE = re.compile(r'R"\(.*?\)"|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'|//.*|(?<!\S)--.*')


@dataclass
class Reference:
    line: int  # of the document
    path: str
    first: int
    last: int
    said_twice: bool  # the link leads where its text says
    anchor: str | None
    span: tuple  # of the link, in the document's text
    quotes: list = field(default_factory=list)  # of fences


def text_of(document):
    return (ROOT / document).read_text(encoding="utf-8")


def lines_of(path):
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def references(text):
    found = []
    links = list(LINK.finditer(text))
    for number, link in enumerate(links):
        path, first, last, target, target_first, target_last = link.groups()
        paragraph = text[link.end():links[number + 1].start() if number + 1 < len(links) else len(text)].split("\n\n")[0]
        word = WORD.search(paragraph)
        found.append(
            Reference(line=text.count("\n", 0, link.start()) + 1, path=path, first=int(first), last=int(last or first),
                      said_twice=(path, first, last) == (target, target_first, target_last),
                      anchor=word[1] if word else None, span=link.span()))
    for fence in fences(text):
        before = [one for one in found if one.line < fence.line]
        if fence.info in QUOTES and before:
            before[-1].quotes.append(fence)
    return found


def end_of(lines, first):
    """The last line of what begins on line `first` (from 1): when all brackets are closed and it does not go on."""
    begin = lines[first - 1]
    if begin.rstrip().endswith(":"):  # Python
        indent = len(begin) - len(begin.lstrip())
        last = first
        for number in range(first + 1, len(lines) + 1):
            line = lines[number - 1]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            last = number if line.strip() else last
        return last
    depth = 0
    for number in range(first, len(lines) + 1):
        code = GONE.sub("", lines[number - 1]).rstrip()
        depth += sum(code.count(mark) for mark in "([{") - sum(code.count(mark) for mark in ")]}")
        if depth < 0:
            return number - 1
        if depth == 0 and code.endswith((";", "}")):
            return number
    return len(lines)


def right_range(reference):
    """(first, last) as it should be, or a sentence that says why there is none."""
    if not (ROOT / reference.path).is_file():
        return f"there is no {reference.path}"
    if reference.anchor is None:
        return "no word in backquotes stands behind it"
    lines = lines_of(reference.path)
    places = [number for number, line in enumerate(lines, 1) if reference.anchor in line]
    if len(places) != 1:
        where = f"on the lines {', '.join(map(str, places))}" if places else "nowhere"
        return f"`{reference.anchor}` stands {where} in {reference.path}: an anchor stands on one line"
    return places[0], end_of(lines, places[0])


def complaint_about(reference):
    right = right_range(reference)
    if isinstance(right, str):
        return right
    if (reference.first, reference.last) != right:
        return (f"{reference.path}:{reference.first}-{reference.last} should be {right[0]}-{right[1]}, where "
                f"`{reference.anchor}` is (python3 tests/docs/test_tour.py --mend)")
    return None if reference.said_twice else "the link leads elsewhere than its text says"


def without_indent(lines):
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:].rstrip() for line in lines]


def quote_is_there(quote, lines):
    """Each run of quoted lines between `…` stands in `lines`, one after the other, indented as it likes."""
    at, runs = 0, [[]]
    for line in quote:
        if line.strip() == "…":
            runs.append([])
        else:
            runs[-1].append(line)
    for run in filter(None, runs):
        while at + len(run) <= len(lines) and without_indent(lines[at:at + len(run)]) != without_indent(run):
            at += 1
        if at + len(run) > len(lines):
            return False
        at += len(run)
    return True


def link_to(path, first, last):
    if first == last:
        return f"[{path}:{first}](../{path}#L{first})"
    return f"[{path}:{first}-{last}](../{path}#L{first}-L{last})"


def mended_quote(quote, lines):
    """What stands in `lines` from the quote's first line to its last; nothing when they are not there, or `…` was meant."""
    plain = [line.strip() for line in lines]
    ends = [line.strip() for line in quote if line.strip()]
    if quote_is_there(quote, lines) or "…" in ends or not ends or ends[0] not in plain:
        return None
    first = plain.index(ends[0])
    return without_indent(lines[first:plain.index(ends[-1], first) + 1]) if ends[-1] in plain[first:] else None


def mended(text):
    """The text with every range where its anchor is, and what is quoted as it is now; what has no one place is left."""
    lines = text.split("\n")
    for reference in references(text):
        right = right_range(reference)
        for quote in () if isinstance(right, str) else reversed(reference.quotes):
            now = mended_quote(quote.lines, lines_of(reference.path)[right[0] - 1:right[1]])
            if now:
                lines[quote.line - 1:quote.line - 1 + len(quote.lines)] = ["\n".join(now)] + [None] * (len(quote.lines) - 1)
    text = "\n".join(line for line in lines if line is not None)
    for reference in reversed(references(text)):
        right = right_range(reference)
        if not isinstance(right, str):
            begin, end = reference.span
            text = text[:begin] + link_to(reference.path, *right) + text[end:]
    return text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_reference_shows_what_the_text_says(document):
    found = references(text_of(document))
    assert len(found) > 20
    complaints = [f"{document}:{one.line}: {complaint}" for one in found if (complaint := complaint_about(one))]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_quoted_stands_in_the_lines_referred_to(document):
    quotes = [(one, quote) for one in references(text_of(document)) for quote in one.quotes]
    assert len(quotes) == sum(fence.info in QUOTES for fence in fences(text_of(document)))
    for one, quote in quotes:
        where = f"{document}:{quote.line}: not in {one.path}:{one.first}-{one.last}"
        there = lines_of(one.path)[one.first - 1:one.last]
        if not quote_is_there(quote.lines, there):
            pytest.fail("\n".join([where, *quote.lines, "there stands:", *without_indent(there)]), pytrace=False)


def test_the_twin_has_the_same_headings_references_and_blocks():
    def headings(text):
        return re.findall(r"^(#+) (?:(\d+)\.)?", text, re.MULTILINE)

    def places(text):
        return [(one.path, one.anchor) for one in references(text)]

    def blocks(text):
        return [(fence.info, fence.text) for fence in fences(text)]

    english, french = text_of(TOUR), text_of(TWIN)
    assert headings(english) == headings(french)
    assert places(english) == places(french)
    assert blocks(english) == blocks(french)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_exercise_is_in_the_text_and_every_script_of_the_text_exists(document):
    scripts = {path.name for path in (ROOT / "docs/exercises").iterdir() if path.suffix in (".py", ".sh")}
    shown = set(re.findall(r"docs/exercises/([\w.]+)", text_of(document)))
    assert scripts - {"lab.py"} <= shown <= scripts


@pytest.mark.parametrize("document", DOCUMENTS)
def test_ranges_that_have_moved_are_seen_and_mended(document):
    text = text_of(document)
    moved = LINK.sub(lambda link: link_to(link[1], int(link[2]) + 3, int(link[3] or link[2]) + 3), text)
    assert all(complaint_about(one) for one in references(moved))
    assert mended(moved) == text


def test_a_quote_whose_lines_have_changed_inside_is_mended():
    lines = ["int f() {", "  begin();", "  // new", "  go_on();", "  end();", "}"]
    assert mended_quote(["begin();", "end();"], lines) == ["begin();", "// new", "go_on();", "end();"]
    assert mended_quote(["begin();"], lines) is None and mended_quote(["gone();", "end();"], lines) is None


def test_a_quote_that_differs_in_one_letter_is_seen():
    lines = ["int f() {", "  return 1;", "  // so", "}"]
    assert quote_is_there(["return 1;"], lines) and quote_is_there(["int f() {", "…", "}"], lines)
    assert not quote_is_there(["return 2;"], lines) and not quote_is_there(["}", "…", "int f() {"], lines)


if __name__ == "__main__":
    if sys.argv[1:] != ["--mend"]:
        sys.exit(__doc__)
    for name in DOCUMENTS:
        before = text_of(name)
        (ROOT / name).write_text(mended(before), encoding="utf-8")
        left = [f"{name}:{one.line}: {complaint}" for one in references(mended(before)) if (complaint := complaint_about(one))]
        print("\n".join(left) if left else f"{name}: {'mended' if mended(before) != before else 'as it was'}")
