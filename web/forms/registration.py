"""The registration form, and the request to change a name or field after it was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, TextAreaField

from web.forms.base import PageForm, line, options, prose, said
from web.forms.fields import quantity_inputs, quantity_rows
from web.presentation import KINDS, REQUEST_SUBJECTS
from workflow.programme_defaults import standard_defaults
from workflow.registration import Draft
from workflow.schema import ITEMS

_GUIDANCE = {item.id: item for item in standard_defaults().items}


def _item(name: str) -> TextAreaField:
    item = _GUIDANCE[name]
    return prose(item.label, item.guidance, rows=4)


class RegistrationForm(PageForm):
    """The nine items and what goes with them. Choices come from the programme year and the person's units."""

    unit = SelectField(_l("Đơn vị đăng ký"), choices=[], validate_choice=False)
    kind = RadioField(
        _l("Loại mô hình"),
        choices=options(KINDS.items()),
        default="collective",
        validate_choice=False,
    )
    person = line(
        _l("Người đăng ký"), _l("Chỉ điền với mô hình cá nhân."), render_kw={"autocomplete": "off", "maxlength": 300}
    )
    person_distinguisher = line(
        _l("Phân biệt người trùng tên"),
        _l("Ví dụ: thôn Nà Hin, tổ 2. Không ghi số giấy tờ."),
        render_kw={"maxlength": 100},
    )
    field = SelectField(_l("Lĩnh vực"), choices=[], validate_choice=False)
    name = prose(_GUIDANCE["name"].label, _GUIDANCE["name"].guidance, rows=2)
    situation = _item("situation")
    goals = _item("goals")
    method = _item("method")
    place_people = _item("place_people")
    forces = _item("forces")
    time_resources = _item("time_resources")
    outputs = _item("outputs")
    sustainability = _item("sustainability")
    targets = quantity_rows(
        _l("Chỉ tiêu bằng số (nếu có)"), _l("Ví dụ: 350 ngày công; 1,139 tỷ đồng; 172,5 kg; trên 200 hộ.")
    )
    representative = line(_l("Người đại diện"), render_kw={"maxlength": 200})
    representative_position = line(_l("Chức vụ"), render_kw={"maxlength": 200})
    phone = line(
        _l("Điện thoại"), render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": 60, "class": "short"}
    )
    origin = RadioField(
        _l("Mô hình này"),
        choices=options(
            (
                ("new", _l("là mô hình mới")),
                ("continued", _l("tiếp tục từ năm trước")),
                ("replicated", _l("nhân rộng từ mô hình đã được công nhận")),
            )
        ),
        default="new",
        validate_choice=False,
    )
    origin_model = line(
        _l("Mã mô hình gốc"),
        _l("Chỉ điền khi tiếp tục hoặc nhân rộng. Ví dụ: DVK-2023-00017."),
        render_kw={"class": "short"},
    )
    version = HiddenField()

    def choose_from(self, units: Sequence[Any], fields: Sequence[Any]) -> None:
        """Units the person may register for and fields of the year."""
        empty = [("", str(_l("– chọn –")))]
        self.unit.choices = options([*([] if len(units) == 1 else empty), *((u.code, u.name) for u in units)])
        self.field.choices = options([*empty, *((f.code, f.label) for f in fields)])

    def as_draft(self, waived: Sequence[str] = ()) -> Draft:
        """What was typed, for the domain to check. waived: items that were let off before and are still empty."""
        return Draft(
            unit=said(self.unit),
            kind=said(self.kind),
            field=said(self.field),
            name=said(self.name),
            person=said(self.person),
            person_distinguisher=said(self.person_distinguisher),
            items={item: said(self[item]) for item in ITEMS},
            representative=said(self.representative),
            representative_position=said(self.representative_position),
            phone=said(self.phone),
            origin=said(self.origin),
            origin_model=said(self.origin_model),
            targets=quantity_inputs(self.targets),
            waived=[item for item in waived if not said(self[item]).strip()],
        )


class ChangeRequestForm(PageForm):
    """A governed change of name or field."""

    subject = RadioField(
        _l("Đề nghị đổi"),
        choices=options(REQUEST_SUBJECTS.items()),
        default="name",
        validate_choice=False,
    )
    after = prose(_l("Đổi thành"), _l("Tên mới, hoặc tên lĩnh vực mới."), rows=2)
    reason = prose(_l("Lý do"), rows=3)
    version = HiddenField()


class ChangeDecisionForm(PageForm):
    """Yes or no to such a request."""

    approve = RadioField(
        _l("Quyết định"),
        choices=options((("1", _l("Đồng ý đổi")), ("0", _l("Không đồng ý")))),
        validate_choice=False,
    )
    note = prose(_l("Ghi chú"), _l("Nêu lý do khi không đồng ý."), rows=3)
