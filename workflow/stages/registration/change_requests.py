"""Changes of name or field after a registration was handed in: asked by the registrant, decided by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, events
from workflow.core.access import Actor
from workflow.core.engine import changes
from workflow.core.history import acting
from workflow.core.labels import CHANGE_SUBJECTS, in_sentence
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.core.programmes.terms import LONGEST_NAME
from workflow.ground.reading.names import keys_of
from workflow.ground.reading.order import name_order
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotFound, NotPossible
from workflow.ground.schema import account, change_request, emulation_model, field, history
from workflow.ground.speech import _
from workflow.stages.registration.drafts import check_name
from workflow.stages.registration.events import ChangeApproved, ChangeRefused, ChangeRequested, ChangeWithdrawn
from workflow.stages.registration.registrant import SUBMIT, before_review, editable, roles_of

ACCEPT: Final = "accept"
"""Who may take a registration in may also decide about its name and field."""

_SHORTEST_REASON = 5
_LONGEST_REASON = 4_000


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One request as people read it. subject: 'name' or 'field'; status: 'open', 'approved', 'refused' or 'withdrawn'."""

    id: int
    subject: str
    before: str
    after: str
    reason: str
    status: str
    requested_at: datetime
    requested_by: str
    decided_at: datetime | None
    decided_by: str | None
    decision_note: str


