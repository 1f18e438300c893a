#!/usr/bin/env python3
"""The views of docs/views: `tools/views.py generate` writes those that are made from the code, `render` every SVG that is older
than its source, `check` says which are.

blocs.puml comes from the table of rooms (tests/unit/laws/rooms.hpp), donnees.puml from the migrations; etats.puml comes from the
table of transitions itself, so that a program writes it: `PAY_WRITE_VIEWS=1 build/dev/tests/unit_model`. All at once: `make docs`.

An SVG bears the SHA-256 of what it was rendered from. tests/docs/test_views.py compares.
"""

import hashlib
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VIEWS = ROOT / "docs" / "views"
STYLE = VIEWS / "style.iuml"
ROOMS = ROOT / "tests" / "unit" / "laws" / "rooms.hpp"
MIGRATIONS = ROOT / "src" / "storage" / "migrations" / "sqlite"


# ---- the rooms ----

# In the order of reading: what each holds, in French, and the colour of its side.
IN_FRENCH = {
    "http": ("serveur, sessions, TLS, routeur ;\\nappels sortants", "grey"),
    "controller": ("la table des routes,\\nune fonction par route", "blue"),
    "view": ("JSON, problèmes,\\nstatuts HTTP, OpenAPI", "green"),
    "client": ("qui appelle :\\nclés d'API, portée", "grey"),
    "flow": ("intention, appel, résultat ;\\nréparation, garde, règles", "grey"),
    "command": ("decide, le lot,\\nl'exécuteur", "amber"),
    "query": ("lectures, listes,\\nverify", "amber"),
    "outbox": ("le relais des annonces ;\\nstore_manager, event", "grey"),
    "storage": ("les ports, les migrations ;\\nsqlite, mysql", "grey"),
    "provider": ("les ports, le registre ;\\nsimulator, stripe, paypal", "grey"),
    "model": ("argent, cartes, paiements, tentatives, événements, annonces, transitions", "amber"),
    "base": ("résultats et erreurs, secrets, identifiants, horloge, journal, métriques", "grey"),
    "app": ("configuration, graphe des objets, démarrage, arrêt, ménage, sous-commandes", "grey"),
}
COLOURS = {"grey": "#F5F7FA", "blue": "#E3F0FB", "green": "#E6F4EA", "amber": "#FDF3DC"}


def rooms(text=None):
    """Of each room, what it may use of the others: {room: {other: True when only by headers of its own name, its ports}}."""
    text = ROOMS.read_text(encoding="utf-8") if text is None else text
    table = {}
    for folder, own, _ in re.findall(r'\{"([\w/]+)",\s*\{([^{}]*)\},\s*\{([^{}]*)\}\}', text):
        room = folder.split("/")[0]
        uses = table.setdefault(room, {})
        for entry in re.findall(r'"([^"]+)"', own):
            other, slash, rest = entry.partition("/")
            if slash and other != room:
                uses[other] = uses.get(other, True) and bool(rest)
    return table


def arrows(table=None):
    """Those that are drawn, as (from, to, by a port only). All use base, app uses all, and a text says who uses model."""
    table = rooms() if table is None else table
    return [(room, other, port) for room, uses in table.items() if room != "app"
            for other, port in uses.items() if other not in ("base", "model")]


def users(other, table):
    """Who uses it, in words: everybody, or everybody but a few."""
    beside = [room for room in table if room not in (other, "base") and other not in table[room]]
    return "utilisé par toutes" if not beside else "utilisé par toutes, sauf " + " et ".join(beside)


def box(room, more=""):
    text, colour = IN_FRENCH[room]
    return f'rectangle "**{room}**\\n{text}{more}" as {room} {COLOURS[colour]}'


def blocs():
    table = rooms()
    missing = sorted(table.keys() ^ IN_FRENCH.keys())
    if missing:
        raise ValueError(f"say in French what these rooms are, or forget them: {', '.join(missing)}")
    everything = sorted(table.keys() - {"app"})
    if sorted(table["app"]) != everything:
        raise ValueError("app does not use every room any more: its arrows must be drawn")
    lines = ["@startuml", "' Généré par tools/views.py depuis tests/unit/laws/rooms.hpp : ne pas modifier à la main.",
             "!include style.iuml", ""]
    lines += [box("app", "\\n//construit et relie toutes les autres//")]
    lines += [box(room) for room in IN_FRENCH if room not in ("app", "model", "base")]
    lines += [box("model", f"\\n//{users('model', table)}//"), box("base", f"\\n//{users('base', table)}//"), ""]
    for room, other, port in arrows(table):
        lines.append(f"{room} {'..>' if port else '-->'} {other}")
    lines += ["", "app -[hidden]-> controller", "storage -[hidden]-> model", "provider -[hidden]-> model",
              "model -[hidden]-> base", ""]
    lines += ["legend right",
              "  trait plein : peut utiliser toute la pièce",
              "  tireté : seulement des en-têtes nommés (un port)",
              f"  |<{COLOURS['green']}> vue |<{COLOURS['blue']}> contrôleur "
              f"|<{COLOURS['amber']}> modèle : command et query y sont côte à côte (CQRS) |",
              "endlegend", "@enduml", ""]
    return "\n".join(lines)


# ---- the data ----

