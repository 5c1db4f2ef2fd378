"""What the program says of itself while it serves: a line for each event on stderr, in UTC.

A traceback shows code, never the values of variables: those are people's names, numbers and texts.
"""

from __future__ import annotations

import logging
import sys

import structlog


def to_stderr(level: str) -> None:
    """Send what is logged from `level` (DEBUG, INFO, WARNING, ERROR) on to stderr, for the whole process."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Asked at every line: what stderr is may change while the program runs.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        cache_logger_on_first_use=False,
    )
