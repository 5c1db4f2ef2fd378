"""The registration form in short steps, each saved as a draft. Handing it in is a step of the model like every other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for

from web.forms.answers import Answer, Done, act, page_again
from web.forms.base import said
from web.forms.fields import prepare_rows
from web.forms.registration import PARTS, WHOLE, Part, RegistrationForm, states_of_parts
from web.serving import clock
from web.serving.access_rules import RECOGNISERS, REGISTRANTS, REVIEWERS, STAFF, access_rule
from web.serving.transactions import reading, store
from web.serving.visitor import actor
from workflow.across.models import kin
from workflow.core.engine import changes, transition
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.people.places import units_of
from workflow.core.programmes import stored
from workflow.core.programmes.choice import chosen_year, every_year, year_by_id
from workflow.core.programmes.year import Item, Year
from workflow.ground.database import Connection
from workflow.ground.reading.text import clean
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation import attachments
from workflow.stages.recognition import publication
from workflow.stages.registration import commands as registration
from workflow.stages.registration import consent, view
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.field_suggestion import Suggestion, suggest
from workflow.stages.registration.model_quantities import doubts, quantities
from workflow.stages.registration.registrant import SUBMIT, roles_of
from workflow.stages.registration.view import Returned

pages = Blueprint("registration", __name__)

MAY_REGISTER = REGISTRANTS | STAFF | REVIEWERS | RECOGNISERS
MOST_ALIKE = 3


@pages.route("/mo-hinh/moi", methods=["GET", "POST"])
@access_rule(roles=MAY_REGISTER)
def new() -> Answer:
    """The first part; with it the draft begins. tiep-tuc, nhan-rong: code of a model whose form is copied."""
    who = actor()
    year = chosen_year(reading(), request.values.get("nam"), to_register=True)
    begun = _beginning(year.id)
    form = RegistrationForm(data=_typed(begun))
    items = stored.items(reading(), year.id)
    units = _prepare(form, year, items)
    form.keep(PARTS[0].fields)

    def begin(connection: Connection) -> Done:
        code = registration.create_draft(connection, who.account_id, clock.now(), year.year, form.over(begun))
        following = url_for("registration.part", code=code, part=PARTS[1].slug)
        return Done(_("Đã lưu bản nháp %(code)s.", code=code), following)

    return act(form, begin) or page_again(
        "registration/part.html",
        form,
        model=None,
        year=year,
        years=every_year(reading()),
        part=PARTS[0],
        number=1,
        count=len(PARTS) + 1,
        hint=_hint(form, year.id),
        alike=(),
        returned=None,
        to_mend={},
        copied=begun.origin_model,
        beginnings=() if begun.origin_model else kin.to_continue(reading(), who, year.year, units),
        items=items,
        files=(),
    )


@pages.get("/mo-hinh/<code>/phieu")
@access_rule(signed_in=True)
def edit(code: str) -> str:
    """The parts of the form with how far each is."""
    connection = reading()
    model = view.open_form(connection, actor(), code)
    form = view.form(connection, model.id)
    draft = view.typed(connection, model.id)
    labels = stored.item_labels(connection, model.year_id)
    returned = view.last_return(connection, model.id, labels) if model.submitted_at else None
    to_mend = _to_mend(returned)
    return render_template(
        "registration/parts.html",
        model=model,
        year=year_by_id(connection, model.year_id),
        parts=states_of_parts(draft, form.waived if form else (), to_mend),
        returned=returned,
        labels=labels,
        alike=_alike(model.year_id, model.name, model.id),
    )


@pages.route("/mo-hinh/<code>/phieu/<part>", methods=["GET", "POST"])
@access_rule(signed_in=True)
def part(code: str, part: str) -> Answer:
    """One part of the form, or the whole of it on one page."""
    who = actor()
    asked = next((one for one in (*PARTS, WHOLE) if one.slug == part), None)
    model = view.open_form(reading(), who, code)
    if asked is None:
        raise NotFound(_("Phiếu đăng ký không có phần này."), guard="part")
    year = year_by_id(reading(), model.year_id)
    before = view.typed(reading(), model.id)
    form = RegistrationForm(data={**_typed(before), "version": str(model.version)})
    items = stored.items(reading(), year.id)
    _prepare(form, year, items)
    form.keep(asked.fields)

    def save(connection: Connection) -> Done:
        typed, now = form.over(before), clock.now()
        registration.edit_draft(connection, who.account_id, now, code, typed, version=form.present)
        if (file := form.chosen_file) is not None:
            name, content = file.filename or "", file.read()
            attachments.add(connection, who.account_id, now, store(), code, name, content, "registration")
        return Done(_("Đã lưu."), _following(asked, code), _echo(connection, asked, model.id, typed))

    if answer := act(form, save):
        return answer
    model = changes.seen(reading(), who, code)
    labels = {name: _(item.label) for name, item in items.items()}
    returned = view.last_return(reading(), model.id, labels) if model.submitted_at else None
    return page_again(
        "registration/part.html",
        form,
        model=model,
        year=year,
        years=[year],
        part=asked,
        number=PARTS.index(asked) + 1 if asked in PARTS else None,
        count=len(PARTS) + 1,
        hint=_hint(form, year.id),
        alike=_alike(model.year_id, model.name, model.id) if asked is PARTS[1] and form.refusal is None else (),
        returned=returned,
        to_mend=_to_mend(returned),
        copied="",
        beginnings=(),
        items=items,
        files=attachments.listing(reading(), model.id) if "file" in asked.fields else (),
    )


@pages.get("/mo-hinh/<code>/phieu/kiem-tra")
@access_rule(signed_in=True)
def check(code: str) -> str:
    """Everything that was answered, once more, before it is handed in."""
    connection, now = reading(), clock.now()
    model = view.open_form(connection, actor(), code)
    year = year_by_id(connection, model.year_id)
    form = view.form(connection, model.id)
    draft = view.typed(connection, model.id)
    labels = stored.item_labels(connection, year.id)
    returned = view.last_return(connection, model.id, labels) if model.submitted_at else None
    definition = lifecycle_store.definition(connection, model.definition_hash)
    targets = quantities(connection, model.id, "target")
    return render_template(
        "registration/check.html",
        model=model,
        year=year,
        draft=draft,
        parts=states_of_parts(draft, form.waived if form else (), _to_mend(returned)),
        waived=form.waived if form else (),
        labels=labels,
        field_label=next(
            (_(f.label) for f in stored.fields(connection, year.id) if f.code == draft.field), draft.field
        ),
        targets=targets,
        doubts=doubts(targets),
        files=attachments.listing(connection, model.id),
        alike=_alike(model.year_id, model.name, model.id),
        late=model.submitted_at is None and local_date(now) > year.closes_on,
        early=model.submitted_at is None and local_date(now) < year.opens_on,
        answer=next(
            (one for one in transition.possible(connection, actor(), now, model) if one.trigger == SUBMIT), None
        ),
        step=next(one for one in definition.outgoing(model.state) if one.trigger == SUBMIT),
    )


@pages.get("/mo-hinh/gan-giong")
@access_rule(roles=MAY_REGISTER)
def alike() -> str:
    """For the page of the first part, while somebody types a name: the field it suggests and names like it."""
    connection = reading()
    year = chosen_year(connection, request.args.get("nam"), to_register=True)
    name = clean(request.args.get("ten", "")[:600])
    itself = request.args.get("phieu", "")
    return render_template(
        "registration/_alike.html",
        hint=suggest(name, stored.fields(connection, year.id)),
        alike=[
            hit
            for hit in registration.similar_models(connection, year.id, name, limit=MOST_ALIKE + 1, actor=actor())
            if hit[0] != itself
        ][:MOST_ALIKE],
    )


@pages.app_template_global("part_of")
def part_of(item: str) -> str:
    """In which part of the form an item is asked."""
    return next((one.slug for one in PARTS if item in one.fields), PARTS[0].slug)


def _beginning(year_id: int) -> Draft:
    """An empty form, or a copy of the form of a model that is continued or replicated; only of what this person may see."""
    empty = Draft(unit="", kind="collective", field="", name="")
    for word, origin in (("tiep-tuc", "continued"), ("nhan-rong", "replicated")):
        code = request.values.get(word, "")[:40]
        if not code:
            continue
        connection = reading()
        draft = _source(code, published=origin == "replicated")
        known = {row.code for row in stored.measures(connection, year_id)}
        fields = {row.code for row in stored.fields(connection, year_id)}
        targets = [target for target in draft.targets if target.measure in known]
        draft = replace(
            draft,
            origin=origin,
            origin_model=code,
            field=draft.field if draft.field in fields else "",
            targets=targets,
            # Agreeing to be read about is for one model of one year.
            public=False,
        )
        if origin == "replicated":
            # The method is copied; who does it and how much of it is the new place's own.
            return replace(
                draft, unit="", kind="collective", person="", person_distinguisher="", targets=(),
                representative="", representative_position="", phone="",
            )  # fmt: skip
        return draft
    return empty


def _source(code: str, *, published: bool) -> Draft:
    """The form to copy. published: of a model out of this person's sight, what everybody may read of it will do."""
    connection = reading()
    try:
        return view.typed(connection, changes.seen(connection, actor(), code).id)
    except NotFound:
        if not published or not publication.is_published(connection, code):
            raise
    found = publication.published(connection, code)
    items = {"situation": found.situation, "method": found.method}
    return Draft(unit="", kind="collective", field=found.field_code, name=found.name, items=items)


