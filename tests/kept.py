"""What every application and every page of a run makes anew although it comes out the same: made once for a process, then kept.

Only work is saved here. Each application is still its own, each page is still rendered, and a page that differs is still checked.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

import pytest
import structlog
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled, by name and text."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled from this text, if it was."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next application."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


class AddressBuilders:
    """What builds the address of a rule: werkzeug writes and compiles a function for it in every application."""

    def __init__(self) -> None:
        self._compiled = Rule._compile_builder
        self._kept: dict[tuple[Any, ...], Builder] = {}

    def of(self, rule: Rule, append_unknown: bool = True) -> Builder:
        """The function of a rule. It is given the rule it builds for, so equal rules share it; defaults stand in it."""
        if rule.defaults:
            return self._compiled(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in self._kept:
            self._kept[key] = self._compiled(rule, append_unknown)
        return self._kept[key]


class CompiledStatements:
    """Statements as they were compiled for one kind of database: SQLAlchemy forgets them with the engine of a test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._begin = Engine.__init__
        self._kept: LRUCache[Any, Any] = LRUCache(10_000)
        # All dialects of a kind are one here: the servers of a run are of one version and set up alike.
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))

    def begin(self, engine: Engine, *given: Any, **named: Any) -> None:
        """What an engine does when it is made, and then the statements of all."""
        self._begin(engine, *given, **named)
        engine._compiled_cache = self._kept


def keep(patch: pytest.MonkeyPatch) -> None:
    """From now on, as long as the patch lasts."""
    patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledTemplates())
    builders = AddressBuilders()
    patch.setattr(Rule, "_compile_builder", lambda rule, append_unknown=True: builders.of(rule, append_unknown))
    statements = CompiledStatements(patch)
    patch.setattr(Engine, "__init__", lambda engine, *given, **named: statements.begin(engine, *given, **named))
    # A traceback as the program itself writes it: with the values of all variables it takes a second to draw.
    processors = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors[:-1], plain])
