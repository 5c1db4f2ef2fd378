"""The decisions that recognise a model or revoke its recognition.

The dossier that comes before is in `submission.py`, what a page shows in `recognition_view.py`; their public names can be
had from here too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.engine import changes
from workflow.core.engine.context import Context
from workflow.core.engine.rules import writes
from workflow.core.history import acting
from workflow.core.lifecycles import store
from workflow.ground.reading.text import clean
from workflow.ground.refusals import GuardRefused, NotAllowed, NotPossible, Reason
from workflow.ground.schema import decision
from workflow.ground.speech import _, spoken_day
from workflow.stages.recognition import dossier
from workflow.stages.recognition.events import Decided, OutstandingMarked, OutstandingUnmarked


@writes("decision")
def write_decision(context: Context) -> None:
    """Record of the transition that recognises: the decision stated, or a new one that all items of a bulk application share."""
    stated = context.facts.get("decision")
    context.changes["decision_id"] = _new_decision(context) if stated is None else stated
    context.left.append(Decided(context.changes["decision_id"], **_numbers(context)))


@writes("revocation")
def write_revocation(context: Context) -> None:
    """Record of the transition that revokes: a decision of its own; the one that recognised stays as it was signed."""
    context.changes["revocation_id"] = _new_decision(context)
    context.left.append(Decided(revocation=context.changes["revocation_id"], **_numbers(context)))


def mark_outstanding(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    outstanding: bool,
    *,
    version: int | None = None,
) -> int:
    """Mark a recognised model as outstanding (tiêu biểu) or no longer so; open to who recognises such models.

    Returns the new version.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, clean(code), version)
    definition = store.definition(connection, model.definition_hash)
    recognising = [t for t in definition.transitions if t.record == "decision" and t.target == model.state]
    if not recognising:
        raise NotPossible(
            _("Mô hình %(code)s chưa được công nhận nên chưa thể là tiêu biểu.", code=model.code), guard="state"
        )
    grant = actor.grant_for({role for t in recognising for role in t.roles}, model.unit_path)
    if grant is None:
        listed = ", ".join(definition.roles[role].label for t in recognising for role in t.roles)
        raise NotAllowed(
            _("Bạn không có quyền chọn mô hình tiêu biểu. Việc này dành cho: %(listed)s.", listed=listed), guard="role"
        )
    if model.outstanding == outstanding:
        return int(model.version)
    marked = (OutstandingMarked if outstanding else OutstandingUnmarked)(outstanding)
    return changes.note(connection, acting(actor, grant), now, model, marked, {"outstanding": outstanding})


def _numbers(context: Context) -> dict[str, Any]:
    """Number, day and signer where the step stated them."""
    return {
        name: context.facts[name] for name in ("decision_number", "decision_date", "signer") if name in context.facts
    }


def _new_decision(context: Context) -> int:
    numbers = dossier.numbering(context)
    key = dossier.decision_key(context, numbers)
    known: int | None = context.shared.get(key)
    if known is not None:
        return known
    _warn_of_order(context, numbers)
    try:
        with context.connection.begin_nested():
            inserted = context.connection.execute(
                sa.insert(decision).values(
                    issuer_id=context.grant.unit_id,
                    type=numbers.type,
                    number=numbers.number,
                    symbol=numbers.symbol,
                    dated=numbers.dated,
                    signer=numbers.signer,
                    period=numbers.period,
                    ground=context.facts.get("reason", ""),
                    recorded_at=context.now,
                    recorded_by=context.actor.account_id,
                )
            ).inserted_primary_key
    except sa.exc.IntegrityError as error:
        # The guard saw the number free; another transaction was faster with it.
        reason = Reason("decision_number_free", "decision_number_free", dossier.used_number(numbers))
        raise GuardRefused([reason]) from error
    if inserted is None:
        raise RuntimeError("the database gave no key")
    context.shared[key] = int(inserted[0])
    return int(inserted[0])


def _warn_of_order(context: Context, numbers: dossier.Numbering) -> None:
    """Numbers rise with the date within a type and period (docs/domain.md, Document numbers): one that does not is noted."""
    other = context.connection.execute(
        sa.select(decision.c.number, decision.c.dated)
        .where(
            decision.c.issuer_id == context.grant.unit_id,
            decision.c.type == numbers.type,
            decision.c.period == numbers.period,
            sa.or_(
                sa.and_(decision.c.number < numbers.number, decision.c.dated > numbers.dated),
                sa.and_(decision.c.number > numbers.number, decision.c.dated < numbers.dated),
            ),
        )
        .order_by(decision.c.number)
        .limit(1)
    ).first()
    if other is not None:
        context.warnings.append(
            _(
                "Số quyết định không tăng theo ngày: số %(number)s ngày %(dated)s, nhưng số %(number_2)s ngày"
                " %(dated_2)s. Hãy kiểm tra với văn thư.",
                number=numbers.number,
                dated=spoken_day(numbers.dated),
                number_2=other.number,
                dated_2=spoken_day(other.dated),
            )
        )
