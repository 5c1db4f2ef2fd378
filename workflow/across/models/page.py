"""Everything that a model's page, an export and a command show of one model: its particulars and what each stage recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.models.next_step import onwards
from workflow.core.access import Actor
from workflow.core.engine import changes, transition
from workflow.core.engine.context import model_by_code
from workflow.core.engine.transition import Possibility
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition, State
from workflow.core.programmes import stored
from workflow.ground.refusals import NotFound
from workflow.ground.schema import PUBLISHED, decision, emulation_model, field, programme_year, submission, unit
from workflow.ground.speech import _
from workflow.stages.implementation import attachments, comments
from workflow.stages.implementation import commands as implementation
from workflow.stages.implementation.attachments import Attachment
from workflow.stages.implementation.commands import Plan, Results
from workflow.stages.implementation.comments import Comment
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionView
from workflow.stages.registration import change_requests, consent, view
from workflow.stages.registration.change_requests import ChangeRequest
from workflow.stages.registration.model_quantities import ModelQuantity, quantities
from workflow.stages.registration.registrant import before_review, editable
from workflow.stages.registration.view import Form, Returned
from workflow.stages.review import result
from workflow.stages.review.result import Result


@dataclass(frozen=True, slots=True)
class Place:
    """The unit that registered, or whose person did."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Field:
    """The field of the year in which it stands."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Moments:
    """When it came how far; None for what has not happened. public_agreed: since when everybody may read about it."""

    created: datetime
    submitted: datetime | None
    accepted: datetime | None
    started: datetime | None
    inspected: datetime | None
    proposed: datetime | None
    recognised: datetime | None
    public_agreed: datetime | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A decision that recognised the model or took the recognition back. issuer: name of the body; ground: of a revocation."""

    number: int
    symbol: str
    dated: date
    signer: str
    ground: str
    issuer: str

    @property
    def written(self) -> str:
        """Number and symbol as on paper: 12-QĐ/BCĐ."""
        return f"{self.number}-{self.symbol}" if self.symbol else str(self.number)


@dataclass(frozen=True, slots=True)
class Dossier:
    """The submission that took it to the higher body. number: as on paper, "" while it has none."""

    id: int
    number: str


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a model is and the records it points to, by what people call them. origin_model, merged_into: codes."""

    code: str
    name: str
    year: int
    unit: Place
    person: str | None
    kind: str
    field: Field
    version: int
    late: bool
    outstanding: bool
    origin: str
    origin_model: str | None
    merged_into: str | None
    submission: Dossier | None
    decision: Paper | None
    revocation: Paper | None
    published: bool
    moments: Moments


@dataclass(frozen=True, slots=True)
class ModelPage:
    """One model with every record.

    possible: what this person may do next and why not, in the definition's order; empty, like the comments, for nobody in
    particular. returned: the latest return of the form; item_labels: what the year calls the items of the form, by code.
    """

    about: Particulars
    definition: Definition
    state: State
    possible: tuple[Possibility, ...]
    form: Form | None
    item_labels: Mapping[str, str]
    returned: Returned | None
    targets: tuple[ModelQuantity, ...]
    plan: Plan | None
    results: Results | None
    result_figures: tuple[ModelQuantity, ...]
    inspections: tuple[InspectionView, ...]
    review: Result | None
    change_requests: tuple[ChangeRequest, ...]
    attachments: tuple[Attachment, ...]
    comments: tuple[Comment, ...]
    may_withdraw_consent: bool

    @property
    def best_first(self) -> list[Possibility]:
        """The same possibilities, those that lead furthest first."""
        return sorted(self.possible, key=lambda one: onwards(self.definition, self.state.id, one.target), reverse=True)

    @property
    def editable(self) -> bool:
        """Whether the registration form is still the registrant's to write."""
        return editable(self.definition, self.state.id)

    @property
    def before_review(self) -> bool:
        """Whether the commune's review has not begun."""
        return before_review(self.definition, self.state.id)

    @property
    def awaits_inspection(self) -> bool:
        """Whether a record of an inspection is to be written now."""
        return any(step.record == "inspection" for step in self.definition.outgoing(self.state.id))


def seen(connection: Connection, actor: Actor | None, code: str) -> sa.Row[Any]:
    """The model (row of `context.MODEL`) if this person may see it; somebody with the database in hand (None) sees all.

    Raises NotFound.
    """
    if actor is not None:
        return changes.seen(connection, actor, code)
    model = model_by_code(connection, code, lock=False)
    if model is None:
        raise NotFound(_("Không có mô hình mã «%(code)s».", code=code[:60]), guard="model")
    return model


