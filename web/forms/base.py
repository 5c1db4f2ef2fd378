"""What every form shares: its messages, refusals of the domain beside the fields they are about, an error summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from web.serving import receipts
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _l

# WTForms has no Vietnamese catalogue; these are the messages our forms can meet, said like all others.
_MESSAGES = {
    "This field is required.": _l("Hãy điền ô này."),
    "Not a valid choice.": _l("Lựa chọn này không có. Hãy chọn lại."),
    "Not a valid choice": _l("Lựa chọn này không có. Hãy chọn lại."),
    "Invalid Choice: could not coerce.": _l("Lựa chọn này không có. Hãy chọn lại."),
    "Invalid Choice: could not coerce": _l("Lựa chọn này không có. Hãy chọn lại."),
    "'%(value)s' is not a valid choice for this field.": _l("“%(value)s” không có trong danh sách. Hãy chọn lại."),
    "'%(value)s' are not valid choices for this field.": _l("“%(value)s” không có trong danh sách. Hãy chọn lại."),
    "Not a valid integer value.": _l("Hãy điền một số nguyên."),
    "Not a valid decimal value.": _l("Hãy điền một số."),
    "CSRF token missing.": _l("Trang này đã cũ. Hãy tải lại rồi gửi lại."),
    "The CSRF token is missing.": _l("Trang này đã cũ. Hãy tải lại rồi gửi lại."),
    "The CSRF session token is missing.": _l("Trang này đã cũ. Hãy tải lại rồi gửi lại."),
    "The CSRF tokens do not match.": _l("Trang này đã cũ. Hãy tải lại rồi gửi lại."),
    "The CSRF token is invalid.": _l("Trang này đã cũ. Hãy tải lại rồi gửi lại."),
}


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


class _Spoken:
    def gettext(self, string: str) -> str:
        return str(_MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(_MESSAGES.get(singular, singular))


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form of a page. `general` holds what is wrong with the whole; fields hold their own errors."""

    names: ClassVar[dict[str, str]] = {}
    """Where the domain calls a fact by another name than the form does: fact → field."""
    version_field: ClassVar[str] = "version"
    """The hidden field with the version of what the page showed."""
    redrawn_by: ClassVar[frozenset[str]] = frozenset({"add_row"})
    """Buttons that send the form only to get it back: with another row, with a sum."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> _Spoken:
            return _Spoken()

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What was sent, without the control characters that no page may contain."""
            sent = super().wrap_formdata(form, formdata)
            if sent is None:
                return None
            return MultiDict([(name, printable(value)) for name, values in sent.lists() for value in values])

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Markup:
            """Wherever a page puts the token against forgery, the one against sending twice goes with it."""
            shown: Markup = super().render_field(field, render_kw)
            return shown + receipts.hidden_field() if field.type == "CSRFTokenField" else shown

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.general: list[str] = []
        self.refusal: Refusal | None = None

    @property
    def acts(self) -> bool:
        """Whether it was sent for something to be done."""
        return bool(self.is_submitted()) and self.redrawn_by.isdisjoint(request.form)

    def take(self, refusal: Refusal) -> None:
        """Put what the domain refused where the person can mend it."""
        problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
        places = {place.name: place for field in self for place in _places(field)}
        for name, sentence in problems.items():
            place = places.get(self.names.get(name, name))
            if place is None:
                self.general.append(sentence)
            else:
                place.errors = [*place.errors, sentence]
        if not problems:
            self.general.extend(reason.message for reason in refusal.reasons)

    def error_summary(self) -> Sequence[tuple[str, str]]:
        """Everything that is wrong, in the form's order: (id of the field or '', sentence)."""
        found = [("", sentence) for sentence in self.general]
        for field in self:
            found.extend(_errors(field))
        return found

    @property
    def present(self) -> int | None:
        """The version the person saw, of a form that carries one."""
        field = self._fields.get(self.version_field)
        return version_in(said(field)) if field is not None else None

    @property
    def sent_version(self) -> int | None:
        """The version the form was sent for, whatever `renew` put into it since."""
        sent = getattr(self._fields.get(self.version_field), "raw_data", None)
        return version_in(str(sent[0])) if sent else None

    def renew(self, version: int | None) -> None:
        """Be for the present version after a conflict: sending it again is a decision then, not an accident."""
        field = self._fields.get(self.version_field)
        if field is not None and version is not None:
            field.data = str(version)


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Choices of a field from pairs of value and label."""
    return [SelectChoice(value, label) for value, label in pairs]


def printable(value: Any) -> Any:
    """A text without control characters other than ends of lines and tabs; anything else as it is."""
    return _CONTROL.sub("", value) if isinstance(value, str) else value


def version_in(text: str) -> int | None:
    """The version in a hidden field; None for one that is missing or made up."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def said(field: Field) -> str:
    """What was typed into a field; nothing for one that was not sent."""
    return str(field.data) if field.data is not None else ""


def day_of(field: Field) -> date | None:
    """The day typed into a field, None when it was left empty. Raises InvalidInput under the field's name."""
    written = said(field)
    if not written.strip():
        return None
    try:
        return parse_date_vi(written)
    except Refusal as refusal:
        raise InvalidInput({field.name: refusal.message}) from None


def _places(field: Field) -> Iterator[Field]:
    """The field itself and every field inside it: where an error can stand."""
    if isinstance(field, FormField):
        for inner in field.form:
            yield from _places(inner)
    elif isinstance(field, FieldList):
        yield field
        for inner in field:
            yield from _places(inner)
    elif field.type not in ("HiddenField", "CSRFTokenField"):
        yield field


def _errors(field: Field) -> Iterator[tuple[str, str]]:
    for place in _places(field):
        for sentence in place.errors:
            yield place.id, str(sentence)


def line(label: str, description: str = "", **kwargs: Any) -> StringField:
    """A single line of text."""
    return StringField(label, description=description, **kwargs)


def prose(label: str, description: str = "", rows: int = 5, **kwargs: Any) -> TextAreaField:
    """Several lines of text."""
    return TextAreaField(label, description=description, render_kw={"rows": rows}, **kwargs)


def day_field(label: str, description: str = "", **kwargs: Any) -> StringField:
    """A day, typed the Vietnamese way: what was typed stays as it was typed, and the domain reads it."""
    return StringField(
        label,
        description=description or _l("ngày/tháng/năm, ví dụ 05/02/2024"),
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 40, "class": "short"},
        **kwargs,
    )
