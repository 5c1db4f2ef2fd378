"""A world in which enough has happened that many people have to be told, once for a module and on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflow.conftest import (
    postgres_copy,
    postgres_stages,
    postgres_world,
    sqlite_copy,
    sqlite_stages,
    sqlite_world,
    world_file,
    world_template,
)
from tests.world import World, a_draft

__all__ = ["postgres_stages", "postgres_world", "sqlite_stages", "sqlite_world", "world_file", "world_template"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def eventful(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world after a busy morning. Tests change it only in transactions that they roll back."""
    if request.param == "sqlite":
        original = request.getfixturevalue("sqlite_stages")(_busy)
        with sqlite_copy(original, tmp_path_factory.mktemp("eventful") / "dvk.db") as world:
            yield world
        return
    template = request.getfixturevalue("postgres_stages")(_busy)
    with postgres_copy(request.getfixturevalue("postgres"), template) as world:
        yield world


@pytest.fixture
def quiet(sqlite_world: World) -> World:
    """The world before anything happened, for one test alone."""
    return sqlite_world


@pytest.fixture
def quiet_postgres(postgres_world: World) -> World:
    """The same on PostgreSQL."""
    return postgres_world


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> World:
    """The same on either database."""
    found: World = request.getfixturevalue("quiet" if request.param == "sqlite" else "quiet_postgres")
    return found


def _busy(world: World) -> None:
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
