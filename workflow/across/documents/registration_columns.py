"""The columns of a list of registrations: their titles, the other headings offices give them, and how each is filled in.

Reading the cells is in `registration_rows`, what becomes of the rows in `registrations`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.engine import Connection

from workflow.core.labels import MODEL_KINDS, ORIGINS
from workflow.core.programmes import stored
from workflow.core.programmes.year import Item
from workflow.ground.reading.names import word_key
from workflow.ground.schema import ITEMS

# A file that is read back is Vietnamese in either language.
KIND_WORDS: Final = {kind: label.message for kind, label in MODEL_KINDS.items()}
ORIGIN_WORDS: Final = {origin: label.message for origin, label in ORIGINS.items()}
ANSWERS: Final[Sequence[str]] = ("Có", "Không")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. key: the form field it fills; aliases: other headings; required: every row needs it."""

    key: str
    title: str
    aliases: Sequence[str] = ()
    required: bool = False
    width: int = 24
    help: str = ""
    example: str = ""


# Headings by which offices call the items of the form; accents, case and remarks in brackets do not matter.
_ITEM_HEADINGS: Final[Mapping[str, Sequence[str]]] = {
    "name": (
        "Tên mô hình",
        "Mô hình",
        "Tên mô hình đăng ký",
        "Tên mô hình Dân vận khéo",
        "Tên gọi mô hình",
        "Tên mô hình, điển hình",
    ),
    "situation": (
        "Thực trạng và lý do chọn",
        "Thực trạng",
        "Thực trạng và lý do",
        "Lý do chọn",
        "Sự cần thiết",
        "Đặc điểm tình hình",
    ),
    "goals": ("Mục tiêu, chỉ tiêu", "Mục tiêu", "Mục tiêu và chỉ tiêu", "Mục đích, yêu cầu"),
    "method": (
        "Nội dung và cách làm",
        "Nội dung",
        "Cách làm",
        "Nội dung, cách làm",
        "Nội dung thực hiện",
        "Nội dung đăng ký",
    ),
    "place_people": (
        "Địa bàn và đối tượng",
        "Địa bàn",
        "Đối tượng",
        "Địa bàn, đối tượng",
        "Địa điểm, đối tượng",
        "Địa điểm thực hiện",
    ),
    "forces": ("Lực lượng thực hiện", "Lực lượng", "Lực lượng tham gia", "Đơn vị phối hợp"),
    "time_resources": (
        "Thời gian và nguồn lực",
        "Thời gian, nguồn lực",
        "Thời gian và kinh phí",
        "Thời gian thực hiện",
        "Nguồn lực",
    ),
    "outputs": (
        "Sản phẩm kiểm chứng được",
        "Sản phẩm",
        "Kết quả dự kiến",
        "Dự kiến kết quả",
        "Sản phẩm, kết quả dự kiến",
    ),
    "sustainability": (
        "Khả năng duy trì, nhân rộng",
        "Khả năng duy trì",
        "Khả năng nhân rộng",
        "Duy trì và nhân rộng",
        "Duy trì, nhân rộng",
    ),
}


