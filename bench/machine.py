"""What machine this is, what its page cache holds, and how busy others keep it."""

import ctypes
import os
import platform
import resource
import signal
import subprocess
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
CACHESTAT = 451  # Linux 6.5
PATIENCE = 15  # seconds for a program that is asked for its version
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


class Failed(Exception):
    """A command that had to succeed did not."""


def call(command, **options):
    """Run something that has to succeed and whose output nobody needs."""
    done = subprocess.run(list(map(str, command)), check=False, stdout=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise Failed(f"`{os.path.basename(command[0])}` failed with exit code {done.returncode}")


def first_line(command):
    """The first line that a command prints that says something; nothing if it can't be run."""
    lines = [line.strip() for line in output(command, both=True).splitlines()]
    return next((line for line in lines if line), "")


def output(command, both=False):
    """What a command prints to standard output, or to both streams; nothing if it can't be run or doesn't end."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        process = subprocess.Popen(command, text=True, errors="replace", start_new_session=True, **streams)
    except OSError:
        return ""
    try:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return ""
    return stdout + stderr if both else stdout


def describe(repository, folder):
    """What a reader of the results wants to know, as pairs of name and value."""
    return {
        "processor": f"{processor()}, {os.cpu_count()} logical cores, {vector_extensions()}",
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * PAGE / (1 << 30):.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "file system of the data": file_system(folder),
        "Python": platform.python_version(),
        "compiler": first_line(["rustc", "--version"]),
        "Piecework": first_line(["git", "-C", repository, "describe", "--always", "--dirty"]),
    }


def processor():
    """The model by name and, since hosts shorten names, by number."""
    name, *numbers = [next(iter(cpu_info(key)), "?") for key in ("model name", "cpu family", "model")]
    return f"{name} (family {numbers[0]}, model {numbers[1]})"


def vector_extensions():
    """Those that hashing is quick with."""
    flags = next(iter(cpu_info("flags")), "").split()
    known = [flag for flag in ("avx2", "avx512f", "avx512bw", "sha_ni") if flag in flags]
    return "with " + ", ".join(known) if known else "without vector extensions that matter here"


def cpu_info(key):
    """The values of a key for each core."""
    pairs = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines())
    return [value.strip() for name, _, value in pairs if name.strip() == key]


def file_system(folder):
    """The type of the file system a folder is on: the mount whose point is the longest above it."""
    mounts = (line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines())
    above = [(point, kind) for point, kind in mounts if folder.is_relative_to(point)]
    return max(above, key=lambda mount: len(mount[0]))[1]


class Load:
    """What the machine does beside us, from now on."""

    def __init__(self):
        self.began = time.monotonic()
        self.busy, self.stolen = cpu_seconds()
        self.ours = our_seconds()

    def sentence(self):
        """How many cores others used, and how many the host took away."""
        elapsed = time.monotonic() - self.began
        busy, stolen = cpu_seconds()
        others = max(0, busy - self.busy - (our_seconds() - self.ours)) / elapsed
        return f"other programs used {others:.2f} cores, the host took {(stolen - self.stolen) / elapsed:.2f}"


def cpu_seconds():
    """Busy and stolen seconds of all cores since the machine came up."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    tick = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) / tick, steal / tick


def our_seconds():
    """Processor seconds of this program and of all that it started and saw end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def resident_share(paths):
    """The share of the files' pages that the page cache holds; None where the kernel can't say."""
    libc = ctypes.CDLL(None, use_errno=True)
    cached = total = 0
    for path in paths:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            pages = cached_pages(libc, file.fileno())
        if pages is None:
            return None
        cached += pages
        total += -(-size // PAGE)
    return cached / total if total else 1.0


def cached_pages(libc, descriptor):
    """Pages of an open file in the page cache, by cachestat(2)."""
    everything = (ctypes.c_uint64 * 2)(0, 0)
    answer = (ctypes.c_uint64 * 5)()
    number, flags = ctypes.c_long(CACHESTAT), ctypes.c_uint(0)
    failed = libc.syscall(number, ctypes.c_uint(descriptor), everything, answer, flags)
    return None if failed else answer[0]


def bring_in(paths):
    """Read files into the page cache front to back, as `cat` does."""
    buffer = bytearray(128 << 10)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def push_out(paths):
    """Drop files, which are on the disk, from the page cache. The programs that are measured stay in it."""
    for path in paths:
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def forget_inodes():
    """Have the kernel forget names and inodes that hold no pages. Says whether that was permitted."""
    try:
        DROP_CACHES.write_text("2")
    except OSError:
        return False
    return True