def request_change(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    subject: str,
    after: str,
    reason: str,
    *,
    version: int | None = None,
) -> int:
    """Ask for another name or field. Returns the id of the request.

    Raises NotPossible while the form itself can be edited, once the commune's review has begun, or when a request is open.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code, version)
    definition = store.definition(connection, model.definition_hash)
    grant = actor.require(roles_of(definition, SUBMIT), model.unit_path, to=_("đề nghị đổi tên hoặc lĩnh vực"))
    if editable(definition, model.state):
        raise NotPossible(_("Phiếu còn sửa được: hãy sửa thẳng trong phiếu đăng ký rồi gửi."), guard="state")
    _require_before_review(definition, model)
    if subject not in CHANGE_SUBJECTS:
        raise InvalidInput({"subject": _("Hãy chọn đổi tên hoặc đổi lĩnh vực.")})
    problems: dict[str, str] = {}
    before, meant, field_id = _meant(connection, model, subject, after, problems)
    if not problems and meant == before:
        problems["after"] = _(
            "Đề nghị trùng với %(subject)s hiện nay. Hãy nhập %(subject)s mới.",
            subject=in_sentence(CHANGE_SUBJECTS[subject]),
        )
    why = _reason(reason, "reason", problems)
    if problems:
        raise InvalidInput(problems)
    _refuse_second(connection, model.id, subject)
    request_id = connection.execute(
        sa.insert(change_request)
        .values(
            model_id=model.id,
            subject=subject,
            before=before,
            after=meant,
            new_field_id=field_id,
            reason=why,
            requested_at=now,
            requested_by=actor.account_id,
        )
        .returning(change_request.c.id)
    ).scalar_one()
    asked = ChangeRequested(request_id, subject, before, meant)
    changes.note(connection, acting(actor, grant, reason=why), now, model, asked)
    return int(request_id)


def decide_change(
    connection: Connection, who: int | str, now: datetime, request_id: int, approve: bool, note: str
) -> int:
    """Approve a request, which changes the model, or refuse it, which needs a note. Returns the model's new version.

    Nobody decides about what they, the person they stand in for, or their deputy asked.
    """
    actor = access.actor(connection, who, now)
    request, model = _open_request(connection, actor, request_id)
    definition = store.definition(connection, model.definition_hash)
    grant = actor.require(roles_of(definition, ACCEPT), model.unit_path, to=_("duyệt đổi tên hoặc lĩnh vực"))
    askers = _askers(connection, model.id, request_id) | {request.requested_by, model.person_account_id}
    if askers & access.people(actor, grant):
        raise NotAllowed(
            _("Bạn (hoặc người bạn thay mặt) đã gửi đề nghị này nên không được tự duyệt. Hãy nhờ người khác."),
            guard="not_requester",
            code="not_requester",
        )
    problems: dict[str, str] = {}
    why = clean(note, multiline=True) if approve and not note.strip() else _reason(note, "note", problems)
    if problems:
        raise InvalidInput(problems)
    new: dict[str, Any] = {}
    before = request.before
    if approve:
        _require_before_review(definition, model)
        before, meant, field_id = _meant(connection, model, request.subject, request.after, problems)
        if request.subject == "name":
            _refuse_twin(connection, definition, model, meant)
            new = {"name": meant, **keys_of(meant, LONGEST_NAME), "name_sort": name_order(meant)}
        else:
            new = {"field_id": field_id}
    _close(connection, actor, now, request_id, "approved" if approve else "refused", why)
    decided = (ChangeApproved if approve else ChangeRefused)(request_id, request.subject, before, request.after)
    return changes.note(connection, acting(actor, grant, reason=why), now, model, decided, new)


def withdraw_change(connection: Connection, who: int | str, now: datetime, request_id: int) -> int:
    """Take an open request back, by the registrant's side. Returns the model's new version."""
    actor = access.actor(connection, who, now)
    request, model = _open_request(connection, actor, request_id)
    definition = store.definition(connection, model.definition_hash)
    grant = actor.require(roles_of(definition, SUBMIT), model.unit_path, to=_("rút đề nghị đổi"))
    _close(connection, actor, now, request_id, "withdrawn", "")
    return changes.note(connection, acting(actor, grant), now, model, ChangeWithdrawn(request_id, request.subject))


def changes_of(connection: Connection, model_id: int) -> list[ChangeRequest]:
    """Every request ever made for a model, the latest first (index ix_change_request_model_id)."""
    asker, decider = account.alias("asker"), account.alias("decider")
    rows = connection.execute(
        sa.select(
            change_request,
            asker.c.full_name.label("asker_name"),
            decider.c.full_name.label("decider_name"),
        )
        .join(asker, asker.c.id == change_request.c.requested_by)
        .outerjoin(decider, decider.c.id == change_request.c.decided_by)
        .where(change_request.c.model_id == model_id)
        .order_by(change_request.c.id.desc())
    )
    return [
        ChangeRequest(
            row.id,
            row.subject,
            row.before,
            row.after,
            row.reason,
            row.status,
            row.requested_at,
            row.asker_name,
            row.decided_at,
            row.decider_name,
            row.decision_note,
        )
        for row in rows
    ]


def _meant(
    connection: Connection, model: sa.Row[Any], subject: str, after: str, problems: dict[str, str]
) -> tuple[str, str, int | None]:
    """What it is called now, what it is to be called, and the field's key when the field is to change."""
    if subject == "name":
        name, problem = check_name(after, stored.items(connection, model.year_id)["name"].max_length)
        if problem:
            problems["after"] = problem
        return model.name, name, None
    found = stored.field_names(connection, model.year_id).find(after)
    before = connection.execute(sa.select(field.c.label).where(field.c.id == model.field_id)).scalar_one()
    if isinstance(found, str):
        problems["after"] = found
        return before, "", None
    return before, found.label, found.id


def _reason(written: str, form_field: str, problems: dict[str, str]) -> str:
    reason = clean(written, multiline=True)
    if len(reason) < _SHORTEST_REASON:
        problems[form_field] = _(
            "Hãy nêu lý do, ít nhất %(shortest_reason)s ký tự, để người khác hiểu.", shortest_reason=_SHORTEST_REASON
        )
    elif len(reason) > _LONGEST_REASON:
        problems[form_field] = _(
            "Lý do dài %(count)s ký tự, tối đa %(longest_reason)s. Hãy rút gọn.",
            count=len(reason),
            longest_reason=_LONGEST_REASON,
        )
    return reason


