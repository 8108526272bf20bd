"""What this process uses of its machine: memory, CPU, open files, threads (Linux; empty elsewhere)."""

import os
import threading
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_OWN = Path("/proc/self")


def figures() -> dict[str, float]:
    """{"memory_bytes", "cpu_s", "files", "files_max", "threads"}, those that can be read."""
    used = os.times()
    found = {"cpu_s": used.user + used.system, "threads": float(threading.active_count())}
    try:
        found["memory_bytes"] = float(int((_OWN / "statm").read_text().split()[1]) * PAGE_BYTES)
        found["files"] = float(sum(1 for _ in (_OWN / "fd").iterdir()))
        found["threads"] = float(sum(1 for _ in (_OWN / "task").iterdir()))
    except OSError:  # no Linux
        pass
    return found
