"""Makes one system call of a program fail, by strace, and tells which one it was.

strace counts calls from its own start and in each thread apart. Started with the program it would count, and break, the
loader's calls first, and never get to those of the program that have the same number. So it is attached at a gate.
"""

import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

GATE = Path(__file__).with_name("gate.c")
PATIENCE = 60


@dataclass(frozen=True)
class Fault:
    """The `nth` of these calls (`1+`: all) fails with `error`, or ends the program if that is a signal, or takes so many
    microseconds longer if it is a number; given `paths`, only calls on these are counted. `also` fail others on the same paths."""

    call: str
    error: str
    nth: int | str
    paths: tuple[str, ...] = ()
    also: tuple["Fault", ...] = ()

    def arguments(self):
        """The options of strace for this fault."""
        only = [option for path in self.paths for option in ("-P", path)]
        faults = (self, *self.also)
        # The question mark is for processors that lack the call.
        calls = ",".join(f"?{fault.call}" for fault in faults)
        return [*only, "-e", f"trace={calls}", *(option for fault in faults for option in ("-e", fault.injection()))]

    def injection(self):
        """What strace is to do to the call."""
        kind = "signal" if self.error.startswith("SIG") else "delay_enter" if self.error.isdigit() else "error"
        effect = f"{kind}={self.error}"
        return f"inject=?{self.call}:{effect}:when={self.nth}"


@dataclass(frozen=True)
class Result:
    """How the program ended, and the calls that failed, at most one in every thread."""

    code: int
    stderr: str
    failed_calls: list[str]


def build_gate(folder):
    """The library that stops a program before its first own instruction."""
    library = folder / "gate.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, GATE], check=True)
    return library


def run(command, fault, gate, stdout, then=lambda program: None):
    """Run a program with the fault; its standard output goes into a file. `then` may do something to it while it runs."""
    # From the root, because strace names the current folder in calls that have nothing to do with it.
    with open(stdout, "w") as opened:
        program = subprocess.Popen(
            list(map(str, command)),
            cwd="/",
            env={**os.environ, "LD_PRELOAD": str(gate)},
            stdout=opened,
            stderr=subprocess.PIPE,
            text=True,
        )
    os.waitid(os.P_PID, program.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    with tempfile.TemporaryDirectory() as logs:
        # One log a thread, so that no line is cut in two; with the names of descriptors, which tell whose call it was.
        strace = ["strace", "-ff", "-y", "-o", f"{logs}/thread", *fault.arguments(), "-p", str(program.pid)]
        with subprocess.Popen(strace, stderr=subprocess.PIPE, text=True) as tracer:
            assert "attached" in tracer.stderr.readline()
            program.send_signal(signal.SIGCONT)
            then(program)
            _, stderr = program.communicate(timeout=PATIENCE)
        lines = [line for log in Path(logs).iterdir() for line in log.read_text().splitlines()]
    return Result(program.returncode, stderr, [line for line in lines if line.endswith("(INJECTED)")])
