"""What happens to a model at its registration, as the history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.core.events import Changed, Event, left, noted
from workflow.ground.reading.quantities import Qualifier


@dataclass(frozen=True, slots=True)
class FigureWritten:
    """A target or result. measure: code; value: exact digits; unit: "" for none; qualifier: code."""

    measure: str
    value: str
    unit: str
    qualifier: Qualifier
    note: str = ""


@noted("model", "created")
@dataclass(frozen=True, slots=True)
class Created(Event):
    """A registration was begun. list_of: how many came in the same list; waived: ids of items that the list did not ask for."""

    name: str
    origin: str
    list_of: int | None = None
    sample: bool = False
    waived: tuple[str, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class FormChanges:
    """What was changed in a form, by the name of the item or column; None for what stayed.

    field: labels; person: names; origin_model: keys; waived: ids of items that an office's list left out.
    """

    name: Changed[str] | None = None
    kind: Changed[str] | None = None
    field: Changed[str] | None = None
    person: Changed[str | None] | None = None
    origin: Changed[str] | None = None
    origin_model: Changed[int | None] | None = None
    public: Changed[bool] | None = None
    targets: Changed[tuple[FigureWritten, ...]] | None = None
    situation: Changed[str | None] | None = None
    goals: Changed[str | None] | None = None
    method: Changed[str | None] | None = None
    place_people: Changed[str | None] | None = None
    forces: Changed[str | None] | None = None
    time_resources: Changed[str | None] | None = None
    outputs: Changed[str | None] | None = None
    sustainability: Changed[str | None] | None = None
    waived: Changed[tuple[str, ...] | None] | None = None
    representative: Changed[str | None] | None = None
    representative_position: Changed[str | None] | None = None
    phone: Changed[str | None] | None = None


@noted("model", "form_edited")
@dataclass(frozen=True, slots=True)
class FormEdited(Event):
    """A form was written over."""

    changed: FormChanges


@noted("model", "registrant_corrected")
@dataclass(frozen=True, slots=True)
class RegistrantCorrected(FormEdited):
    """Who registered was put right, or confirmed, after the form was handed in: both names, the same where it was confirmed."""


@noted("model", "change_requested")
@dataclass(frozen=True, slots=True)
class ChangeRequested(Event):
    """Another name or field was asked for. subject: which of them; before, after: the name, or the label of the field."""

    request: int
    subject: str
    before: str
    after: str


@noted("model", "change_approved")
@dataclass(frozen=True, slots=True)
class ChangeApproved(ChangeRequested):
    """The model was given that name or field."""


@noted("model", "change_refused")
@dataclass(frozen=True, slots=True)
class ChangeRefused(ChangeRequested):
    """The model keeps what it had."""


@noted("model", "change_withdrawn")
@dataclass(frozen=True, slots=True)
class ChangeWithdrawn(Event):
    """Whoever asked took it back."""

    request: int
    subject: str


@noted("model", "public_agreed")
@dataclass(frozen=True, slots=True)
class PublicAgreed(Event):
    """The registrant agreed that everybody may read about the model."""

    public: bool


@noted("model", "public_withdrawn")
@dataclass(frozen=True, slots=True)
class PublicWithdrawn(Event):
    """The registrant agrees no more."""

    public: bool


@left
@dataclass(frozen=True, slots=True)
class HandedInLate(Event):
    """The first submission came after the window had closed."""

    late: bool


@dataclass(frozen=True, slots=True)
class ItemNamed:
    """An item of the form that a return named, with what was said about it."""

    item: str
    note: str


@left
@dataclass(frozen=True, slots=True)
class FormReturned(Event):
    """The form was given back. items: those to be written again; resubmit_by: until when."""

    resubmit_by: date | None
    items: tuple[ItemNamed, ...] = ()


@left
@dataclass(frozen=True, slots=True)
class MergedInto(Event):
    """The model went on in another one (code)."""

    merged_into: str
