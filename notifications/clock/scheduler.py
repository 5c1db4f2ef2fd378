"""Ticks in an interval, in a thread of its own, as long as this process leads; watched, so that a thread that died is noticed.

APScheduler holds one job in memory and nothing else: what is due is in the database (`clockwork.py` does it).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from notifications.clock import clockwork
from notifications.clock.clockwork import Work
from notifications.clock.leadership import Leadership, leadership
from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.vietnam_time import ZONE

EVERY: Final = timedelta(minutes=1)
PATIENCE: Final = 5.0
"""Seconds that stopping waits for a tick under way; it is asked to end at the next letter."""
_JOB = "tick"

log = structlog.get_logger("scheduler")


class Scheduler:
    """Starts on construction; `stop` ends it."""

    def __init__(self, database: Database, clock: Callable[[], datetime], work: Work, every: timedelta = EVERY) -> None:
        self._database = database
        self._clock = clock
        self._work = work
        self._every = every
        # Three ticks: a leader that misses one or two is slow, not dead.
        self._leadership: Leadership = leadership(database, 3 * every)
        self._leading: bool | None = None
        self._stopping = threading.Event()
        self._ticking = threading.Lock()
        self._last = monotonic()
        self._ticks = self._start()
        self._watch = threading.Thread(target=self._watch_over, name="scheduler-watch", daemon=True)
        self._watch.start()

    @property
    def alive(self) -> bool:
        """Whether the thread that ticks is there; APScheduler's own `running` stays true after it has died."""
        thread = self._ticks._thread
        return thread is not None and thread.is_alive()

    @property
    def leading(self) -> bool:
        """Whether this process led at its last tick; another may."""
        return bool(self._leading)

    def stop(self) -> bool:
        """End it: the letter under way is cut off, its lease or the next tick brings it back. Whether the tick ended in time."""
        self._stopping.set()
        for channel in self._work.channels.values():
            channel.abort()
        ended = self._ticking.acquire(timeout=PATIENCE)
        self._shut_down(self._ticks)
        self._watch.join(PATIENCE)
        if ended:
            self._ticking.release()
            try:
                self._leadership.release()
            except DatabaseUnusable as unusable:
                log.warning("lead_not_released", why=unusable.message)
        return ended

    def _start(self) -> BackgroundScheduler:
        seconds = self._every.total_seconds()
        ticks = BackgroundScheduler(timezone=ZONE, daemon=True)
        ticks.add_job(
            self._tick,
            "interval",
            id=_JOB,
            seconds=seconds,
            # A machine that slept makes up for what it missed with one tick, however late it is.
            misfire_grace_time=24 * 60 * 60,
            coalesce=True,
            max_instances=1,
        )
        # And once at the start.
        ticks.add_job(self._tick)
        ticks.start()
        return ticks

    def _tick(self) -> None:
        with self._ticking:
            self._last = monotonic()
            if self._stopping.is_set():
                return
            try:
                now = self._clock()
                if not self._leads(now):
                    return
                done = clockwork.tick(self._database, now, self._work, stopping=self._stopping.is_set)
                if any(done.counts.values()):
                    log.info("ticked", took_ms=done.took_ms, **{k: n for k, n in done.counts.items() if n})
                clockwork.note(self._database, now, done)
            except DatabaseUnusable as unusable:
                log.error("tick_failed", why=unusable.message)
            except Exception:
                log.exception("tick_failed")

    def _leads(self, now: datetime) -> bool:
        leads = self._leadership.held(now)
        if leads != self._leading:
            log.info("leading" if leads else "standing_by", holder=self._leadership.holder)
        self._leading = leads
        return leads

    def _watch_over(self) -> None:
        """Start the ticking anew when its thread died, and call it back when the clock of the machine was set back."""
        seconds = self._every.total_seconds()
        while not self._stopping.wait(seconds):
            try:
                if not self.alive or self._ticks.get_job(_JOB) is None:
                    log.error("ticking_died")
                    self._shut_down(self._ticks)
                    self._ticks = self._start()
                elif monotonic() - self._last > 3 * seconds and not self._ticking.locked():
                    # APScheduler goes by the clock on the wall and would wait until that has caught up.
                    log.warning("clock_set_back")
                    self._ticks.reschedule_job(_JOB, trigger="interval", seconds=seconds)
                    self._ticks.add_job(self._tick)
            except Exception:
                log.exception("watch_failed")

    def _shut_down(self, ticks: Any) -> None:
        if ticks.running:
            ticks.shutdown(wait=False)


def start(database: Database, clock: Callable[[], datetime], work: Work, *, every: timedelta = EVERY) -> Scheduler:
    """Tick at once and then in this interval, in a thread of its own.

    A tick that fails is logged and noted; the next one finds the same work still due.
    """
    return Scheduler(database, clock, work, every)