def _require_before_review(definition: Definition, model: sa.Row[Any]) -> None:
    if not before_review(definition, model.state):
        state = definition.states[model.state].label
        raise NotPossible(
            _("Mô hình đang ở bước «%(state)s»: tên và lĩnh vực chỉ đổi được trước khi bình xét.", state=state),
            guard="before_review",
        )


def _refuse_second(connection: Connection, model_id: int, subject: str) -> None:
    # The model is held, so nobody can open another one meanwhile; uq_change_request_open stands behind it.
    if connection.execute(
        sa.select(change_request.c.id).where(
            change_request.c.model_id == model_id,
            change_request.c.subject == subject,
            change_request.c.status == "open",
        )
    ).first():
        raise NotPossible(
            _(
                "Đã có một đề nghị đổi %(subject)s đang chờ. Hãy chờ duyệt, hoặc rút đề nghị đó trước.",
                subject=in_sentence(CHANGE_SUBJECTS[subject]),
            ),
            guard="change_request",
            code="change_already_open",
        )


def _refuse_twin(connection: Connection, definition: Definition, model: sa.Row[Any], name: str) -> None:
    ended = [state.id for state in definition.states.values() if state.end]
    twin = connection.execute(
        sa.select(emulation_model.c.code)
        .where(
            emulation_model.c.unit_id == model.unit_id,
            emulation_model.c.year_id == model.year_id,
            emulation_model.c.name_identity == keys_of(name, LONGEST_NAME)["name_identity"],
            emulation_model.c.person_id.is_not_distinct_from(model.person_id),
            emulation_model.c.id != model.id,
            emulation_model.c.accepted_at.is_not(None),
            emulation_model.c.state.not_in(ended),
        )
        .limit(1)
    ).scalar()
    if twin:
        raise NotPossible(
            _("Đơn vị đã có mô hình cùng tên được tiếp nhận (%(twin)s). Hãy từ chối đề nghị và nêu lý do.", twin=twin),
            guard="name_and_field_fit",
            code="name_taken",
        )


def _open_request(connection: Connection, actor: Actor, request_id: int) -> tuple[sa.Row[Any], sa.Row[Any]]:
    """An open request and its model, held. The model is locked first: two decisions cannot pass each other."""
    code = connection.execute(
        sa.select(emulation_model.c.code)
        .join(change_request, change_request.c.model_id == emulation_model.c.id)
        .where(change_request.c.id == request_id)
    ).scalar()
    if code is None:
        raise NotFound(
            _("Không có đề nghị đổi số %(request_id)s trong phạm vi của bạn.", request_id=request_id),
            guard="change_request",
        )
    try:
        model = changes.held(connection, actor, code)
    except NotFound:
        raise NotFound(
            _("Không có đề nghị đổi số %(request_id)s trong phạm vi của bạn.", request_id=request_id),
            guard="change_request",
        ) from None
    request = connection.execute(sa.select(change_request).where(change_request.c.id == request_id)).one()
    if request.status != "open":
        raise Conflict(_("Đề nghị này đã được giải quyết. Hãy tải lại để xem kết quả."), guard="change_request")
    return request, model


def _askers(connection: Connection, model_id: int, request_id: int) -> set[int]:
    """The people behind a request: who typed it and, if they stood in for somebody, that person too."""
    rows = connection.execute(
        sa.select(history.c.actor_id, history.c.for_id, history.c.payload).where(
            history.c.subject == "model", history.c.subject_id == model_id, history.c.trigger == ChangeRequested.trigger
        )
    )
    return {
        who
        for row in rows
        if events.read(ChangeRequested, row.payload).request == request_id
        for who in (row.actor_id, row.for_id)
        if who is not None
    }


def _close(connection: Connection, actor: Actor, now: datetime, request_id: int, status: str, note: str) -> None:
    connection.execute(
        sa.update(change_request)
        .where(change_request.c.id == request_id, change_request.c.status == "open")
        .values(status=status, decided_at=now, decided_by=actor.account_id, decision_note=note)
    )
