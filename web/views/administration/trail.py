"""The history as administrators read it, its verification and anchors, and the log of who opened individuals' dossiers."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from web.forms.base import printable
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.views.administration import places
from web.words.deeds import DEEDS, SUBJECTS, WAYS_OF_OPENING, deeds
from web.words.particulars import details, people_in
from workflow.across.oversight import access_log, audit, audit_trail
from workflow.core.access import PRIVILEGED
from workflow.core.engine import changes
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.refusals import InvalidInput, NotAllowed, NotFound, Refusal
from workflow.ground.speech import _

pages = Blueprint("trail", __name__)

PAGE_SIZE = 50
MOST_FINDINGS = 100
NAMES = ("nguoi", "viec", "ma", "don-vi", "tu", "den")


@pages.get("/quan-tri/lich-su")
@access_rule(roles=ADMINISTRATORS)
def listed() -> tuple[str, int]:
    asked = _asked()
    lines: list[audit_trail.Line] = []
    following, problem = "", None
    try:
        since, until = _days(asked)
        filters = audit_trail.Filters(
            user_name=asked["nguoi"].lower(),
            trigger=asked["viec"],
            code=asked["ma"].upper(),
            unit_path=_path(asked["don-vi"]),
            since=since,
            until=until,
        )
        lines, following = audit_trail.lines(
            reading(), actor(), filters, before=request.args.get("truoc", ""), limit=PAGE_SIZE
        )
    except (InvalidInput, NotFound) as refused:
        problem = refused.message
    page = render_template(
        "administration/history.html",
        lines=lines,
        following=following,
        problem=problem,
        asked=asked,
        deeds=deeds(reading()),
        subjects=SUBJECTS,
        own_deeds=DEEDS,
        details=details,
        people=people_in(reading(), (line.events for line in lines)),
        units=places.places(),
    )
    return page, 422 if problem else 200


@pages.route("/quan-tri/lich-su/kiem-chung", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def verify() -> str:
    """The anchors to note down; sent, every chain and every anchor is computed anew."""
    if not any(grant.role in PRIVILEGED and grant.unit_path.count("/") == 2 for grant in actor().grants):
        raise NotAllowed(_("Chỉ quản trị của đơn vị cao nhất kiểm chứng được toàn bộ lịch sử."), guard="role")
    findings, expected = None, printable(request.form.get("expected", "")).strip().lower()[:64]
    if request.method == "POST":
        findings = audit.verify(reading(), expected_root=expected or None)
    return render_template(
        "administration/verify.html",
        anchors=audit_trail.anchors(reading()),
        findings=findings,
        shown=MOST_FINDINGS,
        expected=expected,
    )


@pages.get("/quan-tri/nhat-ky-xem")
@access_rule(roles=ADMINISTRATORS)
def accesses() -> tuple[str, int]:
    asked = _asked()
    found: list[access_log.Access] = []
    following, problem = "", None
    try:
        since, until = _days(asked)
        filters = access_log.Filters(asked["nguoi"].lower(), asked["ma"].upper(), _path(asked["don-vi"]), since, until)
        written = request.args.get("truoc", "")
        before = int(written) if written.isdecimal() and len(written) < 18 else None
        found = access_log.listing(reading(), actor(), filters, before=before, limit=PAGE_SIZE + 1)
        if len(found) > PAGE_SIZE:
            found = found[:PAGE_SIZE]
            following = str(found[-1].id)
    except (InvalidInput, NotFound) as refused:
        problem = refused.message
    page = render_template(
        "administration/accesses.html",
        found=found,
        following=following,
        problem=problem,
        asked=asked,
        ways=WAYS_OF_OPENING,
        units=places.places(),
    )
    return page, 422 if problem else 200


@pages.get("/mo-hinh/<code>/ai-da-xem")
@access_rule(signed_in=True)
def seen_by(code: str) -> str:
    """For the registrant: who from outside the unit has opened this dossier."""
    model = changes.seen(reading(), actor(), code)
    if not access_log.may_ask(actor(), model):
        raise NotAllowed(_("Chỉ đơn vị đăng ký và quản trị xem được nhật ký này."), guard="role")
    return render_template(
        "models/seen_by.html", model=model, found=access_log.of_model(reading(), model.id), ways=WAYS_OF_OPENING
    )


def _asked() -> dict[str, str]:
    return {name: printable(request.args.get(name, "")).strip()[:100] for name in NAMES}


def _days(asked: dict[str, str]) -> tuple[date | None, date | None]:
    found = []
    for name in ("tu", "den"):
        try:
            found.append(parse_date_vi(asked[name]) if asked[name] else None)
        except Refusal as refusal:
            raise InvalidInput({name: refusal.message}) from None
    return found[0], found[1]


def _path(code: str) -> str:
    """The unit asked for, if this administrator looks after it."""
    return places.place(code).path if code else ""
