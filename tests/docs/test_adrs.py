"""Decision records have one form, so that a reader finds the reason where it was in the last one.

Method: every file of docs/adr against its form, its neighbours and the index.
"""

import re

import pytest
from support.documents import ROOT

FOLDER = ROOT / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("adr*.md"))
SECTIONS = ["Contexte", "Options", "Décision", "Conséquences"]
_TITLE = re.compile(r"# ADR (\d{3}) : (\S.*)")
_STATUS = re.compile(r"Statut : (?:acceptée|remplacée par l'ADR (\d{3}))")
_ROW = re.compile(r"^\| \[(\d{3})\]\((adr\d{3}\.md)\) \| (.+?) \|$", re.M)


def folded(title):
    """A title without its marks, as it is compared: the index begins with a capital and may add a word in brackets."""
    title = re.sub(r"\s*\([^)]*\)$", "", title.strip())
    return title[:1].lower() + title[1:]


def what_is_wrong(text, number):
    """Every fault of a record that bears this number."""
    lines = text.splitlines()
    faults = []
    title = _TITLE.fullmatch(lines[0]) if lines else None
    if not title:
        faults.append("the first line is not `# ADR nnn : title`")
    elif int(title[1]) != number:
        faults.append(f"its title says {title[1]}")
    status = [line for line in lines if line.startswith("Statut")]
    if len(lines) < 3 or status != [lines[2]] or not _STATUS.fullmatch(lines[2]):
        faults.append("the third line is not `Statut : acceptée` or `Statut : remplacée par l'ADR nnn`, or there are several")
    if (sections := re.findall(r"^## (.+)$", text, re.M)) != SECTIONS:
        faults.append(f"its sections are {', '.join(sections) or 'none'}, not {', '.join(SECTIONS)}")
    options = re.search(r"^## Options\n(.*?)^## ", text, re.M | re.S)
    numbers = [int(found) for found in re.findall(r"^(\d+)\. ", options[1], re.M)] if options else []
    if len(numbers) < 2 or any(here not in (1, before + 1) for before, here in zip([0] + numbers, numbers)):
        faults.append("its options are not numbered from 1 (again for each question), two at least")
    return faults


def test_numbers_begin_at_1_and_have_no_gap():
    assert [record.stem for record in RECORDS] == [f"adr{number:03d}" for number in range(1, len(RECORDS) + 1)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_has_the_form(record):
    faults = what_is_wrong(record.read_text(encoding="utf-8"), int(record.stem[3:]))
    assert not faults, f"{record.name}: " + "; ".join(faults)


def test_the_index_lists_all_in_order_with_their_titles():
    rows = _ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    index = [(number, name, folded(title)) for number, name, title in rows]
    titles = [_TITLE.match(record.read_text(encoding="utf-8")) for record in RECORDS]
    assert index == [(title[1], f"adr{title[1]}.md", folded(title[2])) for title in titles]


def test_a_record_that_was_replaced_names_one_that_exists():
    for record in RECORDS:
        replaced = _STATUS.search(record.read_text(encoding="utf-8"))
        if replaced and replaced[1]:
            assert (FOLDER / f"adr{replaced[1]}.md").exists() and f"adr{replaced[1]}" != record.stem, record.name


def test_every_record_that_is_mentioned_exists():
    known = {int(record.stem[3:]) for record in RECORDS}
    for record in RECORDS:
        for number in re.findall(r"\bADR (\d{3})\b", record.read_text(encoding="utf-8")):
            assert int(number) in known, f"{record.name}: ADR {number}"


GOOD = ("# ADR 007 : un titre\n\nStatut : acceptée\n\n## Contexte\n\n## Options\n\n1. Une.\n2. Deux.\n\n"
        "## Décision\n\n## Conséquences\n")


@pytest.mark.parametrize("was, becomes", [
    ("# ADR 007", "# ADR 008"),
    ("# ADR 007 :", "# ADR 7:"),
    ("acceptée", "proposée"),
    ("acceptée", "remplacée"),
    ("## Contexte", "## Context"),
    ("## Options\n\n1. Une.\n2. Deux.\n\n## Décision", "## Décision\n\n## Options\n\n1. Une.\n2. Deux.\n"),
    ("2. Deux.\n", ""),
    ("2. Deux.", "3. Deux."),
])
def test_another_form_is_seen(was, becomes):
    assert not what_is_wrong(GOOD, 7)
    assert what_is_wrong(GOOD.replace(was, becomes), 7)
