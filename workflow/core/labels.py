"""What things are called that the program itself tells apart: one label each, with its English in the catalogue.

Pages, commands, workbooks, papers and letters all take them from here. A label says itself (`str`) in the language of
whoever reads it. Not here is what data files name: roles, levels, states and steps by their lifecycle definition
(`workflow.core.lifecycles.labels`), items of the form, fields, measures and sections of a report by the programme year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow.ground.speech import Spoken, _l, lpgettext

Labels = Mapping[str, Spoken]

# ------------------------------------------------------------------------------------------ models

MODEL_KINDS: Final[Labels] = {"collective": _l("Tập thể"), "individual": _l("Cá nhân")}
ORIGINS: Final[Labels] = {
    "new": _l("Mới"),
    "continued": _l("Tiếp tục từ năm trước"),
    "replicated": _l("Nhân rộng"),
}
FORM_FIELDS: Final[Labels] = {
    "name": _l("Tên mô hình"),
    "field": _l("Lĩnh vực"),
    "kind": _l("Loại"),
    "person": _l("Người đăng ký"),
    "origin": _l("Mới, tiếp tục hay nhân rộng"),
    "representative": _l("Người đại diện"),
    "representative_position": _l("Chức vụ"),
    "targets": _l("Chỉ tiêu bằng số"),
    "phone": _l("Điện thoại"),
    "public": _l("Giới thiệu công khai"),
}
"""Fields of the registration form beside its items, which the programme year names."""
CHANGE_SUBJECTS: Final[Labels] = {"name": _l("Tên mô hình"), "field": _l("Lĩnh vực")}
CHANGE_STATUSES: Final[Labels] = {
    "open": _l("Chờ quyết định"),
    "approved": _l("Đã đồng ý"),
    "refused": _l("Không đồng ý"),
    "withdrawn": _l("Đã rút"),
}
FILE_PURPOSES: Final[Labels] = {
    "registration": _l("Kèm phiếu đăng ký"),
    "plan": _l("Kế hoạch"),
    "evidence": _l("Minh chứng kết quả"),
    "inspection": _l("Kiểm tra"),
    "minutes": _l("Biên bản"),
    "other": _l("Khác"),
}
AUDIENCES: Final[Labels] = {
    "unit": _l("Mọi người xem được mô hình"),
    "reviewers": _l("Chỉ người xét, không gồm đơn vị đăng ký"),
}

# ------------------------------------------------------------------------------------------ inspection

INSPECTION_KINDS: Final[Labels] = {
    "inspection": _l("Kiểm tra"),
    "survey": _l("Khảo sát"),
    "appraisal": _l("Thẩm định"),
    "re_inspection": _l("Phúc tra"),
}
CONCLUSIONS: Final[Labels] = {"passed": lpgettext("conclusion", "Đạt"), "remediation": _l("Cần khắc phục")}

# ------------------------------------------------------------------------------------------ review and recognition

DUTIES: Final[Labels] = {"chair": _l("Chủ trì"), "secretary": _l("Thư ký"), "member": _l("Thành viên")}
BALLOTS: Final[Labels] = {"named": _l("Biểu quyết ghi tên"), "secret": _l("Bỏ phiếu kín")}
VOTES: Final[Labels] = {"for": _l("Đồng ý"), "against": _l("Không đồng ý"), "abstain": _l("Không biểu quyết")}
MEETING_STATUSES: Final[Labels] = {
    "prepared": _l("Đang chuẩn bị"),
    "open": _l("Đang họp"),
    "closed": _l("Đã kết thúc"),
    "cancelled": _l("Đã huỷ"),
}
DECISION_TYPES: Final[Labels] = {"recognition": _l("Công nhận"), "revocation": _l("Thu hồi")}

# ------------------------------------------------------------------------------------------ units and people

UNIT_KINDS: Final[Labels] = {
    "administrative": _l("Đơn vị hành chính"),
    "agency": _l("Cơ quan"),
    "organisation": _l("Đoàn thể, hội"),
    "school": _l("Trường học"),
    "armed_force": _l("Lực lượng vũ trang"),
}
RANKS: Final[Labels] = {"head": _l("Trưởng ban"), "deputy_head": _l("Phó Trưởng ban")}

# ------------------------------------------------------------------------------------------ reports and reminders

REPORT_KINDS: Final[Labels] = {
    "quarterly": _l("Báo cáo quý"),
    "six_monthly": _l("Báo cáo 6 tháng"),
    "annual": _l("Báo cáo năm"),
    "thematic": _l("Báo cáo chuyên đề"),
    "ad_hoc": _l("Báo cáo đột xuất"),
}
REPORT_STATUSES: Final[Labels] = {
    "": _l("Chưa viết"),
    "draft": _l("Đang viết"),
    "submitted": _l("Chờ tiếp nhận"),
    "returned": _l("Trả lại để sửa"),
    "accepted": _l("Đã tiếp nhận"),
}
NUMBERINGS: Final[Labels] = {"year": _l("Bắt đầu lại mỗi năm"), "term": _l("Chạy tiếp suốt nhiệm kỳ")}
"""How numbers of decisions go on."""
RECIPIENTS: Final[Labels] = {
    "reporter": _l("Người phải làm"),
    "head_of_unit": _l("Lãnh đạo đơn vị"),
    "staff": _l("Tổ giúp việc"),
    "deputy_head": RANKS["deputy_head"],
    "head": RANKS["head"],
}


def in_sentence(label: Spoken) -> str:
    """A label as it stands inside a sentence, which does not begin with it."""
    said = str(label)
    return said[:1].lower() + said[1:]


def listed(labels: Labels) -> str:
    """What there is to choose from, with the words in which commands are told: "named (Biểu quyết ghi tên); secret (…)"."""
    return "; ".join(f"{key} ({label})" for key, label in labels.items())
