"""Comments: who may write to whom, who reads what, and that nothing in a text is taken for anything but text."""

from __future__ import annotations

import pytest

from tests.world import NOW, World
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.engine import changes
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound
from workflow.stages.implementation import comments


def write(world: World, code: str, text: str, who: str, audience: str = "unit") -> int:
    """One comment in a transaction of its own."""
    with world.database.write() as connection:
        return comments.write(connection, who, NOW, code, text, audience)


def read(world: World, code: str, who: str) -> list[tuple[str, str]]:
    """Text and author of what a person reads."""
    with world.database.read() as connection:
        actor = access.actor(connection, who, NOW)
        model = changes.seen(connection, actor, code)
        return [(one.text, one.author) for one in comments.of_model(connection, actor, model)]


def test_reviewers_keep_theirs_from_the_registrant(world: World) -> None:
    code = world.carry(world.create(), "submitted")
    write(world, code, "Bổ sung số hộ giúp tôi.", "staff")
    write(world, code, "Tên giống mô hình năm ngoái?", "chair", "reviewers")
    write(world, code, "Đã bổ sung.", "officer.x1t1")
    open_ones = [("Bổ sung số hộ giúp tôi.", "Trần Thị Giúp"), ("Đã bổ sung.", "Lò Thị Hin")]
    assert read(world, code, "officer.x1t1") == read(world, code, "deputy.officer") == open_ones
    assert len(read(world, code, "district1")) == 3
    with world.database.read() as connection:
        assert audit.verify(connection) == []


def test_registrant_cannot_write_among_reviewers(sqlite_world: World) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    with pytest.raises(NotAllowed):
        write(sqlite_world, code, "Cho tôi xem với.", "officer.x1t1", "reviewers")
    assert read(sqlite_world, code, "staff") == []


@pytest.mark.parametrize("who", ["outsider", "officer.x1t2", "villager", "chair2"])
def test_model_out_of_sight_takes_no_comment(sqlite_world: World, who: str) -> None:
    code = sqlite_world.carry(sqlite_world.create(), "submitted")
    with pytest.raises(NotFound):
        write(sqlite_world, code, "Xin chào.", who)


@pytest.mark.parametrize(
    ("text", "audience", "form_field"),
    [
        ("", "unit", "text"),
        ("\u200b\u202e\x00", "unit", "text"),
        ("ạ" * 100_000, "unit", "text"),
        ("được", "everybody", "audience"),
    ],
)
def test_unusable_comment_is_refused(sqlite_world: World, text: str, audience: str, form_field: str) -> None:
    code = sqlite_world.create()
    with pytest.raises(InvalidInput) as refused:
        write(sqlite_world, code, text, "officer.x1t1", audience)
    assert set(refused.value.problems) == {form_field}


@pytest.mark.parametrize("text", ["<script>alert('x')</script>", "{{7*7}}", "Tốt lắm 👍🏽\n\nTiếp tục nhé", "=1+1"])
def test_text_is_kept_as_written(world: World, text: str) -> None:
    code = world.create()
    write(world, code, text, "officer.x1t1")
    assert read(world, code, "officer.x1t1") == [(text, "Lò Thị Hin")]
