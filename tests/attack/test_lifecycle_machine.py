"""Random lives of models: any person, any order, deputies that come and go; what may never happen is checked from the outside.

The rules checked here are written down from docs/domain.md and read from the tables; no guard and no access rule is asked.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.engine import Connection

from tests import world as small_world
from tests.world import ACCOUNTS, COMMITTEE, NOW, YEAR, World, a_draft, record_vote
from workflow.across.oversight import audit
from workflow.core import access
from workflow.core.engine import transition
from workflow.core.engine.context import model_by_code
from workflow.core.lifecycles import parsing
from workflow.core.people import assignments
from workflow.core.programmes import stored
from workflow.ground.database import Database
from workflow.ground.refusals import Refusal
from workflow.ground.schema import (
    account,
    agenda_item,
    assignment,
    criterion,
    decision,
    emulation_model,
    inspection_member,
    meeting_member,
    outbox,
    review_meeting,
    score,
    unit,
    vote,
)
from workflow.ground.schema import history as history_table
from workflow.ground.schema import inspection as inspection_table
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.recognition import submission
from workflow.stages.registration import change_requests
from workflow.stages.registration import commands as registration
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

# Shrinking a failure takes minutes; the long profile has the time for it.
PROFILES: Final = {
    "default": settings(
        max_examples=45, stateful_step_count=40, derandomize=True, phases=(Phase.explicit, Phase.generate)
    ),
    "long": settings(max_examples=600, stateful_step_count=80),
}
PEOPLE: Final = [name for name, *_ in ACCOUNTS]
INSPECTORS: Final = [name for name, *_ in ACCOUNTS if name.startswith("inspector")]
HELD: Final = [
    (name, role, place) for name, _, _, roles, principal in ACCOUNTS if not principal for role, place in roles
]
BEFORE_REVIEW: Final = (
    "draft",
    "submitted",
    "returned",
    "registered",
    "implementing",
    "awaiting_inspection",
    "remediation",
    "inspected",
)


def ways(upper: str) -> dict[str, tuple[set[tuple[str, str]], set[str]]]:
    """Each trigger's ways and who takes it (docs/domain.md, The lifecycle), for the registrant and the agencies' way too."""
    examined, above = f"{upper}_review", f"{upper}_reviewer"
    receiving = {"commune_reviewer", "staff", above}
    return {
        "submit": (
            {("draft", "submitted"), ("returned", "submitted")},
            {"unit_officer", "staff", "commune_reviewer"},
        ),
        "return_registration": ({("submitted", "returned")}, receiving),
        "accept": ({("submitted", "registered")}, receiving),
        "start": ({("registered", "implementing")}, {"unit_officer", "staff", "commune_reviewer"}),
        "report_results": (
            {("implementing", "awaiting_inspection"), ("remediation", "awaiting_inspection")},
            {"unit_officer"},
        ),
        "pass_inspection": ({("awaiting_inspection", "inspected")}, {"inspector"}),
        "require_remediation": ({("awaiting_inspection", "remediation")}, {"inspector"}),
        "open_review": ({("inspected", "commune_review")}, {"commune_reviewer"}),
        f"advance_to_{upper}": ({("inspected", examined)}, {above, "staff"}),
        "propose": ({("commune_review", "proposed")}, {"commune_reviewer"}),
        "recognise_at_commune": ({("commune_review", "commune_recognised")}, {"commune_reviewer"}),
        "decline_at_commune": ({("commune_review", "not_recognised")}, {"commune_reviewer"}),
        "receive_dossier": ({("proposed", examined)}, {above, "staff"}),
        "return_dossier": ({("proposed", "commune_review"), (examined, "commune_review")}, {above}),
        "return_to_inspection": ({(examined, "awaiting_inspection")}, {above}),
        "recognise": ({(examined, "recognised")}, {above}),
        f"decline_at_{upper}": ({(examined, "not_recognised"), (examined, "commune_recognised")}, {above}),
        "withdraw": ({(state, "withdrawn") for state in BEFORE_REVIEW}, {"unit_officer"}),
        "merge": ({(state, "merged") for state in BEFORE_REVIEW}, {"staff"}),
        "revoke": (
            {("recognised", "revoked"), ("commune_recognised", "revoked")},
            {above, "commune_reviewer"},
        ),
    }


def some(chance: Random, things: Sequence[str], least: int, most: int) -> list[str]:
    """A few different ones."""
    return chance.sample(things, min(len(things), chance.randint(least, most)))


class Lives(RuleBasedStateMachine):
    """One world, some models in it, and everybody doing whatever comes to their mind."""

    def __init__(self, template: Path, lifecycle_id: str, taken: Counter[str]) -> None:
        super().__init__()
        self.taken = taken
        self.folder = Path(tempfile.mkdtemp(prefix="dvk-lives-"))
        shutil.copyfile(template, self.folder / "dvk.db")
        self.database = Database(f"sqlite:///{self.folder / 'dvk.db'}", synchronous="NORMAL", busy_seconds=5)
        self.world: World = small_world.found(self.database)
        self.definition = parsing.standard(lifecycle_id)
        self.upper = self.definition.recognising_level
        self.ways = ways(self.upper)
        self.triggers = sorted(self.definition.triggers)
        self.now = NOW
        self.codes: list[str] = []
        self.meetings: list[int] = []
        self.known_history: list[tuple[int, str]] = []

    def teardown(self) -> None:
        with self.database.read() as connection:
            assert audit.verify(connection) == []
        self.database.close()
        shutil.rmtree(self.folder)

    # What people do ----------------------------------------------------------------------------------------------------

    @initialize(seed=st.integers(0, 2**23))
    def begin(self, seed: int) -> None:
        """Three models somewhere on their way, so that late stages are met as often as early ones."""
        # Drawn choice by choice, hypothesis would cling to the first ones: it chooses the seed and the order of the rules.
        self.chance = Random(seed)
        agency, officer = ("KL-CQ1", "officer.cq1") if self.upper == "district" else ("AS-CQ1", "officer.cq0")
        late = ["inspected", f"{self.upper}_review"]
        reviewed = [*late, "commune_review", "proposed", "proposed"]
        for place, who, states in (
            ("KL-X1-T1", "officer.x1t1", reviewed),
            ("KL-X1-T2", "officer.x1t2", BEFORE_REVIEW),
            (agency, officer, late),
        ):
            state = self.chance.choice(states)
            draft = a_draft(unit=place, name=f"Mô hình của {place} khởi đầu ở {state}")
            self.codes.append(self.world.carry(self.world.create(draft, who), state))

    @rule(who=st.sampled_from(PEOPLE), place=st.integers(0, 3))
    def register(self, who: str, place: int) -> None:
        if len(self.codes) < 6:
            chosen = ("KL-X1-T1", "KL-X1-T2", "KL-X1", "KL-X2-T1")[place]
            draft = a_draft(unit=chosen, name=f"Mô hình thứ {len(self.codes) + 1} của {chosen}")
            code = self.attempt(lambda c: registration.create_draft(c, who, self.now, YEAR, draft))
            if code is not None:
                self.codes.append(code)

    @rule()
    def try_anything(self) -> None:
        """Any trigger by anybody: mostly refused, and then nothing may have changed."""
        code = self.chance.choice(self.codes)
        trigger = self.chance.choice(self.triggers)
        who = self.chance.choice(PEOPLE)
        self.take(code, trigger, who, self.stated(trigger, code))

    @rule()
    def go_on_and_on(self) -> None:
        for _ in range(6):
            self.push()

    @rule()
    def in_bulk(self) -> None:
        """One trigger for all models at once: refusals and steps side by side in one transaction."""
        # Ending every life in one go, time and again, would leave nothing to watch.
        trigger = self.chance.choice([trigger for trigger in self.triggers if trigger not in ("withdraw", "merge")])
        who = self.chance.choice(PEOPLE)
        stated = self.stated(trigger, self.codes[0])
        before = {code: self.model(code) for code in self.codes}
        entries = self.entries_by_model()

        def act(connection: Connection) -> list[transition.Outcome]:
            return transition.apply_many(connection, who, self.now, self.codes, trigger, stated=stated)

        for outcome in self.attempt(act) or ():
            if outcome.applied is not None:
                self.witness(outcome.code, trigger, who, before[outcome.code])
            else:
                assert self.model(outcome.code) == before[outcome.code]
                model_id = before[outcome.code].id
                assert self.entries_by_model().get(model_id) == entries.get(model_id)

    @rule()
    def inspect(self) -> None:
        self.write_inspection(self.chance.choice(self.codes))

    @rule()
    def meet(self) -> None:
        self.prepare_meeting(some(self.chance, self.codes, 1, 3))

    @rule()
    def run_meeting(self) -> None:
        if self.meetings:
            self.continue_meeting(self.chance.choice(self.meetings))

    @rule()
    def vote_alone(self) -> None:
        """Anybody votes for anybody at any meeting."""
        if self.meetings:
            meeting = self.chance.choice(self.meetings)
            code = self.chance.choice(self.codes)
            who, voter = self.chance.choice(PEOPLE), self.chance.choice([*COMMITTEE, "villager"])
            choice, written = self.chance.choice(["for", "against", "abstain"]), self.chance.choice([True, False])
            self.attempt(lambda c: record_vote(c, who, self.now, meeting, code, voter, choice, written=written))

    @rule()
    def stand_in(self) -> None:
        """The administrator lets somebody stand in for somebody in one of their roles."""
        principal, role, place = self.chance.choice(HELD)
        deputy = self.chance.choice(PEOPLE)
        self.attempt(lambda c: assignments.assign(c, "admin", self.now, deputy, role, place, deputy_for=principal))

    @rule()
    def stop_standing_in(self) -> None:
        with self.database.read() as connection:
            rows = connection.execute(
                sa.select(assignment.c.id).where(assignment.c.deputy_for_id.is_not(None)).order_by(assignment.c.id)
            )
            ids = list(rows.scalars())
        if ids:
            chosen = self.chance.choice(ids)
            self.attempt(lambda c: assignments.end_assignment(c, "admin", self.now, chosen))

    @rule()
    def ask_for_another_name(self) -> None:
        code = self.chance.choice(self.codes)
        who = self.chance.choice(PEOPLE)
        name = f"Tên mới số {self.chance.randint(1, 5)}"
        request = self.attempt(
            lambda c: change_requests.request_change(c, who, self.now, code, "name", name, "Tên cũ chưa sát.")
        )
        if request is not None and self.chance.choice([True, False]):
            judge = self.chance.choice(PEOPLE)
            approve = self.chance.choice([True, False])
            self.attempt(lambda c: change_requests.decide_change(c, judge, self.now, request, approve, "Đã xem xét."))

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    # What must hold after whatever they did --------------------------------------------------------------------------

    @invariant()
    def history_only_grows(self) -> None:
        with self.database.read() as connection:
            rows = connection.execute(sa.select(history_table.c.id, history_table.c.hash).order_by(history_table.c.id))
            now_known = [(row.id, row.hash) for row in rows]
        assert now_known[: len(self.known_history)] == self.known_history
        self.known_history = now_known

    @invariant()
    def replay_gives_the_state(self) -> None:
        with self.database.read() as connection:
            models = connection.execute(sa.select(emulation_model)).all()
            entries = connection.execute(
                sa.select(history_table).where(history_table.c.subject == "model").order_by(history_table.c.seq)
            ).all()
        for model in models:
            own = [entry for entry in entries if entry.subject_id == model.id]
            assert [entry.seq for entry in own] == list(range(1, model.version + 1))
            assert [entry.from_state for entry in own] == [None, *(entry.to_state for entry in own[:-1])]
            assert own[-1].to_state == model.state

    @invariant()
    def recognition_rests_on_one_decision(self) -> None:
        with self.database.read() as connection:
            bare = connection.execute(
                sa.select(emulation_model.c.code).where(
                    emulation_model.c.state == "recognised", emulation_model.c.decision_id.is_(None)
                )
            ).all()
            numbers = connection.execute(
                sa.select(
                    decision.c.issuer_id, decision.c.type, sa.extract("year", decision.c.dated), decision.c.number
                )
            ).all()
        assert bare == []
        assert len(set(map(tuple, numbers))) == len(numbers)

    @invariant()
    def nobody_votes_for_his_own_unit(self) -> None:
        with self.database.read() as connection:
            partial_votes = connection.execute(
                sa.select(vote.c.id)
                .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
                .join(emulation_model, emulation_model.c.id == agenda_item.c.model_id)
                .join(meeting_member, meeting_member.c.id == vote.c.member_id)
                .join(account, account.c.id == meeting_member.c.account_id)
                .where(vote.c.choice != "abstain", account.c.unit_id == emulation_model.c.unit_id)
            ).all()
            strangers = connection.execute(
                sa.select(vote.c.id)
                .join(agenda_item, agenda_item.c.id == vote.c.agenda_item_id)
                .join(meeting_member, meeting_member.c.id == vote.c.member_id)
                .where(meeting_member.c.meeting_id != agenda_item.c.meeting_id)
            ).all()
            doubles = connection.execute(
                sa.select(vote.c.agenda_item_id)
                .group_by(vote.c.agenda_item_id, vote.c.member_id)
                .having(sa.func.count() > 1)
            ).all()
        assert (partial_votes, strangers, doubles) == ([], [], [])

    # How it is done --------------------------------------------------------------------------------------------------

    def attempt(self, act: Callable[[Connection], Any]) -> Any:
        """Do something in a transaction; a refusal says something and leaves nothing."""
        before = self.traces()
        try:
            with self.database.write() as connection:
                return act(connection)
        except Refusal as refusal:
            message = refusal.message
        assert message.strip()
        assert self.traces() == before
        return None

    def traces(self) -> tuple[Any, ...]:
        with self.database.read() as connection:
            return tuple(
                connection.execute(
                    sa.select(
                        *(
                            sa.select(sa.func.count()).select_from(table).scalar_subquery()
                            for table in (
                                history_table,
                                outbox,
                                decision,
                                vote,
                                inspection_table,
                                review_meeting,
                                assignment,
                            )
                        ),
                        sa.select(sa.func.sum(emulation_model.c.version)).scalar_subquery(),
                    )
                ).one()
            )

    def model(self, code: str) -> sa.Row[Any]:
        return self.world.model(code)

    def entries_by_model(self) -> dict[int, int]:
        with self.database.read() as connection:
            rows = connection.execute(
                sa.select(history_table.c.subject_id, sa.func.count())
                .where(history_table.c.subject == "model")
                .group_by(history_table.c.subject_id)
            )
            return {row[0]: row[1] for row in rows}

    def take(self, code: str, trigger: str, who: str, stated: dict[str, Any]) -> bool:
        before = self.model(code)
        done = self.attempt(lambda c: transition.apply(c, who, self.now, code, trigger, stated=stated))
        if done is None:
            assert self.model(code) == before
            return False
        self.witness(code, trigger, who, before)
        return True

    def push(self) -> None:
        """Take one model a step on: write the record that its state waits for, then let somebody act who may."""
        # What has ended for good is left to `try_anything`.
        codes = [code for code in self.codes if self.definition.outgoing(self.model(code).state)]
        if not codes:
            return
        code = self.chance.choice(codes)
        state = self.model(code).state
        if state == "awaiting_inspection":
            self.write_inspection(code)
        elif state == "commune_review" or (state == "inspected" and self.chance.choice([True, False])):
            self.review(code)
        order = self.chance.randint(0, len(PEOPLE) - 1)
        offers: list[tuple[str, str]] = []
        with self.database.read() as connection:
            model = model_by_code(connection, code, lock=False)
            assert model is not None
            for who in PEOPLE[order:] + PEOPLE[:order]:
                actor = access.actor(connection, who, self.now)
                if access.sees(
                    actor, model.unit_path, submitted=model.submitted_at is not None, created_by=model.created_by
                ):
                    offers.extend(
                        (one.trigger, who)
                        for one in transition.possible(connection, actor, self.now, model)
                        if one.allowed
                    )
        if offers:
            ahead = {trigger for trigger, _ in offers} - {"withdraw", "merge", "revoke"}
            if not ahead or self.chance.randint(1, 6) == 1:
                ahead = {trigger for trigger, _ in offers}
            trigger = self.chance.choice(sorted(ahead))
            who = next(who for offered, who in offers if offered == trigger)
            self.take(code, trigger, who, self.stated(trigger, code))

    def stated(self, trigger: str, code: str) -> dict[str, Any]:
        """Good facts; numbers of decisions come from a small heap, so that they clash."""
        today = local_date(self.now).strftime("%d/%m/%Y")
        steps = self.definition.entries(self.model(code).state, trigger)
        steps = steps or tuple(step for step in self.definition.transitions if step.trigger == trigger)
        facts: dict[str, Any] = {
            "reason": "Theo biên bản làm việc ngày hôm nay.",
            "start_date": today,
            "plan": "Họp dân, chia tổ, làm từng đoạn.",
            "results": [{"measure": "labour_days", "value": "350 ngày công"}],
            "evidence_note": "Ảnh lưu ở nhà văn hoá thôn.",
            "finding": "Thiếu sổ ghi công.",
            "mend_by": (local_date(self.now) + timedelta(days=20)).strftime("%d/%m/%Y"),
            "decision_date": today,
            "signer": "Người Ký",
        }
        wanted = {fact.name for fact in steps[-1].facts}
        chosen = {name: value for name, value in facts.items() if name in wanted}
        if "decision_number" in wanted:
            chosen["decision_number"] = str(self.chance.randint(1, 4))
        if "merged_into" in wanted:
            others = [other for other in self.codes if other != code] if self.chance.randint(1, 4) > 1 else self.codes
            chosen["merged_into"] = self.chance.choice(others)
        if "keep_commune_recognition" in wanted:
            chosen["keep_commune_recognition"] = self.chance.choice([True, False])
        return chosen

    def write_inspection(self, code: str) -> None:
        recorder = self.chance.choice(INSPECTORS)
        members = some(self.chance, [*INSPECTORS, "villager"], 1, 3)
        with self.database.read() as connection:
            maxima = {row.code: row.max_points for row in stored.criteria(connection, self.world.year_id)}
        if self.chance.randint(0, 3) == 0:
            maxima.popitem()
        record = InspectionInput(
            kind="appraisal",
            held_on=local_date(self.now),
            members=members,
            scores={name: str(points - 1) for name, points in maxima.items()},
        )
        self.attempt(lambda c: inspection.save_record(c, recorder, self.now, code, record))

    def prepare_meeting(self, codes: Sequence[str]) -> None:
        members = some(self.chance, COMMITTEE, 3, 5)
        meeting = self.attempt(
            lambda c: review.prepare_meeting(
                c,
                "chair",
                self.now,
                "KL-X1",
                YEAR,
                title="Phiên bình xét",
                held_on=local_date(self.now),
                members=[Member(name) for name in members],
                models=codes,
            )
        )
        if meeting is not None:
            self.meetings.append(meeting)

    def continue_meeting(self, meeting: int) -> None:
        """Open it, vote a round, or close it: whatever comes next."""
        with self.database.read() as connection:
            status = connection.execute(
                sa.select(review_meeting.c.status).where(review_meeting.c.id == meeting)
            ).scalar_one()
            members = list(
                connection.execute(
                    sa.select(account.c.user_name)
                    .join(meeting_member, meeting_member.c.account_id == account.c.id)
                    .where(meeting_member.c.meeting_id == meeting)
                    .order_by(meeting_member.c.id)
                ).scalars()
            )
            codes = list(
                connection.execute(
                    sa.select(emulation_model.c.code)
                    .join(agenda_item, agenda_item.c.model_id == emulation_model.c.id)
                    .where(agenda_item.c.meeting_id == meeting)
                ).scalars()
            )
        if status == "prepared":
            present = some(self.chance, members, max(1, len(members) - 2), 5)
            before = {code: self.model(code) for code in codes}
            self.attempt(lambda c: review.open_meeting(c, "chair", self.now, meeting, present))
            for code in codes:
                if self.model(code).state != before[code].state:
                    self.witness(code, "open_review", "chair", before[code])
        elif status == "open":
            choice = self.chance.choice(["for", "for", "for", "against"])
            for code in codes:
                for name in members:
                    for written in (False, True):
                        self.attempt(
                            partial(
                                record_vote,
                                who="secretary",
                                meeting_id=meeting,
                                code=code,
                                voter=name,
                                choice=choice,
                                now=self.now,
                                written=written,
                            )
                        )
            self.attempt(lambda c: review.close_meeting(c, "chair", self.now, meeting, "Đã thảo luận."))
        elif status == "closed":
            self.attempt(
                lambda c: submission.prepare_submission(
                    c,
                    "secretary",
                    self.now,
                    meeting,
                    reports={code: "Thôn vận động 42 hộ hiến đất." for code in codes if self.carried(code)},
                    number="12-TTr/BCĐ",
                    dated=local_date(self.now),
                    signer="Vi Văn Chủ",
                )
            )

    def review(self, code: str) -> None:
        """Take the model's meeting through whatever it still lacks, to the submission that follows from it."""
        meetings = self.meetings_of(code)
        if not meetings:
            self.prepare_meeting([code])
        for meeting in self.meetings_of(code)[-1:]:
            for _ in range(self.chance.randint(2, 4)):
                self.continue_meeting(meeting)

    def meetings_of(self, code: str) -> list[int]:
        with self.database.read() as connection:
            return list(
                connection.execute(
                    sa.select(agenda_item.c.meeting_id)
                    .join(review_meeting, review_meeting.c.id == agenda_item.c.meeting_id)
                    .where(agenda_item.c.model_id == self.model(code).id, review_meeting.c.status != "cancelled")
                    .order_by(agenda_item.c.meeting_id)
                ).scalars()
            )

    # What a step must have respected -----------------------------------------------------------------------------------

    def witness(self, code: str, trigger: str, who: str, before: sa.Row[Any]) -> None:
        """Check one step that was taken, from the tables alone."""
        after = self.model(code)
        with self.database.read() as connection:
            entry = connection.execute(
                sa.select(history_table)
                .where(
                    history_table.c.subject == "model",
                    history_table.c.subject_id == after.id,
                    history_table.c.trigger == trigger,
                )
                .order_by(history_table.c.seq.desc())
                .limit(1)
            ).one()
            place = connection.execute(sa.select(unit).where(unit.c.id == after.unit_id)).one()
            held = self.roles(connection, entry.actor_id, self.now)
        self.taken[trigger] += 1
        self.taken["as a deputy"] += entry.for_id is not None
        allowed, roles = self.ways[trigger]
        assert (before.state, after.state) in allowed, f"{trigger}: {before.state} → {after.state}"
        assert entry.actor_id == self.world.accounts[who]
        assert entry.role in roles
        # They hold that role over the unit today, for themselves or for the one the entry names.
        assert any(
            role == entry.role
            and principal == entry.for_id
            and (path == place.path if role == "unit_officer" else place.path.startswith(path))
            for role, path, principal in held
        ), f"{who} {trigger} {code} as {entry.role} for {entry.for_id}"
        people = {entry.actor_id, entry.for_id} - {None}
        check = getattr(self, f"_after_{trigger}", None)
        if check is not None:
            check(after, people)

    def _after_accept(self, after: sa.Row[Any], people: set[int]) -> None:
        assert not people & self.whoever(after.id, "submit"), "accepted by somebody who submitted it"

    def _after_recognise(self, after: sa.Row[Any], people: set[int]) -> None:
        assert not people & self.whoever(after.id, "propose"), "recognised by somebody who proposed it"
        assert after.decision_id is not None

    def _after_require_remediation(self, after: sa.Row[Any], people: set[int]) -> None:
        self._inspected_by_others(after, people)

    def _after_pass_inspection(self, after: sa.Row[Any], people: set[int]) -> None:
        record = self._inspected_by_others(after, people)
        with self.database.read() as connection:
            members = connection.execute(
                sa.select(sa.func.count()).where(inspection_member.c.inspection_id == record)
            ).scalar_one()
            scored = connection.execute(sa.select(sa.func.count()).where(score.c.inspection_id == record)).scalar_one()
            criteria = connection.execute(
                sa.select(sa.func.count()).where(criterion.c.year_id == after.year_id)
            ).scalar_one()
        assert members >= 2
        assert scored == criteria

    def _inspected_by_others(self, after: sa.Row[Any], people: set[int]) -> int:
        with self.database.read() as connection:
            record = connection.execute(
                sa.select(inspection_table.c.id)
                .where(inspection_table.c.model_id == after.id, inspection_table.c.concluded_at.is_not(None))
                .order_by(inspection_table.c.id.desc())
                .limit(1)
            ).scalar_one()
            members = set(
                connection.execute(
                    sa.select(inspection_member.c.account_id).where(inspection_member.c.inspection_id == record)
                ).scalars()
            )
            for who in members | people:
                home = connection.execute(sa.select(account.c.unit_id).where(account.c.id == who)).scalar_one()
                assert home != after.unit_id, "inspected by the registrant's own people"
                offices = self.roles(connection, who, self.now)
                path = connection.execute(sa.select(unit.c.path).where(unit.c.id == after.unit_id)).scalar_one()
                assert ("unit_officer", path) not in {(role, at) for role, at, _ in offices}
        return int(record)

    def _after_propose(self, after: sa.Row[Any], people: set[int]) -> None:
        assert self.carried(after.code), "proposed without quorum or majority"
        assert after.submission_id is not None

    def _after_recognise_at_commune(self, after: sa.Row[Any], people: set[int]) -> None:
        assert self.carried(after.code), "recognised at the commune without quorum or majority"
        assert after.decision_id is not None

    def _after_revoke(self, after: sa.Row[Any], people: set[int]) -> None:
        assert after.revocation_id is not None

    def _after_merge(self, after: sa.Row[Any], people: set[int]) -> None:
        assert after.merged_into_id not in (None, after.id)

    def whoever(self, model_id: int, trigger: str) -> set[int]:
        """Everybody who ever took this step of this model, deputies and principals alike."""
        with self.database.read() as connection:
            rows = connection.execute(
                sa.select(history_table.c.actor_id, history_table.c.for_id).where(
                    history_table.c.subject == "model",
                    history_table.c.subject_id == model_id,
                    history_table.c.trigger == trigger,
                )
            )
            return {who for row in rows for who in row if who is not None}

    def carried(self, code: str) -> bool:
        """Two thirds of the members there and more than half of all of them for it, at its last closed meeting."""
        with self.database.read() as connection:
            item = connection.execute(
                sa.select(agenda_item.c.id, agenda_item.c.meeting_id)
                .join(review_meeting, review_meeting.c.id == agenda_item.c.meeting_id)
                .where(agenda_item.c.model_id == self.model(code).id, review_meeting.c.status == "closed")
                .order_by(review_meeting.c.closed_at.desc(), review_meeting.c.id.desc())
                .limit(1)
            ).first()
            if item is None:
                return False
            present = list(
                connection.execute(
                    sa.select(meeting_member.c.present).where(meeting_member.c.meeting_id == item.meeting_id)
                ).scalars()
            )
            in_favour = connection.execute(
                sa.select(sa.func.count()).where(vote.c.agenda_item_id == item.id, vote.c.choice == "for")
            ).scalar_one()
        return sum(present) * 3 >= len(present) * 2 and in_favour * 2 > len(present)

    @staticmethod
    def roles(connection: Connection, who: int, now: datetime) -> list[tuple[str, str, int | None]]:
        """Roles of an account on a day, with the path of their unit and the principal."""
        today: date = local_date(now)
        return [
            (row.role, row.path, row.deputy_for_id)
            for row in connection.execute(
                sa.select(assignment, unit.c.path)
                .join(unit, unit.c.id == assignment.c.unit_id)
                .where(assignment.c.account_id == who)
            )
            if row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)
        ]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lifecycle_id", ["three_tier", "two_tier"])
def test_lives_of_models(lifecycle_id: str, tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    database = Database(f"sqlite:///{template}", synchronous="NORMAL")
    small_world.build(database, lifecycle_id=lifecycle_id)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    profile = settings(
        PROFILES[os.environ.get("DVK_HYPOTHESIS_PROFILE", "default")],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    taken: Counter[str] = Counter()

    class LivesHere(Lives):
        def __init__(self) -> None:
            super().__init__(template, lifecycle_id, taken)

    run_state_machine_as_test(LivesHere, settings=profile)
    # A machine that never gets anywhere proves nothing.
    assert {"accept", "pass_inspection", "open_review", "recognise", "revoke", "as a deputy"} <= taken.keys(), taken
