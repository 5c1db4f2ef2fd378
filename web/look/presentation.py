"""How values of the domain are written on a page: dates, numbers, states, stages, who did what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from flask import Flask, g, request
from markupsafe import Markup

from web.serving import clock, visitor
from web.serving.access_rules import ADMINISTRATORS, INSPECTORS, LEADERS, RECOGNISERS, REGISTRANTS, REVIEWERS, STAFF
from web.serving.transactions import reading
from workflow.across.obligations.chasing import CHASERS
from workflow.core import labels
from workflow.core.labels import FORM_FIELDS
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import END_STAGE, Definition, State
from workflow.core.programmes.defaults import standard_item_labels
from workflow.ground.reading.quantities import Qualifier, Quantity, format_number, spoken_number, spoken_quantity
from workflow.ground.speech import Spoken, _, _l, pgettext, spoken_day
from workflow.ground.vietnam_time import ZONE, local_date

ITEMS = standard_item_labels()
"""The items of the registration form, as the shipped defaults of a year call them."""
FIELD_NAMES: Mapping[str, Spoken] = {**FORM_FIELDS, **ITEMS}
"""Whatever stands in the registration form."""

# What is written into the history without a transition. A word that is not here is shown as it is.
NOTES = {
    "created": _l("Lập bản nháp"),
    "form_edited": _l("Sửa phiếu đăng ký"),
    "registrant_corrected": _l("Sửa hoặc xác nhận người đăng ký"),
    "change_requested": _l("Đề nghị đổi tên hoặc lĩnh vực"),
    "change_approved": _l("Đồng ý đổi tên hoặc lĩnh vực"),
    "change_refused": _l("Không đồng ý đổi tên hoặc lĩnh vực"),
    "change_withdrawn": _l("Rút đề nghị đổi tên hoặc lĩnh vực"),
    "plan_saved": _l("Ghi kế hoạch"),
    "results_saved": _l("Ghi kết quả"),
    "file_added": _l("Đính kèm tệp"),
    "file_removed": _l("Gỡ tệp"),
    "comment_written": _l("Viết ý kiến"),
    "visit_planned": _l("Hẹn ngày kiểm tra"),
    "visit_cancelled": _l("Huỷ ngày hẹn kiểm tra"),
    "inspection_recorded": _l("Ghi biên bản kiểm tra"),
    "placed_on_agenda": _l("Đưa vào chương trình bình xét"),
    "taken_off_agenda": _l("Bỏ khỏi chương trình bình xét"),
    "votes_recorded": _l("Ghi phiếu bình xét"),
    "ballots_recorded": _l("Ghi kết quả kiểm phiếu"),
    "review_closed": _l("Kết thúc phiên bình xét"),
    "review_cancelled": _l("Huỷ phiên bình xét"),
    "submission_prepared": _l("Lập tờ trình"),
    "report_written": _l("Viết báo cáo thành tích"),
    "outstanding_marked": _l("Ghi nhận tiêu biểu"),
    "outstanding_unmarked": _l("Thôi ghi nhận tiêu biểu"),
    "commendation_proposed": _l("Đưa vào danh sách đề nghị khen thưởng"),
    "commendation_withdrawn": _l("Đưa ra khỏi danh sách đề nghị khen thưởng"),
    "definition_changed": _l("Chuyển sang quy trình khác"),
    "public_agreed": _l("Đồng ý giới thiệu công khai"),
    "public_withdrawn": _l("Rút đồng ý giới thiệu công khai"),
}
StopStatus = Literal["done", "here", "ahead", "left_out"]


@dataclass(frozen=True, slots=True)
class Stop:
    """One of the stages as a model's page shows it."""

    label: str
    status: StopStatus


def stops(definition: Definition, state: str, passed: Collection[str]) -> list[Stop]:
    """The stages of a definition for a model in `state` whose history went through the states in `passed`."""
    stages = [stage for stage in definition.stages if stage.id != END_STAGE]
    here = definition.states[state].stage
    visited = {definition.states[one].stage for one in passed if one in definition.states} | {here}
    position = next((i for i, stage in enumerate(stages) if stage.id == here), len(stages))
    found = []
    for i, stage in enumerate(stages):
        status: StopStatus
        if stage.id == here:
            status = "here"
        elif i > position:
            status = "ahead"
        else:
            status = "done" if stage.id in visited else "left_out"
        found.append(Stop(stage.label, status))
    return found


def tone(state: State) -> str:
    """The colour class of a state; icon and word say the same."""
    if state.end:
        if state.id == "recognised":
            return "gold"
        return "done" if state.id.endswith("recognised") and state.id != "not_recognised" else "closed"
    if state.id in ("returned", "remediation"):
        return "mend"
    return "draft" if state.initial else "running"


def day(value: date | None) -> str:
    """05/02/2024."""
    return f"{value:%d/%m/%Y}" if value else ""


def shown_day(value: date | None) -> str:
    """A day as people read it; `day` is how it is typed, in every language."""
    return spoken_day(value) if value else ""


def moment(value: datetime | None) -> Markup:
    """A moment as a `time` element, in Vietnam's time."""
    if value is None:
        return Markup("")
    local = value.astimezone(ZONE)
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(timespec="seconds"), f"{spoken_day(local)} {local:%H:%M}"
    )


def number(value: Decimal | int | float | None) -> str:
    """1139000000 → "1.139.000.000"; nothing for None."""
    return "" if value is None else format_number(Decimal(str(value)))


