"""The views of docs/views: each picture is what its source says now, and what is made from the code says what the code says.

Rendering itself needs plantuml (`tools/install.sh docs`), everything else does not. etats.puml is compared with the table of
transitions by tests/unit/model/states_view_test.cpp.
"""

import importlib.util
import re
import shutil
import xml.etree.ElementTree as xml

import pytest
from support.documents import ROOT

spec = importlib.util.spec_from_file_location("views", ROOT / "tools" / "views.py")
views = importlib.util.module_from_spec(spec)
spec.loader.exec_module(views)

SOURCES = views.sources()
PICTURES = sorted(views.VIEWS.glob("*.svg"))


def name_of(path):
    return path.name


def labels(picture):
    return [text.text or "" for text in xml.parse(picture).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_picture_is_as_new_as_its_source(source):
    assert not views.is_stale(source), f"{source.stem}.svg is not rendered from {source.name} as it is: run `make docs`"


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_picture_has_a_source(picture):
    assert picture.with_suffix(".puml").exists()


@pytest.mark.parametrize("name", views.GENERATED)
def test_what_is_made_from_the_code_is_what_the_code_says(name):
    committed = (views.VIEWS / f"{name}.puml").read_text(encoding="utf-8")
    assert committed == views.GENERATED[name](), f"{name}.puml is not what the code says: run `make docs`"


def test_the_rooms_are_the_folders_and_their_arrows_the_law():
    drawn = set(re.findall(r"^(\w+) (-->|\.\.>) (\w+)$", (views.VIEWS / "blocs.puml").read_text(encoding="utf-8"), re.M))
    assert drawn == {(one, "..>" if port else "-->", other) for one, other, port in views.arrows()}
    folders = {folder.name for folder in (ROOT / "src").iterdir() if folder.is_dir()}
    assert set(views.rooms()) == folders == set(views.IN_FRENCH)


def test_a_room_that_may_use_another_by_some_headers_only_has_a_dashed_arrow():
    law = '''{"a", {}, {}}, {"b", {"a/", "c/d/"}, {"x/"}},
             {"c", {"a/one.hpp", "a/two.hpp", "made.hpp"}, {}}, {"c/d", {"a/one.hpp", "c/e.hpp"}, {}}'''
    assert views.arrows(views.rooms(law)) == [("b", "a", False), ("b", "c", True), ("c", "a", True)]


def test_both_databases_have_the_same_tables_but_for_what_only_instances_share():
    text = "".join(step.read_text(encoding="utf-8") for step in sorted((views.MIGRATIONS.parent / "mysql").glob("*.sql")))
    names = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", text))
    assert set(views.schema()) <= names


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_name_in_code_letters_is_in_the_code(source):
    words = set(re.findall(r"code\((\w+)\)", source.read_text(encoding="utf-8")))
    if not words:
        return
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.[ch]pp"))
    assert {word for word in words if not re.search(rf"\b{word}\b", code)} == set()


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_a_source_has_one_style_and_no_style_of_its_own(source):
    text = source.read_text(encoding="utf-8")
    assert re.findall(r"^!\w+.*$", text, re.M) == ["!include style.iuml"]
    assert not re.search(r"skinparam \w*(font|shadow|gradient)", text, re.I)


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_picture_tells_nothing_of_where_it_was_made_and_leads_nowhere(picture):
    text = picture.read_text(encoding="utf-8")
    bare = text.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert not re.search(r"https?://|href=|<script|<image|<\?|file:", bare)
    assert not re.search(r"/(home|root|tmp|usr|work)/|20\d\d-\d\d-\d\d|PlantUML|Java", bare)
    assert text.count("<!--") == 1


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_picture_can_be_read_on_a_page(picture):
    text = picture.read_text(encoding="utf-8")
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', text).groups())
    assert width <= 1300 and height <= 1300
    assert set(re.findall(r'font-family="([^"]*)"', text)) <= {"sans-serif", "monospace"}
    assert min(map(int, re.findall(r'font-size="(\d+)"', text))) >= 12
    assert labels(picture)


@pytest.mark.skipif(not shutil.which("plantuml"), reason="plantuml is not installed: tools/install.sh docs")
@pytest.mark.parametrize("name", ["blocs", "etats", "sequence-creer", "donnees"])
def test_a_source_renders_to_what_its_picture_says(name):
    source = views.VIEWS / f"{name}.puml"
    drawn = xml.fromstring(views.draw(source))
    words = [text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(words) == sorted(labels(source.with_suffix(".svg")))
