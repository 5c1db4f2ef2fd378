"""Units, accounts and the roles they hold, and beginning in earnest after the sample."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField

from web.forms.base import PageForm, day_field, line, options
from workflow.core.labels import RANKS, UNIT_KINDS
from workflow.ground.speech import _l


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


class UnitEditForm(PageForm):
    """A unit's name and the days between which it exists."""

    name = line(_l("Tên đơn vị"), render_kw={"maxlength": 300})
    valid_from = day_field(_l("Hoạt động từ ngày"), _l("Để trống nếu đã có từ trước."))
    valid_to = day_field(_l("Đến hết ngày"), _l("Để trống nếu đơn vị còn hoạt động."))


class UnitsFileForm(PageForm):
    """A list of units; `checked` carries the file that was checked already."""

    file = FileField(_l("Tệp danh sách (xlsx, tối đa 2 MB)"), render_kw={"accept": ".xlsx"})
    checked = HiddenField()


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
    entry = RadioField(
        _l("Đăng nhập lần đầu bằng"),
        choices=options(
            [
                ("link", _l("Đường dẫn: người dùng tự đặt mật khẩu, trong 7 ngày")),
                ("password", _l("Mật khẩu ban đầu: đọc cho người dùng, phải đổi ngay")),
            ]
        ),
        default="link",
        validate_choice=False,
    )


class AssignmentForm(PageForm):
    """A role at a unit, for a time, perhaps as somebody's deputy."""

    role = SelectField(_l("Vai trò"), choices=[], validate_choice=False)
    unit = SelectField(_l("Tại đơn vị"), choices=[], validate_choice=False)
    rank = SelectField(
        _l("Chức danh (chỉ vai trò lãnh đạo)"),
        description=_l("Việc quá hạn được báo phó trưởng ban trước, trưởng ban sau."),
        choices=options([("", _l("– không ghi –")), *RANKS.items()]),
        validate_choice=False,
    )
    valid_from = day_field(_l("Từ ngày"), _l("Để trống là từ hôm nay."))
    valid_to = day_field(_l("Đến hết ngày"), _l("Để trống nếu chưa định ngày kết thúc."))
    deputy_for = line(
        _l("Thay mặt cho (tên đăng nhập)"),
        _l("Chỉ điền khi người này làm thay người khác trong thời gian trên."),
        render_kw={"class": "short", "maxlength": 100, "autocapitalize": "none", "autocomplete": "off"},
    )


class BeginningForm(PageForm):
    """With whom a real installation begins, once the sample is gone."""

    unit_code = line(
        _l("Mã đơn vị cao nhất"),
        _l("Chữ không dấu, số, dấu - . _; ví dụ LC."),
        render_kw={"class": "short", "maxlength": 60},
    )
    unit_name = line(_l("Tên đơn vị cao nhất"), _l("Ví dụ: Tỉnh Lào Cai."), render_kw={"maxlength": 300})
    unit_level = SelectField(_l("Cấp"), choices=[], validate_choice=False)
    full_name = line(_l("Họ và tên quản trị"), render_kw={"maxlength": 200, "autocomplete": "off"})
    user_name = line(
        _l("Tên đăng nhập"),
        _l("Chữ thường không dấu, số, dấu chấm."),
        render_kw={"class": "short", "maxlength": 100, "autocapitalize": "none", "autocomplete": "off"},
    )
    password = PasswordField(
        _l("Mật khẩu"),
        description=_l("Ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
        render_kw={"autocomplete": "new-password", "maxlength": 500},
    )
    again = PasswordField(_l("Nhập lại mật khẩu"), render_kw={"autocomplete": "new-password", "maxlength": 500})
    understood = BooleanField(_l("Tôi hiểu: toàn bộ dữ liệu mẫu, kể cả lịch sử và tệp, sẽ mất hẳn."))
