"""The life of a review meeting: prepared, opened with its members and rules frozen, voted in, closed with its results frozen.

Members and guests are in `committee.py`, the agenda in `agenda.py`, voting in `ballots.py`, counting in `review_result.py`, its
papers in `minutes.py`, what a page shows in `review_view.py`; their public names can be had from here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.access import Actor
from workflow.core.engine import changes, transition
from workflow.core.labels import BALLOTS, listed
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.text import clean
from workflow.ground.refusals import GuardRefused, InvalidInput, NotFound, NotPossible, Reason, Refusal
from workflow.ground.schema import agenda_item, review_meeting, unit
from workflow.ground.speech import _, speaking
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.participants import require_writer
from workflow.stages.review import events
from workflow.stages.review import result as review_result
from workflow.stages.review.agenda import write_agenda
from workflow.stages.review.ballots import Missing, missing_votes
from workflow.stages.review.committee import (
    Member,
    freeze_members,
    set_present,
    write_members,
)
from workflow.stages.review.meetings import (
    agenda_models,
    hold,
    lock_models,
    require_status,
    run_meeting,
    seen_meeting,
)
from workflow.stages.review.result import Result

LONGEST_MINUTES: Final = 50_000


def prepare_meeting(
    connection: Connection,
    who: int | str,
    now: datetime,
    unit_code: str,
    year: int,
    *,
    title: str,
    held_on: date | str,
    place: str = "",
    ballot: str = "named",
    members: Sequence[Member] = (),
    models: Sequence[str] = (),
) -> int:
    """Begin a review meeting of the body at a unit of the reviewing level (the commune). Returns its id."""
    actor = access.actor(connection, who, now)
    programme_year = stored.year(connection, year)
    definition = store.definition(connection, programme_year.definition_hash)
    place_of = connection.execute(sa.select(unit).where(unit.c.code == clean(unit_code))).first()
    if place_of is None or not any(grant.covers(place_of.path) for grant in actor.grants):
        raise NotFound(
            _("Không có đơn vị mã «%(unit_code)s» trong phạm vi của bạn.", unit_code=clean(unit_code)[:40]),
            guard="unit",
        )
    grant = require_writer(actor, definition, "agenda", place_of.path, to=_("lập phiên bình xét"))
    problems: dict[str, str] = {}
    if place_of.level != definition.reviewing_level:
        level = next(level.label for level in definition.levels if level.id == definition.reviewing_level)
        problems["unit"] = _("Phiên bình xét họp ở: %(level)s. Hãy chọn đơn vị thuộc cấp đó.", level=level)
    values: dict[str, Any] = {"title": clean(title), "place": clean(place)}
    if not values["title"]:
        problems["title"] = _("Hãy nhập tên phiên bình xét.")
    for name in ("title", "place"):
        if len(values[name]) > 300:
            problems[name] = _("Dài %(count)s ký tự, tối đa 300. Hãy rút gọn.", count=len(values[name]))
    if ballot not in BALLOTS:
        problems["ballot"] = _("Cách bỏ phiếu là một trong: %(listed)s.", listed=listed(BALLOTS))
    try:
        values["held_on"] = parse_date_vi(held_on)
    except Refusal as refusal:
        problems["held_on"] = refusal.message
    if problems:
        raise InvalidInput(problems)
    key = connection.execute(
        sa.insert(review_meeting).values(
            year_id=programme_year.id,
            unit_id=place_of.id,
            ballot=ballot,
            created_at=now,
            created_by=actor.account_id,
            **values,
        )
    ).inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no key")
    meeting_id = int(key[0])
    prepared = events.MeetingPrepared(unit=place_of.code, year=year, ballot=ballot, **values)
    by = history.acting(actor, grant)
    history.record(connection, by, now, meeting_id, prepared, definition_hash=definition.hash)
    if members:
        write_members(connection, actor, grant, now, seen_meeting(connection, actor, meeting_id), members)
    if models:
        write_agenda(connection, actor, grant, now, seen_meeting(connection, actor, meeting_id), models)
    return meeting_id


def open_meeting(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    present: Sequence[str],
    *,
    version: int | None = None,
) -> None:
    """Open a prepared meeting: freeze members, their units and the year's rules; put every model of the agenda under review.

    present: user names of the members who are there. All or nothing: a model that cannot be reviewed any more (withdrawn,
    change of name asked for) refuses the opening and is named, and so does a member who left or whose account is locked.
    version: of the meeting as the caller saw it.
    """
    actor, seen, grant = run_meeting(connection, who, now, meeting_id, to=_("mở phiên bình xét"), version=version)
    keys = agenda_models(connection, seen.id)
    models = lock_models(connection, keys)
    rules = stored.year(connection, seen.year)
    hold(
        connection,
        seen,
        "prepared",
        to=_("mở phiên"),
        becomes="open",
        opened_at=now,
        quorum_numerator=rules.quorum_numerator,
        quorum_denominator=rules.quorum_denominator,
        threshold_numerator=rules.threshold_numerator,
        threshold_denominator=rules.threshold_denominator,
    )
    if not keys:
        raise NotPossible(
            _("Chương trình chưa có mô hình nào. Hãy đưa mô hình vào chương trình trước."), guard="agenda"
        )
    members = freeze_members(connection, now, seen)
    here = set_present(connection, seen.id, members, present)
    opened = events.MeetingOpened(
        members=tuple(events.MemberNamed(row.account_id, row.duty) for row in members),
        present=tuple(here),
        quorum=f"{rules.quorum_numerator}/{rules.quorum_denominator}",
        threshold=f"{rules.threshold_numerator}/{rules.threshold_denominator}",
        models=tuple(models[key].code for key in keys),
    )
    by = history.acting(actor, grant)
    history.record(connection, by, now, seen.id, opened, definition_hash=seen.definition_hash)
    _open_reviews(connection, actor, now, [models[key] for key in keys])


def close_meeting(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    minutes: str,
    *,
    version: int | None = None,
    not_returned: bool = False,
) -> list[Result]:
    """Close an open meeting: count, freeze, write each model's result into its history. Nothing can be changed afterwards.

    Returns the results in the order of the agenda. Raises InvalidInput without minutes, NotPossible when there is a quorum
    but a model without any vote. version: of the meeting as the caller saw it, so that nobody closes over a vote unseen.
    not_returned: votes of members present that are missing were never handed in, and the minutes say so; without it InvalidInput
    names them (an abstention is a vote like the others).
    """
    actor, seen, grant = run_meeting(connection, who, now, meeting_id, to=_("kết thúc phiên bình xét"), version=version)
    require_status(seen, "open", to=_("kết thúc phiên"))
    text = clean(minutes, multiline=True)
    if not text:
        raise InvalidInput({"minutes": _("Hãy nhập biên bản phiên bình xét.")})
    if len(text) > LONGEST_MINUTES:
        raise InvalidInput(
            {
                "minutes": _(
                    "Biên bản dài %(count)s ký tự, tối đa %(longest_minutes)s. Hãy rút gọn.",
                    count=len(text),
                    longest_minutes=LONGEST_MINUTES,
                )
            }
        )
    models = lock_models(connection, agenda_models(connection, seen.id))
    # Votes lock their models too: the meeting as it stands behind the last of them is the one to close.
    seen = seen_meeting(connection, actor, meeting_id)
    missing = _missing(connection, now, seen, models, accepted=not_returned)
    if missing:
        text = f"{text}\n{_written_down(missing, models)}"[:LONGEST_MINUTES]
    hold(
        connection,
        seen,
        "open",
        to=_("kết thúc phiên"),
        becomes="closed",
        closed_at=now,
        closed_by=actor.account_id,
        minutes=text,
    )
    counted = _freeze(connection, seen.id)
    unvoted = [models[key].code for key, result in counted.items() if result.quorum and result.voted == 0]
    if unvoted:
        raise NotPossible(
            _("Chưa có phiếu nào cho: %(unvoted)s. Hãy ghi phiếu rồi kết thúc.", unvoted=", ".join(unvoted)),
            guard="votes",
        )
    figures = {
        key: {**_figures(result), "not_cast": missing[key].count if key in missing else 0}
        for key, result in counted.items()
    }
    by = history.acting(actor, grant)
    history.advance_many(
        connection,
        [changes.noted(by, now, models[key], events.ReviewClosed(**figures[key], meeting=seen.id)) for key in counted],
    )
    results_by_code = {models[key].code: events.VotesCounted(**figures[key]) for key in counted}
    closed = events.MeetingClosed(text, results_by_code)
    history.record(connection, by, now, seen.id, closed, definition_hash=seen.definition_hash)
    results = review_result.count(connection, seen.id)
    return list(results.values())


def cancel_meeting(connection: Connection, who: int | str, now: datetime, meeting_id: int, reason: str) -> None:
    """Call off a meeting that is prepared or open; its models can go on another one. A closed one stays."""
    actor, seen, grant = run_meeting(connection, who, now, meeting_id, to=_("huỷ phiên bình xét"))
    why = clean(reason, multiline=True)
    if not 5 <= len(why) <= 4_000:
        raise InvalidInput({"reason": _("Hãy nêu lý do huỷ phiên, từ 5 đến 4000 ký tự.")})
    models = lock_models(connection, agenda_models(connection, seen.id))
    hold(connection, seen, "open" if seen.status == "open" else "prepared", to=_("huỷ phiên"), becomes="cancelled")
    by = history.acting(actor, grant)
    off = events.ReviewCancelled(seen.id, why)
    history.advance_many(connection, [changes.noted(by, now, model, off) for model in models.values()])
    by = by._replace(reason=why)
    history.record(connection, by, now, seen.id, events.MeetingCancelled(), definition_hash=seen.definition_hash)


# Inside ------------------------------------------------------------------------------------------------------------------------


def _open_reviews(connection: Connection, actor: Actor, now: datetime, models: Sequence[sa.Row[Any]]) -> None:
    """Take every model that still waits for it through the transition that opens its review."""
    by_trigger: dict[str, list[str]] = {}
    reasons = []
    for model in models:
        definition = store.definition(connection, model.definition_hash)
        openings = [t for t in definition.transitions if t.record == "agenda"]
        if any(model.state == opening.target for opening in openings):
            continue
        opening = next((t for t in openings if model.state in t.sources), None)
        if opening is None:
            label = definition.states[model.state].label
            message = _("%(code)s: đang ở «%(label)s», hãy bỏ khỏi chương trình.", code=model.code, label=label)
            reasons.append(Reason("not_reviewable", "agenda", message))
            continue
        by_trigger.setdefault(opening.trigger, []).append(model.code)
    for trigger, codes in by_trigger.items():
        for outcome in transition.apply_many(connection, actor.account_id, now, codes, trigger):
            if outcome.refusal is not None:
                reasons.extend(
                    Reason(reason.code, reason.guard, f"{outcome.code}: {reason.message}")
                    for reason in outcome.refusal.reasons
                )
    if reasons:
        raise GuardRefused(reasons)


def _missing(
    connection: Connection, now: datetime, meeting: sa.Row[Any], models: Mapping[int, sa.Row[Any]], *, accepted: bool
) -> dict[int, Missing]:
    """The votes that are missing where they count. Raises InvalidInput that names them unless they are accepted as such."""
    counted = review_result.count_votes(connection, meeting.id)
    missing = {
        key: found
        for key, found in missing_votes(connection, meeting, models, local_date(now)).items()
        # Without a quorum nothing is decided; a model on which nobody voted is refused on its own.
        if counted[key].quorum and counted[key].voted
    }
    if missing and not accepted:
        listed = "; ".join(f"{models[key].code}: {_whose(found)}" for key, found in list(missing.items())[:20])
        raise InvalidInput(
            {
                "not_returned": _(
                    "Còn thiếu phiếu của người có mặt – %(listed)s. Hãy ghi phiếu của họ (không đồng ý cũng không phản đối thì"
                    " ghi «Không biểu quyết»), điểm danh lại nếu họ đã về, hoặc đánh dấu rằng các phiếu ấy không được nộp lại.",
                    listed=listed,
                )
            }
        )
    return missing


def _whose(missing: Missing) -> str:
    return ", ".join(missing.names) or _("%(count)s phiếu", count=missing.count)


def _written_down(missing: Mapping[int, Missing], models: Mapping[int, sa.Row[Any]]) -> str:
    """The line of the minutes about votes never handed in: a paper of the committee, so in Vietnamese whoever reads it."""
    with speaking(None):
        listed = "; ".join(f"{models[key].code}: {_whose(found)}" for key, found in missing.items())
    return f"Phiếu không nộp lại – {listed}."


def _freeze(connection: Connection, meeting_id: int) -> dict[int, Result]:
    """Write the figures of this moment into the agenda; the meeting is held, so no vote can slip in."""
    live = review_result.count_votes(connection, meeting_id)
    if live:
        connection.execute(
            sa.update(agenda_item)
            .where(agenda_item.c.meeting_id == meeting_id, agenda_item.c.model_id == sa.bindparam("of_model"))
            .values({name: sa.bindparam(f"new_{name}") for name in _FROZEN}),
            [
                {"of_model": key, **{f"new_{name}": getattr(result, name) for name in _FROZEN}}
                for key, result in live.items()
            ],
        )
    return live


_FROZEN = ("votes_for", "votes_against", "votes_abstaining", "members", "carried")


def _figures(result: Result) -> dict[str, Any]:
    return {
        "members": result.members,
        "present": result.present,
        "votes_for": result.votes_for,
        "votes_against": result.votes_against,
        "votes_abstaining": result.votes_abstaining,
        "quorum": result.quorum,
        "carried": result.carried,
    }
