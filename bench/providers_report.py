"""The figures of the providers' side as text, each beside its goal."""

GOALS = {"onestep": "at least 0.97 of the rate before", "fifty": "at least 0.90 of the arithmetic limit, no more threads",
         "repair": "a minute, never more calls at once than allowed", "start": "none"}


def _onestep(figures):
    for name, found in figures.items():
        before, now = found["without"], found["with"]
        yield (f"  {name:19}{before['requests_per_second']:9,.0f}{now['requests_per_second']:9,.0f} req/s"
               f"{found['rate_ratio']:7.3f}x   service {before['service_us']:6.1f}{now['service_us']:7.1f} us"
               f"{found['service_us_difference']:+7.2f}   database {before['database_us']:6.1f}{now['database_us']:7.1f}"
               f" us{found['database_us_difference']:+7.2f}")


def _fifty(figures):
    for name, found in figures.items():
        if name == "Stripe alone":
            yield f"  {name:19}{found['requests_per_second']:9,.0f} req/s, {found['peer_us']:.0f} us each"
            continue
        for cell in (found["few"], found["many"]):
            yield (f"  {name:19}{cell['connections']:5} connections{cell['requests_per_second']:9,.0f} req/s"
                   f"{cell['of_limit']:7.3f} of {cell['limit_per_second']:,.0f}   p50 {cell['p50_ms']:.0f}, "
                   f"p99 {cell['p99_ms']:.0f} ms, a flush {cell['flush_ms']:.2f} ms   threads {cell['threads_at_rest']}, {cell['threads_at_most']}   "
                   f"service {cell['service_us']:.1f}, database {cell['database_us']:.1f}, "
                   f"provider {cell['peer_us']:.1f} us")


def _repair(figures):
    for kind, found in figures.items():
        yield (f"  {kind:19}{found['unknown']:,} in {found['seconds']} s, the first after "
               f"{found['first_after_seconds']} s; {found['requests']:,} requests, at most {found['max_in_flight']} at "
               f"once; {found['service_us']} us of the service each")


def _start(figures):
    for kind, found in figures.items():
        for name, times in found.items():
            yield (f"  {kind + ', ' + name:19}{times['empty_ms']} ms on an empty database, {times['migrated_ms']} ms on "
                   "one that is there")


LINES = {"onestep": _onestep, "fifty": _fifty, "repair": _repair, "start": _start}
TITLES = {"onestep": "the simulator asked before the batch, against another build",
          "fifty": "process by a provider that answers in 50 ms",
          "repair": "attempts that nobody knows of, once their provider is back",
          "start": "start to first answer"}


def print_part(part, figures):
    print(f"\n{TITLES[part]} (goal: {GOALS[part]})")
    for line in LINES[part](figures):
        print(line, flush=True)
