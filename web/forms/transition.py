"""The form of any transition, made from the facts its definition asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wtforms import BooleanField, Field, FieldList, HiddenField, RadioField, SelectField

from web.forms.base import PageForm, day_field, line, options, prose, said
from web.forms.fields import ChecksField, prepare_rows, quantity_inputs, quantity_rows, typed_again
from web.look.presentation import day, shown_day
from workflow.across.models.offers import Offers
from workflow.core.lifecycles.terms import Fact
from workflow.ground.speech import _l

Choice = tuple[str, str]


class TransitionForm(PageForm):
    """Only the version; the facts are added for each transition."""

    version = HiddenField()
    asked: tuple[Fact, ...] = ()

    def stated(self) -> dict[str, Any]:
        """The facts as typed, for the domain to read."""
        return {fact.name: _stated(self.of(fact)) for fact in self.asked}

    def of(self, fact: Fact) -> Field:
        """The field in which a fact is stated."""
        field: Field = self[_attribute(fact)]
        return field


def transition_form(
    facts: Sequence[Fact],
    offers: Offers,
    *,
    version: int | None,
    add_row: bool = False,
    recorded: bool = False,
) -> TransitionForm:
    """A form for these facts. version: what the person sees now, when it is about a single model.

    recorded: the step writes a record. What that needs may be stated here or be there already, so nothing is called optional.
    """
    made = type(
        "FactsForm",
        (TransitionForm,),
        {
            "asked": tuple(facts),
            "names": {fact.name: _sent_as(fact) for fact in facts},
            **{_attribute(fact): _named(_field(fact, offers, recorded=recorded), _sent_as(fact)) for fact in facts},
        },
    )
    defaults: dict[str, Any] = {"version": "" if version is None else str(version)}
    recorded_before = _recorded(offers)
    for fact in facts:
        if fact.name in recorded_before:
            defaults[_attribute(fact)] = recorded_before[fact.name]
        elif fact.name == "results":
            defaults[_attribute(fact)] = typed_again(offers.results)
    form: TransitionForm = made(data=defaults)
    for fact in facts:
        rows = form.of(fact)
        if isinstance(rows, FieldList):
            prepare_rows(rows, offers.measures, add=add_row)
    return form


def decision_choices(offers: Offers) -> list[Choice]:
    """The decisions there are, as a form and the page that checks it call them."""
    return [(str(one.id), f"{one.written}, {shown_day(one.dated)}, {one.issuer_name}") for one in offers.decisions]


def _recorded(offers: Offers) -> dict[str, str]:
    """By fact, the way it is typed: what was recorded before the step."""
    before = offers.recorded
    texts = {
        "plan": before.plan,
        "start_date": day(before.start_date) if before.plan is not None else None,
        "summary": before.summary,
        "evidence_note": before.evidence_note,
        "finding": before.finding,
        "mend_by": day(before.mend_by) if before.finding is not None else None,
    }
    return {name: text for name, text in texts.items() if text is not None}


# What the pages with such a form send beside its facts, and names of passwords, which are never carried over a new sign-in.
_TAKEN: Final = frozenset(
    {"add_row", "code", "confirm", "csrf_token", "form_token", "mend", "tiep", "trigger", "version"}
    | {"again", "current", "new", "password"}
)


def _attribute(fact: Fact) -> str:
    """The name by which the form knows a fact: a definition may call one "data" or "errors", which every form has already."""
    return f"fact_{fact.name}"


def _sent_as(fact: Fact) -> str:
    """The name under which a browser sends it: the fact's own, unless the page sends something else under that."""
    return _attribute(fact) if fact.name in _TAKEN else fact.name


def _named(field: Any, name: str) -> Any:
    """The field, not yet bound to a form, under another name than its attribute's."""
    field.name = name
    return field


def _field(fact: Fact, offers: Offers, *, recorded: bool) -> Field:
    optional = not (fact.required or recorded or fact.type == "boolean")
    label = f"{fact.label} ({_l('không bắt buộc')})" if optional else fact.label
    match fact.type:
        case "text":
            return prose(label, fact.help, rows=8 if (fact.max_length or 0) > 10_000 else 4)
        case "date":
            return day_field(label, fact.help)
        case "boolean":
            return BooleanField(label, description=fact.help)
        case "choice":
            return RadioField(label, description=fact.help, choices=options(fact.choices), validate_choice=False)
        case "decision":
            return _select(label, fact.help, decision_choices(offers), _l("– quyết định mới, điền bên dưới –"))
        case "meeting":
            meetings = [(str(one.id), f"{one.title}, {shown_day(one.held_on)}") for one in offers.meetings]
            return _select(label, fact.help, meetings, _l("– phiên đã có mô hình này –"))
        case "submission":
            submissions = [
                (str(one.id), f"{one.number or one.id} – {one.unit_name} ({one.listed})") for one in offers.submissions
            ]
            return _select(label, fact.help, submissions, _l("– tờ trình đã có mô hình này –"))
        case "list" if fact.name == "items":
            return ChecksField(
                label, description=fact.help, choices=options(offers.items.items()), validate_choice=False
            )
        case "list":
            return quantity_rows(label, fact.help)
        case "integer":
            return line(label, fact.help, render_kw={"inputmode": "numeric", "class": "short"})
        case "model":
            return line(label, fact.help or _l("Mã mô hình, ví dụ DVK-2024-00017."), render_kw={"class": "short"})
        case _:
            return line(label, fact.help, render_kw={"maxlength": (fact.max_length or 300) + 100})


def _select(label: str, help_text: str, choices: Sequence[Choice], empty: Any) -> SelectField:
    return SelectField(label, description=help_text, choices=options([("", empty), *choices]), validate_choice=False)


def _stated(field: Field) -> Any:
    if isinstance(field, FieldList):
        return [
            {"measure": row.measure, "value": row.value, "note": row.note}
            for row in quantity_inputs(field)
            if row.measure or row.value or row.note
        ]
    if isinstance(field, ChecksField):
        return [{"item": item} for item in field.data or ()]
    if isinstance(field, BooleanField):
        return bool(field.data)
    return said(field)
