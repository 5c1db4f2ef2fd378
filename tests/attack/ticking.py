"""A nursery of scheduler processes: gets ready once and forks a scheduler for each line it reads, to be killed.

`python -m tests.attack.ticking URL PORT CLOCK EVERY`; CLOCK is a file with the moment it is taken to be.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifications.clock import clockwork, scheduler
from tests import kept
from tests.letters import work_for
from workflow.ground.database import Database

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Nursery:
    """The parent of all schedulers of a test."""

    process: subprocess.Popen[str]
    clock: Path

    def set_clock(self, moment: datetime) -> None:
        """What time it is from now on, for all of them."""
        draft = self.clock.with_suffix(".new")
        draft.write_text(moment.isoformat())
        draft.replace(self.clock)

    def tick(self, moment: datetime) -> None:
        """One tick of the nursery itself at this moment, undisturbed; its schedulers know all that it learned."""
        self.set_clock(moment)
        assert self._ask("tick") == "ticked\n"

    def start(self) -> int:
        """A new scheduler; its process id."""
        return int(self._ask("start"))

    def kill(self, pid: int) -> None:
        """SIGKILL; gone when this returns."""
        os.kill(pid, signal.SIGKILL)
        self._ask(f"wait {pid}")

    def _ask(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


@contextmanager
def nursery(database: Database, port: int, clock: Path, every: float) -> Iterator[Nursery]:
    """A nursery for one database and one mail server; whatever it still has is killed at the end."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.attack.ticking", url, str(port), str(clock), str(every)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Nursery(process, clock)
    finally:
        process.communicate("end\n", timeout=30)


def main() -> None:
    """Fork, kill and wait as told."""
    url, port, clock, every = sys.argv[1:]
    kept.keep(pytest.MonkeyPatch())
    children: set[int] = set()
    for line in sys.stdin:
        command, _blank, argument = line.strip().partition(" ")
        if command == "start":
            # What is here already is never thrown away: a scheduler that looks through it has to copy all of it.
            gc.freeze()
            child = os.fork()
            if child == 0:
                _be_a_scheduler(url, int(port), Path(clock), float(every))
            children.add(child)
            print(child, flush=True)
        elif command == "tick":
            _tick_once(url, int(port), Path(clock))
            print("ticked", flush=True)
        elif command == "wait":
            os.waitpid(int(argument), 0)
            children.discard(int(argument))
            print("gone", flush=True)
        else:
            break
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _tick_once(url: str, port: int, clock: Path) -> None:
    # Closed before anything is forked: no scheduler inherits a connection.
    database = Database(url, synchronous="FULL", busy_seconds=10)
    clockwork.tick(database, _moment(clock), work_for(port))
    database.close()


def _moment(clock: Path) -> datetime:
    return datetime.fromisoformat(clock.read_text())


def _be_a_scheduler(url: str, port: int, clock: Path, every: float) -> None:
    # Nothing of the parent's: neither its input nor its output.
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    database = Database(url, synchronous="FULL", busy_seconds=10)
    scheduler.start(
        database,
        lambda: _moment(clock),
        work_for(port),
        every=timedelta(seconds=every),
    )
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
