"""What the kernel tells of a process and of the machine (proc(5))."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """User and system time of all threads; 0 without a process."""
    if pid is None:
        return 0.0
    # The name, in parentheses, may hold anything; fields are counted after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_SECONDS


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def memory_mib(pid):
    """Resident memory, and the part of it that is the process's own: not the page cache of mapped files."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kib = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
    return {"resident_mib": round(kib["Rss"] / 1024, 1), "anonymous_mib": round(kib["Anonymous"] / 1024, 1)}


def filesystem_of(path):
    return subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True,
                          check=True).stdout.strip()


def flush_ms(folder, times=200):
    """The median time that this disk takes for 4 KiB and fdatasync: what one commit cannot beat."""
    path = Path(folder) / "flush.probe"
    taken = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for i in range(times):
            begin = time.perf_counter()
            os.pwrite(descriptor, b"x" * 4096, i * 4096)
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - begin)
    finally:
        os.close(descriptor)
        path.unlink()
    return round(1000 * sorted(taken)[times // 2], 3)


def machine():
    processor = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {"processor": processor.group(1) if processor else platform.machine(), "cores": os.cpu_count(),
            "memory_gib": round(int(memory.group(1)) / (1 << 20), 1), "kernel": platform.release(),
            "load_before": round(os.getloadavg()[0], 2)}