def of_model(connection: Connection, actor: Actor | None, now: datetime, model: sa.Row[Any]) -> ModelPage:
    """The model (row of `context.MODEL` that the person may see) with its records, in a fixed number of statements.

    actor: None for somebody who has the database itself in hand.
    """
    definition = store.definition(connection, model.definition_hash)
    labels = stored.item_labels(connection, model.year_id)
    return ModelPage(
        about=particulars(connection, model),
        definition=definition,
        state=definition.states[model.state],
        possible=tuple(transition.possible(connection, actor, now, model)) if actor is not None else (),
        form=view.form(connection, model.id),
        item_labels=labels,
        returned=view.last_return(connection, model.id, labels) if model.submitted_at is not None else None,
        targets=tuple(quantities(connection, model.id, "target")),
        plan=implementation.plan_of(connection, model.id),
        results=implementation.results_of(connection, model.id),
        result_figures=tuple(quantities(connection, model.id, "result")),
        inspections=tuple(inspection.of_model(connection, model.id)),
        review=result.latest(connection, model.id),
        change_requests=tuple(change_requests.changes_of(connection, model.id)),
        attachments=tuple(attachments.listing(connection, model.id)),
        comments=tuple(comments.of_model(connection, actor, model)) if actor is not None else (),
        may_withdraw_consent=actor is not None and consent.may_withdraw(connection, actor, model),
    )


def particulars(connection: Connection, model: sa.Row[Any]) -> Particulars:
    """What the model (row of `context.MODEL`) is and points to. One statement, all by primary keys."""
    row = connection.execute(_PARTICULARS.where(emulation_model.c.id == model.id)).one()
    return Particulars(
        code=model.code,
        name=model.name,
        year=row.year,
        unit=Place(row.unit_code, model.unit_name, model.unit_level),
        person=model.person_name,
        kind=model.kind,
        field=Field(row.field_code, row.field_label),
        version=model.version,
        late=model.late,
        outstanding=model.outstanding,
        origin=model.origin,
        origin_model=row.origin_code,
        merged_into=row.merged_code,
        submission=None if row.submission is None else Dossier(row.submission, row.submission_number),
        decision=_paper(row._mapping, "decision"),
        revocation=_paper(row._mapping, "revocation"),
        published=row.published,
        moments=Moments(*(row._mapping[name] for name in _MOMENTS)),
    )


_MOMENTS = (
    "created_at",
    "submitted_at",
    "accepted_at",
    "started_at",
    "inspected_at",
    "proposed_at",
    "recognised_at",
    "public_agreed_at",
)
_PAPER = ("number", "symbol", "dated", "signer", "ground")
_origin, _merged = emulation_model.alias("origin"), emulation_model.alias("merged")
_revocation = decision.alias("revocation")
_issuer, _revoker = unit.alias("issuer"), unit.alias("revoker")
_PARTICULARS = (
    sa.select(
        *(emulation_model.c[name] for name in _MOMENTS),
        sa.and_(PUBLISHED, programme_year.c.public == sa.true()).label("published"),
        programme_year.c.year,
        unit.c.code.label("unit_code"),
        field.c.code.label("field_code"),
        field.c.label.label("field_label"),
        _origin.c.code.label("origin_code"),
        _merged.c.code.label("merged_code"),
        submission.c.id.label("submission"),
        submission.c.number.label("submission_number"),
        *(decision.c[name].label(f"decision_{name}") for name in _PAPER),
        _issuer.c.name.label("decision_issuer"),
        *(_revocation.c[name].label(f"revocation_{name}") for name in _PAPER),
        _revoker.c.name.label("revocation_issuer"),
    )
    .select_from(emulation_model)
    .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
    .join(unit, unit.c.id == emulation_model.c.unit_id)
    .join(field, field.c.id == emulation_model.c.field_id)
    .outerjoin(_origin, _origin.c.id == emulation_model.c.origin_model_id)
    .outerjoin(_merged, _merged.c.id == emulation_model.c.merged_into_id)
    .outerjoin(submission, submission.c.id == emulation_model.c.submission_id)
    .outerjoin(decision, decision.c.id == emulation_model.c.decision_id)
    .outerjoin(_issuer, _issuer.c.id == decision.c.issuer_id)
    .outerjoin(_revocation, _revocation.c.id == emulation_model.c.revocation_id)
    .outerjoin(_revoker, _revoker.c.id == _revocation.c.issuer_id)
)


def _paper(columns: sa.RowMapping, which: str) -> Paper | None:
    if columns[f"{which}_number"] is None:
        return None
    return Paper(*(columns[f"{which}_{name}"] for name in (*_PAPER, "issuer")))
