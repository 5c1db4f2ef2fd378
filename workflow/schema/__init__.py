"""Every table of the product, one module per part of the domain."""

from workflow.schema.accounts import account, assignment, web_session, work_seen
from workflow.schema.base import metadata
from workflow.schema.disclosure import access_log, invitation
from workflow.schema.figures import tally_cell, tally_delta
from workflow.schema.history import anchor, history, outbox
from workflow.schema.inspections import inspection, inspection_member, score
from workflow.schema.models import (
    ITEMS,
    attachment,
    blob,
    change_request,
    comment,
    emulation_model,
    plan,
    quantity,
    registration_form,
    results_report,
)
from workflow.schema.programme import (
    criterion,
    field,
    lifecycle_definition,
    measure,
    programme_year,
    score_band,
)
from workflow.schema.receipts import form_receipt
from workflow.schema.recognition import achievement_report, commendation, decision, roster_entry, submission
from workflow.schema.review import agenda_item, meeting_guest, meeting_member, meeting_note, review_meeting, vote
from workflow.schema.units import person, unit
from workflow.schema.visits import visit, visit_member, visit_model

__all__ = [
    "ITEMS",
    "access_log",
    "account",
    "achievement_report",
    "agenda_item",
    "anchor",
    "assignment",
    "attachment",
    "blob",
    "change_request",
    "commendation",
    "comment",
    "criterion",
    "decision",
    "emulation_model",
    "field",
    "form_receipt",
    "history",
    "inspection",
    "inspection_member",
    "invitation",
    "lifecycle_definition",
    "measure",
    "meeting_guest",
    "meeting_member",
    "meeting_note",
    "metadata",
    "outbox",
    "person",
    "plan",
    "programme_year",
    "quantity",
    "registration_form",
    "results_report",
    "review_meeting",
    "roster_entry",
    "score",
    "score_band",
    "submission",
    "tally_cell",
    "tally_delta",
    "unit",
    "visit",
    "visit_member",
    "visit_model",
    "vote",
    "web_session",
    "work_seen",
]
