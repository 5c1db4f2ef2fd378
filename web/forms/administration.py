"""Units, accounts and the roles they hold."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from web.forms.base import PageForm, day_field, line, options
from web.presentation import UNIT_KINDS


class UnitForm(PageForm):
    """A new unit."""

    code = line(
        _l("Mã đơn vị"),
        _l("Chữ không dấu, số, dấu - . _; ví dụ KL-XA01."),
        render_kw={"class": "short", "maxlength": 60},
    )
    name = line(_l("Tên đơn vị"), render_kw={"maxlength": 300})
    level = SelectField(_l("Cấp"), choices=[], validate_choice=False)
    kind = SelectField(_l("Loại"), choices=options(UNIT_KINDS.items()), validate_choice=False)
    parent = SelectField(_l("Trực thuộc"), choices=[], validate_choice=False)
    valid_from = day_field(_l("Hoạt động từ ngày"), _l("Để trống nếu đã có từ trước."))


class RenameForm(PageForm):
    """Another name for a unit."""

    name = line(_l("Tên mới"), render_kw={"maxlength": 300})


class MergeForm(PageForm):
    """The unit that takes over."""

    successor = SelectField(_l("Đơn vị kế tục"), choices=[], validate_choice=False)
    last_day = day_field(_l("Ngày hoạt động cuối cùng"), _l("Để trống thì sáp nhập ngay hôm nay."))


class AccountForm(PageForm):
    """A new account. The initial password is made by the program."""

    user_name = line(
        _l("Tên đăng nhập"),
        _l("Chữ thường không dấu, số, dấu chấm; ví dụ canbo.khelam."),
        render_kw={"class": "short", "maxlength": 100, "autocapitalize": "none", "autocomplete": "off"},
    )
    full_name = line(_l("Họ và tên"), render_kw={"maxlength": 200, "autocomplete": "off"})
    position = line(_l("Chức vụ"), render_kw={"maxlength": 200})
    unit = SelectField(_l("Đơn vị công tác"), choices=[], validate_choice=False)


class AssignmentForm(PageForm):
    """A role at a unit, for a time, perhaps as somebody's deputy."""

    role = SelectField(_l("Vai trò"), choices=[], validate_choice=False)
    unit = SelectField(_l("Tại đơn vị"), choices=[], validate_choice=False)
    valid_from = day_field(_l("Từ ngày"), _l("Để trống là từ hôm nay."))
    valid_to = day_field(_l("Đến hết ngày"), _l("Để trống nếu chưa định ngày kết thúc."))
    deputy_for = line(
        _l("Thay mặt cho (tên đăng nhập)"),
        _l("Chỉ điền khi người này làm thay người khác trong thời gian trên."),
        render_kw={"class": "short", "maxlength": 100, "autocapitalize": "none", "autocomplete": "off"},
    )
