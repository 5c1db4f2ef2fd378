"""Implementation: the plan a model starts with and the results its registrant reports, in figures and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.engine import changes
from workflow.core.engine.context import Context
from workflow.core.engine.rules import writes
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput, NotPossible, Refusal
from workflow.ground.schema import ITEMS, plan, programme_year, registration_form, results_report
from workflow.ground.speech import _
from workflow.stages.implementation.events import PlanSaved, ResultsReported, ResultsSaved, Started
from workflow.stages.registration import model_quantities
from workflow.stages.registration.model_quantities import Measures, ModelQuantity, QuantityInput, doubts
from workflow.stages.registration.registrant import standing

START: Final = "start"
REPORT: Final = "report_results"
_LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model starts with."""

    start_date: date
    content: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a registrant reports in words."""

    summary: str
    evidence_note: str


def save_plan(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    start_date: date | str,
    content: str,
    *,
    version: int | None = None,
) -> int:
    """Write the plan down, from acceptance until the results are reported. Returns the model's version."""
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code, version)
    definition = store.definition(connection, model.definition_hash)
    held = standing(definition, actor, START, model.unit_path, to=_("lập kế hoạch"))
    _require(
        definition,
        model,
        (START, REPORT),
        _("Kế hoạch chỉ lập được sau khi đăng ký được tiếp nhận và trước khi báo cáo"),
    )
    problems: dict[str, str] = {}
    begins = _start_date(start_date, _year(connection, model.year_id), problems)
    text = _text(content, "content", _("Kế hoạch"), problems)
    if not text and "content" not in problems:
        problems["content"] = _("Hãy nhập kế hoạch: việc làm, người làm, thời gian, nguồn lực.")
    if problems or begins is None:
        raise InvalidInput(problems)
    _keep_plan(connection, now, model.id, begins, text, actor.account_id)
    return changes.note(connection, held.acting(actor, model), now, model, PlanSaved(begins, text))


@writes("plan")
def write_plan(context: Context) -> None:
    """Record the plan stated with the transition; what is not stated stands as it was saved before."""
    stated = {name: context.facts[name] for name in ("start_date", "plan") if name in context.facts}
    if not stated:
        return
    saved = plan_of(context.connection, context.model.id)
    problems: dict[str, str] = {}
    begins = _start_date(stated.get("start_date") or (saved.start_date if saved else ""), context.year().year, problems)
    if begins is None:
        raise InvalidInput(problems)
    content = stated.get("plan") or (saved.content if saved else "")
    _keep_plan(context.connection, context.now, context.model.id, begins, content, context.actor.account_id)
    context.left.append(Started(stated.get("start_date"), stated.get("plan", "")))


def plan_of(connection: Connection, model_id: int) -> Plan | None:
    """The plan of a model, or None."""
    row = connection.execute(sa.select(plan.c.start_date, plan.c.content).where(plan.c.model_id == model_id)).first()
    return Plan(*row) if row else None


