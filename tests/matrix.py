"""Role × state × transition: a model ready in every state, somebody for every role, what to state, and what must come of it.

Who may take a step is read from the definition and the accounts of the small world, never asked of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from tests.world import ACCOUNTS, NOW, UNITS, World, a_draft
from workflow.core.engine import transition
from workflow.core.lifecycles import parsing
from workflow.core.lifecycles.terms import Definition, Transition
from workflow.ground.database import Database
from workflow.ground.refusals import GuardRefused, InvalidInput, NotAllowed, NotFound, NotPossible, Refusal
from workflow.ground.schema import emulation_model
from workflow.ground.vietnam_time import local_date
from workflow.stages.recognition.submission import prepare_submission

VILLAGE: Final = "KL-X1-T1"
AGENCY: Final = "KL-CQ1"
LATER: Final = NOW + timedelta(days=1)
"""When the steps of the matrix are tried: the day after everything was made ready."""

Answer = Literal["done", "refused", "not_found", "not_possible", "not_allowed", "invalid"]

_VILLAGE_STATES = (
    "draft",
    "submitted",
    "returned",
    "registered",
    "implementing",
    "awaiting_inspection",
    "remediation",
    "inspected",
    "commune_review",
    "proposed",
    "district_review",
    "recognised",
    "commune_recognised",
    "not_recognised",
    "withdrawn",
    "revoked",
)
# The withdrawn one of the stock was withdrawn as a draft.
_NEVER_SUBMITTED = ("draft", "withdrawn")
_AGENCY_STATES = ("inspected", "district_review", "recognised")


@dataclass(frozen=True, slots=True)
class Stock:
    """Codes by (unit of the registrant, state), and a model that is free to take another one over."""

    codes: Mapping[tuple[str, str], str]
    heir: str


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody tries a trigger on the model of a state. step: the transition meant, None when the state has no such trigger."""

    unit: str
    state: str
    code: str
    trigger: str
    step: Transition | None
    who: str

    def __str__(self) -> str:
        return f"{self.who} {self.trigger} {self.unit} {self.state}"


def stock(world: World) -> Stock:
    """Carry a model into every state, with the records there that the next step of it needs."""
    codes: dict[tuple[str, str], str] = {}
    for state in _VILLAGE_STATES:
        code = world.create(a_draft(name=f"Mô hình thôn ở bước {state}"))
        codes[VILLAGE, state] = world.carry(code, state)
    for state in _AGENCY_STATES:
        draft = a_draft(name=f"Mô hình cơ quan ở bước {state}", unit=AGENCY)
        codes[AGENCY, state] = world.carry(world.create(draft, "officer.cq1"), state)
    heir = world.carry(world.create(a_draft(name="Mô hình nhận sáp nhập")), "implementing")
    merged = world.carry(world.create(a_draft(name="Mô hình đã sáp nhập")), "registered")
    world.apply(merged, "merge", "staff", merged_into=heir)
    codes[VILLAGE, "merged"] = merged
    world.inspect(codes[VILLAGE, "awaiting_inspection"])
    world.prepare_meeting([codes[VILLAGE, "inspected"]])
    submission(world, codes[VILLAGE, "commune_review"])
    return Stock(codes, heir)


def submission(world: World, code: str) -> None:
    """Draw up the submission of the closed meeting that has this model."""
    with world.database.write() as connection:
        meeting = connection.execute(
            sa.text(
                "SELECT meeting_id FROM agenda_item JOIN emulation_model m ON m.id = model_id WHERE m.code = :code"
            ),
            {"code": code},
        ).scalar_one()
        prepare_submission(
            connection,
            "secretary",
            NOW,
            meeting,
            reports={code: "Thôn vận động 42 hộ hiến đất, góp 350 ngày công."},
            number="77-TTr/BCĐ",
            dated=local_date(NOW),
            signer="Vi Văn Chủ",
        )


