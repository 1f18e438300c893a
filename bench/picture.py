"""The figures as a picture (SVG) for the README, readable on light and on dark pages."""

from html import escape

TITLES = {"sqlite": "SQLite", "mariadb": "MariaDB"}
MODES = (("group", "as built: requests share commits"), ("single", "one commit per request"))
WORKLOADS = ("create", "process", "get", "mix")
BEST_KNOWN_CONNECTIONS = 64

WIDTH, MARGIN, GAP = 880, 24, 40
ROWS_TOP, ROW_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 104, 48, 64, 60
COLUMNS_HEIGHT, FOOT = 150, 44

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.head { font-weight: 600 }
.small { font-size: 11px }
.faint { fill: #59636e }
.group { fill: #1f6feb }
.single { fill: #afb8c1 }
.line { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .faint { fill: #9198a1 }
  .group { fill: #58a6ff }
  .single { fill: #565f69 }
  .line { stroke: #3d444d }
}
"""


def text(x, y, content, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(content)}</text>'


def bar(x, y, width, height, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" rx="2" class="{kind}"/>'


def short(rate):
    return f"{rate / 1000:.1f}k" if rate >= 10_000 else f"{rate:,.0f}"


class Figures:
    """Requests per second by database, mode, workload and connections; None where nothing was measured."""

    def __init__(self, cells):
        self.rates = {(cell["database"], cell["mode"], cell["workload"], cell["connections"]):
                      cell["requests_per_second"] for cell in cells if not cell["keyed"]}
        self.databases = [name for name in TITLES if any(place[0] == name for place in self.rates)]
        self.connections = sorted({place[3] for place in self.rates})
        known = BEST_KNOWN_CONNECTIONS in self.connections
        self.headline = BEST_KNOWN_CONNECTIONS if known else self.connections[-1]

    def rate(self, *place):
        return self.rates.get(place)

    def highest(self, workloads, connections):
        return max((rate for place, rate in self.rates.items() if place[2] in workloads and place[3] in connections),
                   default=1)


def legend(y):
    parts, x = [], MARGIN
    for mode, title in MODES:
        parts += [bar(x, y - 10, 12, 12, mode), text(x + 18, y, title)]
        x += 18 + 7 * len(title) + 24
    return parts


def rows(figures, database, x, width):
    """One row a workload: what the busiest common case does."""
    scale = (width - LABEL_WIDTH - VALUE_WIDTH) / figures.highest(WORKLOADS, [figures.headline])
    parts = [text(x, ROWS_TOP - 12, TITLES[database], "head")]
    for index, workload in enumerate(WORKLOADS):
        y = ROWS_TOP + index * ROW_HEIGHT
        parts.append(text(x, y + 20, workload))
        for offset, height, (mode, _) in ((2, 18, MODES[0]), (22, 12, MODES[1])):
            rate = figures.rate(database, mode, workload, figures.headline)
            if rate is None or (workload, mode) == ("get", "single"):  # reading commits nothing
                continue
            kind = "" if mode == "group" else "faint small"
            parts += [bar(x + LABEL_WIDTH, y + offset, rate * scale, height, mode),
                      text(x + LABEL_WIDTH + rate * scale + 6, y + offset + height / 2 + 4, short(rate), kind)]
    return parts


def columns(figures, database, x, width, top):
    """How creation grows with the number of connections."""
    scale = COLUMNS_HEIGHT / figures.highest(["create"], figures.connections)
    base = top + COLUMNS_HEIGHT
    step = width / len(figures.connections)
    parts = [f'<line x1="{x}" y1="{base}" x2="{x + width}" y2="{base}" class="line"/>']
    for index, connections in enumerate(figures.connections):
        middle = x + (index + 0.5) * step
        parts.append(text(middle, base + 17, str(connections), "small", "middle"))
        for side, (mode, _) in ((-1, MODES[0]), (0, MODES[1])):
            rate = figures.rate(database, mode, "create", connections)
            if rate is None:
                continue
            left = middle + side * 36 + 1
            parts += [bar(left, base - rate * scale, 34, rate * scale, mode),
                      text(left + 17, base - rate * scale - 4, short(rate),
                           "small" if mode == "group" else "small faint", "middle")]
    return parts


def foot(results):
    machine = results["machine"]
    return (f"{machine['processor']}, {machine['cores']} cores, shared with the load generator and the database; "
            f"{results['measured_at'][:10]}",
            f"Every commit is flushed to the disk ({machine['filesystem']}; 4 KiB and a flush take "
            f"{machine['flush_ms']} ms)")


def draw(results):
    figures = Figures(results["cells"])
    width = (WIDTH - 2 * MARGIN - GAP * (len(figures.databases) - 1)) / len(figures.databases)
    second = ROWS_TOP + len(WORKLOADS) * ROW_HEIGHT + 36
    height = second + 36 + COLUMNS_HEIGHT + 40 + FOOT
    parts = [text(MARGIN, 34, f"Requests per second, {figures.headline} connections", "title"), *legend(60)]
    parts.append(text(MARGIN, second, "Payments created per second, by connections", "title"))
    for index, database in enumerate(figures.databases):
        x = MARGIN + index * (width + GAP)
        parts += rows(figures, database, x, width)
        parts += columns(figures, database, x, width, second + 36)
    for line, content in enumerate(foot(results)):
        parts.append(text(MARGIN, height - 30 + 16 * line, content, "small faint"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" aria-label="Requests per second of the payment service">\n'
            f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n")
