"""A crowd's network: peers that are each behind a line of their own, a router between them, and a box in which packets take their time.

The process that makes it is the router: it has a network namespace of its own, and those of the peers end with it.
"""

import contextlib
import fcntl
import os
import struct
import subprocess
from pathlib import Path

HEADERS = 14 + 20 + 32  # bytes of a packet that are not TCP's: Ethernet, IPv4, TCP with timestamps
TUNSETIFF, TUN_WITHOUT_INFO = 0x400454CA, 0x1001
ROUTER = "ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter"
QUEUE = 10_000  # packets that the box may have before it takes them


class Place:
    """A peer's network. Whatever is started here sees no other."""

    def __init__(self, number):
        self.device = f"v{number}"
        self.gateway, self.address = f"11.0.{number}.1", f"11.0.{number}.2"
        holder = ["unshare", "--net", "sh", "-c", "echo ready && exec sleep 100000"]
        self.holder = subprocess.Popen(holder, stdout=subprocess.PIPE)
        self.holder.stdout.readline()

    def build(self):
        """Joins it to the router."""
        shell(f"ip link add {self.device} type veth peer name eth0 netns {self.holder.pid}")
        shell(f"ip address add {self.gateway}/30 dev {self.device} && ip link set {self.device} up")
        inside = f"ip link set lo up; ip address add {self.address}/30 dev eth0; ip link set eth0 up; ip route add default via {self.gateway}"
        subprocess.run(self.command("sh", "-c", inside), check=True)

    def command(self, *words):
        """What to start to have a program in here."""
        return ["nsenter", f"--target={self.holder.pid}", "--net", *map(str, words)]


class Network:
    """All places."""

    def __init__(self, places):
        self.places = places

    def sent(self, count):
        """Bytes that the first places have sent, headers left out."""
        lines = (line.partition(":") for line in Path("/proc/self/net/dev").read_text().splitlines())
        received = {name.strip(): list(map(int, figures.split()[:2])) for name, _, figures in lines if figures and "|" not in figures}
        return sum(received[place.device][0] - HEADERS * received[place.device][1] for place in self.places[:count])


@contextlib.contextmanager
def network(count, delay, programs):
    """A network of so many places, whose packets take `delay` ms; gone at the end."""
    shell(ROUTER)
    places = [Place(number) for number in range(1, count + 1)]
    box = None
    try:
        for place in places:
            place.build()
        box = delay_box(places, delay, programs) if delay else None
        yield Network(places)
    finally:
        for process in [*([box] if box else []), *(place.holder for place in places)]:
            process.kill()
            process.communicate()
        for place in places:
            subprocess.run(["ip", "link", "delete", place.device], check=False, stderr=subprocess.DEVNULL)


def delay_box(places, delay, programs):
    """Leads every packet that comes from a place through a TUN device, behind which it waits."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"delay", TUN_WITHOUT_INFO))
    shell(f"ip link set delay mtu 1500 txqueuelen {QUEUE} up; echo 0 > /proc/sys/net/ipv4/conf/delay/rp_filter")
    shell("ip route replace default dev delay table 100")
    for place in places:
        shell(f"ip rule add iif {place.device} lookup 100; echo 0 > /proc/sys/net/ipv4/conf/{place.device}/rp_filter")
    first = ["nice", "-n", "-15"] if os.geteuid() == 0 else []  # or packets wait for a processor, too, where there are few
    box = subprocess.Popen([*first, programs / "bench-baseline", "delay-box", "--delay-ms", str(delay)], stdin=device)
    os.close(device)
    return box


def shell(command):
    subprocess.run(["sh", "-c", command], check=True)
