"""Calls for reports: wording one in a minute, looking at what it will do, its page, moving its due date, calling it off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.reminders import deeds
from web.forms.answers import Answer, Done, act, attempt, page_again
from web.forms.base import options, said
from web.forms.calls import CHOSEN, CallForm, LastLookForm, MoveForm, WithdrawForm
from web.look.presentation import level_label, shown_day
from web.serving import clock, downloads
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, store, writing
from web.serving.visitor import actor
from web.words.deeds import DEEDS
from web.words.particulars import details, people_in
from workflow.across.obligations import call_files, calls, calls_view
from workflow.across.obligations.calls import CALLERS
from workflow.core.labels import UNIT_KINDS
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.programmes.choice import every_year
from workflow.core.programmes.report_sections import every_section
from workflow.ground.database import Connection
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("calls", __name__, url_prefix="/yeu-cau")


@pages.get("")
@access_rule(roles=CALLERS)
def listed() -> str:
    """The calls one sees, the latest due first."""
    return render_template("calls/list.html", calls=calls_view.calls(reading(), actor(), clock.now()))


@pages.route("/moi", methods=["GET", "POST"])
@access_rule(roles=CALLERS)
def begin() -> Answer:
    """Word a call; sent, it is shown with what it will do; «gui» sends it out."""
    sending = "send" in request.form
    form = LastLookForm() if sending else CallForm()
    places = calls_view.callers(reading(), actor(), local_date(clock.now()))
    if not form.is_submitted():
        form.unit.data = request.args.get("don-vi") or (places[0].code if places else "")
        form.year.data = str(every_year(reading())[0].year)
        form.to.data = ""
    _offer(form, places)
    answer = attempt(form, lambda: _sent_out(form) if isinstance(form, LastLookForm) else _last_look(form, places))
    return answer or page_again("calls/new.html", form, several=len(places) > 1, chosen=CHOSEN)


def _sent_out(form: LastLookForm) -> Response:
    command, now, who = form.as_call(), clock.now(), actor().account_id
    files = [(one.filename or "", one.read()) for one in form.sent]
    with writing() as connection:
        called = deeds.open_call(connection, who, now, command)
        for name, content in files:
            call_files.attach(connection, who, now, store(), called.call_id, name, content)
    told = _("Đã gửi yêu cầu tới %(count)s đơn vị.", count=len(called.obligations))
    return Done(told, url_for("calls.shown", call_id=called.call_id)).answer()


def _last_look(form: CallForm, places: list[Any]) -> tuple[str, int]:
    """What sending the call out would do, with the form that does it."""
    command = form.as_call()
    plan = calls.plan_call(reading(), actor().account_id, clock.now(), command)
    look = LastLookForm()
    _offer(look, places)
    return page_again("calls/check.html", look, plan=plan, command=command)


@pages.get("/<int:call_id>")
@access_rule(signed_in=True)
def shown(call_id: int) -> str:
    """A call: what was called for, how far it is, what happened to it."""
    connection = reading()
    call = _call(call_id)
    told = calls_view.entries(connection, call_id)
    return render_template(
        "calls/show.html",
        call=call,
        files=call_files.listing(connection, call_id),
        told=told,
        details=details,
        people=people_in(connection, (entry.events for entry in told)),
        deeds=DEEDS,
    )


@pages.get("/<int:call_id>/tep/<int:file_id>")
@access_rule(signed_in=True)
def file(call_id: int, file_id: int) -> Response:
    found = call_files.content(reading(), actor(), store(), call_id, file_id)
    return downloads.attached(found)


@pages.route("/<int:call_id>/doi-han", methods=["GET", "POST"])
@access_rule(roles=CALLERS)
def move(call_id: int) -> Answer:
    form = MoveForm(data={"version": str(_call(call_id).version)})

    def moved(connection: Connection) -> Done:
        done = deeds.move_due(connection, actor().account_id, clock.now(), call_id, said(form.due), form.present)
        told = _(
            "Đã dời hạn tới %(day)s và báo cho %(count)s đơn vị chưa gửi.",
            day=shown_day(done.due_on),
            count=len(done.obligations),
        )
        return Done(told, url_for("calls.shown", call_id=call_id))

    return act(form, moved) or _page(call_id, form, _("Dời hạn"), _("Dời hạn và báo các đơn vị"))


@pages.route("/<int:call_id>/thu-hoi", methods=["GET", "POST"])
@access_rule(roles=CALLERS)
def withdraw(call_id: int) -> Answer:
    form = WithdrawForm(data={"version": str(_call(call_id).version)})

    def withdrawn(connection: Connection) -> Done:
        who, reason = actor().account_id, said(form.reason)
        calls.withdraw(connection, who, clock.now(), call_id, reason=reason, version=form.present)
        told = _("Đã thu hồi yêu cầu. Các đơn vị chưa gửi không phải gửi nữa.")
        return Done(told, url_for("calls.shown", call_id=call_id))

    return act(form, withdrawn) or _page(call_id, form, _("Thu hồi yêu cầu"), _("Thu hồi"), danger=True)


def _call(call_id: int) -> calls_view.CallView:
    return calls_view.call(reading(), actor(), clock.now(), call_id)


def _offer(form: CallForm, places: list[Any]) -> None:
    """What there is to choose from, for the unit that calls."""
    today = local_date(clock.now())
    form.unit.choices = options((place.code, place.name) for place in places)
    years = every_year(reading())
    form.year.choices = options((str(one.year), str(one.year)) for one in years)
    form.sections.choices = options((section.id, section.title) for section in every_section())
    caller = next((place for place in places if place.code == said(form.unit)), places[0] if places else None)
    year = next((one for one in years if str(one.year) == said(form.year)), years[0])
    groups: list[tuple[str, str]] = []
    if caller is not None:
        levels = [level.id for level in lifecycle_store.definition(reading(), year.definition_hash).levels]
        for group in calls_view.groups(reading(), caller, levels, today):
            value, name = _named(group)
            groups.append((value, _("%(name)s: %(count)s đơn vị", name=name, count=group.units)))
        form.units.choices = options((one.code, one.name) for one in calls_view.below(reading(), caller, today))
    form.to.choices = options([*groups, (CHOSEN, _("Chọn từng đơn vị"))])


def _named(group: calls_view.Group) -> tuple[str, Any]:
    """A group as the form sends it, and what it is called."""
    if group.level:
        return f"level:{group.level}", level_label(group.level)
    if group.kind:
        return f"kind:{group.kind}", UNIT_KINDS.get(group.kind, group.kind)
    return "all:", _("Mọi đơn vị báo cáo trực tiếp")


def _page(
    call_id: int, form: MoveForm | WithdrawForm, title: str, button: str, *, danger: bool = False
) -> tuple[str, int]:
    call = _call(call_id)
    return page_again(
        "calls/change.html", form, version=call.version, call=call, title=title, button=button, danger=danger
    )
