"""Signing in and changing one's password."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField

from web.forms.base import PageForm, line
from workflow.ground.speech import _l


class SignInForm(PageForm):
    """User name and password."""

    user_name = line(
        _l("Tên đăng nhập"),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 100},
    )
    password = PasswordField(_l("Mật khẩu"), render_kw={"autocomplete": "current-password", "maxlength": 500})
    next = HiddenField()
    held = HiddenField()


class PasswordForm(PageForm):
    """The present password, and the new one twice."""

    current = PasswordField(_l("Mật khẩu hiện tại"), render_kw={"autocomplete": "current-password", "maxlength": 500})
    new = PasswordField(
        _l("Mật khẩu mới"),
        description=_l("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
        render_kw={"autocomplete": "new-password", "maxlength": 500},
    )
    again = PasswordField(_l("Nhập lại mật khẩu mới"), render_kw={"autocomplete": "new-password", "maxlength": 500})


class ChosenPasswordForm(PageForm):
    """A password of one's own, twice."""

    new = PasswordField(
        _l("Mật khẩu"),
        description=_l("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
        render_kw={"autocomplete": "new-password", "maxlength": 500},
    )
    again = PasswordField(_l("Nhập lại mật khẩu"), render_kw={"autocomplete": "new-password", "maxlength": 500})
