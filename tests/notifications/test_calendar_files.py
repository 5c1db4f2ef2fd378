"""Calendar files, read back by the library that other programs use: days, identities, moves, alarms, what was withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.calendar import dates, feeds, ics
from notifications.calendar.dates import Scope
from tests import owing
from tests.world import NOW, World, a_draft
from workflow.across.obligations import life
from workflow.core import access
from workflow.core.access import Actor
from workflow.ground.refusals import NotAllowed, NotFound
from workflow.ground.schema import account, assignment, calendar_feed, history, obligation, report_call
from workflow.ground.vietnam_time import end_of_day, local_date

TODAY = local_date(NOW)
SITE, DOMAIN = "https://danvan.vi-du.vn", "vi-du.vn"


def _actor(world: World, name: str, now: datetime = NOW) -> Actor:
    with world.database.read() as connection:
        return access.actor(connection, name, now)


def _read(world: World, name: str, scope: Scope = "mine", now: datetime = NOW) -> dict[str, icalendar.Event]:
    """The events of a file by what stands before the @ of their identity."""
    with world.database.read() as connection:
        content = ics.feed(connection, access.actor(connection, name, now), now, scope, site=SITE, domain=DOMAIN)
    parsed = icalendar.Calendar.from_ical(content)
    assert parsed.errors == []
    return {
        str(event["uid"]).removesuffix(f"@{DOMAIN}"): event
        for event in parsed.walk("VEVENT")
        if isinstance(event, icalendar.Event)
    }


def test_file_says_what_is_due_and_when(either: World) -> None:
    due = TODAY + timedelta(days=30)
    with either.database.write() as connection:
        called = owing.call(connection, either, due, label="Báo cáo 6 tháng; sơ kết, đợt 1")
        owed = owing.owe(connection, either, due, subject="report", call_id=called)
        owing.owe(connection, either, due, unit="KL-X2")
    events = _read(either, "officer.x1")
    assert list(events) == [f"viec-{owed}"]
    event = events[f"viec-{owed}"]
    assert event.decoded("dtstart") == due
    assert event.decoded("dtend") == due + timedelta(days=1)
    assert isinstance(event.decoded("dtstart"), date)
    assert not isinstance(event.decoded("dtstart"), datetime)
    assert str(event["summary"]) == "Báo cáo 6 tháng; sơ kết, đợt 1"
    assert event["sequence"] == 0
    assert str(event["status"]) == "CONFIRMED"
    assert str(event["url"]).startswith(SITE + "/")
    assert "Xã Bản Lầu" in str(event["description"])
    assert [alarm.decoded("trigger") for alarm in event.walk("VALARM")] == list(ics.ALARMS)


def test_file_is_a_whole_calendar(either: World) -> None:
    with either.database.read() as connection:
        content = ics.feed(connection, _actor(either, "officer.x1"), NOW, "mine", site=SITE, domain=DOMAIN)
    parsed = icalendar.Calendar.from_ical(content)
    assert (str(parsed["version"]), str(parsed["method"])) == ("2.0", "PUBLISH")
    zone = parsed.walk("VTIMEZONE")[0]
    assert str(zone["tzid"]) == "Asia/Ho_Chi_Minh"
    assert isinstance(zone, icalendar.Timezone)
    assert datetime(2026, 7, 1, tzinfo=zone.to_tz()).utcoffset() == timedelta(hours=7)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert {b"REFRESH-INTERVAL;VALUE=DURATION:PT6H", b"X-PUBLISHED-TTL:PT6H"} <= set(content.split(b"\r\n"))


def test_moved_date_keeps_its_identity_and_counts(either: World) -> None:
    with either.database.write() as connection:
        owed = owing.owe(connection, either, TODAY + timedelta(days=30))
    before = _read(either, "officer.x1")[f"viec-{owed}"]
    with either.database.write() as connection:
        life.move(connection, NOW, [owed], TODAY + timedelta(days=40))
    after = _read(either, "officer.x1")[f"viec-{owed}"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after.decoded("dtstart") > before.decoded("dtstart")


def test_what_was_withdrawn_is_struck_out_for_a_while_and_what_was_done_is_gone(either: World) -> None:
    with either.database.write() as connection:
        done = owing.owe(connection, either, TODAY + timedelta(days=9), fulfilled_at=NOW)
        withdrawn = owing.owe(connection, either, TODAY + timedelta(days=9), withdrawn_at=NOW, sequence=2)
    for name, scope in (("officer.x1", "mine"), ("officer.x1", "unit"), ("staff", "all")):
        events = _read(either, name, scope)  # type: ignore[arg-type]  # each is a scope
        assert f"viec-{done}" not in events
        assert str(events[f"viec-{withdrawn}"]["status"]) == "CANCELLED"
        assert events[f"viec-{withdrawn}"]["sequence"] == 3
        where = "" if scope == "mine" else " – Xã Bản Lầu"
        assert str(events[f"viec-{withdrawn}"]["summary"]) == f"Đã rút: Đăng ký mô hình năm 2024{where}"
        assert events[f"viec-{withdrawn}"].walk("VALARM") == []
    later = NOW + timedelta(days=ics.STRUCK_OUT_DAYS + 1)
    assert _read(either, "officer.x1", now=later) == {}


def test_scopes_hold_what_they_say(either: World) -> None:
    due = TODAY + timedelta(days=5)
    with either.database.write() as connection:
        own = owing.owe(connection, either, due, unit="KL-X1-T1")
        committee = owing.owe(connection, either, due, unit="KL-X1", roles="commune_reviewer", subject="meeting")
        other = owing.owe(connection, either, due, unit="KL-X1-T1", roles="inspector", subject="visit")
        foreign = owing.owe(connection, either, due, unit="BS-X1", collector="BS")

    def found(name: str, scope: Scope) -> set[int]:
        return {int(key.removeprefix("viec-")) for key in _read(either, name, scope)}

    with either.database.write() as connection:
        connection.execute(
            sa.update(obligation).where(obligation.c.subject.in_(("meeting", "visit"))).values(subject="registration")
        )
    assert found("officer.x1t1", "mine") == {own}
    assert found("deputy.officer", "mine") == {own}
    assert found("officer.x1t1", "unit") == {own, other}
    assert found("chair", "mine") == {committee}
    assert found("inspector1", "mine") == {other}
    assert found("staff", "mine") == set()
    assert found("staff", "all") == {own, committee, other}
    assert found("outsider", "all") == {foreign}
    assert dates.scopes(_actor(either, "villager")) == ("mine",)
    for name, scope in (("officer.x1t1", "all"), ("staff", "all")):
        allowed = scope in dates.scopes(_actor(either, name))
        assert allowed == (name == "staff")
    with pytest.raises(NotAllowed):
        dates.reach(_actor(either, "officer.x1t1"), "all")


def test_individual_is_not_named_outside(either: World) -> None:
    code = either.create(a_draft(kind="individual", person="Lò Văn Kín", name="Vườn mẫu của ông Kín"))
    with either.database.write() as connection:
        owing.owe(
            connection,
            either,
            TODAY + timedelta(days=5),
            unit="KL-X1-T1",
            subject="state",
            model_id=either.model(code).id,
        )
        content = ics.feed(connection, _actor(either, "officer.x1t1"), NOW, "mine", site=SITE, domain=DOMAIN)
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert code in unfolded
    assert "Kín" not in unfolded


# What people type into one line or several, the characters that mean something to a calendar file among it.
TEXTS = st.text(
    st.one_of(st.sampled_from(",;:\\\n\"'=ĐđễỮ…–"), st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
    min_size=1,
    max_size=150,
)


@given(label=TEXTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_read_back_as_it_was_written(quiet: World, label: str) -> None:
    with quiet.database.write() as connection:
        called = connection.execute(sa.select(report_call.c.id)).scalar()
        if called is None:
            called = owing.call(connection, quiet, TODAY)
            owing.owe(connection, quiet, TODAY, subject="report", call_id=called)
        connection.execute(sa.update(report_call).values(label=label))
    event = next(iter(_read(quiet, "officer.x1").values()))
    assert str(event["summary"]) == label
    assert str(event.walk("VALARM")[0]["description"]) == f"Sắp đến hạn: {label}"


@given(
    due=st.dates(TODAY - timedelta(days=ics.BEHIND_DAYS), TODAY + timedelta(days=700)),
    sequence=st.integers(0, 50),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_day_is_read_back_as_a_whole_day(quiet: World, due: date, sequence: int) -> None:
    with quiet.database.write() as connection:
        owed = connection.execute(sa.select(obligation.c.id)).scalar()
        if owed is None:
            owed = owing.owe(connection, quiet, due)
        values = {"due_on": due, "due_stated": due, "due_at": end_of_day(due), "sequence": sequence}
        connection.execute(sa.update(obligation).values(values))
    event = _read(quiet, "officer.x1")[f"viec-{owed}"]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (due, due + timedelta(days=1))
    assert event["sequence"] == sequence


def test_unchanged_dates_are_the_same_bytes(either: World) -> None:
    with either.database.write() as connection:
        owing.owe(connection, either, TODAY + timedelta(days=9))
        first, second = (
            ics.feed(connection, _actor(either, "officer.x1"), now, "mine", site=SITE, domain=DOMAIN)
            for now in (NOW, NOW + timedelta(hours=3))
        )
    assert first == second


def test_address_gives_the_dates_until_it_is_revoked(either: World) -> None:
    officer = _actor(either, "officer.x1")
    with either.database.write() as connection:
        token = feeds.create(connection, officer, NOW, "mine")
        kept = connection.execute(sa.select(calendar_feed)).one()
        assert token not in str(kept)
        found = feeds.opened(connection, NOW, token)
        assert (found.actor.account_id, found.scope, found.needs_note) == (officer.account_id, "mine", True)
        feeds.note_read(connection, NOW, found.id)
        assert not feeds.opened(connection, NOW + timedelta(minutes=59), token).needs_note
        with pytest.raises(NotFound):
            feeds.revoke(connection, either.accounts["officer.x1t1"], NOW, found.id)
        feeds.revoke(connection, officer.account_id, NOW, found.id)
        assert feeds.of(connection, officer.account_id) == []
        noted = connection.execute(sa.select(history.c.trigger).where(history.c.subject == "account")).scalars().all()
        assert noted == ["calendar_opened", "calendar_revoked"]
        for wrong in (token, "khong-co", ""):
            with pytest.raises(NotFound):
                feeds.opened(connection, NOW, wrong)


def test_address_of_somebody_locked_or_without_his_role_gives_nothing(either: World) -> None:
    with either.database.write() as connection:
        locked = feeds.create(connection, _actor(either, "officer.x1"), NOW, "mine")
        left = feeds.create(connection, _actor(either, "staff"), NOW, "all")
        connection.execute(sa.update(account).where(account.c.user_name == "officer.x1").values(locked_at=NOW))
        connection.execute(
            sa.update(assignment)
            .where(assignment.c.account_id == either.accounts["staff"])
            .values(valid_to=TODAY - timedelta(days=1))
        )
        for token in (locked, left):
            with pytest.raises(NotFound):
                feeds.opened(connection, NOW, token)


def test_one_person_has_only_so_many_addresses(either: World) -> None:
    officer = _actor(either, "officer.x1")
    with either.database.write() as connection:
        for _ in range(feeds.MOST_FEEDS):
            feeds.create(connection, officer, NOW, "mine")
        with pytest.raises(feeds.TooManyFeeds):
            feeds.create(connection, officer, NOW, "mine")


def test_days_off_have_their_names(either: World) -> None:
    from workflow.ground.schema import day_off

    with either.database.write() as connection:
        for day, working, label in (
            (date(2024, 9, 7), True, "làm bù"),
            (date(2024, 9, 10), False, "nghỉ bão"),
        ):
            connection.execute(
                sa.insert(day_off).values(
                    day=day, working=working, label=label, noted_at=datetime(2024, 9, 1, tzinfo=UTC)
                )
            )
    with either.database.read() as connection:
        actor = access.actor(connection, "officer.x1", NOW)
        month = dates.between(connection, actor, "mine", date(2024, 9, 2), date(2024, 9, 15))
    assert [(day, one.working, one.label) for day, one in month.special.items()] == [
        (date(2024, 9, 2), False, "Quốc khánh"),
        (date(2024, 9, 3), False, "Quốc khánh"),
        (date(2024, 9, 7), True, "làm bù"),
        (date(2024, 9, 10), False, "nghỉ bão"),
    ]
