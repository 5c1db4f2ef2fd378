"""The registration form, and the request to change a name or field after it was handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField, RadioField, SelectField

from web.forms.base import PageForm, line, options, prose, said
from web.forms.fields import quantity_inputs, quantity_rows
from web.look.presentation import ITEMS
from workflow.core.labels import CHANGE_SUBJECTS, MODEL_KINDS
from workflow.core.programmes.year import Item
from workflow.ground.speech import _, _l
from workflow.stages.registration.drafts import Draft


@dataclass(frozen=True, slots=True)
class Part:
    """One short step of the form. slug: its word in the address; fields: what it asks; needed: items that must not stay empty."""

    slug: str
    title: Any
    fields: tuple[str, ...]
    needed: tuple[str, ...] = ()


PARTS: Final = (
    Part(
        "ten",
        _l("Tên, lĩnh vực và người đăng ký"),
        ("name", "field", "unit", "kind", "person", "person_distinguisher", "same_person", "origin", "origin_model"),
    ),
    Part("muc-tieu", _l("Thực trạng và mục tiêu"), ("situation", "goals"), ("situation", "goals")),
    Part(
        "cach-lam",
        _l("Cách làm, địa bàn, lực lượng"),
        ("method", "place_people", "forces"),
        ("method", "place_people", "forces"),
    ),
    Part(
        "thoi-gian",
        _l("Thời gian, sản phẩm, chỉ tiêu"),
        ("time_resources", "outputs", "sustainability", "targets"),
        ("time_resources", "outputs", "sustainability"),
    ),
    Part(
        "lien-he",
        _l("Người đại diện và tệp kèm theo"),
        ("representative", "representative_position", "phone", "public", "file"),
    ),
)
WHOLE: Final = Part(
    "ca-phieu",
    _l("Cả phiếu trên một trang"),
    tuple(name for part in PARTS for name in part.fields if name != "file"),
    tuple(ITEMS),
)
"""For those who have the text ready, from a paper or from Word."""

PartStatus = Literal["done", "missing", "mend", "optional"]


@dataclass(frozen=True, slots=True)
class PartState:
    """How far one part of the form is. missing: ids of items that still have to be written."""

    part: Part
    status: PartStatus
    missing: tuple[str, ...] = ()


def states_of_parts(draft: Draft, waived: Collection[str], to_mend: Collection[str]) -> list[PartState]:
    """Every part with how far it is; what was named for mending shows until the form is handed in again."""
    found = []
    for part in PARTS:
        missing = tuple(item for item in part.needed if not draft.items.get(item, "").strip() and item not in waived)
        status: PartStatus = "done"
        if missing:
            status = "missing"
        elif set(part.fields) & set(to_mend):
            status = "mend"
        elif part.slug == "lien-he" and not (draft.representative or draft.phone):
            status = "optional"
        found.append(PartState(part, status, missing))
    return found


_ALWAYS = frozenset({"csrf_token", "version"})


class RegistrationForm(PageForm):
    """The nine items and what goes with them. Their words and the choices come from the programme year and the person's units."""

    name = prose("", rows=2)
    field = SelectField(_l("Lĩnh vực"), choices=[], validate_choice=False)
    unit = SelectField(_l("Đơn vị đăng ký"), choices=[], validate_choice=False)
    kind = RadioField(
        _l("Loại mô hình"),
        choices=options(MODEL_KINDS.items()),
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
    same_person = BooleanField(
        _l("Cùng một người"), description=_l("Là người đã đăng ký tên này ở đơn vị, không phải người khác trùng tên.")
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
    situation = prose("", rows=4)
    goals = prose("", rows=4)
    method = prose("", rows=4)
    place_people = prose("", rows=4)
    forces = prose("", rows=4)
    time_resources = prose("", rows=4)
    outputs = prose("", rows=4)
    sustainability = prose("", rows=4)
    targets = quantity_rows(
        _l("Chỉ tiêu bằng số (nếu có)"), _l("Ví dụ: 350 ngày công; 1,139 tỷ đồng; 172,5 kg; trên 200 hộ.")
    )
    representative = line(_l("Người đại diện"), render_kw={"maxlength": 200})
    representative_position = line(_l("Chức vụ"), render_kw={"maxlength": 200})
    phone = line(
        _l("Điện thoại"), render_kw={"inputmode": "tel", "autocomplete": "off", "maxlength": 60, "class": "short"}
    )
    public = BooleanField(
        _l("Đồng ý giới thiệu công khai để nơi khác nhân rộng"),
        description=_l(
            "Khi được công nhận, ai cũng đọc được tên mô hình, đơn vị, thực trạng, cách làm và kết quả bằng số;"
            " không có số điện thoại. Mô hình cá nhân: họ tên người đăng ký cũng hiện, nên chỉ đánh dấu khi chính"
            " người đó đồng ý. Rút lại lúc nào cũng được, trên trang của mô hình."
        ),
    )
    file = FileField(
        _l("Tệp kèm phiếu (không bắt buộc)"),
        description=_l("Ảnh, PDF, Word hoặc Excel. Lưu xong có thể thêm tệp nữa."),
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx"},
    )
    version = HiddenField()

    def keep(self, names: Collection[str]) -> None:
        """Leave only these fields on the form: the others are asked in another step."""
        for name in [field.name for field in self]:
            if name not in names and name not in _ALWAYS:
                del self[name]

    def ask_for(self, items: Mapping[str, Item]) -> None:
        """Say what the year calls each item, and how it is to be written."""
        for name, item in items.items():
            self[name].label.text, self[name].description = _(item.label), _(item.guidance)

    def choose_from(self, units: Sequence[tuple[str, str]], fields: Sequence[tuple[str, str]]) -> None:
        """Units the person may register for and fields of the year, each by code and name."""
        empty = [("", str(_l("– chọn –")))]
        self.unit.choices = options([*([] if len(units) == 1 else empty), *units])
        self.field.choices = options([*empty, *fields])

    def over(self, kept: Draft) -> Draft:
        """What was typed in the fields of this form over what was kept, for the domain to check."""
        mine = self._fields.keys()
        typed: dict[str, Any] = {name: said(self[name]) for name in _TEXTS if name in mine}
        if "targets" in mine:
            typed["targets"] = quantity_inputs(self.targets)
        for name in ("public", "same_person"):
            if name in mine:
                typed[name] = bool(self[name].data)
        items = {item: said(self[item]) if item in mine else kept.items.get(item, "") for item in ITEMS}
        return replace(kept, items=items, waived=(), **typed)

    @property
    def chosen_file(self) -> FileStorage | None:
        """The file that was sent along, if any."""
        sent = self._fields["file"].data if "file" in self._fields else None
        return sent if isinstance(sent, FileStorage) and sent.filename else None


_TEXTS = (
    "unit",
    "kind",
    "field",
    "name",
    "person",
    "person_distinguisher",
    "representative",
    "representative_position",
    "phone",
    "origin",
    "origin_model",
)


class ChangeRequestForm(PageForm):
    """A governed change of name or field."""

    subject = RadioField(
        _l("Đề nghị đổi"),
        choices=options(CHANGE_SUBJECTS.items()),
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
