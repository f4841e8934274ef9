"""Runs a command and reports, as JSON, its exit code, seconds, processor seconds and peak memory.

A program of its own, because the kernel counts the memory of the process that starts a command to the command's peak,
and that of a test run is large.
"""

import json
import os
import sys
import time


def main(command):
    """Run, wait, report."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(command[0], command)
    _, status, usage = os.wait4(child, 0)
    seconds = time.monotonic() - began
    report = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "processor": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
