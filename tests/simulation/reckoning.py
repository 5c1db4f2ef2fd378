"""What people have to be told, reckoned once more in plain Python from what the simulation did: no SQL, nothing of the planner.

Each method takes in one thing that happened; `tick` takes in that the work of the clock was done at a moment.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from heapq import heappop, heappush
from typing import Final

import holidays

from config import definitions
from tests.simulation.ledger import Call, Kind, Letter, Model, Owed, Reminder, Wishes
from tests.simulation.roster import REPORTER, VACANT, WEIGHT, Roster
from workflow.ground.vietnam_time import ZONE, local_date

TIMELESS: Final = ("meeting",)
"""Subjects after whose day nothing is late."""
UNROLLED: Final = ("meeting", "registration")
"""Subjects whose day is never rolled over days off."""
MADE_UP: Final = timedelta(days=7)
EVENING: Final = 21


@dataclass(slots=True)
class Reckoning:
    """The year as it has to be. year: of the programme; window: of registration; steps: days after the due date → parts.

    turn: even while the clock works, odd while people act. Moments do not tell what came first, for the clock may be set back.
    """

    year: int
    window: tuple[date, date]
    steps: Mapping[int, tuple[str, ...]]
    kinds: Sequence[Kind]
    roster: Roster = field(default_factory=Roster)
    owed: dict[str, Owed] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    reminders: dict[tuple[Owed, str, int, date], Reminder] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    wishes: dict[int, Wishes] = field(default_factory=dict)
    corrections: dict[date, bool] = field(default_factory=dict)
    turn: int = 1
    _models: dict[int, Model] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)
    _registered: dict[int, datetime] = field(default_factory=dict)
    _meetings: dict[str, tuple[int, date]] = field(default_factory=dict)
    _meetings_changed: bool = False
    _units_changed: bool = False
    _synced: date | None = None
    _waiting: dict[int, list[Reminder]] = field(default_factory=lambda: defaultdict(list))
    _steps_ahead: list[tuple[date, int, Owed]] = field(default_factory=list)
    _pushed: int = 0
    _of_call: dict[str, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    _of_model: dict[int, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    _registering: dict[int, Owed] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        """Whether offices work on the day."""
        return self.corrections.get(day, _usual(day))

    def roll(self, day: date) -> date:
        """The day, or the next one on which offices work."""
        while not self.is_worked(day):
            day += timedelta(days=1)
        return day

    # What people did.

    def called(
        self, name: str, caller: int, stated: date, roles: Sequence[str], units: Iterable[int], now: datetime
    ) -> None:
        """Somebody called for reports."""
        call = self.calls[name] = Call(name, caller, stated, self.roll(stated))
        self._tell([self._owe_report(call, unit, roles, now) for unit in units], "opened", now)

    def moved(self, name: str, stated: date, now: datetime) -> None:
        """A call was given another due date."""
        call = self.calls[name]
        call.stated, call.due = stated, self.roll(stated)
        self._moved([one for one in self._of_call[name] if one.open], stated, now)

    def withdrawn(self, name: str, now: datetime) -> None:
        """A call was called off."""
        self.calls[name].withdrawn = True
        for one in self._of_call[name]:
            self._end(one, "withdrawn", now)

    def handed_in(self, name: str, now: datetime) -> None:
        """A report was handed in."""
        self._end(self.owed[name], "fulfilled", now)

    def returned(self, name: str, stated: date, now: datetime) -> None:
        """A report was given back, to be mended by a date of its own."""
        one = self.owed[name]
        one.state = "open"
        self._date(one, stated, now)
        self._tell([one], f"returned:{one.sequence}", now)

    def chased(self, names: Iterable[str], now: datetime) -> None:
        """Somebody reminded those who owe these."""
        self._tell([self.owed[name] for name in names], f"chase:{local_date(now):%Y%m%d}", now)

    def day_noted(self, day: date, working: bool, now: datetime) -> None:
        """The calendar was corrected, and what is due ahead is rolled anew."""
        self.corrections[day] = working
        today = local_date(now)
        for call in self.calls.values():
            if not call.withdrawn and call.due >= today and (rolled := self.roll(call.stated)) >= today:
                call.due = rolled
        for one in list(self.owed.values()):
            if one.open and one.subject not in UNROLLED and one.due >= today:
                rolled = self.roll(one.stated)
                if rolled != one.due and rolled >= today:
                    self._moved([one], one.stated, now)

    def stepped(self, model_id: int, model: Model, *, submitted: bool = False) -> None:
        """A model entered a state."""
        self._models[model_id] = model
        self._touched.add(model_id)
        if submitted:
            self._registered.setdefault(model.unit, model.entered)

    def meeting_set(self, meeting_id: int, unit: int, day: date | None, members: Sequence[int] = ()) -> None:
        """A meeting was set for a day; None: it was called off."""
        name = f"meeting:{meeting_id}"
        self._meetings_changed = True
        if day is None:
            del self._meetings[name]
        else:
            self._meetings[name] = (unit, day)
            self.roster.members[name] = tuple(members)

    def merged(self, unit: int, heir: int, last: date) -> None:
        """A unit ended in favour of another."""
        place = self.roster.places[unit]
        place.last, place.heir = last, heir
        self._units_changed = True

    # The work of the clock.

    def tick(self, now: datetime) -> None:
        """Everything that is due by now was done."""
        self.turn += 1
        self._call_for_reports(now)
        self._follow(now)
        self._plan(now)
        for account in sorted(self._waiting):
            self._compose(account, now)
            if not self._waiting[account]:
                del self._waiting[account]
        self.turn += 1

    def _call_for_reports(self, now: datetime) -> None:
        today = local_date(now)
        opened = []
        for kind in self.kinds:
            if not kind.due - timedelta(days=kind.opens_days) <= today <= kind.due + MADE_UP:
                continue
            for caller in self._places(kind.caller_level, today):
                name = f"{kind.code}@{caller}"
                owing = [
                    one
                    for one in self.roster.below[caller]
                    if self.roster.places[one].level == kind.level and self.roster.places[one].holds_on(today)
                ]
                if not owing:
                    continue
                call = self.calls.setdefault(name, Call(name, caller, kind.due, self.roll(kind.due)))
                if not call.withdrawn:
                    opened += [
                        self._owe_report(call, unit, kind.roles, now)
                        for unit in owing
                        if f"report:{name}:{unit}" not in self.owed
                    ]
        self._tell(opened, "opened", now)

    def _places(self, level: str, today: date) -> list[int]:
        return [one.id for one in self.roster.places.values() if one.level == level and one.holds_on(today)]

    def _follow(self, now: datetime) -> None:
        """What happened becomes what is owed."""
        today = local_date(now)
        new_day = self._synced is None or self._synced < today
        for model_id in sorted(self._touched):
            self._follow_model(model_id, now)
        for unit in {self._models[model_id].unit for model_id in self._touched} & self._registered.keys():
            if unit in self._registering:
                self._end(self._registering[unit], "fulfilled", now)
        self._touched.clear()
        if self._units_changed or new_day:
            self._take_over(today, now)
            self._window(today, now)
        if self._meetings_changed:
            self._follow_meetings(today, now)
        if new_day:
            for one in self.owed.values():
                if one.subject in TIMELESS and one.due < today:
                    self._end(one, "fulfilled", now)
            self._synced = today
        self._units_changed = self._meetings_changed = False

    def _follow_model(self, model_id: int, now: datetime) -> None:
        model = self._models[model_id]
        name = f"state:{model_id}:{model.version}"
        for one in self._of_model[model_id]:
            if one.name != name:
                self._end(one, "withdrawn" if model.cut_short else "fulfilled", now)
        if model.limit is None or name in self.owed:
            return
        stated = model.mend_by or local_date(model.entered) + timedelta(days=model.limit)
        top = next(one for one in self.roster.upward(model.unit) if self.roster.places[one].parent is None)
        owed = Owed(name, "state", model.unit, top, model.roles, stated, self.roll(stated), model.entered)
        self._of_model[model_id].append(self._owe(owed, now))

    def _take_over(self, today: date, now: datetime) -> None:
        for one in list(self.owed.values()):
            if (
                not one.open
                or one.subject not in ("report", "registration")
                or self.roster.places[one.unit].holds_on(today)
            ):
                continue
            heir = self.roster.heir(one.unit, today)
            name = f"{one.name.rpartition(':')[0]}:{heir}"
            if heir is None or name in self.owed:
                self._end(one, "withdrawn", now)
            else:
                del self.owed[one.name]
                one.name, one.unit = name, heir
                self.owed[name] = one
                if one.subject == "registration":
                    self._registering[heir] = one

    def _window(self, today: date, now: datetime) -> None:
        """Every unit with an officer that has registered nothing owes it while registration is open."""
        if not self.window[0] <= today <= self.window[1]:
            return
        for place in self.roster.places.values():
            name = f"registration:{self.year}:{place.id}"
            officers = (
                one.role == "unit_officer" and one.holds_on(today) for one in self.roster.holdings.get(place.id, ())
            )
            if name in self.owed or place.id in self._registered or not place.holds_on(today) or not any(officers):
                continue
            top = next(one for one in self.roster.upward(place.id) if self.roster.places[one].parent is None)
            owed = Owed(name, "registration", place.id, top, ("unit_officer",), self.window[1], self.window[1], now)
            self._registering[place.id] = self._owe(owed, now)

    def _follow_meetings(self, today: date, now: datetime) -> None:
        for name, (unit, day) in self._meetings.items():
            if name not in self.owed and day >= today:
                self._owe(Owed(name, "meeting", unit, unit, (name,), day, day, now), now)
        for one in self.owed.values():
            if one.subject == "meeting" and one.name not in self._meetings and one.due >= today:
                self._end(one, "withdrawn", now)

    # What is owed.

    def _owe_report(self, call: Call, unit: int, roles: Sequence[str], now: datetime) -> Owed:
        name = f"report:{call.name}:{unit}"
        owed = Owed(name, "report", unit, call.caller, tuple(roles), call.stated, call.due, now, call=call.name)
        self._of_call[call.name].append(owed)
        return self._owe(owed, now)

    def _owe(self, owed: Owed, now: datetime) -> Owed:
        self.owed[owed.name] = owed
        owed.life.append((self.turn, True, owed.due))
        owed.dated.add(local_date(now))
        self._look_ahead(owed, local_date(owed.opened))
        return owed

    def _end(self, owed: Owed, state: str, now: datetime) -> None:
        if owed.open:
            owed.state, owed.next_day = state, None
            owed.life.append((self.turn, False, owed.due))

    def _moved(self, owed: Sequence[Owed], stated: date, now: datetime) -> None:
        for one in owed:
            due = stated if one.subject in UNROLLED else self.roll(stated)
            if (one.stated, one.due) == (stated, due):
                continue
            self._date(one, stated, now)
            for reminder in one.reminders:
                if reminder.status == "planned" and reminder.due != due:
                    self._skip(reminder, "moved")
            self._tell([one], f"moved:{one.sequence}", now)

    def _date(self, owed: Owed, stated: date, now: datetime) -> None:
        """A new due date: its steps up to today are behind, save for that of the very day."""
        today = local_date(now)
        owed.stated, owed.due = stated, stated if owed.subject in UNROLLED else self.roll(stated)
        owed.sequence += 1
        owed.life.append((self.turn, True, owed.due))
        owed.dated.add(local_date(now))
        self._look_ahead(owed, today if owed.due == today else today + timedelta(days=1))

    def _look_ahead(self, owed: Owed, since: date) -> None:
        days = [owed.due + timedelta(days=days) for days in self._steps_of(owed)]
        owed.next_day = min((day for day in days if day >= since), default=None)
        if owed.next_day is not None:
            self._pushed += 1
            heappush(self._steps_ahead, (owed.next_day, self._pushed, owed))

    def _steps_of(self, owed: Owed) -> list[int]:
        return [days for days in self.steps if days <= 0 or owed.subject not in TIMELESS]

    # Who is told.

    def _tell(self, owed: Sequence[Owed], step: str, now: datetime) -> None:
        for one in owed:
            if one.open:
                parts = self.roster.parts(one.unit, one.collector, one.roles, local_date(now))
                for part in (REPORTER, VACANT):
                    for account, principal in parts[part].items():
                        self._remind(Reminder(one, step, account, one.due, part, principal, now))

    def _plan(self, now: datetime) -> None:
        today = local_date(now)
        while self._steps_ahead and self._steps_ahead[0][0] <= today:
            day, _, one = heappop(self._steps_ahead)
            if not one.open or one.next_day != day:
                continue
            due = [
                days for days in sorted(self._steps_of(one)) if one.next_day <= one.due + timedelta(days=days) <= today
            ]
            parts = self.roster.parts(one.unit, one.collector, one.roles, today)
            latest: dict[int, Reminder] = {}
            for days in due:
                for account, (part, principal) in _told(self.steps[days], parts).items():
                    step = f"d+{days}" if days > 0 else f"d{days}"
                    earlier = latest.get(account)
                    latest[account] = self._remind(Reminder(one, step, account, one.due, part, principal, now))
                    if earlier is not None and earlier.status == "planned":
                        self._skip(earlier, "superseded")
            self._look_ahead(one, today + timedelta(days=1))

    def _remind(self, reminder: Reminder) -> Reminder:
        key = (reminder.owed, reminder.step, reminder.account, reminder.due)
        known = self.reminders.get(key)
        if known is not None:
            return known
        self.reminders[key] = reminder
        reminder.owed.reminders.append(reminder)
        self._waiting[reminder.account].append(reminder)
        return reminder

    def _skip(self, reminder: Reminder, why: str) -> None:
        reminder.status, reminder.why = "skipped", why
        self._waiting[reminder.account].remove(reminder)

    def _compose(self, account: int, now: datetime) -> None:
        ready = [one for one in self._waiting[account] if self._is_ready(one, now)]
        if not ready:
            return
        today = local_date(now)
        for one in ready:
            if why := self._untrue(one, today):
                self._skip(one, why)
        latest: dict[Owed, int] = {}
        for one in ready:
            if one.status == "planned" and one.days is not None:
                latest[one.owed] = max(one.days, latest.get(one.owed, one.days))
        for one in ready:
            if one.status == "planned" and one.days is not None and one.days < latest[one.owed]:
                self._skip(one, "superseded")
        told = [one for one in ready if one.status == "planned"]
        if told:
            letter = self._letter(account, told, now)
            for one in told:
                one.status, one.letter = "told", letter
                self._waiting[account].remove(one)

    def _is_ready(self, reminder: Reminder, now: datetime) -> bool:
        wishes, local = self.wishes.get(reminder.account, Wishes()), now.astimezone(ZONE)
        if wishes.hour > local.hour or reminder.planned > now:
            return False
        if local.isoweekday() in wishes.quiet and not reminder.escalates:
            return False
        return reminder.days is not None or not (local.hour >= EVENING > wishes.hour)

    def _untrue(self, reminder: Reminder, today: date) -> str:
        owed = reminder.owed
        if not owed.open:
            return owed.state
        if owed.due != reminder.due:
            return "moved"
        if not self.roster.places[owed.unit].holds_on(today):
            return "unit_ended"
        if reminder.account in self.roster.locked:
            return "locked"
        parts = self.roster.parts(owed.unit, owed.collector, owed.roles, today)
        return "" if reminder.account in parts[reminder.part] else "left_role"

    def _letter(self, account: int, told: Sequence[Reminder], now: datetime) -> Letter:
        # Of one thing what somebody caused counts, the latest of it, before the mere passing of time.
        causing = {one.owed: one for one in sorted(told, key=lambda one: one.days is None)}
        causes = {"digest" if one.days is not None else one.step.partition(":")[0] for one in causing.values()}
        kind = causes.pop() if len(causes) == 1 else "digest"
        if any(one.escalates for one in told):
            kind = "escalation"
        wishes = self.wishes.get(account, Wishes())
        ways = {"email": wishes.email} if wishes.by_email or kind == "escalation" else {}
        letter = Letter(account, now, self.turn, kind, ways)
        self.letters.append(letter)
        return letter


def _told(
    recipients: Sequence[str], parts: Mapping[str, Mapping[int, int | None]]
) -> dict[int, tuple[str, int | None]]:
    """Who is told at a step, each once and in their weightiest part."""
    found: dict[int, tuple[str, int | None]] = {}
    for part in WEIGHT:
        if part in recipients or (part == VACANT and REPORTER in recipients):
            for account, principal in parts[part].items():
                found.setdefault(account, (part, principal))
    return found


@cache
def _usual(day: date) -> bool:
    """Whether a day is worked: the table of decided days, else the library with its working Saturdays, else the weekday."""
    decided = {row["day"]: row["kind"] for row in tomllib.loads(definitions.days_off_text())["days"]}
    library = holidays.country_holidays("VN", years=day.year)
    if day in decided:
        return str(decided[day]) == "worked"
    return day in library.weekend_workdays or (day.isoweekday() < 6 and day not in library)
