"""Bringing a database to the schema of this version, and telling one that comes from another version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from workflow.ground.database import Database
from workflow.ground.refusals import DatabaseUnusable
from workflow.ground.speech import _


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision this version of the program needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError("no migrations in the package")
    return found


def current(database: Database) -> str | None:
    """The revision of a database; None when it has no tables yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> bool:
    """Bring the database up, in one transaction. Returns whether anything was done.

    Raises DatabaseUnusable when it comes from a newer version, or from before the baseline: this program would not understand it.
    """
    revision = current(database)
    if revision is not None:
        _require_known(revision)
    if revision == (head() if to == "head" else to):
        return False
    _run(database, command.upgrade, to)
    return True


def downgrade(database: Database, to: str) -> None:
    """Take the schema back to an earlier revision ('base': no tables at all)."""
    _run(database, command.downgrade, to)


def require_current(database: Database) -> None:
    """Raises DatabaseUnusable with what to do unless the database has exactly the schema of this version."""
    revision = current(database)
    if revision is None:
        raise DatabaseUnusable(_("Cơ sở dữ liệu chưa được khởi tạo. Hãy chạy: dvk init"), guard="revision")
    _require_known(revision)
    if revision != head():
        raise DatabaseUnusable(
            _("Cơ sở dữ liệu thuộc phiên bản cũ hơn. Hãy sao lưu rồi chạy: dvk init"), guard="revision"
        )


# The steps that became the baseline ended here; see `workflow.ground.migrations`.
_BEFORE_BASELINE = frozenset(f"{number:04}" for number in range(3, 17))


def _require_known(revision: str) -> None:
    """Raises DatabaseUnusable with what to do when no migration of this version leads to the revision."""
    if revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        return
    if revision in _BEFORE_BASELINE:
        raise DatabaseUnusable(
            _(
                "Cơ sở dữ liệu do bản thử nghiệm trước đây tạo ra, phiên bản này không nâng cấp được."
                " Hãy cất nó đi rồi tạo cơ sở dữ liệu mới: dvk init"
            ),
            guard="revision",
        )
    raise DatabaseUnusable(
        _(
            "Cơ sở dữ liệu được tạo bởi phiên bản mới hơn của chương trình."
            " Hãy cập nhật chương trình; dữ liệu còn nguyên."
        ),
        guard="revision",
    )


def _run(database: Database, action: Callable[[Config, str], None], to: str) -> None:
    # SQLite rebuilds a table to alter it and would take the rows that refer to it along, so keys are off and checked after.
    if not database.is_sqlite:
        with database.write() as connection:
            action(_config(connection), to)
        return
    with database.writing_engine.connect() as plain:
        raw = plain.connection.dbapi_connection
        if raw is None:
            raise RuntimeError("no driver connection")
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with plain.begin():
                action(_config(plain), to)
                broken = plain.execute(sa.text("PRAGMA foreign_key_check")).first()
                if broken is not None:
                    raise RuntimeError(f"a migration broke a foreign key of {broken[0]}")
        finally:
            raw.execute("PRAGMA foreign_keys=ON")
