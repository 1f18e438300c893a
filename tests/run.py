#!/usr/bin/env python3
"""Runs the tests in stages and counts them: `tests/run.py all`, `fast`, `docs` or `lint`.

Every stage says what it is, how long it took and what came of it; the last line is `N passed, N failed, N skipped`.
A stage that cannot be built counts as one failure, and later stages still run.
"""

import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "reports"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's pytest
FUZZ_SECONDS = 30

totals = {"passed": 0, "failed": 0, "skipped": 0}


def say(text):
    print(text, flush=True)


def count(report, stage):
    """Adds up a JUnit report. No report: the runner itself died."""
    try:
        root = xml.parse(report).getroot()
    except (OSError, xml.ParseError):
        totals["failed"] += 1
        return f"{stage} wrote no report"
    passed = failed = skipped = 0
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    totals["passed"] += passed
    totals["failed"] += failed
    totals["skipped"] += skipped
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def run(stage, command, report=None, environment=None):
    """One command as one stage. Without a report it is one test: its exit code."""
    say(f"--- {stage}")
    began = time.monotonic()
    if report:
        report.unlink(missing_ok=True)
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}).returncode
    if report:
        before = totals["failed"]
        result = count(report, stage)
        if code != 0 and totals["failed"] == before:
            totals["failed"] += 1
            result += f", and it ended with {code}"
    else:
        totals["passed" if code == 0 else "failed"] += 1
        result = "passed" if code == 0 else f"failed ({code})"
    say(f"--- {stage}: {result} in {time.monotonic() - began:.0f} s")
    return code == 0


def build(preset, *targets):
    targets = [word for target in targets for word in ("--target", target)]
    configured = run(f"configure {preset}", ["cmake", "--preset", preset, "--log-level=WARNING"])
    return configured and run(f"build {preset}", ["cmake", "--build", "--preset", preset, *targets, "--", "--quiet"])


def google_tests(preset):
    """Every test program of a preset: the unit tests of each room, the laws, the simulation."""
    for program in sorted((ROOT / "build" / preset / "tests").glob("*")):
        if program.is_file() and os.access(program, os.X_OK) and not program.name.startswith("contract"):
            report = REPORTS / f"{preset}-{program.name}.xml"
            run(f"{preset} {program.name}", [program, f"--gtest_output=xml:{report}", "--gtest_brief=1"], report)


def contract_tests(preset, databases):
    """The suite of the provider port; that of the store port on SQLite and, through real servers, on `databases`."""
    report = REPORTS / f"{preset}-contract_provider.xml"
    program = ROOT / "build" / preset / "tests" / "contract_provider"
    run(f"{preset} contract_provider", [program, f"--gtest_output=xml:{report}", "--gtest_brief=1"], report)

    report = REPORTS / f"{preset}-contract_store.xml"
    program = ROOT / "build" / preset / "tests" / "contract_store"
    command = [program, f"--gtest_output=xml:{report}", "--gtest_brief=1"]
    if databases:
        command = [PYTHON, "tests/support/databases.py", databases, "--", *command]
    run(f"{preset} contract_store", command, report)


def fetch_provider_peers():
    """Begins to get what the providers' side is checked with, beside the build; without them tests skip."""
    return subprocess.Popen(["tools/provider-peers.sh"], cwd=ROOT, stdin=subprocess.DEVNULL)


def python_unit_tests():
    """Of what the tests themselves are made of: the scripted providers, the cut line."""
    report = REPORTS / "unit_python.xml"
    run("unit tests in Python", [PYTHON, "-m", "pytest", "-q", "-rs", "--noconftest", "-p", "no:cacheprovider",
                                 "tests/unit_python", f"--junitxml={report}"], report, {"PYTHONPATH": str(ROOT / "tests")})


def end_to_end_tests():
    report = REPORTS / "e2e.xml"
    run("end to end", [PYTHON, "-m", "pytest", "-q", "-x" if "FAIL_FAST" in os.environ else "-q",
                       "-rs",  # why something was left out
                       "-p", "no:cacheprovider", "tests/e2e", "tests/regression", "tests/deploy",
                       f"--junitxml={report}"],
        report, {"PAYMENT_SERVICE": str(ROOT / "build" / "dev" / "payment-service")})


def documents():
    """Their commands, on a fresh checkout that they build themselves; their links, figures, twins."""
    report = REPORTS / "docs.xml"
    run("documents", [PYTHON, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests/docs", f"--junitxml={report}"],
        report, {"PAYMENT_SERVICE": str(ROOT / "build" / "dev" / "payment-service")})


def sanitized(preset, options):
    os.environ.update(options)
    if build(preset, "tests"):
        google_tests(preset)
        contract_tests(preset, "mariadb")


def fuzz():
    if not build("fuzz", "fuzzers"):
        return
    for program in sorted((ROOT / "build" / "fuzz" / "tests" / "fuzz").glob("*_fuzz")):
        corpus = REPORTS / program.name
        corpus.mkdir(parents=True, exist_ok=True)
        run(program.name, [program, corpus, f"-max_total_time={FUZZ_SECONDS}", "-max_len=4096", "-print_final_stats=0",
                           "-verbosity=0", f"-artifact_prefix={REPORTS}/"])


def lint():
    sources = subprocess.check_output(["git", "ls-files", "*.cpp", "*.hpp"], cwd=ROOT, text=True).split()
    run("clang-format", ["clang-format-19", "--dry-run", "--Werror", *sources])
    if not (ROOT / "build" / "dev" / "compile_commands.json").exists() and not build("dev", "all"):
        return
    checked = [source for source in sources if source.startswith("src/") and source.endswith(".cpp")]
    run("clang-tidy", ["sh", "-c", 'printf "%s\\n" "$@" | xargs -P 2 -n 4 clang-tidy-19 --quiet -p build/dev', "clang-tidy",
                       *checked])


def begin_lint():
    """Beside the end-to-end tests, which mostly wait: it takes what they leave of the processor."""
    with open(REPORTS / "lint.log", "w") as log:
        return subprocess.Popen(["nice", "-n", "19", sys.executable, __file__, "lint"], stdout=log, stderr=log)


def end_lint(running):
    running.wait()
    printed = (REPORTS / "lint.log").read_text()
    print(printed, end="", flush=True)
    counted = re.search(r"(\d+) passed, (\d+) failed, (\d+) skipped\n\Z", printed)
    if not counted:
        totals["failed"] += 1
        return
    for what, number in zip(("passed", "failed", "skipped"), counted.groups()):
        totals[what] += int(number)


def main(what):
    REPORTS.mkdir(parents=True, exist_ok=True)
    if what == "lint":
        lint()
    elif what == "fast":
        python_unit_tests()
        if build("dev", "tests"):
            google_tests("dev")
            contract_tests("dev", None)
    elif what == "docs":
        peers = fetch_provider_peers()
        built = build("dev", "payment-service")
        peers.wait()
        if built:
            documents()
    elif what == "all":
        peers = fetch_provider_peers()
        built = build("dev", "all")
        peers.wait()
        python_unit_tests()
        if built:
            google_tests("dev")
            contract_tests("dev", "all")
            linting = begin_lint()
            end_to_end_tests()
            documents()
            end_lint(linting)
        else:
            lint()
        sanitized("asan", {"ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1"})
        sanitized("tsan", {"TSAN_OPTIONS": "halt_on_error=1"})
        fuzz()
    else:
        sys.exit("tests/run.py: say all, fast, docs or lint")
    say(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