def save_results(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    results: Sequence[QuantityInput],
    *,
    summary: str = "",
    evidence_note: str = "",
    items: Mapping[str, str] | None = None,
    version: int | None = None,
) -> tuple[str, ...]:
    """Write results down before they are reported. What is given replaces what was there.

    items: items of the registration form that were waived and are filled in now. Returns warnings, e.g. about a figure so large
    that its unit is probably wrong; they never block.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code, version)
    definition = store.definition(connection, model.definition_hash)
    held = standing(definition, actor, REPORT, model.unit_path, to=_("báo cáo kết quả"))
    _require(definition, model, (REPORT,), _("Kết quả chỉ ghi được khi mô hình đang thực hiện hoặc đang khắc phục"))
    rows, problems = Measures.of_year(connection, model.year_id).read(results, "results")
    words = {
        "summary": _text(summary, "summary", _("Tóm tắt kết quả"), problems),
        "evidence_note": _text(evidence_note, "evidence_note", _("Minh chứng"), problems),
    }
    filled, waived = _filled(connection, model, items or {}, problems)
    if problems:
        raise InvalidInput(problems)
    model_quantities.replace(connection, model.id, "result", rows)
    _keep_report(connection, now, model.id, words, actor.account_id)
    if filled:
        connection.execute(
            sa.update(registration_form).where(registration_form.c.model_id == model.id).values(**filled, waived=waived)
        )
    saved = ResultsSaved(tuple(row.figure for row in rows), **words, items=filled or None)
    changes.note(connection, held.acting(actor, model), now, model, saved)
    return _warnings(rows)


@writes("results")
def write_results(context: Context) -> None:
    """Record the results stated with the transition: rows of measure, value and note. What is not stated stays as saved."""
    connection, model = context.connection, context.model
    if context.facts.get("results"):
        stated = [
            QuantityInput(*(str(row.get(name) or "") for name in ("measure", "value", "note")))
            for row in context.facts["results"]
        ]
        rows, problems = Measures.of_year(connection, model.year_id).read(stated, "results")
        if not (rows or problems):
            problems["results"] = _("Hãy nhập ít nhất một kết quả, mỗi dòng gồm chỉ số và số liệu.")
        if problems:
            raise InvalidInput(problems)
        model_quantities.replace(connection, model.id, "result", rows)
    else:
        # What was saved before is what is reported: the history has it, and its doubts are said again.
        rows = model_quantities.quantities(connection, model.id, "result")
    context.warnings.extend(_warnings(rows))
    words = {name: context.facts[name] for name in ("summary", "evidence_note") if context.facts.get(name)}
    context.left.append(ResultsReported(tuple(row.figure for row in rows), **words))
    _keep_report(connection, context.now, model.id, words, context.actor.account_id)


def results_of(connection: Connection, model_id: int) -> Results | None:
    """The words of the results report, or None; its figures are `model_quantities.quantities`."""
    row = connection.execute(
        sa.select(results_report.c.summary, results_report.c.evidence_note).where(results_report.c.model_id == model_id)
    ).first()
    return Results(*row) if row else None


def _require(definition: Definition, model: sa.Row[Any], triggers: Sequence[str], sentence: str) -> None:
    if not any(definition.entries(model.state, trigger) for trigger in triggers):
        state = definition.states[model.state].label
        raise NotPossible(
            _("%(sentence)s; mô hình đang ở bước «%(state)s».", sentence=sentence, state=state), guard="state"
        )


def _year(connection: Connection, year_id: int) -> int:
    return int(connection.execute(sa.select(programme_year.c.year).where(programme_year.c.id == year_id)).scalar_one())


def _start_date(written: date | str, year: int, problems: dict[str, str]) -> date | None:
    """A model continued from earlier years may have begun in any of them, but none begins after its programme year."""
    try:
        return parse_date_vi(written, latest=date(year, 12, 31))
    except Refusal as refusal:
        problems["start_date"] = refusal.message
        return None


def _text(written: str, name: str, label: str, problems: dict[str, str]) -> str:
    text = clean(written, multiline=True)
    if len(text) > _LONGEST_TEXT:
        problems[name] = _(
            "«%(label)s» dài %(count)s ký tự, tối đa %(longest_text)s. Hãy rút gọn, phần còn lại đính kèm thành tệp.",
            label=label,
            count=len(text),
            longest_text=_LONGEST_TEXT,
        )
    return text


def _filled(
    connection: Connection, model: sa.Row[Any], items: Mapping[str, str], problems: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The waived items that are filled in now, and those that stay waived."""
    waived = connection.execute(
        sa.select(registration_form.c.waived).where(registration_form.c.model_id == model.id)
    ).scalar()
    asked = stored.items(connection, model.year_id) if items else {}
    filled: dict[str, str] = {}
    for name, written in items.items():
        text = clean(written, multiline=True)
        if name not in ITEMS:
            problems[name] = _("Phiếu đăng ký không có mục «%(clean)s».", clean=shorten(clean(name[:500]), 40))
        elif not text:
            continue
        elif name not in (waived or ()):
            problems[name] = _(
                "«%(label)s» đã có trong phiếu đăng ký nên không điền lại ở đây.", label=_(asked[name].label)
            )
        elif len(text) > asked[name].max_length:
            problems[name] = _(
                "«%(label)s» dài %(count)s ký tự, tối đa %(max_length)s. Hãy rút gọn.",
                label=_(asked[name].label),
                count=len(text),
                max_length=asked[name].max_length,
            )
        else:
            filled[name] = text
    return filled, [name for name in waived or () if name not in filled]


def _warnings(rows: Sequence[ModelQuantity]) -> tuple[str, ...]:
    labels = [row.label for row in rows]
    twice = [label for label in dict.fromkeys(labels) if labels.count(label) > 1]
    return (
        *doubts(rows),
        *(
            _(
                "«%(label)s» được ghi %(label_2)s lần; các số sẽ cộng lại. Hãy kiểm tra có trùng không.",
                label=label,
                label_2=labels.count(label),
            )
            for label in twice
        ),
    )


def _keep_plan(
    connection: Connection, now: datetime, model_id: int, begins: date, content: str, account_id: int
) -> None:
    values = {"start_date": begins, "content": content, "recorded_at": now, "recorded_by": account_id}
    _upsert(connection, plan, model_id, values)


def _keep_report(
    connection: Connection, now: datetime, model_id: int, words: Mapping[str, str], account_id: int
) -> None:
    _upsert(connection, results_report, model_id, {**words, "reported_at": now, "reported_by": account_id})


def _upsert(connection: Connection, table: sa.Table, model_id: int, values: Mapping[str, Any]) -> None:
    # The model is held, so nobody inserts between the two statements.
    if connection.execute(sa.update(table).where(table.c.model_id == model_id).values(**values)).rowcount == 0:
        connection.execute(sa.insert(table).values(model_id=model_id, **values))
