"""How somebody wants to be told."""

from __future__ import annotations

from wtforms import BooleanField, SelectField

from web.forms.base import PageForm, line, options
from web.forms.fields import ChecksField
from workflow.ground.speech import _l

WEEKDAYS = (
    ("1", _l("Thứ Hai")),
    ("2", _l("Thứ Ba")),
    ("3", _l("Thứ Tư")),
    ("4", _l("Thứ Năm")),
    ("5", _l("Thứ Sáu")),
    ("6", _l("Thứ Bảy")),
    ("7", _l("Chủ nhật")),
)


class PreferencesForm(PageForm):
    """Address, ways, hour, quiet days and language."""

    email = line(
        _l("Địa chỉ thư điện tử"),
        _l("Chỉ dùng để gửi nhắc việc cho bạn; người khác không thấy."),
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "email", "maxlength": 254},
    )
    by_email = BooleanField(_l("Gửi cho tôi qua thư điện tử"))
    other_address = line(
        _l("Địa chỉ kênh nhắn tin khác"),
        render_kw={"autocomplete": "off", "maxlength": 500, "spellcheck": "false"},
    )
    by_other = BooleanField(_l("Gửi cho tôi qua kênh nhắn tin này"))
    digest_hour = SelectField(
        _l("Giờ nhận nhắc việc trong ngày"),
        description=_l("Nhắc việc của cả ngày gom vào một thư, gửi từ giờ này."),
        choices=options((str(hour), f"{hour}:00") for hour in range(24)),
        validate_choice=False,
    )
    quiet_days = ChecksField(
        _l("Những ngày không nhận"),
        description=_l("Thư của ngày đó dồn sang ngày sau."),
        choices=options(WEEKDAYS),
        validate_choice=False,
    )
    language = SelectField(_l("Ngôn ngữ của trang và thư"), choices=[], validate_choice=False)
