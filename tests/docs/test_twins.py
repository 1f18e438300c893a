"""A document in two languages stays one document: what the English one has, the French one has, in the same order.

Method: prose may differ, its frame may not: the levels of headings, the fenced blocks byte by byte, where links lead, the
rows of each table. Each comparison is itself tried with a twin that was changed.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAIRS = [("README.md", "README.fr.md"), ("docs/tour.md", "docs/visite.md")]
FRENCH_OF = {(ROOT / english).resolve(): (ROOT / french).resolve() for english, french in PAIRS}
ENGLISH_OF = {french: english for english, french in FRENCH_OF.items()}

FENCE = re.compile(r"^ *(```+|~~~+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose_and_blocks(text):
    """The lines outside of fenced blocks, and each block with its fences and what they say."""
    prose, blocks, fence = [], [], None
    for line in text.splitlines():
        found = FENCE.match(line)
        if fence is None and found:
            fence = found.group(1)
            blocks.append(line)
        elif fence is not None:
            blocks[-1] += "\n" + line
            if line.strip() == fence:
                fence = None
        else:
            prose.append(line)
    assert fence is None, f"a block is not ended: {blocks[-1][:60]}"
    return prose, blocks


def headings(text):
    """The level and the words of each."""
    found = (re.match(r"(#+) (.*)", line) for line in prose_and_blocks(text)[0])
    return [(len(heading.group(1)), heading.group(2)) for heading in found if heading]


def anchors(text):
    """As they are made of headings: small letters, no punctuation, a hyphen for each blank, a number for a second one."""
    made = []
    for _, words in headings(text):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).lower()).replace(" ", "-")
        again = sum(1 for other in made if re.fullmatch(re.escape(plain) + r"(-\d+)?", other))
        made.append(f"{plain}-{again}" if again else plain)
    return made


def links(text, document):
    """Where each leads, said so that both twins say the same: the English file, and the heading by its number."""
    targets = []
    for target in LINK.findall(re.sub(r"`[^`]*`", "", "\n".join(prose_and_blocks(text)[0]))):
        if re.match(r"[a-z]+:", target):
            targets.append(target)
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if anchor and (file == document or file in FRENCH_OF or file in ENGLISH_OF):
            known = anchors(text if file == document else file.read_text())
            anchor = str(known.index(anchor)) if anchor in known else f"no heading: {anchor}"
        named = ENGLISH_OF.get(file, file)
        targets.append(f"{named.relative_to(ROOT)}#{anchor}")
    return sorted(targets)


def tables(text):
    """How many rows and columns each has."""
    found, inside = [], False
    for line in prose_and_blocks(text)[0]:
        if not line.startswith("|"):
            inside = False
            continue
        columns = len(re.sub(r"`[^`]*`|\\\|", "", line).strip("|").split("|"))
        if not inside:
            found.append([0, columns])
        found[-1][0] += 1
        inside = True
    return found


def blocks_of(english, french):
    """Of both. The French one need not say `run`: its commands are those that are run as English ones."""
    ours, theirs = prose_and_blocks(english)[1], prose_and_blocks(french)[1]
    for number, (one, other) in enumerate(zip(ours, theirs)):
        head, _, rest = other.partition("\n")
        if head == one.split(maxsplit=1)[0]:
            theirs[number] = f"{one.partition(chr(10))[0]}\n{rest}"
    return ours, theirs


def differences(english, french, english_document, french_document):
    """One line for each thing that only one of both has, or has otherwise."""
    found = []

    def compare(what, ours, theirs):
        for number, (one, other) in enumerate(zip(ours, theirs), start=1):
            if one != other:
                found.append(f"{what} {number}: {one!r} and {other!r}")
                return
        if len(ours) != len(theirs):
            more = (ours if len(ours) > len(theirs) else theirs)[min(len(ours), len(theirs))]
            found.append(f"{len(ours)} and {len(theirs)} of: {what}; one has besides: {more!r}")

    compare("heading", [level for level, _ in headings(english)], [level for level, _ in headings(french)])
    compare("block", *blocks_of(english, french))
    compare("link", links(english, english_document), links(french, french_document))
    compare("table", tables(english), tables(french))
    return found


@pytest.mark.parametrize("english, french", PAIRS)
def test_what_one_language_has_the_other_has(english, french):
    paths = [(ROOT / name).resolve() for name in (english, french)]
    found = differences(*(path.read_text() for path in paths), *paths)
    assert not found, f"{english} and {french}:\n" + "\n".join(found)


CHANGES = [  # what is done to one of two equal documents, and what is said of it
    ("# Title", "## Title", "heading 1"), ("## Part\n", "## Part\n\n## More\n", "heading"),
    ("make run", "make walk", "block 1"), ("```sh run", "```console run", "block 1"), ("a.md", "b.md", "link 1"),
    ("#part", "#elsewhere", "link"), ("| 1 | 2 |", "| 1 | 2 |\n| 3 | 4 |", "table 1"),
]
DOCUMENT = "# Title\n\n[a](a.md)\n[b](#part)\n\n```sh run\nmake run\n```\n\n## Part\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


@pytest.mark.parametrize("words, changed, said", CHANGES)
def test_a_change_on_one_side_is_found(words, changed, said):
    path = ROOT / "docs/twin.md"
    assert differences(DOCUMENT, DOCUMENT, path, path) == []
    for twins in ((DOCUMENT.replace(words, changed), DOCUMENT), (DOCUMENT, DOCUMENT.replace(words, changed))):
        found = differences(*twins, path, path)
        assert len(found) == 1 and said in found[0], found


def test_a_french_block_need_not_be_run_and_an_english_one_must_where_the_french_one_is():
    path, quiet = ROOT / "docs/twin.md", DOCUMENT.replace("```sh run", "```sh")
    assert differences(DOCUMENT, quiet, path, path) == []
    assert differences(quiet, DOCUMENT, path, path) != []


def test_a_link_to_the_own_language_is_the_same_link():
    paths = [(ROOT / name).resolve() for name in PAIRS[0]]
    assert links("[tour](docs/tour.md) [other](README.fr.md)", paths[0]) == \
        links("[visite](docs/visite.md) [autre](README.md)", paths[1])


def test_a_heading_is_found_by_its_number_whatever_its_words():
    path = ROOT / "docs/twin.md"
    assert links("# Éléments d'ici : deux\n[x](#éléments-dici--deux)", path) == links("# Two parts\n[x](#two-parts)", path)
