"""The figures as text."""

HEADER = f"{'':9}{'':8}{'':13}{'conn.':>6}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}" \
         f"{'service us':>12}{'database us':>13}{'wrk us':>8}"

_printed_header = []


def print_cell(cell):
    if not _printed_header:
        print(HEADER)
        _printed_header.append(True)
    name = cell["workload"] + (" + key" if cell["keyed"] else "")
    database = "in service" if cell["database"] == "sqlite" else f"{cell['database_us']:.1f}"
    print(f"{cell['database']:9}{cell['mode']:8}{name:13}{cell['connections']:6}{cell['requests_per_second']:10,.0f}"
          f"{cell['p50_ms']:9.2f}{cell['p99_ms']:9.2f}{cell['service_us']:12.1f}{database:>13}"
          f"{cell['generator_us']:8.1f}", flush=True)


def ratios(cells):
    """What sharing a commit gains over one commit per request."""
    def place(cell):
        return tuple(cell[name] for name in ("database", "workload", "connections", "keyed"))

    single = {place(cell): cell for cell in cells if cell["mode"] == "single"}
    rows = []
    for cell in cells:
        other = single.get(place(cell))
        if cell["mode"] == "group" and other:
            rows.append(dict(zip(("database", "workload", "connections", "keyed"), place(cell))) |
                        {"ratio": round(cell["requests_per_second"] / other["requests_per_second"], 2)})
    return rows


def print_summary(results):
    machine = results["machine"]
    print(f"\n{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['filesystem']}; "
          f"4 KiB and fdatasync take {machine['flush_ms']} ms; {results['generator']}")
    if machine["load_before"] > machine["cores"] / 4:
        print(f"the machine was busy before the run began (load {machine['load_before']}): the figures are too low")
    for kind, settings in results["settings"].items():
        print(f"{kind}: " + ", ".join(f"{name}={value}" for name, value in settings.items()))
    print("\ngroup commit against one commit per request:")
    for row in results["ratios"]:
        key = " + key" if row["keyed"] else ""
        print(f"  {row['database']:9}{row['workload'] + key:15}{row['connections']:4} connections {row['ratio']:7.2f}x")
    for kind, milliseconds in results["start"].items():
        print(f"start to first answer, {kind}: {milliseconds['empty_ms']} ms on an empty database, "
              f"{milliseconds['migrated_ms']} ms on one that is there")
    if memory := results.get("memory"):
        print(f"memory after {memory['creates']:,} creates: {memory['anonymous_mib']} MiB of its own, "
              f"{memory['resident_mib']} MiB resident with mapped files")
    if rows := results.get("rows"):
        print(f"create at {rows['rows']:,} rows: {rows['full']:,.0f} req/s, on an empty table {rows['empty']:,.0f}: "
              f"{rows['ratio']} of it; a page of the list {rows['list_full_ms']} ms against {rows['list_empty_ms']} ms")
