"""The arc42 document is whole and true: chapters, views, pieces, names, proofs and figures.

Method: the text of docs/arc42 against the tree: the views, tests/unit/laws/rooms.hpp, the words of the code, and
bench/results.json. Links, and files between backquotes, are those of every document: test_links.py.
"""

import json
import posixpath
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from support.documents import ROOT, prose
from support.links import code_spans, links

FOLDER = "docs/arc42"
CHAPTERS = [
    ("01-introduction-et-objectifs.md", "Introduction et objectifs"),
    ("02-contraintes.md", "Contraintes"),
    ("03-contexte-et-perimetre.md", "Contexte et périmètre"),
    ("04-strategie-de-solution.md", "Stratégie de solution"),
    ("05-blocs.md", "Blocs"),
    ("06-execution.md", "Exécution"),
    ("07-deploiement.md", "Déploiement"),
    ("08-concepts-transversaux.md", "Concepts transversaux"),
    ("09-decisions.md", "Décisions"),
    ("10-qualite.md", "Qualité"),
    ("11-risques-et-dettes.md", "Risques et dettes"),
    ("12-glossaire.md", "Glossaire"),
]
FILES = [name for name, _ in CHAPTERS]
RESULTS = json.loads((ROOT / "bench/results.json").read_text(encoding="utf-8"))


def text_of(name):
    return (ROOT / FOLDER / name).read_text(encoding="utf-8")


def rows(text):
    """The cells of every row of every table, without the lines that rule them."""
    found = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in prose(text).splitlines()
             if line.startswith("|")]
    return [cells for cells in found if not all(re.fullmatch(r":?-+:?", cell) for cell in cells)]


def section(text, heading):
    parts = re.split(r"(?m)^#+ ", text)
    found = [part for part in parts if part.splitlines()[:1] == [heading]]
    assert len(found) == 1, heading
    return found[0]


def test_its_twelve_chapters_stand_in_order():
    assert sorted(path.name for path in (ROOT / FOLDER).glob("*.md")) == sorted(["README.md", *FILES])
    for number, (name, title) in enumerate(CHAPTERS, 1):
        assert text_of(name).startswith(f"# {number}. {title}\n"), name
    listed = [target for _, target in links(text_of("README.md")) if target in FILES]
    assert listed == FILES


