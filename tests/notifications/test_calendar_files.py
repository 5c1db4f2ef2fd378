"""Calendar files, read back by the library that other programs use: days, identities, moves, alarms, what was withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import sqlalchemy as sa

from notifications import dates, feeds, ics
from notifications.dates import Scope
from tests import owing
from tests.world import NOW, World, a_draft
from workflow import access
from workflow.access import Actor
from workflow.calendar import local_date
from workflow.obligations import obligations
from workflow.refusals import NotAllowed, NotFound
from workflow.schema import account, assignment, calendar_feed, obligation

TODAY = local_date(NOW)
SITE, DOMAIN = "https://danvan.vi-du.vn", "vi-du.vn"


def _actor(world: World, name: str, now: datetime = NOW) -> Actor:
    with world.database.read() as connection:
        return access.actor(connection, name, now)


def _read(world: World, name: str, scope: Scope = "mine", now: datetime = NOW) -> dict[str, icalendar.Event]:
    """The events of a file by what stands before the @ of their identity."""
    with world.database.read() as connection:
        content = ics.feed(connection, access.actor(connection, name, now), scope, now, site=SITE, domain=DOMAIN)
    parsed = icalendar.Calendar.from_ical(content)
    assert parsed.errors == []
    return {
        str(event["uid"]).removesuffix(f"@{DOMAIN}"): event
        for event in parsed.walk("VEVENT")
        if isinstance(event, icalendar.Event)
    }


def test_file_says_what_is_due_and_when(quiet: World) -> None:
    due = TODAY + timedelta(days=30)
    with quiet.database.write() as connection:
        called = owing.call(connection, quiet, due, label="Báo cáo 6 tháng; sơ kết, đợt 1")
        owed = owing.owe(connection, quiet, due, subject="report", call_id=called)
        owing.owe(connection, quiet, due, unit="KL-X2")
    events = _read(quiet, "officer.x1")
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


def test_file_is_a_whole_calendar(quiet: World) -> None:
    with quiet.database.read() as connection:
        content = ics.feed(connection, _actor(quiet, "officer.x1"), "mine", NOW, site=SITE, domain=DOMAIN)
    parsed = icalendar.Calendar.from_ical(content)
    assert (str(parsed["version"]), str(parsed["method"])) == ("2.0", "PUBLISH")
    zone = parsed.walk("VTIMEZONE")[0]
    assert str(zone["tzid"]) == "Asia/Ho_Chi_Minh"
    assert isinstance(zone, icalendar.Timezone)
    assert datetime(2026, 7, 1, tzinfo=zone.to_tz()).utcoffset() == timedelta(hours=7)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.endswith(b"END:VCALENDAR\r\n")


def test_moved_date_keeps_its_identity_and_counts(quiet: World) -> None:
    with quiet.database.write() as connection:
        owed = owing.owe(connection, quiet, TODAY + timedelta(days=30))
    before = _read(quiet, "officer.x1")[f"viec-{owed}"]
    with quiet.database.write() as connection:
        obligations.move(connection, [owed], TODAY + timedelta(days=40), NOW)
    after = _read(quiet, "officer.x1")[f"viec-{owed}"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after.decoded("dtstart") > before.decoded("dtstart")


def test_what_was_withdrawn_is_struck_out_for_a_while_and_what_was_done_is_gone(quiet: World) -> None:
    with quiet.database.write() as connection:
        done = owing.owe(connection, quiet, TODAY + timedelta(days=9), fulfilled_at=NOW)
        withdrawn = owing.owe(connection, quiet, TODAY + timedelta(days=9), withdrawn_at=NOW, sequence=2)
    for name, scope in (("officer.x1", "mine"), ("officer.x1", "unit"), ("staff", "all")):
        events = _read(quiet, name, scope)  # type: ignore[arg-type]  # each is a scope
        assert f"viec-{done}" not in events
        assert str(events[f"viec-{withdrawn}"]["status"]) == "CANCELLED"
        assert events[f"viec-{withdrawn}"]["sequence"] == 3
        assert events[f"viec-{withdrawn}"].walk("VALARM") == []
    later = NOW + timedelta(days=ics.STRUCK_OUT_DAYS + 1)
    assert _read(quiet, "officer.x1", now=later) == {}


def test_scopes_hold_what_they_say(quiet: World) -> None:
    due = TODAY + timedelta(days=5)
    with quiet.database.write() as connection:
        own = owing.owe(connection, quiet, due, unit="KL-X1-T1")
        committee = owing.owe(connection, quiet, due, unit="KL-X1", roles="commune_reviewer", subject="meeting")
        other = owing.owe(connection, quiet, due, unit="KL-X1-T1", roles="inspector", subject="visit")
        foreign = owing.owe(connection, quiet, due, unit="BS-X1", collector="BS")

    def found(name: str, scope: Scope) -> set[int]:
        return {int(key.removeprefix("viec-")) for key in _read(quiet, name, scope)}

    with quiet.database.write() as connection:
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
    assert dates.scopes(_actor(quiet, "villager")) == ("mine",)
    for name, scope in (("officer.x1t1", "all"), ("staff", "all")):
        allowed = scope in dates.scopes(_actor(quiet, name))
        assert allowed == (name == "staff")
    with pytest.raises(NotAllowed):
        dates.reach(_actor(quiet, "officer.x1t1"), "all")


def test_individual_is_not_named_outside(quiet: World) -> None:
    code = quiet.create(a_draft(kind="individual", person="Lò Văn Kín", name="Vườn mẫu của ông Kín"))
    with quiet.database.write() as connection:
        owing.owe(
            connection,
            quiet,
            TODAY + timedelta(days=5),
            unit="KL-X1-T1",
            subject="state",
            model_id=quiet.model(code).id,
        )
        content = ics.feed(connection, _actor(quiet, "officer.x1t1"), "mine", NOW, site=SITE, domain=DOMAIN)
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert code in unfolded
    assert "Kín" not in unfolded


def test_unchanged_dates_are_the_same_bytes(quiet: World) -> None:
    with quiet.database.write() as connection:
        owing.owe(connection, quiet, TODAY + timedelta(days=9))
        first, second = (
            ics.feed(connection, _actor(quiet, "officer.x1"), "mine", now, site=SITE, domain=DOMAIN)
            for now in (NOW, NOW + timedelta(hours=3))
        )
    assert first == second


def test_address_gives_the_dates_until_it_is_revoked(quiet: World) -> None:
    officer = _actor(quiet, "officer.x1")
    with quiet.database.write() as connection:
        token = feeds.create(connection, officer, "mine", NOW)
        kept = connection.execute(sa.select(calendar_feed)).one()
        assert token not in str(kept)
        found = feeds.opened(connection, token, NOW)
        assert (found.actor.account_id, found.scope, found.needs_note) == (officer.account_id, "mine", True)
        feeds.note_read(connection, found.id, NOW)
        assert not feeds.opened(connection, token, NOW + timedelta(minutes=59)).needs_note
        with pytest.raises(NotFound):
            feeds.revoke(connection, quiet.accounts["officer.x1t1"], found.id, NOW)
        feeds.revoke(connection, officer.account_id, found.id, NOW)
        assert feeds.of(connection, officer.account_id) == []
        for wrong in (token, "khong-co", ""):
            with pytest.raises(NotFound):
                feeds.opened(connection, wrong, NOW)


def test_address_of_somebody_locked_or_without_his_role_gives_nothing(quiet: World) -> None:
    with quiet.database.write() as connection:
        locked = feeds.create(connection, _actor(quiet, "officer.x1"), "mine", NOW)
        left = feeds.create(connection, _actor(quiet, "staff"), "all", NOW)
        connection.execute(sa.update(account).where(account.c.user_name == "officer.x1").values(locked_at=NOW))
        connection.execute(
            sa.update(assignment)
            .where(assignment.c.account_id == quiet.accounts["staff"])
            .values(valid_to=TODAY - timedelta(days=1))
        )
        for token in (locked, left):
            with pytest.raises(NotFound):
                feeds.opened(connection, token, NOW)


def test_one_person_has_only_so_many_addresses(quiet: World) -> None:
    officer = _actor(quiet, "officer.x1")
    with quiet.database.write() as connection:
        for _ in range(feeds.MOST_FEEDS):
            feeds.create(connection, officer, "mine", NOW)
        with pytest.raises(feeds.TooManyFeeds):
            feeds.create(connection, officer, "mine", NOW)


def test_days_off_have_their_names(quiet: World) -> None:
    from workflow.schema import day_off

    with quiet.database.write() as connection:
        for day, working, label in (
            (date(2024, 9, 7), True, "làm bù"),
            (date(2024, 9, 10), False, "nghỉ bão"),
        ):
            connection.execute(
                sa.insert(day_off).values(
                    day=day, working=working, label=label, noted_at=datetime(2024, 9, 1, tzinfo=UTC)
                )
            )
        off = dates.days_off(connection, date(2024, 9, 2), date(2024, 9, 15))
    assert date(2024, 9, 7) not in off
    assert off[date(2024, 9, 10)] == "nghỉ bão"
    assert off[date(2024, 9, 8)] == off[date(2024, 9, 14)] == ""
    assert date(2024, 9, 9) not in off
    assert "Quốc khánh" in off[date(2024, 9, 2)]
