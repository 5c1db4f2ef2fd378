"""Answers when something does not work: in Vietnamese, saying what to do, with a number that is in the log."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web import visitor
from web.answers import status_of
from workflow.refusals import Refusal

log = structlog.get_logger("web")


def install(app: Flask) -> None:
    """Answer every error with a page of our own."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refused(refusal: Refusal) -> tuple[str, int]:
    sentences = [reason.message for reason in refusal.reasons]
    return _page(status_of(refusal), _titles().get(status_of(refusal), _("Chưa làm được")), sentences)


def _stale_form(error: CSRFError) -> tuple[str, int]:
    return _page(
        400,
        _("Trang đã cũ"),
        [_("Trang này mở đã lâu hoặc được mở trước khi đăng nhập lại. Hãy quay lại, tải lại trang rồi gửi lại.")],
    )


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if code >= 500:
        return _broken(error)
    return _page(code, _titles().get(code, _("Không xử lý được yêu cầu")), [_sentences().get(code, _general())])


def _broken(error: Exception) -> tuple[str, int]:
    return _page(
        500,
        _("Phần mềm gặp lỗi"),
        [_("Việc vừa làm chưa được lưu. Hãy thử lại; nếu vẫn lỗi, báo cho quản trị kèm số dưới đây.")],
        error,
    )


def _page(status: int, title: str, sentences: list[str], error: Exception | None = None) -> tuple[str, int]:
    reference = secrets.token_hex(4).upper()
    who = visitor.current()
    facts = {
        "reference": reference,
        "status": status,
        "method": request.method,
        # The path only: what somebody searched for is not the log's business.
        "path": request.path,
        "account": who.actor.account_id if who else None,
    }
    if error is not None:
        log.error("page failed", exc_info=error, **facts)
    else:
        log.info("page refused", **facts)
    shown = render_template("error.html", title=title, sentences=sentences, reference=reference, status=status)
    return shown, status


def _titles() -> dict[int, str]:
    return {
        403: _("Bạn không có quyền xem trang này"),
        404: _("Không tìm thấy"),
        405: _("Không tìm thấy"),
        409: _("Chưa làm được"),
        413: _("Tệp quá lớn"),
        422: _("Chưa dùng được"),
        429: _("Quá nhiều lần thử"),
        503: _("Tạm thời chưa dùng được"),
    }


def _sentences() -> dict[int, str]:
    return {
        403: _("Trang này dành cho người có vai trò khác. Nếu đây là việc của bạn, hãy nhờ quản trị phân công."),
        404: _(
            "Trang không có, hoặc nằm ngoài phạm vi của bạn. Hãy kiểm tra địa chỉ hoặc tìm trong danh sách mô hình."
        ),
        405: _("Trang này không mở được bằng cách ấy. Hãy quay lại trang trước và dùng nút trên trang."),
        413: _(
            "Tệp gửi lên vượt quá dung lượng cho phép. Hãy giảm dung lượng, hoặc chia thành nhiều tệp, rồi gửi lại."
        ),
        429: _("Có quá nhiều lần đăng nhập sai. Hãy đợi ít phút rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu."),
    }


def _general() -> str:
    return str(_("Yêu cầu này không đúng dạng. Hãy quay lại trang trước rồi thử lại."))