def shown_number(value: Decimal | int | float | None) -> str:
    """A number as people read it; `number` is how it is typed, in every language."""
    return "" if value is None else spoken_number(Decimal(str(value)))


def amount(value: Decimal, unit: str, qualifier: Qualifier = "exactly") -> str:
    """ "trên 350 ngày công"."""
    return spoken_quantity(Quantity(Decimal(str(value)), unit, qualifier))


def state_of(definition_hash: str, state: str) -> State:
    """The state as the model's own definition has it."""
    return store.definition(reading(), definition_hash).states[state]


def role_label(role: str) -> str:
    """What a role is called, as today's lifecycle definitions say; asked once for a page."""
    if "role_labels" not in g:
        g.role_labels = lifecycle_labels.roles(reading())
    return str(g.role_labels.get(role, role))


def level_label(level: str) -> str:
    """What a level of the unit tree is called, likewise."""
    if "level_labels" not in g:
        g.level_labels = lifecycle_labels.levels(reading())
    return str(g.level_labels.get(level, level))


def deed(definition: Definition, trigger: str) -> str:
    """What a history entry says was done."""
    label = next((t.label for t in definition.transitions if t.trigger == trigger), None)
    return label or str(NOTES.get(trigger, trigger))


def with_query(**changes: str | None) -> str:
    """The present address with some of its query replaced; None takes one out."""
    query = request.args.to_dict(flat=True)
    for name, value in changes.items():
        if value is None:
            query.pop(name.replace("_", "-"), None)
        else:
            query[name.replace("_", "-")] = value
    return request.path + ("?" + urlencode(query) if query else "")


def navigation() -> Sequence[tuple[str, str]]:
    """The main places of the visitor: (endpoint, label)."""
    who = visitor.current()
    if who is None:
        return ()
    places: list[tuple[str, str]] = [
        ("home.work", _("Việc của tôi")),
        ("models.listed", pgettext("places", "Mô hình")),
    ]
    if who.actor.holds(REGISTRANTS | REVIEWERS | STAFF | RECOGNISERS | LEADERS):
        places.append(("reports.listed", pgettext("places", "Báo cáo")))
    if who.actor.holds(CHASERS):
        places.append(("chasing.listed", _("Đôn đốc")))
    if who.actor.holds(INSPECTORS):
        places.append(("visits.listed", _("Kiểm tra")))
    if who.actor.holds(REVIEWERS | STAFF | RECOGNISERS):
        places.append(("review.listed", pgettext("places", "Bình xét")))
    if who.actor.holds(RECOGNISERS):
        places.append(("submission.incoming", _("Hồ sơ trình")))
    if who.actor.holds(REVIEWERS | STAFF):
        places.append(("submission.listed", pgettext("places", "Tờ trình")))
    places += [
        ("recognition.listed", pgettext("places", "Quyết định")),
        ("overview.shown", _("Tổng quan")),
        ("tally.shown", _("Tổng hợp")),
        ("calendar.month", _("Lịch")),
        ("lifecycle.shown", pgettext("places", "Quy trình")),
    ]
    if who.actor.holds(ADMINISTRATORS):
        places.append(("administration.home", pgettext("places", "Quản trị")))
    return places


def may_register() -> bool:
    """Whether the visitor may start a registration somewhere."""
    who = visitor.current()
    return who is not None and who.actor.holds(REGISTRANTS | STAFF | REVIEWERS | RECOGNISERS)


def _one_or_many(one: str, many: str, n: int) -> str:
    return _(one if n == 1 else many)


def install(app: Flask) -> None:
    """Make all of this available to the templates."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=_, ngettext=_one_or_many, pgettext=pgettext, newstyle=True
    )
    app.jinja_env.filters.update(day=shown_day, typed_day=day, moment=moment, number=shown_number, said=_)
    app.jinja_env.globals.update(
        MODEL_KINDS=labels.MODEL_KINDS,
        ORIGINS=labels.ORIGINS,
        FILE_PURPOSES=labels.FILE_PURPOSES,
        INSPECTION_KINDS=labels.INSPECTION_KINDS,
        CONCLUSIONS=labels.CONCLUSIONS,
        AUDIENCES=labels.AUDIENCES,
        DUTIES=labels.DUTIES,
        BALLOTS=labels.BALLOTS,
        VOTES=labels.VOTES,
        MEETING_STATUSES=labels.MEETING_STATUSES,
        CHANGE_STATUSES=labels.CHANGE_STATUSES,
        CHANGE_SUBJECTS=labels.CHANGE_SUBJECTS,
        DECISION_TYPES=labels.DECISION_TYPES,
        UNIT_KINDS=labels.UNIT_KINDS,
        RANKS=labels.RANKS,
        NUMBERINGS=labels.NUMBERINGS,
        REPORT_STATUSES=labels.REPORT_STATUSES,
        role_label=role_label,
        level_label=level_label,
        FIELD_NAMES=FIELD_NAMES,
        INSPECTORS=INSPECTORS,
        amount=amount,
        state_of=state_of,
        tone=tone,
        deed=deed,
        with_query=with_query,
        navigation=navigation,
        may_register=may_register,
    )

    @app.context_processor
    def about_now() -> dict[str, Any]:
        return {"visitor": visitor.current(), "today": local_date(clock.now())}
