"""Places on the loopback."""

import socket


def free_port():
    """A TCP port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
