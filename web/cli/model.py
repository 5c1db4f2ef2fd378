"""`dvk model`: registering models and looking at them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click

from config.settings import load_settings
from web.cli import arguments, console, installation, model_document
from web.serving import clock
from workflow.across.lists import listing
from workflow.across.models import entries
from workflow.across.models import page as model_page
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.labels import AUDIENCES, FILE_PURPOSES, MODEL_KINDS, in_sentence
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.people import units
from workflow.core.programmes import stored
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.speech import _, mark
from workflow.ground.vietnam_time import ZONE
from workflow.stages.implementation import attachments, comments
from workflow.stages.recognition import commands as recognition
from workflow.stages.registration import change_requests, consent, correction
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput

_CODE = click.argument("code", metavar=mark("MÃ"))
_YES_NO = {True: mark("được"), False: mark("chưa được")}


@click.group("model", help=mark("Mô hình: đăng ký, xem, danh sách, lịch sử."))
def model_command() -> None:
    """Holds the commands below."""


@model_command.command("new", help=mark("Tạo một phiếu đăng ký (bản nháp) từ JSON; in mã mô hình."))
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@click.option("--on-behalf", is_flag=True, help=mark("Làm thay đơn vị dù bạn cũng là cán bộ của đơn vị ấy."))
@arguments.data()
@arguments.by()
def new(year: int, on_behalf: bool, data_file: str, who: str) -> None:
    draft = _draft(data_file)
    with installation.writing() as connection:
        code = registration.create_draft(connection, who, clock.now(), year, draft, on_behalf=on_behalf)
    console.message(
        _("Đã tạo bản nháp %(code)s. Gửi phiếu: dvk transition %(code)s submit --as %(who)s", code=code, who=who)
    )
    console.result(code)


@model_command.command("edit", help=mark("Sửa phiếu đăng ký khi còn là bản nháp hoặc bị trả lại."))
@_CODE
@arguments.data()
@arguments.version()
@arguments.by()
def edit(code: str, data_file: str, version: int | None, who: str) -> None:
    draft = _draft(data_file)
    with installation.writing() as connection:
        now_at = registration.edit_draft(connection, who, clock.now(), code, draft, version=version)
    console.message(_("Đã lưu phiếu %(code)s (bản %(now_at)s).", code=code, now_at=now_at))


@model_command.command("list", help=mark("Danh sách mô hình, mới nhất trước; không có --as thì xem tất cả."))
@click.option("--year", type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@click.option(
    "--state", "states", multiple=True, metavar=mark("TRẠNG_THÁI"), help=mark("Mã trạng thái; nêu nhiều lần.")
)
@click.option("--unit", "unit_code", metavar=mark("MÃ"), help=mark("Đơn vị và mọi đơn vị trực thuộc."))
@click.option("--field", "field_name", metavar=mark("LĨNH_VỰC"), help=mark("Mã, tên hoặc bí danh; cần --year."))
@click.option("--kind", type=click.Choice(list(MODEL_KINDS)), help=mark("Tập thể hoặc cá nhân."))
@click.option("--late/--not-late", default=None, help=mark("Chỉ đăng ký trễ, hoặc chỉ đúng hạn."))
@click.option(
    "--search", default="", metavar=mark("CHỮ"), help=mark("Tìm trong tên, mã, đơn vị, người; không phân biệt dấu.")
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), help=mark("Nhiều nhất chừng này mô hình."))
@arguments.by(required=False)
@arguments.form()
def list_(
    year: int | None,
    states: tuple[str, ...],
    unit_code: str | None,
    field_name: str | None,
    kind: str | None,
    late: bool | None,
    search: str,
    limit: int | None,
    who: str | None,
    form: str,
) -> None:
    if field_name is not None and year is None:
        raise click.UsageError(_("--field cần --year: lĩnh vực thuộc về từng năm."))
    with installation.reading() as connection:
        actor = _actor(connection, who)
        filters = listing.Filters(
            year_id=stored.year(connection, year).id if year is not None else None,
            states=states,
            field_id=_field(connection, year, field_name) if year is not None and field_name is not None else None,
            kind=kind or "",
            unit_path=_unit_path(connection, actor, unit_code) if unit_code else "",
            late=late,
            search=search,
        )
        rows = listing.first(connection, actor, filters, limit)
        labels = _state_labels(connection, {row.definition_hash for row in rows})
    if form == "json":
        console.as_json(model_document.summary(rows))
        return
    console.table(
        (_("Mã"), _("Tên mô hình"), _("Loại"), _("Lĩnh vực"), _("Đăng ký"), _("Trạng thái")),
        [
            (
                row.code,
                row.name,
                in_sentence(MODEL_KINDS[row.kind]),
                _(row.field_label),
                row.person_name or row.unit_name,
                labels[row.definition_hash, row.state],
            )
            for row in rows
        ],
    )
    console.message(_("%(count)s mô hình.", count=len(rows)))


@model_command.command(
    "show", help=mark("Một mô hình với mọi hồ sơ; có --as thì kèm các bước làm được và vì sao chưa.")
)
@_CODE
@arguments.by(required=False)
@arguments.form()
def show(code: str, who: str | None, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        actor = _actor(connection, who)
        page = model_page.of_model(connection, actor, now, model_page.seen(connection, actor, code))
    if form == "json":
        console.as_json(model_document.document(page))
        return
    about, state = page.about, page.state
    console.table(
        ("", ""),
        [
            (_("Mã"), _("%(code)s (bản %(version)s)", code=about.code, version=about.version)),
            (_("Tên"), about.name),
            (_("Đăng ký"), f"{about.person}, {about.unit.name}" if about.person else about.unit.name),
            (_("Lĩnh vực"), about.field.label),
            (_("Trạng thái"), f"{state.label} ({state.id})"),
            (_("Đăng ký trễ"), _("có") if about.late else _("không")),
        ],
    )
    if actor is not None:
        console.result("")
        console.table(
            (_("Bước"), _("Tên bước"), _("Bây giờ"), _("Lý do")),
            [
                (
                    step.trigger,
                    step.label,
                    _(_YES_NO[step.allowed]),
                    " ".join(reason.message for reason in step.reasons),
                )
                for step in page.possible
            ],
        )


@model_command.command("history", help=mark("Lịch sử của một mô hình, cũ nhất trước."))
@_CODE
@arguments.by(required=False)
@arguments.form()
def history(code: str, who: str | None, form: str) -> None:
    with installation.reading() as connection:
        model = model_page.seen(connection, _actor(connection, who), code)
        told = entries.of_model(connection, model.id)
    if form == "json":
        console.as_json(model_document.history(told))
        return
    console.table(
        (_("Mục"), _("Lúc"), _("Người"), _("Thay"), _("Vai trò"), _("Việc"), _("Từ"), _("Đến"), _("Lý do")),
        [
            (
                entry.seq,
                f"{entry.at.astimezone(ZONE):%d/%m/%Y %H:%M}",
                entry.actor.user_name,
                model_document.represented(entry),
                entry.role,
                entry.trigger,
                entry.from_state,
                entry.to_state,
                entry.reason,
            )
            for entry in told
        ],
        right=(0,),
    )


@model_command.command("attach", help=mark("Đính kèm một tệp (pdf, ảnh, docx, xlsx) vào một mô hình."))
@_CODE
@click.argument("file", metavar=mark("TỆP"), type=click.Path(dir_okay=False))
@click.option("--purpose", required=True, type=click.Choice(list(FILE_PURPOSES)), help=mark("Tệp dùng làm gì."))
@arguments.by()
def attach(code: str, file: str, purpose: str, who: str) -> None:
    settings = load_settings()
    store = installation.store(settings)
    with Path(file).open("rb") as handle:
        # One byte more than is allowed is enough for the refusal.
        content = handle.read(store.max_bytes + 1)
    with installation.writing(settings) as connection:
        key = attachments.add(connection, who, clock.now(), store, code, Path(file).name, content, purpose)
    console.message(_("Đã đính kèm %(name)s vào %(code)s.", name=Path(file).name, code=code))
    console.result(str(key))


@model_command.command("comment", help=mark("Trao đổi về một mô hình."))
@_CODE
@click.argument("text", metavar=mark("NỘI_DUNG"))
@click.option(
    "--audience",
    type=click.Choice(list(AUDIENCES)),
    default="unit",
    show_default=True,
    help=mark("Ai đọc được."),
)
@arguments.by()
def comment(code: str, text: str, audience: str, who: str) -> None:
    with installation.writing() as connection:
        comments.write(connection, who, clock.now(), code, text, audience)
    console.message(_("Đã ghi trao đổi."))


@model_command.command("change-request", help=mark("Đề nghị đổi tên (name) hoặc lĩnh vực (field); in số đề nghị."))
@_CODE
@click.argument("subject", metavar="name|field", type=click.Choice(["name", "field"]))
@click.argument("after", metavar=mark("GIÁ_TRỊ_MỚI"))
@click.option("--reason", required=True, metavar=mark("LÝ_DO"), help=mark("Vì sao đổi."))
@arguments.version()
@arguments.by()
def change_request(code: str, subject: str, after: str, reason: str, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        key = change_requests.request_change(
            connection, who, clock.now(), code, subject, after, reason, version=version
        )
    console.message(_("Đã gửi đề nghị %(key)s.", key=key))
    console.result(str(key))


@model_command.command(
    "decide-change", help=mark("Duyệt (--approve), từ chối (--refuse) hoặc rút (--withdraw) một đề nghị đổi.")
)
@click.argument("request", metavar=mark("ĐỀ_NGHỊ"), type=click.IntRange(1, 2**53))
@click.option("--approve", "decided", flag_value="approve", help=mark("Duyệt."))
@click.option("--refuse", "decided", flag_value="refuse", help=mark("Từ chối; cần --note."))
@click.option("--withdraw", "decided", flag_value="withdraw", help=mark("Người đề nghị rút lại."))
@click.option("--note", default="", metavar=mark("Ý_KIẾN"), help=mark("Ý kiến kèm theo."))
@arguments.by()
def decide_change(request: int, decided: str | None, note: str, who: str) -> None:
    if decided is None:
        raise click.UsageError(_("cần --approve, --refuse hoặc --withdraw."))
    with installation.writing() as connection:
        if decided == "withdraw":
            change_requests.withdraw_change(connection, who, clock.now(), request)
        else:
            change_requests.decide_change(connection, who, clock.now(), request, decided == "approve", note)
    did = {"approve": _("duyệt"), "refuse": _("từ chối"), "withdraw": _("rút")}[decided]
    console.message(_("Đã %(did)s đề nghị %(request)s.", did=did, request=request))


@model_command.command("outstanding", help=mark("Ghi một mô hình đã công nhận là tiêu biểu, hoặc thôi (--no)."))
@_CODE
@click.option("--yes/--no", "outstanding", default=True, help=mark("Tiêu biểu hay không."))
@arguments.version()
@arguments.by()
def outstanding(code: str, outstanding: bool, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        recognition.mark_outstanding(connection, who, clock.now(), code, outstanding, version=version)
    console.message(
        _("%(code)s: tiêu biểu.", code=code) if outstanding else _("%(code)s: không còn ghi tiêu biểu.", code=code)
    )


@model_command.command(
    "consent", help=mark("Đồng ý cho mọi người đọc về một mô hình khi được công nhận, hoặc rút lại (--withdraw).")
)
@_CODE
@click.option("--give/--withdraw", "agree", default=True, help=mark("Đồng ý hay rút lại."))
@arguments.version()
@arguments.by()
def agree(code: str, agree: bool, version: int | None, who: str) -> None:
    with installation.writing() as connection:
        consent.set_consent(connection, who, clock.now(), code, agree, version=version)
    did = _("đồng ý giới thiệu công khai") if agree else _("không giới thiệu công khai")
    console.message(f"{code}: {did}.")


@model_command.command("registrant", help=mark("Sửa hoặc xác nhận người đăng ký của một mô hình cá nhân."))
@_CODE
@click.argument("name", metavar=mark("TÊN"))
@click.option("--distinguisher", default="", metavar=mark("CHỮ"), help=mark("Phần phân biệt người trùng tên."))
@click.option("--reason", required=True, metavar=mark("LÝ_DO"), help=mark("Vì sao."))
@arguments.by()
def registrant(code: str, name: str, distinguisher: str, reason: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        correction.correct_registrant(connection, who, clock.now(), code, (name, distinguisher), reason)
    console.message(_("%(code)s: người đăng ký là %(name)s.", code=code, name=name))


def _draft(data_file: str) -> Draft:
    return arguments.built(Draft, arguments.read_json(data_file), lists={"targets": QuantityInput})


def _actor(connection: Connection, who: str | None) -> Actor | None:
    return access.actor(connection, who, clock.now()) if who else None


def _field(connection: Connection, year: int, name: str) -> int:
    found = stored.field_names(connection, stored.year(connection, year).id).find(name)
    if isinstance(found, str):
        raise InvalidInput({"field": found})
    return int(found.id)


def _unit_path(connection: Connection, actor: Actor | None, code: str) -> str:
    place = units.by_code(connection, code)
    if actor is not None and not any(grant.covers(place.path) for grant in actor.grants):
        raise NotFound(_("Không có đơn vị mã «%(code)s».", code=code[:60]), guard="unit")
    return str(place.path)


def _state_labels(connection: Connection, definitions: Collection[str]) -> dict[tuple[str, str], str]:
    return {
        (used, state.id): state.label
        for used in definitions
        for state in lifecycle_store.definition(connection, used).states.values()
    }