# A table is drawn below those it refers to. No foreign key is declared: `verify` checks what these say.
REFERENCES = [
    ("clients", "name", "|o--o{", "payments", "client"),  # an empty text: nobody in particular
    ("clients", "name", "||--o{", "client_keys", "client"),
    ("payments", "id", "||--|{", "events", "payment_id"),
    ("payments", "id", "||--o{", "attempts", "payment_id"),
    ("payments", "id", "||--o{", "refunds", "payment_id"),
    ("payments", "id", "|o--o{", "idempotency_keys", "payment_id"),  # 0: the reply is about an order
    ("events", "sequence", "||--o|", "notifications", "sequence"),
    ("attempts", "id", "||--o|", "provider_calls", "attempt_id"),
    ("refunds", "id", "|o--o{", "provider_calls", "refund_id"),  # 0: none
]


def schema():
    """The tables that the SQLite migrations make: {name: (columns, indexes)}, as SQLite tells them."""
    database = sqlite3.connect(":memory:")
    for step in sorted(MIGRATIONS.glob("*.sql")):
        database.executescript(step.read_text(encoding="utf-8"))
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    tables = {}
    for name in names:
        columns = database.execute(f"PRAGMA table_info({name})").fetchall()
        indexes = []
        for index in sorted(row[1] for row in database.execute(f"PRAGMA index_list({name})") if row[3] == "c"):
            keys = [row[2] for row in database.execute(f"PRAGMA index_info({index})")]
            is_partial = " WHERE " in database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
            indexes.append((index, keys, is_partial))
        tables[name] = (columns, indexes)
    return tables


def entity(name, columns, indexes):
    keys = sorted((column for column in columns if column[5]), key=lambda column: column[5])
    others = [column for column in columns if not column[5]]

    def row(column):
        _, title, kind, required, _, key = column
        return f"  {title} : {kind}{'' if required or key else ' ?'}"

    lines = [f"class {name} {{", *map(row, keys), "  --", *map(row, others)]
    if indexes:
        lines.append("  .. index ..")
        lines += [f"  ({', '.join(columns)}){' partiel' if is_partial else ''}" for _, columns, is_partial in indexes]
    return [*lines, "}", ""]


def donnees():
    tables = schema()
    lines = ["@startuml", "' Généré par tools/views.py depuis src/storage/migrations/sqlite : ne pas modifier à la main.",
             "!include style.iuml", "hide circle", "hide empty members", "left to right direction", "skinparam nodesep 14",
             "skinparam ranksep 70", "skinparam defaultTextAlignment left", ""]
    for name, (columns, indexes) in tables.items():
        lines += entity(name, columns, indexes)
    for one, its, link, many, column in REFERENCES:
        for name, wanted in ((one, its), (many, column)):
            if wanted not in [told[1] for told in tables[name][0]]:
                raise ValueError(f"{name} has no column {wanted} any more")
        lines.append(f"{one} {link} {many} : {column}")
    lines += ["", "legend right", "  au-dessus du trait : la clé primaire", "  ? : peut être NULL",
              "  un lien porte la colonne qui désigne l'autre table ;",
              "  aucune clé étrangère n'est déclarée : //verify// contrôle",
              "endlegend", "@enduml", ""]
    return "\n".join(lines)


GENERATED = {"blocs": blocs, "donnees": donnees}


def generate():
    for name, make in GENERATED.items():
        (VIEWS / f"{name}.puml").write_text(make(), encoding="utf-8")


# ---- rendering ----

def sources():
    return sorted(VIEWS.glob("*.puml"))


def mark(source):
    """What an SVG must bear: the SHA-256 of its source and of the style that it includes."""
    digest = hashlib.sha256(source.read_bytes() + b"\0" + STYLE.read_bytes())
    return f"<!-- sha256 {digest.hexdigest()} -->"


def is_stale(source):
    picture = source.with_suffix(".svg")
    return not picture.exists() or mark(source) not in picture.read_text(encoding="utf-8")


def draw(source):
    """The SVG of a source, without anything that tells where or when it was made; raises ValueError when it has a fault."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["plantuml", "-tsvg", "-charset", "UTF-8", "-nometadata", "-failfast2", "-o", folder, str(source)]
        told = subprocess.run(command, capture_output=True, text=True, timeout=120)
        made = sorted(pathlib.Path(folder).glob("*.svg"))
        if told.returncode != 0 or len(made) != 1:
            raise ValueError(f"{source.name}: {told.stderr.strip() or 'no single picture came of it'}")
        text = made[0].read_text(encoding="utf-8")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<\?.*?\?>", "", text).strip()
    text = text.replace('font-family="monospaced"', 'font-family="monospace"')
    text = re.sub(r"><(?=g[ >]|/g>|rect|text|path|line|poly|ellipse|/svg)", ">\n<", text)
    head, end, body = text.partition(">")
    return f"{head}{end}\n{mark(source)}{body}\n"


def render(everything=False):
    faults = []
    for source in sources():
        if not everything and not is_stale(source):
            continue
        try:
            source.with_suffix(".svg").write_text(draw(source), encoding="utf-8")
            print(f"docs/views/{source.stem}.svg")
        except ValueError as fault:
            faults.append(str(fault))
    if faults:
        raise ValueError("\n".join(faults))


def main(words):
    if words == ["generate"]:
        generate()
    elif words == ["render"]:
        render()
    elif words == ["render", "--all"]:
        render(everything=True)
    elif words == ["check"]:
        stale = [source.name for source in sources() if is_stale(source)]
        print("\n".join(stale) or "every view is as its source")
        return 1 if stale else 0
    else:
        print("tools/views.py: say generate, render, render --all or check", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ValueError as fault:
        sys.exit(f"tools/views.py: {fault}")
