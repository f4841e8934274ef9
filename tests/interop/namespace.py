"""A network of the test's own: one machine with a few public addresses, and no way out.

Some programs talk to no peer in 127/8, and fetch follows a torrent into no private network; here all can meet.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time

TRACKER, FETCH, CLIENT = "11.11.11.1", "11.11.11.2", "11.11.11.3"
PATIENCE = 60  # seconds for what takes one
GET = "import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1], timeout=5).read())"
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
NEIGHBOURS = (("10.44.0.1", "fd00:44::1"), ("10.44.0.2", "fd00:44::2"))
BUILD = " && ".join(["ip link set lo up", *(f"ip address add {ip}/24 dev lo" for ip in (TRACKER, FETCH, CLIENT))])


class Namespace:
    """Programs that are started here see this network and no other."""

    def __init__(self, prefix, folder):
        self.prefix = prefix
        self.folder = folder
        self.environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}

    def command(self, *words):
        """What to start to have a program in here."""
        return [*self.prefix, *map(str, words)]

    def run(self, *words):
        """Runs a program to its end."""
        done = subprocess.run(self.command(*words), check=False, capture_output=True, timeout=2 * PATIENCE, env=self.environment)
        return done.returncode, done.stdout, done.stderr.decode()

    @contextlib.contextmanager
    def running(self, *words):
        """A program that runs meanwhile, its standard output a pipe and its words in a file; ended by its own number."""
        log = self.folder / f"{len(list(self.folder.iterdir()))}.log"
        with log.open("wb") as talk:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": talk}
            process = subprocess.Popen(self.command(*words), **pipes, env=self.environment)
        process.log = log
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def get(self, url):
        """What is at a URL in here; nothing if nobody answers."""
        return self.run(sys.executable, "-c", GET, url)[1]


@contextlib.contextmanager
def namespace(folder):
    """A network, gone at the end. Who is not root is in here."""
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    with holder(unshare, BUILD) as pid:
        yield Namespace(entering(pid), folder)


@contextlib.contextmanager
def neighbours(folder):
    """Two machines in one private network, by a cable (veth) on which multicast works: the programs of each see that machine alone."""
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    up = "ip link set lo up"
    with holder(unshare, up) as near, holder([*entering(near), "unshare", "--net"], up) as far:
        run = lambda pid, script: subprocess.run([*entering(pid), "sh", "-ec", f"PATH={PATH}; {script}"], check=True, timeout=PATIENCE)
        run(near, f"ip link add cable type veth peer name cable netns {far}")
        for pid, (v4, v6) in zip((near, far), NEIGHBOURS):
            run(pid, f"ip address add {v4}/24 dev cable; ip -6 address add {v6}/64 dev cable nodad; ip link set cable up")
        # Until then the first that is said is lost.
        is_up = "ip link show cable | grep -q 'state UP' && test -z \"$(ip -6 address show dev cable tentative)\""
        for pid in (near, far):
            run(pid, f"until {is_up}; do sleep 0.1; done")
        folders = [folder / "near", folder / "far"]
        for each in folders:
            each.mkdir()
        yield [Namespace(entering(pid), each) for pid, each in zip((near, far), folders)]


@contextlib.contextmanager
def holder(unshare, build):
    """A process that keeps a network there, and is its number."""
    process = subprocess.Popen([*unshare, "sh", "-c", f"PATH={PATH}; {build} && echo ready && exec sleep 1000"], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n", "no network namespace can be made here"
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def entering(pid):
    """What to put in front of a command to start it in the network of a holder."""
    enter = ["nsenter", f"--target={pid}", "--net"]
    return enter if os.geteuid() == 0 else [*enter, "--user", "--preserve-credentials"]


@contextlib.contextmanager
def tracker(network, info_hashes):
    """An opentracker that knows these torrents (v1 info hashes, or what stands for them of v2) and no other."""
    root = network.folder / "tracker"
    root.mkdir()
    allowed = root / "allowed"
    allowed.write_text("".join(f"{info_hash[:40]}\n" for info_hash in info_hashes))
    # It refuses to run as root, and can be nobody else in a namespace of users but by another one.
    program = shutil.which("opentracker", path=f"{os.environ['PATH']}:/usr/bin:/usr/sbin")
    is_root = os.geteuid() == 0
    start = [program, "-u", "nobody"] if is_root else ["unshare", "--user", "--map-user=1000", program]
    for folder in [root, *root.parents][:-1] if is_root else []:
        make_enterable(folder)
    # After chroot, which root does, its own folder is all that there is.
    names = ["-d", root, "-w", "/allowed" if is_root else allowed]
    with network.running(*start, "-i", TRACKER, "-p", 6969, "-P", 6969, *names):
        url = f"http://{TRACKER}:6969"
        wait_for(lambda: network.get(f"{url}/scrape?info_hash={escaped(info_hashes[0])}"), lambda: "opentracker does not answer")
        yield url


def make_enterable(folder):
    """Lets everyone pass through a folder of pytest's, who keeps them to himself."""
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(folder.stat().st_mode | 0o011)


def peers(network, url, info_hash):
    """How many seeds and how many others the tracker knows."""
    answer = network.get(f"{url}/scrape?info_hash={escaped(info_hash)}")
    return number_after(answer, b"8:completei"), number_after(answer, b"10:incompletei")


def number_after(answer, name):
    """The number that follows a name in a bencoded answer; 0 if it is not there."""
    _, found, rest = answer.partition(name)
    return int(rest.partition(b"e")[0]) if found else 0


def escaped(info_hash):
    """As it stands in a query."""
    return "".join(f"%{byte:02x}" for byte in bytes.fromhex(info_hash[:40]))


def wait_for(is_so, why):
    """Until it is so; `why` tells what to say if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, why()
        time.sleep(0.1)