_BEFORE_ITEMS: Final[tuple[Column, ...]] = (
    Column(
        "field",
        "Lĩnh vực",
        ("Lĩnh vực đăng ký", "Thuộc lĩnh vực", "Lĩnh vực thực hiện"),
        required=True,
        width=28,
        help="Chọn trong danh sách. Cách viết quen dùng (VH-XH, NTM, QP-AN…) cũng được nhận.",
        example="Nông thôn mới",
    ),
    Column(
        "kind",
        "Loại",
        ("Loại mô hình", "Loại hình", "Hình thức", "Tập thể/Cá nhân", "Tập thể hay cá nhân", "Tập thể hoặc cá nhân"),
        required=True,
        width=12,
        help="Tập thể hoặc Cá nhân.",
        example="Tập thể",
    ),
    Column(
        "unit",
        "Đơn vị",
        ("Tên đơn vị", "Đơn vị đăng ký", "Đơn vị thực hiện", "Tập thể đăng ký", "Cơ quan, đơn vị"),
        required=True,
        width=44,
        help="Chọn trong danh sách, hoặc ghi tên đơn vị, hoặc mã đơn vị. Có thể dùng cột “Mã đơn vị” thay cho cột này.",
    ),
    Column(
        "unit_code",
        "Mã đơn vị",
        ("Mã số đơn vị", "Mã ĐV"),
        width=16,
        help="Chỉ cần khi hai đơn vị cùng tên, hoặc khi không có cột “Đơn vị”.",
    ),
    Column(
        "person",
        "Người đăng ký",
        ("Họ và tên", "Họ tên", "Họ và tên người đăng ký", "Cá nhân đăng ký", "Người thực hiện", "Tên cá nhân"),
        width=26,
        help="Bắt buộc với mô hình cá nhân. Với mô hình tập thể: người đại diện, có thể để trống.",
        example="Lò Văn Ánh",
    ),
    Column(
        "person_distinguisher",
        "Phân biệt người trùng tên",
        ("Phân biệt trùng tên",),
        width=20,
        help="Chỉ điền khi một đơn vị có hai người trùng họ tên, ví dụ tên thôn. Không ghi số giấy tờ tuỳ thân.",
        example="bản Huồi Sét",
    ),
)
_AFTER_ITEMS: Final[tuple[Column, ...]] = (
    Column(
        "representative", "Người đại diện", ("Họ tên người đại diện",), help="Người thay mặt đơn vị về mô hình này."
    ),
    Column("representative_position", "Chức vụ", ("Chức vụ người đại diện", "Chức danh"), example="Trưởng bản"),
    Column("phone", "Điện thoại", ("Số điện thoại", "SĐT", "Điện thoại liên hệ"), width=16, example="0912 345 678"),
    Column(
        "origin",
        "Mới, tiếp tục hay nhân rộng",
        ("Mới/tiếp tục/nhân rộng", "Mới, tiếp tục, nhân rộng", "Nguồn gốc", "Mới hay tiếp tục", "Tình trạng"),
        width=20,
        help="Mới, Tiếp tục từ năm trước hoặc Nhân rộng. Để trống là Mới.",
        example="Mới",
    ),
    Column(
        "origin_model",
        "Mã mô hình gốc",
        ("Mô hình gốc", "Mã mô hình được nhân rộng"),
        width=18,
        help="Mã của mô hình được tiếp tục hoặc nhân rộng, nếu có trong chương trình.",
    ),
    Column(
        "targets",
        "Chỉ tiêu",
        ("Chỉ tiêu bằng số", "Chỉ tiêu đăng ký", "Các chỉ tiêu"),
        width=40,
        help="Mỗi chỉ số một con số kèm đơn vị tính, cách nhau bằng dấu chấm phẩy.",
        example="Ngày công: 350; Tiền mặt: 35.300.000đ",
    ),
    Column(
        "public",
        "Đồng ý giới thiệu công khai",
        ("Đồng ý công khai", "Cho phép công khai", "Đồng ý giới thiệu"),
        width=18,
        help="Có hoặc Không; để trống là Không. Mô hình cá nhân: chỉ ghi Có khi chính người đó đã đồng ý để hiện họ tên.",
        example="Không",
    ),
)


def columns_of(connection: Connection, year_id: int) -> dict[str, Column]:
    """The columns of a year's list by their key and in their order, the items of the form under the names the year gives them."""
    items = stored.items(connection, year_id)
    named = {word_key(item.label) for item in items.values()}
    asked = {code: _asked(item, named) for code, item in items.items()}
    return {
        column.key: column
        for column in (
            replace(
                asked["name"], required=True, width=60, example="Vận động nhân dân hiến đất mở rộng đường liên bản"
            ),
            *_BEFORE_ITEMS,
            *(asked[code] for code in ITEMS),
            *_AFTER_ITEMS,
        )
    }


def headings(columns: Mapping[str, Column]) -> dict[str, Sequence[str]]:
    """Under which headings each column is looked for."""
    return {key: (column.title, *column.aliases) for key, column in columns.items()}


def _asked(item: Item, named: Collection[str]) -> Column:
    # What the year calls one item is no longer another way of calling a second.
    others = tuple(heading for heading in _ITEM_HEADINGS[item.code] if word_key(heading) not in named)
    said = f"{item.guidance} Tối đa {item.max_length} ký tự.".strip()
    return Column(item.code, item.label, others, width=36, help=said)
