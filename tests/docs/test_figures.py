"""The figures of both READMEs are those of bench/results.json.

Method: each row of the tables, in order, is computed from the results and compared with the numbers that the row shows,
whatever the language writes between digits. The sentences beside the tables are looked up too.
"""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = json.loads((ROOT / "bench/results.json").read_text())
SHOP = RESULTS["shop"]
READMES = ["README.md", "README.fr.md"]
CONNECTIONS = 64


def rounded(number, decimals=0):
    """As people round: 0.455 is 0.46."""
    return Decimal(str(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def cell(database, workload, keyed=False):
    found = [one for one in RESULTS["cells"]
             if (one["database"], one["mode"], one["workload"], one["connections"], one["keyed"]) ==
             (database, "group", workload, CONNECTIONS, keyed)]
    assert len(found) == 1, (database, workload, keyed)
    return found[0]


def against_one_commit_each(database):
    found = [one["ratio"] for one in RESULTS["ratios"] if (one["database"], one["workload"], one["connections"], one["keyed"]) ==
             (database, "create", CONNECTIONS, False)]
    assert len(found) == 1, database
    return rounded(found[0], 1)


def of_the_core(database):
    create, process, get = (cell(database, workload) for workload in ("create", "process", "get"))
    return [
        [rounded(create["requests_per_second"])],
        [rounded(process["requests_per_second"])],
        [rounded(get["requests_per_second"])],
        [against_one_commit_each(database)],
        [rounded(cell(database, "create", keyed=True)["requests_per_second"])],
        [rounded(create["p50_ms"], 1), rounded(create["p99_ms"], 1)],
        [rounded(one["service_us"]) for one in (create, process, get)],
    ]


def of_telling_the_shop(database):
    process, hang = SHOP["process"]["figures"][database], SHOP["hang"]["figures"][database]["open"]
    return [
        [rounded(process["with"]["requests_per_second"])],
        [rounded(process["rate_ratio"], 2)],
        [rounded(100 * process["told_inline_share"], 1)],
        [rounded(process[side]["service_us"]) for side in ("without", "with")],
        [rounded(hang["rate_ratio"], 2)],
        [rounded(SHOP["drain"]["figures"][database]["per_second"])],
    ]


def of_providers(database):
    figures = {part: RESULTS["providers"][part]["figures"] for part in ("onestep", "fifty", "repair", "start")}
    slow = figures["fifty"][f"{database}, simulator"]
    return [
        [rounded(figures["onestep"][f"{database}, {workload}"]["rate_ratio"], 2) for workload in ("create", "process", "get")],
        [rounded(100 * slow["few"]["of_limit"])],
        [rounded(100 * slow["many"]["of_limit"])],
        [rounded(slow["many"][when]) for when in ("threads_at_rest", "threads_at_most")],
        [rounded(figures["repair"][database]["seconds"], 1)],
        [rounded(figures["start"][database]["simulator"]["migrated_ms"])],
    ]


def computed():
    """Each table, of each row the cells after its words, of each cell its numbers."""
    beside = [list(map(list, zip(*(of(database) for database in ("sqlite", "mariadb")))))
              for of in (of_the_core, of_telling_the_shop, of_providers)]
    alone = [[[rounded(RESULTS["memory"]["anonymous_mib"])]], [[rounded(RESULTS["rows"]["ratio"], 2)]]]
    return [beside[0], alone, *beside[1:]]


def numbers(text, language):
    """30,628 or 30 628; 5.0 or 5,0. In French a semicolon stands between two of them."""
    if language == "fr":
        text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)", "", text).replace(",", ".")
    else:
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return [Decimal(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def shown(readme, language):
    """The tables of the chapter that shows bench/results.svg."""
    chapter = next(part for part in re.split(r"(?m)^## ", readme) if "bench/results.svg" in part)
    tables, inside = [], False
    for line in chapter.splitlines():
        if not line.startswith("|"):
            inside = False
        elif not inside:
            tables.append([])
            inside = True
        elif not line.startswith("|-"):
            tables[-1].append([numbers(one, language) for one in line.strip("|").split("|")[1:]])
    return chapter, tables


def language_of(name):
    return "fr" if ".fr." in name else "en"


@pytest.mark.parametrize("name", READMES)
def test_the_tables_show_what_was_measured(name):
    _, tables = shown((ROOT / name).read_text(), language_of(name))
    assert len(tables) >= len(computed())
    for table, wanted in zip(tables, computed()):
        assert table == wanted, name


@pytest.mark.parametrize("name", READMES)
def test_the_sentences_beside_them_do_too(name):
    chapter, _ = shown((ROOT / name).read_text(), language_of(name))
    said = numbers(re.sub(r"`[^`]*`", "", chapter), language_of(name))
    for number in (RESULTS["memory"]["creates"], RESULTS["rows"]["rows"], RESULTS["machine"]["cores"],
                   rounded(RESULTS["machine"]["flush_ms"], 2), CONNECTIONS,
                   rounded(SHOP["keys"]["figures"]["get"]["service_us_difference"]),
                   rounded(SHOP["tls"]["figures"]["get"]["service_us_difference"])):
        assert Decimal(str(number)) in said, number
    assert RESULTS["machine"]["processor"] in chapter and RESULTS["version"].split()[-1] in chapter


def test_numbers_are_read_as_each_language_writes_them():
    assert numbers("30,628 and 1.6, 7.6", "en") == [30628, Decimal("1.6"), Decimal("7.6")]
    assert numbers("30 628 et 1,6 ; 7,6", "fr") == [30628, Decimal("1.6"), Decimal("7.6")]
