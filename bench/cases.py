"""What is measured, as data: `bench/run --list` prints it."""

from dataclasses import dataclass

KIB, MIB = 1 << 10, 1 << 20
PIECE_LENGTHS = {"256k": 256 * KIB, "1m": MIB, "16m": 16 * MIB}
PROTOCOLS = ["v1", "v2", "hybrid"]
SMALLEST_PIECES = 32 * KIB  # that every rival makes


@dataclass(frozen=True)
class Case:
    """One table: an operation on some data by all who can do it."""

    name: str
    title: str
    operation: str  # create, verify, inspect or limit
    data: str  # a method of data.Data
    piece_length: int = MIB
    protocol: str = "v1"
    cold: bool = False  # out of the page cache before each run
    variants: str = ""  # ways to run our tool that stand beside the default: backends, io
    rivals: bool = True
    start_up: bool = False  # so short that its runs are many and only the start counts
    on_request: bool = False  # only if named

    def rounds(self, asked):
        """How many rounds when so many were asked for."""
        return asked * 10 if self.start_up else asked


def one_file():
    """Creation of a 4 GiB file's torrent, at all protocols and piece lengths."""
    for protocol in PROTOCOLS:
        for label, length in PIECE_LENGTHS.items():
            title = f"Create {protocol}, one file, {label.upper()}iB pieces, warm"
            yield Case(f"{protocol}-{label}", title, "create", "big", length, protocol)


def backends():
    """Whatever kernels this processor has, beside the crates."""
    for protocol in PROTOCOLS:
        title = f"Create {protocol}, every hash backend, warm"
        yield Case(f"{protocol}-backends", title, "create", "big", protocol=protocol, variants="backends", rivals=False)


def verification():
    """The same the other way round."""
    for protocol in PROTOCOLS:
        for label, length in PIECE_LENGTHS.items():
            if protocol == "v1" or label == "1m":
                title = f"Verify {protocol}, one file, {label.upper()}iB pieces, warm"
                yield Case(f"verify-{protocol}-{label}", title, "verify", "big", length, protocol)


ALL = [
    Case("limits", "Limits of the machine", "limit", "big", rivals=False),
    *one_file(),
    *backends(),
    Case("v1-small-pages", "Create v1, one file of 4 KiB pages, warm", "create", "big_small_pages", rivals=False),
    Case("v1-io", "Create v1, every way to read, warm", "create", "big", variants="io", rivals=False),
    Case("cold-create", "Create v1, one file, not in the page cache", "create", "big", cold=True, variants="io"),
    Case("cold-verify", "Verify v1, one file, not in the page cache", "verify", "big", cold=True, variants="io"),
    *verification(),
    Case("mixed-v1", "Create v1, 20,000 mixed files, warm", "create", "mixed"),
    Case("mixed-v2", "Create v2, 20,000 mixed files, warm", "create", "mixed", protocol="v2"),
    Case("mixed-hybrid", "Create hybrid, 20,000 mixed files, warm", "create", "mixed", protocol="hybrid"),
    Case("mixed-cold", "Create v1, 20,000 mixed files, not cached", "create", "mixed", cold=True, variants="io"),
    Case("verify-mixed", "Verify v1, 20,000 mixed files, warm", "verify", "mixed"),
    Case("tiny-v1", "Create v1, 200,000 tiny files, warm", "create", "tiny"),
    Case("tiny-v2", "Create v2, 200,000 tiny files, warm", "create", "tiny", protocol="v2"),
    Case("verify-tiny", "Verify v1, 200,000 tiny files, warm", "verify", "tiny"),
    Case("million-v1", "Create v1, a million tiny files, warm", "create", "million", on_request=True),
    Case("inspect-tiny", "Inspect a torrent of 200,000 files", "inspect", "tiny"),
    Case("start-inspect", "Start-up: inspect, one small file", "inspect", "one", SMALLEST_PIECES, start_up=True),
    Case("start-create", "Start-up: create, one small file", "create", "one", SMALLEST_PIECES, start_up=True),
    Case("start-verify", "Start-up: verify, one small file", "verify", "one", SMALLEST_PIECES, start_up=True),
]