def _typed(draft: Draft) -> dict[str, Any]:
    """A form as the fields of the page hold it."""
    lines = ("unit", "kind", "field", "name", "person", "person_distinguisher", "origin", "origin_model")
    contact = ("representative", "representative_position", "phone")
    return {
        **{name: getattr(draft, name) for name in (*lines, *contact)},
        **draft.items,
        "public": draft.public,
        "targets": [{"measure": row.measure, "value": row.value, "note": row.note} for row in draft.targets],
    }


def _prepare(form: RegistrationForm, year: Year, items: Mapping[str, Item]) -> Sequence[str]:
    """Give the form the words of its year and its choices; returns the codes of the units one may register for."""
    connection = reading()
    definition = lifecycle_store.definition(connection, year.definition_hash)
    form.ask_for(items)
    roles = roles_of(definition, SUBMIT) | roles_of(definition, SUBMIT, on_behalf=True)
    units = units_of(connection, actor(), roles, local_date(clock.now()))
    form.choose_from(
        [(one.code, one.name) for one in units],
        [(one.code, _(one.label)) for one in stored.fields(connection, year.id)],
    )
    prepare_rows(form.targets, stored.measures(connection, year.id), add="add_row" in request.form, empty=2)
    return [one.code for one in units]


def _hint(form: RegistrationForm, year_id: int) -> Suggestion | None:
    """The field that the name speaks for, unless that is the one chosen."""
    if "field" not in form._fields:
        return None
    found = suggest(said(form.name), stored.fields(reading(), year_id))
    return found if found is not None and found.code != said(form.field) else None


