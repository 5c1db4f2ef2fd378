"""`dvk model`: registering models and looking at them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.settings import load_settings
from web import clock
from web.cli import arguments, console, installation, model_document
from workflow import access, changes
from workflow.access import Actor
from workflow.calendar import ZONE
from workflow.context import model_by_code
from workflow.implementation import attachments, comments
from workflow.people import units
from workflow.programmes import programme
from workflow.recognition import recognition
from workflow.refusals import InvalidInput, NotFound
from workflow.registration import change_requests, consent, registration
from workflow.registration.drafts import Draft
from workflow.registration.model_quantities import QuantityInput
from workflow.reporting import listing

_CODE = click.argument("code", metavar="MÃ")
_YES_NO = {True: "được", False: "chưa được"}


@click.group("model", help="Mô hình: đăng ký, xem, danh sách, lịch sử.")
def model_command() -> None:
    """Holds the commands below."""


@model_command.command("new", help="Tạo một phiếu đăng ký (bản nháp) từ JSON; in mã mô hình.")
@click.option("--year", required=True, type=int, metavar="NĂM", help="Năm thi đua.")
@click.option("--on-behalf", is_flag=True, help="Làm thay đơn vị dù bạn cũng là cán bộ của đơn vị ấy.")
@arguments.data()
@arguments.by()
def new(year: int, on_behalf: bool, data_file: str, who: str) -> None:
    draft = _draft(data_file)
    with installation.opened() as database, database.write() as connection:
        code = registration.create_draft(connection, who, year, draft, clock.now(), on_behalf=on_behalf)
    console.message(f"Đã tạo bản nháp {code}. Gửi phiếu: dvk transition {code} submit --as {who}")
    console.result(code)


@model_command.command("edit", help="Sửa phiếu đăng ký khi còn là bản nháp hoặc bị trả lại.")
@_CODE
@arguments.data()
@arguments.version()
@arguments.by()
def edit(code: str, data_file: str, version: int | None, who: str) -> None:
    draft = _draft(data_file)
    with installation.opened() as database, database.write() as connection:
        now_at = registration.edit_draft(connection, who, code, draft, clock.now(), version=version)
    console.message(f"Đã lưu phiếu {code} (bản {now_at}).")


@model_command.command("list", help="Danh sách mô hình, mới nhất trước; không có --as thì xem tất cả.")
@click.option("--year", type=int, metavar="NĂM", help="Năm thi đua.")
@click.option("--state", "states", multiple=True, metavar="TRẠNG_THÁI", help="Mã trạng thái; nêu nhiều lần.")
@click.option("--unit", "unit_code", metavar="MÃ", help="Đơn vị và mọi đơn vị trực thuộc.")
@click.option("--field", "field_name", metavar="LĨNH_VỰC", help="Mã, tên hoặc bí danh; cần --year.")
@click.option("--kind", type=click.Choice(["collective", "individual"]), help="Tập thể hoặc cá nhân.")
@click.option("--late/--not-late", default=None, help="Chỉ đăng ký trễ, hoặc chỉ đúng hạn.")
@click.option("--search", default="", metavar="CHỮ", help="Tìm trong tên, mã, đơn vị, người; không phân biệt dấu.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), help="Nhiều nhất chừng này mô hình.")
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
        raise click.UsageError("--field cần --year: lĩnh vực thuộc về từng năm.")
    with installation.opened() as database, database.read() as connection:
        actor = _actor(connection, who)
        filters = listing.Filters(
            year_id=programme.year(connection, year).id if year is not None else None,
            states=states,
            field_id=_field(connection, year, field_name) if year is not None and field_name is not None else None,
            kind=kind or "",
            unit_path=_unit_path(connection, actor, unit_code) if unit_code else "",
            late=late,
            search=search,
        )
        rows = _all_rows(connection, actor, filters, limit)
        labels = _state_labels(connection, rows)
    if form == "json":
        console.as_json(model_document.summary(rows))
        return
    console.table(
        ("Mã", "Tên mô hình", "Loại", "Lĩnh vực", "Đăng ký", "Trạng thái"),
        [
            (
                row.code,
                row.name,
                "cá nhân" if row.kind == "individual" else "tập thể",
                row.field_label,
                row.person_name or row.unit_name,
                labels[row.definition_hash, row.state],
            )
            for row in rows
        ],
    )
    console.message(f"{len(rows)} mô hình.")


@model_command.command("show", help="Một mô hình với mọi hồ sơ; có --as thì kèm các bước làm được và vì sao chưa.")
@_CODE
@arguments.by(required=False)
@arguments.form()
def show(code: str, who: str | None, form: str) -> None:
    now = clock.now()
    with installation.opened() as database, database.read() as connection:
        actor = _actor(connection, who)
        model = _model(connection, actor, code)
        found = model_document.document(connection, model, actor, now)
    if form == "json":
        console.as_json(found)
        return
    registrant = f"{found['person']}, {found['unit']['name']}" if found["person"] else found["unit"]["name"]
    console.table(
        ("", ""),
        [
            ("Mã", f"{found['code']} (bản {found['version']})"),
            ("Tên", found["name"]),
            ("Đăng ký", registrant),
            ("Lĩnh vực", found["field"]["label"]),
            ("Trạng thái", f"{found['state_label']} ({found['state']})"),
            ("Đăng ký trễ", "có" if found["late"] else "không"),
        ],
    )
    if actor is not None:
        console.result("")
        console.table(
            ("Bước", "Tên bước", "Bây giờ", "Lý do"),
            [
                (
                    step["trigger"],
                    step["label"],
                    _YES_NO[step["allowed"]],
                    " ".join(reason["message"] for reason in step["reasons"]),
                )
                for step in found["possible"]
            ],
        )


@model_command.command("history", help="Lịch sử của một mô hình, cũ nhất trước.")
@_CODE
@arguments.by(required=False)
@arguments.form()
def history(code: str, who: str | None, form: str) -> None:
    with installation.opened() as database, database.read() as connection:
        model = _model(connection, _actor(connection, who), code)
        told = model_document.entries(connection, model.id)
    if form == "json":
        console.as_json(told)
        return
    console.table(
        ("Mục", "Lúc", "Người", "Thay", "Vai trò", "Việc", "Từ", "Đến", "Lý do"),
        [
            (
                entry["seq"],
                f"{datetime.fromisoformat(entry['at']).astimezone(ZONE):%d/%m/%Y %H:%M}",
                entry["actor"],
                entry["for"],
                entry["role"],
                entry["trigger"],
                entry["from"],
                entry["to"],
                entry["reason"],
            )
            for entry in told
        ],
        right=(0,),
    )


@model_command.command("attach", help="Đính kèm một tệp (pdf, ảnh, docx, xlsx) vào một mô hình.")
@_CODE
@click.argument("file", metavar="TỆP", type=click.Path(dir_okay=False))
@click.option("--purpose", required=True, type=click.Choice(list(attachments.PURPOSES)), help="Tệp dùng làm gì.")
@arguments.by()
def attach(code: str, file: str, purpose: str, who: str) -> None:
    settings = load_settings()
    store = installation.store(settings)
    with Path(file).open("rb") as handle:
        # One byte more than is allowed is enough for the refusal.
        content = handle.read(store.max_bytes + 1)
    with installation.opened(settings) as database, database.write() as connection:
        key = attachments.add(connection, store, who, code, Path(file).name, content, purpose, clock.now())
    console.message(f"Đã đính kèm {Path(file).name} vào {code}.")
    console.result(str(key))


@model_command.command("comment", help="Trao đổi về một mô hình.")
@_CODE
@click.argument("text", metavar="NỘI_DUNG")
@click.option(
    "--audience", type=click.Choice(list(comments.AUDIENCES)), default="unit", show_default=True, help="Ai đọc được."
)
@arguments.by()
def comment(code: str, text: str, audience: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        comments.write(connection, who, code, text, audience, clock.now())
    console.message("Đã ghi trao đổi.")


@model_command.command("change-request", help="Đề nghị đổi tên (name) hoặc lĩnh vực (field); in số đề nghị.")
@_CODE
@click.argument("subject", metavar="name|field", type=click.Choice(["name", "field"]))
@click.argument("after", metavar="GIÁ_TRỊ_MỚI")
@click.option("--reason", required=True, metavar="LÝ_DO", help="Vì sao đổi.")
@arguments.version()
@arguments.by()
def change_request(code: str, subject: str, after: str, reason: str, version: int | None, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        key = change_requests.request_change(
            connection, who, code, subject, after, reason, clock.now(), version=version
        )
    console.message(f"Đã gửi đề nghị {key}.")
    console.result(str(key))


@model_command.command(
    "decide-change", help="Duyệt (--approve), từ chối (--refuse) hoặc rút (--withdraw) một đề nghị đổi."
)
@click.argument("request", metavar="ĐỀ_NGHỊ", type=click.IntRange(1, 2**53))
@click.option("--approve", "decided", flag_value="approve", help="Duyệt.")
@click.option("--refuse", "decided", flag_value="refuse", help="Từ chối; cần --note.")
@click.option("--withdraw", "decided", flag_value="withdraw", help="Người đề nghị rút lại.")
@click.option("--note", default="", metavar="Ý_KIẾN", help="Ý kiến kèm theo.")
@arguments.by()
def decide_change(request: int, decided: str | None, note: str, who: str) -> None:
    if decided is None:
        raise click.UsageError("cần --approve, --refuse hoặc --withdraw.")
    with installation.opened() as database, database.write() as connection:
        if decided == "withdraw":
            change_requests.withdraw_change(connection, who, request, clock.now())
        else:
            change_requests.decide_change(connection, who, request, decided == "approve", note, clock.now())
    did = {"approve": "duyệt", "refuse": "từ chối", "withdraw": "rút"}[decided]
    console.message(f"Đã {did} đề nghị {request}.")


@model_command.command("outstanding", help="Ghi một mô hình đã công nhận là tiêu biểu, hoặc thôi (--no).")
@_CODE
@click.option("--yes/--no", "outstanding", default=True, help="Tiêu biểu hay không.")
@arguments.version()
@arguments.by()
def outstanding(code: str, outstanding: bool, version: int | None, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        recognition.mark_outstanding(connection, who, code, outstanding, clock.now(), version=version)
    console.message(f"{code}: {'tiêu biểu' if outstanding else 'không còn ghi tiêu biểu'}.")


@model_command.command(
    "consent", help="Đồng ý cho mọi người đọc về một mô hình khi được công nhận, hoặc rút lại (--withdraw)."
)
@_CODE
@click.option("--give/--withdraw", "agree", default=True, help="Đồng ý hay rút lại.")
@arguments.version()
@arguments.by()
def agree(code: str, agree: bool, version: int | None, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        consent.set_consent(connection, who, code, agree, clock.now(), version=version)
    console.message(f"{code}: {'đồng ý giới thiệu công khai' if agree else 'không giới thiệu công khai'}.")


def _draft(data_file: str) -> Draft:
    return arguments.built(Draft, arguments.read_json(data_file), lists={"targets": QuantityInput})


def _actor(connection: Connection, who: str | None) -> Actor | None:
    return access.actor(connection, who, clock.now()) if who else None


def _model(connection: Connection, actor: Actor | None, code: str) -> sa.Row[Any]:
    """The model if the actor may see it; whoever names nobody has the database itself in hand and sees all."""
    if actor is not None:
        return changes.seen(connection, actor, code)
    model = model_by_code(connection, code, lock=False)
    if model is None:
        raise NotFound(f"Không có mô hình mã «{code[:60]}».", guard="model")
    return model


def _field(connection: Connection, year: int, name: str) -> int:
    names = programme.field_names(connection, programme.year(connection, year).id)
    found = names.find(name)
    if found is None:
        raise InvalidInput({"field": f"Không có lĩnh vực «{name[:60]}». Các lĩnh vực: {', '.join(names.labels)}."})
    return int(found.id)


def _unit_path(connection: Connection, actor: Actor | None, code: str) -> str:
    place = units.by_code(connection, code)
    if actor is not None and not any(grant.covers(place.path) for grant in actor.grants):
        raise NotFound(f"Không có đơn vị mã «{code[:60]}».", guard="unit")
    return str(place.path)


def _all_rows(
    connection: Connection, actor: Actor | None, filters: listing.Filters, limit: int | None
) -> list[sa.Row[Any]]:
    rows: list[sa.Row[Any]] = []
    place: str | None = ""
    while place is not None and (limit is None or len(rows) < limit):
        page = listing.page(connection, actor, filters, place, listing.LARGEST_PAGE)
        rows.extend(page.rows)
        place = page.following
    return rows[:limit]


def _state_labels(connection: Connection, rows: list[sa.Row[Any]]) -> dict[tuple[str, str], str]:
    return {
        (used, state.id): state.label
        for used in {row.definition_hash for row in rows}
        for state in programme.definition(connection, used).states.values()
    }
