"""Every table of the product, one module per part of the domain."""

from workflow.ground.schema.accounts import account, assignment, web_session, work_seen
from workflow.ground.schema.base import metadata
from workflow.ground.schema.disclosure import access_log, invitation
from workflow.ground.schema.figures import tally_cell, tally_delta
from workflow.ground.schema.history import anchor, history, outbox
from workflow.ground.schema.inspections import inspection, inspection_member, score
from workflow.ground.schema.messages import (
    calendar_feed,
    clockwork,
    delivery,
    delivery_event,
    message,
    preference,
    reminder,
)
from workflow.ground.schema.models import (
    ITEMS,
    PUBLISHED,
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
from workflow.ground.schema.obligations import (
    calendar_followed,
    call_file,
    day_off,
    decided_year,
    obligation,
    obligation_cursor,
    reminder_step,
    report_call,
    report_kind,
)
from workflow.ground.schema.programme import (
    criterion,
    field,
    form_item,
    lifecycle_definition,
    measure,
    programme_year,
    score_band,
)
from workflow.ground.schema.receipts import form_receipt
from workflow.ground.schema.recognition import achievement_report, commendation, decision, roster_entry, submission
from workflow.ground.schema.reports import report, report_submission
from workflow.ground.schema.review import agenda_item, meeting_guest, meeting_member, meeting_note, review_meeting, vote
from workflow.ground.schema.units import PERSON_NAME, person, unit
from workflow.ground.schema.visits import visit, visit_member, visit_model

__all__ = [
    "ITEMS",
    "PERSON_NAME",
    "PUBLISHED",
    "access_log",
    "account",
    "achievement_report",
    "agenda_item",
    "anchor",
    "assignment",
    "attachment",
    "blob",
    "calendar_feed",
    "calendar_followed",
    "call_file",
    "change_request",
    "clockwork",
    "commendation",
    "comment",
    "criterion",
    "day_off",
    "decided_year",
    "decision",
    "delivery",
    "delivery_event",
    "emulation_model",
    "field",
    "form_item",
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
    "message",
    "metadata",
    "obligation",
    "obligation_cursor",
    "outbox",
    "person",
    "plan",
    "preference",
    "programme_year",
    "quantity",
    "registration_form",
    "reminder",
    "reminder_step",
    "report",
    "report_call",
    "report_kind",
    "report_submission",
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
