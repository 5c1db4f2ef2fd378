"""What somebody typed into a form that could not be taken because their session had ended or the page was open too long.

The pages in between carry it as one signed and compressed value: nothing is kept on the server for people who are not signed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app, make_response, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from web.forms.session import SignInForm
from web.serving import clock, receipts, visitor
from web.serving.security import own_path, where_it_stood
from workflow.ground.speech import _

KEPT_FOR = timedelta(days=1)
"""A form left open overnight is sent on the next day; after that the text is shown and not sent."""
LARGEST = 4 * 1024 * 1024
"""Of the signed value in bytes: it comes back as one field of the form for signing in."""
SECRET = frozenset({"password", "current", "new", "again"})
"""Fields with a password in them: never carried anywhere."""

_NEVER = frozenset({"session", "invitations"})
_TOKEN = "csrf_token"  # noqa: S105 - the name of a field
_MACHINE = frozenset({_TOKEN, receipts.FIELD, "version", "record_version", "opened_at", "as_of", "add_row"})
# What a choice sends, as against what a person writes.
_CHOICE = re.compile(r"[a-z][a-z_.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Held:
    """A form that waits. path: where it was sent, on this site; files: whether some were with it, which are not kept."""

    account_id: int
    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool
    too_old: bool = False

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What the person wrote, with the names of the fields, and without what they only chose."""
        return [
            (name, value)
            for name, value in self.fields
            if name not in _MACHINE and value.strip() and not _CHOICE.fullmatch(value)
        ]


def present() -> Held | None:
    """The form of this request, if somebody typed something into a page of ours.

    None for a form that came from elsewhere: what another site made a browser send must not be offered for sending on.
    """
    account_id = visitor.last_account()
    if request.method != "POST" or request.blueprint in _NEVER or account_id is None or not _from_ourselves():
        return None
    if request.accept_mimetypes.best == "application/json":
        return None  # a script asks, which keeps what was typed itself
    fields = tuple(
        (name, value) for name, value in request.form.items(multi=True) if name != _TOKEN and name not in SECRET
    )
    files = any(file.filename for file in request.files.values())
    if not files and not any(value.strip() for name, value in fields if name not in _MACHINE):
        return None
    return Held(account_id, own_path(request.full_path.rstrip("?"), request.path), fields, files)


def signed(held: Held) -> str | None:
    """The form as one value that nobody else can make; None for one that is too large to carry."""
    text = str(_serializer().dumps([held.account_id, held.path, held.fields, held.files]))
    return text if len(text) <= LARGEST else None


def opened(value: str) -> Held | None:
    """The form in a signed value; None when there is none in it."""
    if not value or len(value) > LARGEST:
        return None
    try:
        content, at = _serializer().loads(value, return_timestamp=True)
    except BadSignature:
        return None
    account_id, path, fields, files = content
    return Held(
        int(account_id),
        own_path(path, url_for("home.work")),
        tuple((str(name), str(text)) for name, text in fields),
        bool(files),
        too_old=clock.now() - at > KEPT_FOR,
    )


def sign_in_page(held: Held) -> Response | None:
    """The page for signing in that carries the form on; None for a form too large for that."""
    value = signed(held)
    if value is None:
        return None
    form = SignInForm(formdata=None, data={"next": where_it_stood(), "held": value})
    return make_response(render_template("session/sign_in.html", form=form, refusal=None, held=held), 401)


def offered(held: Held, account_id: int, *, must_change_password: bool) -> str:
    """The page between signing in and sending on what was typed before; sent only by whoever typed it."""
    told, sendable = _("Bạn đã đăng nhập lại. Nội dung dưới đây chưa được gửi."), False
    if held.account_id != account_id:
        told = _("Nội dung dưới đây do một tài khoản khác nhập nên không gửi được bằng tài khoản này.")
    elif held.too_old:
        told = _("Nội dung dưới đây đã giữ quá một ngày nên không gửi tiếp được. Hãy chép lại vào trang mới.")
    elif must_change_password:
        told = _("Bạn phải đổi mật khẩu trước. Hãy chép nội dung dưới đây để nhập lại sau đó.")
    else:
        sendable = True
    return page(held, sendable=sendable, title=_("Nội dung bạn đã nhập vẫn còn"), told=told)


def page(held: Held, *, sendable: bool, title: str, told: str) -> str:
    """The page that shows what was typed and, when it may be, sends it on to where it was going."""
    return render_template("session/held.html", held=held, sendable=sendable, title=title, told=told)


def _from_ourselves() -> bool:
    """Whether a page of this very site sent the request, by the surest of what the browser says of it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    parts = urlsplit(said)
    # The host only: behind a proxy this side may not know that the browser speaks https.
    return parts.scheme in ("http", "https") and parts.netloc == request.host


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="held-form")
