"""The figures of the shop's side as text, each beside its goal."""

GOALS = {"process": "at least 0.60 of the rate without", "hang": "rate and p99 within 20 %",
         "drain": "at least 2,000 a second", "keys": "less than 2 us", "tls": "less than 10 us"}


def _row(name, compared):
    without, other = compared["without"], compared["with"]
    return (f"  {name:19}{without['requests_per_second']:9,.0f}{other['requests_per_second']:9,.0f} req/s"
            f"{compared['rate_ratio']:7.2f}x   p99 {without['p99_ms']:7.2f}{other['p99_ms']:8.2f} ms"
            f"{compared['p99_ratio']:6.2f}x   service {without['service_us']:6.1f}{other['service_us']:7.1f} us"
            f"{compared['service_us_difference']:+7.2f}")


def _process(figures):
    for kind, found in figures.items():
        yield _row(kind, found)
        yield (f"  {'':19}{100 * found['told_inline_share']:.1f} % told before the payer was answered; in the end "
               f"{found['payments_told']:,} told of {found['paid']:,} answered as paid, {found['deliveries']:,} "
               f"deliveries; the receiver took {found['with']['receiver_us']:.1f} us each")


def _hang(figures):
    for kind, found in figures.items():
        for phase in ("opening", "open"):
            yield _row(f"{kind}, {phase}", found[phase])
        yield f"  {'':19}turns of {found['seconds_a_turn']} s, {found['tries']} tries at the receiver in all"


def _drain(figures):
    for kind, found in figures.items():
        yield (f"  {kind:19}{found['backlog']:,} in {found['seconds']} s: {found['per_second']:,.0f} a second; each "
               f"took the service {found['service_us']} us, the database {found['database_us']} us, the receiver "
               f"{found['receiver_us']} us")


def _costs(figures):
    for workload, found in figures.items():
        yield _row(workload, found)


LINES = {"process": _process, "hang": _hang, "drain": _drain, "keys": _costs, "tls": _costs}
TITLES = {"process": "process without a receiver and with one that answers in 1 ms",
          "hang": "process without a receiver and with one that hangs",
          "drain": "a backlog, once its receiver is there (1 ms an answer)",
          "keys": "without API keys and with one in every request", "tls": "HTTP and HTTPS, connections stay open"}


def print_part(part, figures):
    print(f"\n{TITLES[part]} (goal: {GOALS[part]})")
    for line in LINES[part](figures):
        print(line, flush=True)