def test_it_is_of_this_version():
    version = re.search(r"project\([^)]*?VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]
    assert f"version {version} " in text_of("README.md")


def images(document):
    folder = posixpath.dirname(document)
    text = (ROOT / document).read_text(encoding="utf-8")
    return {posixpath.normpath(posixpath.join(folder, target)) for _, target in links(text) if target.endswith(".svg")}


def test_every_view_is_shown_by_a_chapter_and_is_there():
    views = {f"docs/views/{path.stem}.svg" for path in (ROOT / "docs/views").glob("*.puml")}
    shown = set().union(*(images(f"{FOLDER}/{name}") for name in FILES))
    assert views - shown <= {"docs/views/overview.svg"}, "nobody shows these"  # that one is in English, for the README
    assert not shown - views, "there are no such views"


def rooms():
    """From the table of the laws: each folder of `src`, and the others that its files include."""
    table = (ROOT / "tests/unit/laws/rooms.hpp").read_text(encoding="utf-8")
    uses = {}
    for folder, own in re.findall(r'\{"([\w/]+)",\s*\{([^}]*)\}', table):
        room = folder.split("/")[0]
        others = {name.split("/")[0] for name in re.findall(r'"([^"]+)"', own) if "/" in name}
        uses[room] = uses.get(room, set()) | others - {room}
    return uses


def test_the_rooms_are_those_of_the_laws():
    shown = {}
    for cells in rows(section(text_of("05-blocs.md"), "Niveau 1 : les pièces"))[1:]:
        shown[cells[0].strip("`")] = set(re.findall(r"`(\w+)`", cells[3])) if cells[3] != "toutes" else None
    wanted = rooms()
    wanted["app"] = None
    assert shown == wanted


WORDS = set().union(*(set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
                      for path in (ROOT / "src").rglob("*") if path.suffix in (".hpp", ".cpp")))


def names_of_code(text):
    """`Api::run`, `view::read_create`, `SettleAttempt`: what stands between backquotes and can only be a name of C++."""
    for line, span in code_spans(text):
        if re.fullmatch(r"\w+(::\w+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]+(_[a-z]+)+", span):
            yield line, span


@pytest.mark.parametrize("name", FILES)
def test_every_name_of_the_code_is_in_the_code(name):
    elsewhere = set(re.findall(r"\w+", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    wrong = [f"{name}:{line}: {span}" for line, span in names_of_code(text_of(name))
             if not set(span.split("::")) <= WORDS | elsewhere]
    assert not wrong, "\n".join(wrong)


def test_every_scenario_of_quality_names_a_test_that_is_there():
    for cells in rows(text_of("10-qualite.md")):
        if cells[-1] == "preuve":
            continue
        tests = re.findall(r"\]\(\.\./\.\./(tests/[^)]+)\)", cells[-1])
        assert tests, f"nothing proves: {cells[0]}, {cells[1]}"
        for test in tests:
            assert (ROOT / test).is_file(), test


def rounded(number, decimals=0):
    """As people round, as it is written in French: 30 628; 0,46."""
    text = f"{Decimal(str(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"
    return text.replace(",", "\u202f").replace(".", ",")


def cell(database, workload, keyed=False):
    return next(one for one in RESULTS["cells"]
                if (one["database"], one["mode"], one["workload"], one["connections"], one["keyed"]) ==
                (database, "group", workload, 64, keyed))


def against_one_commit_each(database, connections):
    return next(one["ratio"] for one in RESULTS["ratios"]
                if (one["database"], one["workload"], one["connections"], one["keyed"]) ==
                (database, "create", connections, False))


def measured(database):
    """In the order of the table."""
    create, shop, providers = cell(database, "create"), RESULTS["shop"], RESULTS["providers"]
    told = shop["process"]["figures"][database]
    common = [
        rounded(create["requests_per_second"]),
        rounded(cell(database, "process")["requests_per_second"]),
        rounded(cell(database, "get")["requests_per_second"]),
        rounded(cell(database, "create", keyed=True)["requests_per_second"]),
        f"{rounded(create['p50_ms'], 1)} ; {rounded(create['p99_ms'], 1)}",
        rounded(against_one_commit_each(database, 64), 1),
        rounded(against_one_commit_each(database, 1), 2),
        rounded(told["with"]["requests_per_second"]),
        rounded(100 * told["told_inline_share"], 1),
        rounded(shop["hang"]["figures"][database]["open"]["rate_ratio"], 2),
        rounded(shop["drain"]["figures"][database]["per_second"]),
        rounded(100 * providers["fifty"]["figures"][f"{database}, simulator"]["few"]["of_limit"]),
        rounded(providers["repair"]["figures"][database]["seconds"], 1),
    ]
    pages = f"{rounded(RESULTS['rows']['list_empty_ms'], 3)} ; {rounded(RESULTS['rows']['list_full_ms'], 3)}"
    return common + [pages if database == "sqlite" else ""]


def test_the_figures_are_those_that_were_measured():
    text = section(text_of("10-qualite.md"), "Chiffres mesurés")
    shown = [cells[1:3] for cells in rows(text)[1:]]
    assert shown == [list(pair) for pair in zip(measured("sqlite"), measured("mariadb"))]
    for number in (RESULTS["rows"]["rows"], RESULTS["memory"]["creates"]):
        assert rounded(number) in text
    start = {of: rounded(RESULTS["providers"]["start"]["figures"][of]["simulator"]["migrated_ms"]) for of in ("sqlite", "mariadb")}
    assert f"{start['sqlite']} ms sur SQLite et {start['mariadb']} ms sur MariaDB" in text
    assert f"{rounded(RESULTS['memory']['anonymous_mib'])} Mio de mémoire" in text
    assert f"{rounded(RESULTS['rows']['ratio'], 2)} fois le débit de création" in text
    assert f"{RESULTS['machine']['cores']} cœurs" in text and RESULTS["machine"]["processor"] in text
    assert RESULTS["version"].split()[-1] in text


@pytest.mark.parametrize("name", ["README.md", *FILES])
def test_its_french_is_set_as_french_is(name):
    """A space before `;`, `:`, `?` and `!` and within guillemets; no straight quotation marks."""
    for number, line in enumerate(prose(text_of(name)).splitlines(), 1):
        line = re.sub(r"`[^`]*`", "x", line)
        line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
        if re.fullmatch(r"[|:\s-]*", line):
            continue
        assert not re.search(r"\w[;:?!](\s|$)|«\S|\S»|\"", line), f"{name}:{number}: {line}"
