"""Answers when something does not work: in Vietnamese, saying what to do, with a number that is in the log."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import wraps
from typing import TypeVar

import structlog
from flask import Flask, current_app, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from web.forms import held
from web.forms.answers import page_again, status_of
from web.forms.session import SignInForm
from web.serving import visitor
from web.serving.security import limiter, where_it_stood
from web.serving.transactions import settings
from web.words import language
from workflow.ground.reading.quantities import format_number
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _
from workflow.ground.vietnam_time import ZONE

Error = TypeVar("Error", bound=Exception)
Answer = TypeVar("Answer")

log = structlog.get_logger("web")


def install(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.register_error_handler(Refusal, _in_their_language(_refused))
    app.register_error_handler(CSRFError, _in_their_language(_stale_form))
    app.register_error_handler(HTTPException, _in_their_language(_http))
    app.register_error_handler(Exception, _in_their_language(_broken))


def _in_their_language(handle: Callable[[Error], Answer]) -> Callable[[Error], Answer]:
    """In the language of whoever asked, also when it went wrong before that was known."""

    @wraps(handle)
    def answer(error: Error) -> Answer:
        language.speak()
        return handle(error)

    return answer


def _refused(refusal: Refusal) -> tuple[str, int]:
    sentences = [reason.message for reason in refusal.reasons]
    status = status_of(refusal)
    return _page(status, _titles().get(status, _("Chưa làm được")), sentences, model=_model_at_hand(status))


def _model_at_hand(status: int) -> str | None:
    """The model whose page shows how things stand now, after somebody was too late for a step of it."""
    code = (request.view_args or {}).get("code")
    return str(code) if status == 409 and code and visitor.current() is not None else None


def _stale_form(error: CSRFError) -> AnyResponse | tuple[str, int]:
    """A form with a token of before: it is kept and offered again, unless another site made the browser send it."""
    if request.endpoint == "session.sign_in":
        return _sign_in_anew()
    told = _("Trang này mở đã lâu hoặc được mở trước khi đăng nhập lại.")
    typed = held.present()
    if typed is None:
        return _page(400, _("Trang đã cũ"), [told, _("Hãy quay lại, tải lại trang rồi gửi lại.")])
    who = visitor.current()
    if who is None:
        return held.sign_in_page(typed) or _page(400, _("Trang đã cũ"), [told])
    name = who.actor.full_name
    if visitor.others_before():
        told += " " + _("Máy này đã dùng nhiều tài khoản nên nội dung chỉ để chép lại, không gửi thẳng được.")
    else:
        told += " " + _("Nội dung bạn nhập vẫn còn, chưa được gửi. Bạn đang đăng nhập là %(name)s.", name=name)
    page = held.page(typed, sendable=not visitor.others_before(), title=_("Trang đã mở quá lâu"), told=told)
    return page, 400


def _sign_in_anew() -> tuple[str, int]:
    """The page for signing in, open too long itself: again, with all but the password."""
    typed = held.opened(request.form.get("held", ""))
    who = visitor.current()
    if who is not None and typed is not None:
        # Signed in by another window meanwhile.
        page = held.offered(typed, who.actor.account_id, must_change_password=who.must_change_password)
        return page, 400
    sent = {name: request.form.get(name, "") for name in ("user_name", "next", "held")}
    form = SignInForm(formdata=None, data=sent)
    form.general.append(_("Trang đăng nhập mở đã lâu. Hãy nhập lại mật khẩu."))
    return page_again("session/sign_in.html", form, held=typed)[0], 400


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if code >= 500:
        return _broken(error)
    if code == 413:
        return _page(413, *_too_large(), back=_place_of_form())
    if code == 429:
        return _page(429, _("Quá nhiều lần thử"), [_wait()], back=url_for("session.sign_in"))
    return _page(code, _titles().get(code, _("Không xử lý được yêu cầu")), [_sentences().get(code, _general())])


def _too_large() -> tuple[str, list[str]]:
    sent = request.content_length
    if sent is not None and sent <= int(current_app.config["MAX_CONTENT_LENGTH"]):
        # Under the limit of the whole: then it is the text of one field.
        told = _("Chữ trong biểu mẫu quá dài nên không nhận được. Hãy quay lại, rút gọn hoặc gửi phần dài bằng tệp.")
        return _("Nội dung quá dài"), [told]
    limit = _("Mỗi tệp nặng tối đa %(limit)s MB.", limit=settings().max_upload_mb)
    if sent is not None:
        weight = format_number(Decimal(round(sent / 1_048_576)))
        limit += " " + _("Bạn vừa gửi khoảng %(weight)s MB.", weight=weight)
    todo = _(
        "Với ảnh: chọn cỡ nhỏ hơn trong máy ảnh, hoặc gửi ảnh chụp màn hình của ảnh đó."
        " Với PDF: quét lại ở 150–200 điểm ảnh hoặc chia thành nhiều tệp."
    )
    return _("Tệp quá lớn"), [limit, todo]


def _wait() -> str:
    """When the limit on wrong passwords lets the person try again."""
    told = _("Có quá nhiều lần đăng nhập sai.")
    limit = limiter.current_limit
    if limit is not None:
        until = datetime.fromtimestamp(limit.reset_at, UTC).astimezone(ZONE)
        told += " " + _("Hãy thử lại sau %(time)s.", time=f"{until + timedelta(minutes=1):%H:%M}")
    return " ".join((told, _("Quên mật khẩu thì nhờ quản trị đặt lại.")))


def _place_of_form() -> str | None:
    return where_it_stood() if visitor.current() is not None else None


def _broken(error: Exception) -> tuple[str, int]:
    return _page(
        500,
        _("Phần mềm gặp lỗi"),
        [_("Việc vừa làm chưa được lưu. Hãy thử lại; nếu vẫn lỗi, báo cho quản trị kèm số dưới đây.")],
        error=error,
    )


def _page(
    status: int,
    title: str,
    sentences: list[str],
    *,
    back: str | None = None,
    model: str | None = None,
    error: Exception | None = None,
) -> tuple[str, int]:
    reference = secrets.token_hex(4).upper()
    who = visitor.current()
    facts = {
        "reference": reference,
        "status": status,
        "method": request.method,
        "path": _loggable_path(),
        "account": who.actor.account_id if who else None,
    }
    if error is not None:
        log.error("page failed", exc_info=error, **facts)
    else:
        log.info("page refused", **facts)
    shown = render_template(
        "error.html", title=title, sentences=sentences, reference=reference, status=status, back=back, model=model
    )
    return shown, status


def _loggable_path() -> str:
    """Where it happened: not what somebody searched for, and not the key in a link by which somebody is invited."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if name == "token":
            path = path.replace(str(value), "…")
    return path


def _titles() -> dict[int, str]:
    return {
        403: _("Bạn không có quyền xem trang này"),
        404: _("Không tìm thấy"),
        405: _("Không tìm thấy"),
        409: _("Chưa làm được"),
        422: _("Chưa dùng được"),
        503: _("Tạm thời chưa dùng được"),
    }


def _sentences() -> dict[int, str]:
    return {
        403: _("Trang này dành cho người có vai trò khác. Nếu đây là việc của bạn, hãy nhờ quản trị phân công."),
        404: _(
            "Trang không có, hoặc nằm ngoài phạm vi của bạn. Hãy kiểm tra địa chỉ hoặc tìm trong danh sách mô hình."
        ),
        405: _("Trang này không mở được bằng cách ấy. Hãy quay lại trang trước và dùng nút trên trang."),
    }


def _general() -> str:
    return _("Yêu cầu này không đúng dạng. Hãy quay lại trang trước rồi thử lại.")
