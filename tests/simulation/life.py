"""What people do in the year: they register, report early, late or never, are replaced, call, move, return and chase.

Everything goes through the functions that pages and commands use; what was done is told to the reckoning, what was refused is
counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

import sqlalchemy as sa

from notifications.reminders import deeds
from tests.simulation import names
from tests.simulation.models import Models
from tests.simulation.province import Province
from tests.simulation.staffing import Staffing
from workflow.across.obligations import calls
from workflow.across.obligations.calls import CallInput
from workflow.across.reports import commands as reports
from workflow.ground.refusals import GuardRefused, Refusal
from workflow.ground.schema import obligation, report_call
from workflow.ground.vietnam_time import ZONE, local_date
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

Deed = Callable[[datetime], None]

WORD: Final = "Đã đối chiếu với sổ theo dõi."
REPORTERS: Final = ("unit_officer", "commune_reviewer")
_COLLECTORS: Final = ("staff", "commune_reviewer", "province_reviewer", "leader")
_TEXT: Final = (
    "Các thôn họp dân, bàn mức đóng góp, công khai thu chi; đảng viên làm trước, chi hội đoàn thể vận động từng hộ."
)


class Life:
    """Everybody's diary. refused: what they could not do, by kind of refusal; done: what they did."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.reckoning = province.reckoning
        self.chance: Random = province.chance
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._diary: dict[date, list[tuple[str, Deed]]] = defaultdict(list)
        self._seen = 0
        self._staffing = Staffing(province, self.later)
        self._models = Models(province, self.later)

    def later(self, day: date, what: str, deed: Deed) -> None:
        """Put something into the diary."""
        self._diary[day].append((what, deed))

    def begin(self, day: date) -> None:
        """Plan what is known from the start."""
        self._models.begin(day)

    def day(self, day: date) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        """What happens on the day, each with its moment; in the order of the clock."""
        self._look(day)
        self._chances(day)
        self._staffing.day(day)
        plans = self._diary.pop(day, [])
        morning = datetime(day.year, day.month, day.day, 7, 30, tzinfo=ZONE)
        # No two at the same moment, so that it is plain which came first.
        step = timedelta(seconds=max(1, 36_000 // (len(plans) + 1)))
        self.chance.shuffle(plans)
        for number, (what, deed) in enumerate(plans):
            yield morning + number * step, self._attempt(what, deed)

    def _attempt(self, what: str, deed: Deed) -> Callable[[datetime], None]:
        def attempted(now: datetime) -> None:
            try:
                deed(now)
            except Refusal as refusal:
                self.refused[f"{what}: {refusal.reasons[0].code}"] += 1
            else:
                self.done[what] += 1

        return attempted

    # Reports.

    def _look(self, day: date) -> None:
        """People read what is asked of them since yesterday, and make up their minds when to do it."""
        with self.province.database.read() as connection:
            new = connection.execute(
                sa.select(obligation.c.id, obligation.c.due_on)
                .where(obligation.c.id > self._seen, obligation.c.subject == "report")
                .order_by(obligation.c.id)
            ).all()
        for row in new:
            self._seen = row.id
            self._intend(row.id, row.due_on, day, never=0.18)

    def _intend(self, key: int, due: date, today: date, *, never: float) -> None:
        if self.chance.random() < never:
            return
        offset = self.chance.choices((-9, -5, -3, -1, 0, 1, 2, 4, 8, 15), (8, 12, 18, 18, 14, 8, 6, 6, 5, 5))[0]
        self.later(
            max(due + timedelta(days=offset), today + timedelta(days=1)),
            "report_handed_in",
            lambda now: self._hand_in(key, now),
        )

    def _hand_in(self, key: int, now: datetime) -> None:
        with self.province.database.read() as connection:
            row = connection.execute(
                sa.select(obligation.c.unit_id, obligation.c.roles, obligation.c.collector_id, report_call.c.sections)
                .join(report_call, report_call.c.id == obligation.c.call_id)
                .where(obligation.c.id == key)
            ).one()
        today = local_date(now)
        writers = sorted(self.province.roster.reporters(row.unit_id, row.roles.split(","), today))
        if not writers:
            if self.chance.random() < 0.7:
                self.later(today + timedelta(days=4), "report_handed_in", lambda later: self._hand_in(key, later))
            return
        writer, texts = self.chance.choice(writers), dict.fromkeys(row.sections, _TEXT)
        words: dict[str, str] = {}
        for _attempt in range(2):
            try:
                with self.province.database.write() as connection:
                    reports.save(connection, writer, now, key, texts, words=words)
                    reports.submit(connection, writer, now, key)
                    name = names.of(connection, [key])[key]
                break
            except GuardRefused as refused:
                words = {reason.guard.removeprefix("word-"): WORD for reason in refused.reasons}
        else:
            return
        self.reckoning.handed_in(name, now)
        if self.chance.random() < 0.8:
            day = today + timedelta(days=self.chance.randint(0, 6))
            self.later(max(day, today + timedelta(days=1)), "report_decided", lambda later: self._decide(key, later))

    def _decide(self, key: int, now: datetime) -> None:
        with self.province.database.read() as connection:
            collector = connection.execute(
                sa.select(obligation.c.collector_id).where(obligation.c.id == key)
            ).scalar_one()
        decider = self._someone(collector, now)
        if decider is None:
            return
        if self.chance.random() < 0.8:
            with self.province.database.write() as connection:
                reports.accept(connection, decider, now, key)
            return
        day = local_date(now) + timedelta(days=self.chance.randint(0, 9))
        with self.province.database.write() as connection:
            due = deeds.return_report(connection, decider, now, key, "Chưa nêu số hộ tham gia.", day)
            name = names.of(connection, [key])[key]
        self.reckoning.returned(name, day, now)
        self.done["report_returned"] += 1
        self._intend(key, due, local_date(now), never=0.2)

    def _someone(self, unit: int, now: datetime) -> int | None:
        """Somebody of the unit who may call, decide and chase."""
        found = sorted(
            {one.account for role in _COLLECTORS for one in self.province.roster.at(unit, role, local_date(now))}
        )
        return self.chance.choice(found) if found else None

    # Those who collect.

    def _chances(self, day: date) -> None:
        province, chance = self.province, self.chance
        communes = len(province.communes)
        if chance.random() < 0.04:
            self.later(day, "call_opened", lambda now: self._call(province.root, now))
        for _ in range(_times(chance, communes / 90)):
            self.later(day, "call_opened", lambda now: self._call(chance.choice(province.communes), now))
        for _ in range(_times(chance, 0.12 + communes / 400)):
            self.later(day, "due_moved", self._move)
        if chance.random() < 0.01:
            self.later(day, "call_withdrawn", self._withdraw)
        for _ in range(_times(chance, 0.2 + communes / 300)):
            self.later(day, "chased", self._chase)
        for _ in range(_times(chance, communes / 200)):
            self.later(day, "meeting_set", self._meet)
        if chance.random() < 0.012:
            self.later(day, "day_off_noted", self._day_off)

    def _call(self, unit: int, now: datetime) -> None:
        today, roster = local_date(now), self.province.roster
        who = self._someone(unit, now)
        below = [one for one in roster.below[unit] if roster.places[one].holds_on(today)]
        if who is None or not below:
            return
        chosen = self.chance.sample(below, min(len(below), self.chance.randint(1, 12)))
        due = today + timedelta(days=self.chance.randint(0, 25))
        command = CallInput(
            self.province.year,
            self.province.code(unit),
            "Báo cáo nhanh kết quả vận động",
            due,
            units=tuple(self.province.code(one) for one in chosen),
        )
        with self.province.database.write() as connection:
            called = deeds.open_call(connection, who, now, command)
        self.reckoning.called(names.ad_hoc(called.call_id), unit, due, REPORTERS, chosen, now)

    def _some_call(self, now: datetime) -> tuple[int, str, int] | None:
        """A call that is still ahead or not long past: its id, its name, and somebody who may change it."""
        with self.province.database.read() as connection:
            rows = connection.execute(
                sa.select(report_call.c.id, report_call.c.unit_id).where(
                    report_call.c.withdrawn_at.is_(None),
                    report_call.c.due_on >= local_date(now) - timedelta(days=5),
                )
            ).all()
            if not rows:
                return None
            row = self.chance.choice(rows)
            name = names.of_calls(connection, [row.id])[row.id]
        who = self._someone(row.unit_id, now)
        return None if who is None else (row.id, name, who)

    def _move(self, now: datetime) -> None:
        found = self._some_call(now)
        if found is None:
            return
        call_id, name, who = found
        day = max(self.reckoning.calls[name].due + timedelta(days=self.chance.randint(-6, 12)), local_date(now))
        with self.province.database.write() as connection:
            deeds.move_due(connection, who, now, call_id, day)
        self.reckoning.moved(name, day, now)

    def _withdraw(self, now: datetime) -> None:
        found = self._some_call(now)
        if found is not None:
            call_id, name, who = found
            with self.province.database.write() as connection:
                calls.withdraw(connection, who, now, call_id, reason="Đã có số liệu từ nguồn khác.")
            self.reckoning.withdrawn(name, now)

    def _chase(self, now: datetime) -> None:
        late = [one for one in self.reckoning.owed.values() if one.open and one.call and one.due < local_date(now)]
        if not late:
            return
        collector = self.chance.choice(late).collector
        chasers = [
            one.account
            for role in ("staff", "leader")
            for one in self.province.roster.at(collector, role, local_date(now))
        ]
        theirs = [one.name for one in late if one.collector == collector]
        if chasers:
            chosen = self.chance.sample(theirs, min(len(theirs), self.chance.randint(1, 5)))
            with self.province.database.write() as connection:
                ids = names.ids(connection, chosen)
                deeds.chase(connection, self.chance.choice(chasers), now, ids, word="Mong các anh chị gửi sớm.")
            self.reckoning.chased(chosen, now)

    def _meet(self, now: datetime) -> None:
        commune = self.chance.choice(self.province.communes)
        chairs = self.province.roster.at(commune, "commune_reviewer", local_date(now))
        if not chairs:
            return
        below = self.province.roster.below[commune]
        others = {one.account for unit in below[:6] for one in self.province.roster.holdings[unit]}
        members = [chairs[0].account, *sorted(others - {chairs[0].account})[:5]]
        day = local_date(now) + timedelta(days=self.chance.randint(0, 20))
        with self.province.database.write() as connection:
            key = review.prepare_meeting(
                connection,
                chairs[0].account,
                now,
                self.province.code(commune),
                self.province.year,
                title="Phiên bình xét",
                held_on=day,
                place="Hội trường xã",
                members=[
                    Member(self.province.roster.names[one], "chair" if one == members[0] else "member")
                    for one in members
                ],
            )
        self.reckoning.meeting_set(key, commune, day, members)
        if self.chance.random() < 0.3:
            self.later(
                local_date(now) + timedelta(days=self.chance.randint(1, 10)),
                "meeting_called_off",
                lambda later: self._call_off(key, commune, later),
            )

    def _call_off(self, meeting: int, commune: int, now: datetime) -> None:
        who = self.province.roster.at(commune, "commune_reviewer", local_date(now))
        if who:
            with self.province.database.write() as connection:
                review.cancel_meeting(connection, who[0].account, now, meeting, "Chưa đủ hồ sơ.")
            self.reckoning.meeting_set(meeting, commune, None)

    def _day_off(self, now: datetime) -> None:
        """A day on which something is due becomes a day off, or one that was stated and is off becomes a working day."""
        working = self.chance.random() < 0.3
        ahead = [one for one in self.reckoning.owed.values() if one.open and one.due > local_date(now)]
        days = sorted({one.stated if working else one.due for one in ahead} - set(self.reckoning.corrections))
        days = [day for day in days if day > local_date(now) and self.reckoning.is_worked(day) != working]
        if days:
            day = self.chance.choice(days[:10])
            with self.province.database.write() as connection:
                deeds.note_day_off(connection, self.province.admin, now, day, working, "Theo thông báo")
            self.reckoning.day_noted(day, working, now)


def _times(chance: Random, expected: float) -> int:
    """How often something happens that happens so often on average."""
    return int(expected) + (chance.random() < expected % 1)
