"""What the history calls a deed and its subject, where they are no step of a lifecycle; what it carries is in `particulars`."""

from __future__ import annotations

from web.look.presentation import NOTES
from workflow.core.lifecycles import store
from workflow.ground.database import Connection
from workflow.ground.reading.order import name_order
from workflow.ground.speech import _l

SUBJECTS = {
    "model": _l("Mô hình"),
    "account": _l("Tài khoản"),
    "unit": _l("Đơn vị"),
    "year": _l("Năm thi đua"),
    "meeting": _l("Phiên bình xét"),
    "submission": _l("Tờ trình"),
    "call": _l("Yêu cầu báo cáo"),
    "report": _l("Báo cáo"),
    "obligation": _l("Việc phải làm"),
    "calendar": _l("Lịch làm việc"),
}
DEEDS = {
    "account_created": _l("Thêm tài khoản"),
    "account_bootstrapped": _l("Tạo quản trị đầu tiên"),
    "account_invited": _l("Tạo đường dẫn đặt mật khẩu"),
    "invitation_withdrawn": _l("Thu hồi đường dẫn đặt mật khẩu"),
    "preferences_changed": _l("Đổi cách nhận thư"),
    "mail_stopped": _l("Ngừng nhận thư điện tử"),
    "calendar_opened": _l("Tạo địa chỉ lịch"),
    "calendar_revoked": _l("Thu hồi địa chỉ lịch"),
    "password_chosen": _l("Tự đặt mật khẩu"),
    "password_changed": _l("Đổi mật khẩu"),
    "password_reset": _l("Đặt lại mật khẩu"),
    "sessions_ended": _l("Đăng xuất khỏi mọi thiết bị"),
    "account_locked": _l("Khoá tài khoản"),
    "account_unlocked": _l("Mở khoá tài khoản"),
    "role_assigned": _l("Giao vai trò"),
    "role_ended": _l("Kết thúc vai trò"),
    "unit_created": _l("Thêm đơn vị"),
    "unit_renamed": _l("Đổi tên đơn vị"),
    "unit_validity_set": _l("Đổi thời gian hoạt động"),
    "unit_merged": _l("Sáp nhập vào đơn vị khác"),
    "unit_took_over": _l("Nhận đơn vị sáp nhập"),
    "year_started": _l("Mở năm thi đua"),
    "year_edited": _l("Sửa thông tin năm"),
    "year_definition_set": _l("Đổi quy trình của năm"),
    "fields_edited": _l("Sửa lĩnh vực"),
    "criteria_edited": _l("Sửa bảng chấm điểm"),
    "bands_edited": _l("Sửa xếp hạng"),
    "measures_edited": _l("Sửa chỉ số"),
    "items_edited": _l("Sửa các mục của phiếu đăng ký"),
    "report_kinds_edited": _l("Sửa các kỳ báo cáo"),
    "reminder_steps_edited": _l("Sửa các bước nhắc việc"),
    "call_opened": _l("Yêu cầu báo cáo"),
    "call_moved": _l("Dời hạn báo cáo"),
    "call_withdrawn": _l("Thu hồi yêu cầu báo cáo"),
    "call_file_added": _l("Đính kèm tệp vào yêu cầu"),
    "report_saved": _l("Lưu bản nháp báo cáo"),
    "report_submitted": _l("Gửi báo cáo"),
    "report_accepted": _l("Tiếp nhận báo cáo"),
    "report_returned": _l("Trả lại báo cáo"),
    "chased": _l("Đôn đốc"),
    "day_noted": _l("Ghi ngày nghỉ, ngày làm bù"),
    "day_forgotten": _l("Bỏ ghi ngày nghỉ, ngày làm bù"),
    "year_decided": _l("Ghi quyết định lịch nghỉ của năm"),
    "prepared": _l("Lập mới"),
    "members_set": _l("Lập danh sách thành viên"),
    "agenda_set": _l("Lập chương trình bình xét"),
    "opened": _l("Khai mạc phiên"),
    "attendance": _l("Điểm danh"),
    "closed": _l("Kết thúc phiên"),
    "cancelled": _l("Huỷ phiên"),
    "numbered": _l("Ghi số, ngày và người ký"),
    "note_added": _l("Ghi chú vào biên bản"),
}
WAYS_OF_OPENING = {
    "page": _l("Mở trang mô hình"),
    "file": _l("Mở tệp đính kèm"),
    "report": _l("Mở báo cáo thành tích"),
    "export": _l("Tải danh sách"),
}


def deeds(connection: Connection) -> dict[str, str]:
    """Every deed that may stand in the history, by its name, with what it is called: steps of all definitions and the rest."""
    found = {step.trigger: str(step.label) for definition in store.known(connection) for step in definition.transitions}
    found |= {name: str(label) for name, label in (NOTES | DEEDS).items()}
    return dict(sorted(found.items(), key=lambda item: name_order(item[1])))