def _to_mend(returned: Returned | None) -> dict[str, str]:
    """Items that the latest return named, with what was said about each."""
    return {one.item: one.note for one in returned.items} if returned else {}


def _alike(year_id: int, name: str, itself: int) -> list[tuple[str, str, int, str]]:
    """Names so much alike that one of the two may be a double: a warning, never a refusal."""
    return registration.similar_models(reading(), year_id, name, exclude_id=itself, limit=MOST_ALIKE, actor=actor())


def _echo(connection: Connection, asked: Part, model_id: int, typed: Draft) -> list[str]:
    """How the figures were read, which of them look wrong, and what another registrant has to be asked again."""
    told = []
    if typed.public and consent.agreed_at(connection, model_id) is None:
        told.append(_("Người đăng ký đã đổi nên cần hỏi lại việc giới thiệu công khai, ở phần cuối của phiếu."))
    targets = quantities(connection, model_id, "target") if "targets" in asked.fields else []
    if targets:
        read = "; ".join(f"{row.label}: {row.said}" for row in targets)
        told += [_("Chỉ tiêu đã ghi: %(read)s. Nếu chưa đúng, hãy sửa.", read=read), *doubts(targets)]
    return told


def _following(asked: Part, code: str) -> str:
    """Where saving leads: to the next part, to the last check, back to the list of parts, or here again for another file."""
    if "stay" in request.form:
        return url_for("registration.part", code=code, part=asked.slug)
    if "back" in request.form:
        return url_for("registration.edit", code=code)
    if asked in PARTS[:-1]:
        return url_for("registration.part", code=code, part=PARTS[PARTS.index(asked) + 1].slug)
    return url_for("registration.check", code=code)
