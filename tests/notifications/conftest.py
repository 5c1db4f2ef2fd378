"""A world in which enough has happened that many people have to be told, once for a module and on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world as small_world
from tests.world import World, a_draft
from workflow.ground.database import Database


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def eventful(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world after a busy morning. Tests change it only in transactions that they roll back."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('eventful') / 'dvk.db'}", synchronous="NORMAL")
        yield _busy(small_world.build(database))
        database.close()
        return
    with request.getfixturevalue("postgres").database() as name:
        database = Database(request.getfixturevalue("postgres").url(name))
        yield _busy(small_world.build(database))
        database.close()


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[World]:
    """The world before anything happened, for one test alone."""
    database = Database(f"sqlite:///{tmp_path / 'dvk.db'}", synchronous="NORMAL")
    yield small_world.build(database)
    database.close()


@pytest.fixture
def quiet_postgres(request: pytest.FixtureRequest) -> Iterator[World]:
    """The same on PostgreSQL."""
    with request.getfixturevalue("postgres").database() as name:
        database = Database(request.getfixturevalue("postgres").url(name))
        yield small_world.build(database)
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> World:
    """The same on either database."""
    found: World = request.getfixturevalue("quiet" if request.param == "sqlite" else "quiet_postgres")
    return found


def _busy(world: World) -> World:
    for state in ("returned", "remediation", "revoked", "not_recognised", "commune_recognised"):
        world.carry(world.create(a_draft(name=f"Mô hình đi tới {state}")), state)
    never_submitted = a_draft(unit="KL-X1-T2", name="Bản nháp rồi rút")
    world.carry(world.create(never_submitted, "officer.x1t2"), "withdrawn")
    world.carry(world.create(a_draft(unit="KL-CQ1", name="Mô hình của cơ quan"), "officer.cq1"), "recognised")
    world.carry(world.create(a_draft(unit="KL-X2-T1", name="Mô hình xã khác"), "officer.x2t1"), "inspected")
    merged = world.create(a_draft(name="Mô hình sẽ sáp nhập"))
    into = world.carry(world.create(a_draft(name="Mô hình tiếp nhận")), "submitted")
    world.apply(merged, "submit", "deputy.officer")
    world.apply(merged, "merge", "deputy.staff", merged_into=into)
    return world