def facts(step: Transition, heir: str) -> dict[str, Any]:
    """What a careful person states at this step, as the text a form sends (lists excepted)."""
    today = local_date(LATER)
    all_of_them: dict[str, Any] = {
        "reason": "Theo biên bản làm việc ngày hôm nay.",
        "start_date": today.strftime("%d/%m/%Y"),
        "plan": "Họp dân, chia tổ, làm từng đoạn, công khai từng khoản.",
        "results": [{"measure": "labour_days", "value": "350 ngày công"}],
        "evidence_note": "Ảnh lưu ở nhà văn hoá thôn.",
        "finding": "Thiếu sổ ghi công.",
        "mend_by": (today + timedelta(days=20)).strftime("%d/%m/%Y"),
        "decision_number": "4711-QĐ/BCĐ",
        "decision_date": today.strftime("%d/%m/%Y"),
        "signer": "Nguyễn Văn Huyện",
        "merged_into": heir,
    }
    stated = {fact.name: all_of_them[fact.name] for fact in step.facts if fact.name in all_of_them}
    return stated | {name: "true" if value is True else value for name, value in step.when.items()}


def cases(stock: Stock, people: tuple[str, ...], definition: Definition | None = None) -> Iterator[Case]:
    """Every person × every state × every transition of it, and per state one trigger that leads nowhere from there."""
    definition = definition or parsing.standard("three_tier")
    for (place, state), code in stock.codes.items():
        steps = definition.outgoing(state)
        idle = sorted(definition.triggers - {step.trigger for step in steps})[0]
        for who in people:
            for step in steps:
                yield Case(place, state, code, step.trigger, step, who)
            yield Case(place, state, code, idle, None, who)


def may_see(case: Case) -> bool:
    """Any role over the unit; a draft is its own unit's and its writer's (docs/domain.md, Who sees and does what)."""
    if case.state in _NEVER_SUBMITTED:
        return any(role == "unit_officer" and place == case.unit for role, place in _roles(case.who))
    return any(_reaches(role, place, case.unit) for role, place in _roles(case.who))


def may_take(case: Case, definition: Definition | None = None) -> bool:
    """Whether the definition gives the step to a role that this person holds over the unit, at a level that counts."""
    if case.step is None:
        return False
    definition = definition or parsing.standard("three_tier")
    for role, place in _roles(case.who):
        if role not in case.step.roles and role not in case.step.on_behalf:
            continue
        levels = case.step.role_levels.get(role) or definition.roles[role].levels
        if _reaches(role, place, case.unit) and (not levels or _LEVELS[place] in levels):
            return True
    return False


def tried(database: Database, case: Case, stock: Stock) -> tuple[Answer, tuple[str, ...]]:
    """What `transition.apply` answers, with the names of what refused. Nothing stays: the transaction is rolled back."""
    stated = facts(case.step, stock.heir) if case.step else {}
    try:
        with database.write() as connection:
            transition.apply(connection, case.who, LATER, case.code, case.trigger, stated=stated)
            raise _Undo
    except _Undo:
        return "done", ()
    except Refusal as refusal:
        return kind(refusal), tuple(reason.guard for reason in refusal.reasons)


def kind(refusal: Refusal) -> Answer:
    """The answer that a refusal is."""
    known: tuple[tuple[type[Refusal], Answer], ...] = (
        (NotFound, "not_found"),
        (NotPossible, "not_possible"),
        (NotAllowed, "not_allowed"),
        (InvalidInput, "invalid"),
        (GuardRefused, "refused"),
    )
    return next(answer for cls, answer in known if isinstance(refusal, cls))


def model_row(database: Database, code: str) -> sa.Row[Any]:
    """The row of a model as it stands in the database."""
    with database.read() as connection:
        return connection.execute(sa.select(emulation_model).where(emulation_model.c.code == code)).one()


class _Undo(Exception):
    pass


EVERYBODY: Final = tuple(name for name, *_ in ACCOUNTS)
ONE_OF_EACH: Final = (
    "admin",
    "staff2",
    "officer.x1t1",
    "officer.cq1",
    "inspector1",
    "chair",
    "chair2",
    "district2",
    "leader",
    "deputy.staff",
    "outsider",
)
"""One person for each role within the scope, a deputy, and some whose scope lies elsewhere."""

_LEVELS: Final = {code: level for code, _, level, _, _ in UNITS}
_PARENTS: Final = {code: parent for code, _, _, _, parent in UNITS}


def _roles(who: str) -> tuple[tuple[str, str], ...]:
    return next(roles for name, _, _, roles, _ in ACCOUNTS if name == who)


def _reaches(role: str, place: str, unit: str) -> bool:
    if role == "unit_officer":
        return place == unit
    above: str | None = unit
    while above is not None and above != place:
        above = _PARENTS[above]
    return above == place
