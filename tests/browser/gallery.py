"""Every page of the site in a typical state, with who looks at it: what the tests of accessibility and layout go through."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.engine import Connection

from tests.browser.deadlines import furnish_deadlines
from tests.browser.journey import COUNCIL
from tests.browser.person import Person
from tests.browser.report_states import furnish_reports
from tests.browser.seeding import ACCEPTER, INSPECTOR, OFFICER, model_in, write_record
from tests.browser.site import Site
from workflow.core.engine import transition
from workflow.core.lifecycles.parsing import standard
from workflow.core.people.invitations import invite
from workflow.ground.schema import PUBLISHED, decision, emulation_model, inspection, review_meeting, submission, unit
from workflow.ground.vietnam_time import local_date
from workflow.stages.implementation import attachments, comments
from workflow.stages.implementation.attachments import Store
from workflow.stages.inspection import visits
from workflow.stages.inspection.visits import VisitInput
from workflow.stages.recognition.submission import prepare_submission
from workflow.stages.registration import change_requests
from workflow.stages.review import ballots
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

CHAIR, STAFF, DISTRICT, ADMIN = "truongban.binhluong", "canbo.naphieng", "xetduyet.naphieng", "quantri"
PROVINCE = "xetduyet.tinhmau"
SECOND_INSPECTOR = "kiemtra2.naphieng"
LONG_NAME = (
    "Vận động nhân dân hiến đất, góp ngày công mở rộng đường liên thôn, trồng hoa hai bên đường,"
    " lắp đèn chiếu sáng và giữ gìn vệ sinh môi trường khu dân cư kiểu mẫu năm 2026"
)


NAMES = "names.json"
"""File in a furnished data folder."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page. path: with {names} of `furnish`. press: a button to press once there, to see the page with its errors."""

    name: str
    user_name: str
    path: str
    press: str = ""
    status: int = 200


VISITS = (
    Visit("sign-in", "", "/dang-nhap"),
    Visit("public", "", "/cong-khai"),
    Visit("public-none", "", "/cong-khai?tim=khongcogi"),
    Visit("public-units", "", "/cong-khai?don-vi=xa"),
    Visit("public-model", "", "/cong-khai/{published}"),
    Visit("public-not-found", "", "/cong-khai/DVK-1999-00001", status=404),
    Visit("consent", OFFICER, "/mo-hinh/{implementing}/cong-khai"),
    Visit("consent-given", OFFICER, "/mo-hinh/{published}/cong-khai"),
    Visit("sign-in-refused", "", "/dang-nhap", press="Đăng nhập", status=403),
    Visit("password", OFFICER, "/doi-mat-khau"),
    Visit("password-refused", OFFICER, "/doi-mat-khau", press="Đổi mật khẩu", status=422),
    Visit("not-found", OFFICER, "/mo-hinh/DVK-1999-00001", status=404),
    Visit("no-such-page", OFFICER, "/khong-co", status=404),
    Visit("not-allowed", OFFICER, "/quan-tri/don-vi", status=403),
    Visit("work-officer", OFFICER, "/viec-cua-toi"),
    Visit("work-chair", CHAIR, "/viec-cua-toi"),
    Visit("work-staff", STAFF, "/viec-cua-toi"),
    Visit("list", STAFF, "/mo-hinh?nam=2024"),
    Visit("list-filtered", STAFF, "/mo-hinh?nam=2024&tim=duong&loai=collective"),
    Visit("list-empty", STAFF, "/mo-hinh?nam=2024&tim=khongcogi"),
    Visit("many", CHAIR, "/mo-hinh?nam={year}&trang-thai=submitted", press="Tiếp tục"),
    Visit("draft", OFFICER, "/mo-hinh/{draft}"),
    Visit("submitted", CHAIR, "/mo-hinh/{submitted}"),
    Visit("returned", OFFICER, "/mo-hinh/{returned}"),
    Visit("registered", OFFICER, "/mo-hinh/{registered}"),
    Visit("implementing", OFFICER, "/mo-hinh/{implementing}"),
    Visit("awaiting-inspection", INSPECTOR, "/mo-hinh/{awaiting_inspection}"),
    Visit("inspected", CHAIR, "/mo-hinh/{inspected}"),
    Visit("in-review", CHAIR, "/mo-hinh/{in_review}"),
    Visit("recognised", DISTRICT, "/mo-hinh/{recognised}"),
    Visit("not-recognised", DISTRICT, "/mo-hinh/{not_recognised}"),
    Visit("remediation", OFFICER, "/mo-hinh/{remediation}"),
    Visit("proposed", CHAIR, "/mo-hinh/{proposed}"),
    Visit("proposed-province", PROVINCE, "/mo-hinh/{proposed}"),
    Visit("in-review-above", PROVINCE, "/mo-hinh/{received}"),
    Visit("commune-recognised", CHAIR, "/mo-hinh/{at_commune}"),
    Visit("revoked", CHAIR, "/mo-hinh/{revoked}"),
    Visit("withdrawn", OFFICER, "/mo-hinh/{withdrawn}"),
    Visit("merged", STAFF, "/mo-hinh/{merged}"),
    Visit("work-province", PROVINCE, "/viec-cua-toi"),
    Visit("conclusion", INSPECTOR, "/mo-hinh/{awaiting_inspection}/buoc/pass_inspection"),
    Visit("conclusion-checked", INSPECTOR, "/mo-hinh/{recorded}/buoc/require_remediation"),
    Visit("registration", OFFICER, "/mo-hinh/moi"),
    Visit("registration-refused", OFFICER, "/mo-hinh/moi", press="Lưu và tiếp tục", status=422),
    Visit("registration-copied", OFFICER, "/mo-hinh/moi?tiep-tuc={implementing}"),
    Visit("registration-part", OFFICER, "/mo-hinh/{draft}/phieu/thoi-gian"),
    Visit("registration-contact", OFFICER, "/mo-hinh/{draft}/phieu/lien-he"),
    Visit("registration-whole", OFFICER, "/mo-hinh/{draft}/phieu/ca-phieu"),
    Visit("registration-check", OFFICER, "/mo-hinh/{draft}/phieu/kiem-tra"),
    Visit("registration-returned", OFFICER, "/mo-hinh/{returned}/phieu"),
    Visit("registration-mended", OFFICER, "/mo-hinh/{returned}/phieu/muc-tieu"),
    Visit("step-text", CHAIR, "/mo-hinh/{submitted}/buoc/return_registration"),
    Visit(
        "step-text-refused",
        CHAIR,
        "/mo-hinh/{submitted}/buoc/return_registration",
        press="Trả lại để bổ sung",
        status=422,
    ),
    Visit("step-plan", OFFICER, "/mo-hinh/{registered}/buoc/start"),
    Visit("step-results", OFFICER, "/mo-hinh/{implementing}/buoc/report_results"),
    Visit("step-results-refused", OFFICER, "/mo-hinh/{begun}/buoc/report_results", "Báo cáo kết quả", 409),
    Visit("step-decision", DISTRICT, "/mo-hinh/{recognised}/buoc/revoke"),
    Visit("step-dangerous", OFFICER, "/mo-hinh/{registered}/buoc/withdraw"),
    Visit("plan", OFFICER, "/mo-hinh/{implementing}/ke-hoach"),
    Visit("results", OFFICER, "/mo-hinh/{implementing}/ket-qua"),
    Visit("attach", OFFICER, "/mo-hinh/{implementing}/tep"),
    Visit("attach-refused", OFFICER, "/mo-hinh/{implementing}/tep", press="Gửi tệp", status=422),
    Visit("comment", OFFICER, "/mo-hinh/{implementing}/y-kien"),
    Visit("change-asked", OFFICER, "/mo-hinh/{registered}/doi-ten"),
    Visit("change-decision", CHAIR, "/mo-hinh/{implementing}/de-nghi/{change}"),
    Visit("inspection", INSPECTOR, "/mo-hinh/{awaiting_inspection}/kiem-tra"),
    Visit("inspection-refused", INSPECTOR, "/mo-hinh/{awaiting_inspection}/kiem-tra", "Lưu biên bản", 422),
    Visit("inspection-minutes", INSPECTOR, "/mo-hinh/{inspected}/kiem-tra/{inspection}/bien-ban"),
    Visit("visit-plan", INSPECTOR, "/kiem-tra"),
    Visit("visit-plan-empty", INSPECTOR, "/kiem-tra?cua-toi=1"),
    Visit("visit-new", INSPECTOR, "/kiem-tra/chuyen/moi?ma={awaiting_inspection}"),
    Visit("visit-new-refused", INSPECTOR, "/kiem-tra/chuyen/moi", press="Lưu ngày hẹn", status=422),
    Visit("visit", INSPECTOR, "/kiem-tra/chuyen/{visit}"),
    Visit("place-in-lifecycle", OFFICER, "/mo-hinh/{implementing}/quy-trinh"),
    Visit("meetings", CHAIR, "/phien-binh-xet?nam=2024"),
    Visit("meeting-new", CHAIR, "/phien-binh-xet/moi"),
    Visit("meeting-new-refused", CHAIR, "/phien-binh-xet/moi", press="Lập phiên", status=422),
    Visit("meeting-prepared", CHAIR, "/phien-binh-xet/{prepared}"),
    Visit("meeting-members", CHAIR, "/phien-binh-xet/{prepared}/thanh-vien"),
    Visit("meeting-agenda", CHAIR, "/phien-binh-xet/{prepared}/chuong-trinh"),
    Visit("meeting-opening", CHAIR, "/phien-binh-xet/{prepared}/khai-mac"),
    Visit("meeting-calling-off", CHAIR, "/phien-binh-xet/{prepared}/huy"),
    Visit("meeting-open", CHAIR, "/phien-binh-xet/{opened}"),
    Visit("meeting-attendance", CHAIR, "/phien-binh-xet/{opened}/diem-danh"),
    Visit("meeting-votes", CHAIR, "/phien-binh-xet/{opened}/phieu"),
    Visit("meeting-votes-refused", CHAIR, "/phien-binh-xet/{opened}/phieu", press="Ghi phiếu", status=422),
    Visit("meeting-closing", CHAIR, "/phien-binh-xet/{opened}/ket-thuc"),
    Visit("meeting-closed", CHAIR, "/phien-binh-xet/{closed}"),
    Visit("meeting-note", CHAIR, "/phien-binh-xet/{closed}/ghi-chu"),
    Visit("meeting-minutes", CHAIR, "/phien-binh-xet/{closed}/bien-ban"),
    Visit("meeting-count", CHAIR, "/phien-binh-xet/{closed}/kiem-phieu"),
    Visit("submission-prepare", CHAIR, "/phien-binh-xet/{closed}/to-trinh"),
    Visit("submissions", CHAIR, "/to-trinh?nam=2024"),
    Visit("submission", CHAIR, "/to-trinh/{submission}"),
    Visit("dossiers", DISTRICT, "/ho-so-trinh?nam=2024"),
    Visit("dossiers-none", DISTRICT, "/ho-so-trinh?nam={year}"),
    Visit("submission-report", CHAIR, "/to-trinh/{submission}/bao-cao/{recognised}"),
    Visit("submission-step", CHAIR, "/to-trinh/{going}/buoc/propose"),
    Visit("submission-step-refused", CHAIR, "/to-trinh/{going}/buoc/decline_at_commune", "Kiểm tra lại", 422),
    Visit("decisions", DISTRICT, "/quyet-dinh"),
    Visit("decide-many", DISTRICT, "/quyet-dinh/cong-nhan?nam=2024"),
    Visit("decide-many-commune", CHAIR, "/quyet-dinh/cong-nhan?nam={year}"),
    Visit("decide-many-refused", CHAIR, "/quyet-dinh/cong-nhan?nam={year}", press="Kiểm tra lại", status=422),
    Visit("decision", DISTRICT, "/quyet-dinh/{decision}"),
    Visit("compare", DISTRICT, "/so-sanh?ma={recognised}&ma={not_recognised}&ma={recognised_too}"),
    Visit("compare-none", DISTRICT, "/so-sanh"),
    Visit("reports", STAFF, "/bao-cao"),
    Visit("reports-chair", CHAIR, "/bao-cao"),
    Visit("reports-none", "nachuong", "/bao-cao"),
    Visit("report-asked", CHAIR, "/bao-cao/{report_asked}"),
    Visit("report-write", CHAIR, "/bao-cao/{report_asked}/viet"),
    Visit("report-check", CHAIR, "/bao-cao/{report_asked}/kiem-tra"),
    Visit(
        "report-check-refused",
        CHAIR,
        "/bao-cao/{report_doubtful}/kiem-tra",
        "Gửi báo cáo tới Huyện Nà Phiêng (mẫu)",
        409,
    ),
    Visit("report-mend", CHAIR, "/bao-cao/{report_back}/viet"),
    Visit("report-handed-in", STAFF, "/bao-cao/{report_in}"),
    Visit("report-twice", STAFF, "/bao-cao/{report_twice}"),
    Visit("report-return", STAFF, "/bao-cao/{report_in}/tra-lai"),
    Visit("report-return-refused", STAFF, "/bao-cao/{report_in}/tra-lai", press="Trả lại báo cáo", status=422),
    Visit("report-paper", STAFF, "/bao-cao/{report_in}/ban-in"),
    Visit("reports-together", DISTRICT, "/bao-cao/yeu-cau/{report_call}"),
    Visit("reports-compiled", DISTRICT, "/bao-cao/yeu-cau/{report_call}/toan-van"),
    Visit("calls", STAFF, "/yeu-cau"),
    Visit("call-new", STAFF, "/yeu-cau/moi"),
    Visit("call-refused", STAFF, "/yeu-cau/moi", press="Xem lại trước khi gửi", status=422),
    Visit("call", STAFF, "/yeu-cau/{report_call}"),
    Visit("call-move", STAFF, "/yeu-cau/{report_call}/doi-han"),
    Visit("call-move-refused", STAFF, "/yeu-cau/{report_call}/doi-han", press="Dời hạn và báo các đơn vị", status=422),
    Visit("call-withdraw", STAFF, "/yeu-cau/{report_call}/thu-hoi"),
    Visit("overview", STAFF, "/tong-quan?nam=2024"),
    Visit("overview-empty", STAFF, "/tong-quan?nam={year}&don-vi=khongco"),
    Visit("list-sorted", STAFF, "/mo-hinh?nam=2024&sap-xep=ten&loai=individual"),
    Visit("tally", STAFF, "/tong-hop?nam=2024"),
    Visit("tally-bad-day", STAFF, "/tong-hop?nam=2024&ngay=31/02/2024", status=422),
    Visit("lifecycle", STAFF, "/quy-trinh?nam=2024"),
    Visit("units", ADMIN, "/quan-tri/don-vi"),
    Visit("unit-new", ADMIN, "/quan-tri/don-vi/moi"),
    Visit("unit-rename", ADMIN, "/quan-tri/don-vi/NP-BL"),
    Visit("unit-merge", ADMIN, "/quan-tri/don-vi/NP-BL/sap-nhap"),
    Visit("units-import", ADMIN, "/quan-tri/don-vi/nhap"),
    Visit("units-import-refused", ADMIN, "/quan-tri/don-vi/nhap", press="Kiểm tra tệp", status=422),
    Visit("administration", ADMIN, "/quan-tri"),
    Visit("years", ADMIN, "/quan-tri/nam"),
    Visit("year-new", ADMIN, "/quan-tri/nam/moi"),
    Visit("year", ADMIN, "/quan-tri/nam/2024"),
    Visit("year-settings", ADMIN, "/quan-tri/nam/2024/thong-tin"),
    Visit("year-definition", ADMIN, "/quan-tri/nam/2024/quy-trinh"),
    Visit("year-fields", ADMIN, "/quan-tri/nam/2024/linh-vuc"),
    Visit("year-score-sheet", ADMIN, "/quan-tri/nam/2024/cham-diem", press="Tính tổng"),
    Visit("year-bands", ADMIN, "/quan-tri/nam/2024/xep-hang"),
    Visit("year-measures", ADMIN, "/quan-tri/nam/2024/chi-so"),
    Visit("year-reports", ADMIN, "/quan-tri/nam/2024/ky-bao-cao"),
    Visit("year-steps", ADMIN, "/quan-tri/nam/2024/buoc-nhac"),
    Visit("days-off", ADMIN, "/quan-tri/ngay-nghi"),
    Visit("days-off-decided", ADMIN, "/quan-tri/ngay-nghi/nam/2027"),
    Visit("days-off-refused", ADMIN, "/quan-tri/ngay-nghi", press="Ghi", status=422),
    Visit("definitions", ADMIN, "/quan-tri/quy-trinh"),
    Visit("definition", ADMIN, "/quan-tri/quy-trinh/{three_tier}"),
    Visit("definition-move", ADMIN, "/quan-tri/quy-trinh/{three_tier}/chuyen?den={two_tier}", press="Xem trước"),
    Visit("history", ADMIN, "/quan-tri/lich-su"),
    Visit("history-verified", ADMIN, "/quan-tri/lich-su/kiem-chung", press="Kiểm chứng"),
    Visit("accesses", ADMIN, "/quan-tri/nhat-ky-xem"),
    Visit("seen-by", OFFICER, "/mo-hinh/{implementing}/ai-da-xem"),
    Visit("sample", ADMIN, "/quan-tri/du-lieu-mau"),
    Visit("sample-refused", ADMIN, "/quan-tri/du-lieu-mau", press="Xoá dữ liệu mẫu và bắt đầu", status=422),
    Visit("invitation", "", "/loi-moi/{invitation}"),
    Visit("invitation-refused", "", "/loi-moi/{invitation}", press="Đặt mật khẩu và vào", status=422),
    Visit("help", OFFICER, "/tro-giup"),
    Visit("help-stranger", "", "/tro-giup"),
    Visit("help-officer", "", "/tro-giup/don-vi"),
    Visit("help-inspector", INSPECTOR, "/tro-giup/doan-kiem-tra"),
    Visit("help-commune", CHAIR, "/tro-giup/can-bo-binh-xet"),
    Visit("help-district", DISTRICT, "/tro-giup/cap-tren"),
    Visit("help-staff", STAFF, "/tro-giup/to-giup-viec"),
    Visit("help-administrator", ADMIN, "/tro-giup/quan-tri"),
    Visit("inbox", OFFICER, "/hop-thu"),
    Visit("inbox-unread", OFFICER, "/hop-thu?chua-doc=1"),
    Visit("inbox-empty", INSPECTOR, "/hop-thu"),
    Visit("message", OFFICER, "/hop-thu/{message}"),
    Visit("preferences", OFFICER, "/hop-thu/cach-nhan"),
    Visit("unsubscribe", "", "/ngung-nhan/{unsubscribe}"),
    Visit("unsubscribed", "", "/ngung-nhan/{unsubscribe}", press="Ngừng nhận thư điện tử"),
    Visit("month", OFFICER, "/lich"),
    Visit("month-collector", STAFF, "/lich?pham-vi=all"),
    Visit("month-bad", OFFICER, "/lich?thang=2026-13", status=422),
    Visit("calendar-addresses", OFFICER, "/lich/dia-chi", press="Tạo địa chỉ lịch"),
    Visit("letters", ADMIN, "/quan-tri/thu"),
    Visit("letters-skipped", STAFF, "/quan-tri/thu?tinh-trang=skipped"),
    Visit("letter", ADMIN, "/quan-tri/thu/{letter}"),
    Visit("without-address", ADMIN, "/quan-tri/thu/khong-dia-chi"),
    Visit("chasing", STAFF, "/don-doc"),
    Visit("chasing-all", STAFF, "/don-doc?tinh-trang=all&chon=het"),
    Visit("chasing-none", STAFF, "/don-doc?loai=visit"),
    Visit("chasing-done", STAFF, "/don-doc/da-nhac?ma={late}"),
    Visit("chasing-grid", STAFF, "/don-doc/bang?nam=2024"),
    Visit("chasing-paper", STAFF, "/don-doc/danh-sach-tre"),
    Visit("chasing-punctual", STAFF, "/don-doc/dung-han?nam=2024"),
    Visit("accounts", ADMIN, "/quan-tri/tai-khoan"),
    Visit("account-new", ADMIN, "/quan-tri/tai-khoan/moi"),
    Visit("account-new-refused", ADMIN, "/quan-tri/tai-khoan/moi", press="Thêm tài khoản", status=422),
    Visit("account", ADMIN, "/quan-tri/tai-khoan/nachuong"),
)


def names_of(site: Site) -> dict[str, str]:
    """What stands between braces in the paths, on a copy of the furnished site."""
    names: dict[str, str] = json.loads((site.settings.data_dir / NAMES).read_text(encoding="utf-8"))
    return names


def furnish(site: Site) -> dict[str, str]:
    """Bring a site into the states the visits need; what stands between braces in their paths."""
    now = datetime.now(UTC)
    year = local_date(now).year
    found = {state: model_in(site, state, f"{LONG_NAME} ({state})") for state in _STATES}
    found["returned"] = model_in(site, "submitted", f"{LONG_NAME} (trả lại)")
    in_review = model_in(site, "inspected", f"{LONG_NAME} (đang bình xét)")
    carried = model_in(site, "inspected", f"{LONG_NAME} (đủ phiếu)")
    further = {name: model_in(site, "inspected", f"{LONG_NAME} ({name})") for name in _FURTHER}
    for name in ("remediation", "recorded"):
        found[name] = model_in(site, "awaiting_inspection", f"{LONG_NAME} ({name})")
    found["begun"] = model_in(site, "implementing", f"{LONG_NAME} (chưa có kết quả)")
    for name in ("withdrawn", "merged"):
        found[name] = model_in(site, "registered", f"{LONG_NAME} ({name})")
    with site.database.write() as connection:
        transition.apply(
            connection,
            ACCEPTER,
            now,
            found["returned"],
            "return_registration",
            stated={"reason": "Chỉ tiêu chưa đo được.", "items": [{"item": "goals", "note": "ghi số hộ"}]},
        )
        found["change"] = str(
            change_requests.request_change(
                connection, OFFICER, now, found["implementing"], "name", "Tên mới gọn hơn", "Tên cũ quá dài."
            )
        )
        comments.write(connection, OFFICER, now, found["implementing"], "Đã họp dân lần một.", "unit")
        planned = VisitInput(local_date(now), [found["awaiting_inspection"]])
        found["visit"] = str(visits.save(connection, SECOND_INSPECTOR, now, planned))
        store = Store(site.settings.data_dir / "attachments", site.settings.max_upload_bytes)
        attachments.add(connection, OFFICER, now, store, found["implementing"], "ảnh.png", _picture(), "evidence")
        for name, model in (("prepared", found["inspected"]), ("opened", in_review)):
            duties = ("chair", "secretary", *("member" for _ in COUNCIL[2:]))
            found[name] = str(
                review.prepare_meeting(
                    connection,
                    CHAIR,
                    now,
                    "NP-BL",
                    year,
                    title=f"Phiên bình xét năm {year}",
                    held_on=local_date(now),
                    members=[Member(who, duty) for who, duty in zip(COUNCIL, duties, strict=True)],
                    models=[model],
                )
            )
        review.open_meeting(connection, CHAIR, now, int(found["opened"]), list(COUNCIL[:4]))
        found["going"] = str(_carried(connection, [carried], now, report=""))
        _carried(connection, list(further.values()), now, report="42 hộ hiến 3.200 m² đất.")
        _end(connection, further, found, now)
    with site.database.read() as connection:
        found["closed"] = str(
            connection.execute(
                sa.select(review_meeting.c.id).where(review_meeting.c.status == "closed").order_by(review_meeting.c.id)
            )
            .scalars()
            .first()
        )
        found["submission"] = str(
            connection.execute(sa.select(submission.c.id).order_by(submission.c.id)).scalars().first()
        )
        found["decision"] = str(connection.execute(sa.select(decision.c.id).order_by(decision.c.id)).scalars().first())
        found["recognised_too"] = str(
            connection.execute(
                sa.select(emulation_model.c.code)
                .where(emulation_model.c.state == "recognised")
                .order_by(emulation_model.c.id.desc())
                .limit(1)
            ).scalar_one()
        )
        found["published"] = str(
            connection.execute(
                sa.select(emulation_model.c.code)
                .join(unit, unit.c.id == emulation_model.c.unit_id)
                .where(PUBLISHED, unit.c.code == "NP-BL-T01")
            ).scalar_one()
        )
        found["inspection"] = str(
            connection.execute(
                sa.select(inspection.c.id)
                .join(emulation_model, emulation_model.c.id == inspection.c.model_id)
                .where(emulation_model.c.code == found["inspected"])
            ).scalar_one()
        )
    with site.database.write() as connection:
        found["invitation"] = invite(connection, ADMIN, now, "nachuong")
    found.update(furnish_deadlines(site, OFFICER, found["submitted"], now))
    found.update(furnish_reports(site, found["implementing"], now))
    return {
        **found,
        "three_tier": standard("three_tier").short_hash,
        "two_tier": standard("two_tier").short_hash,
        "year": str(year),
        "in_review": in_review,
        "recognised": site.some("recognised"),
        "not_recognised": site.some("not_recognised"),
    }


_STATES = ("draft", "submitted", "registered", "implementing", "awaiting_inspection", "inspected")


_FURTHER = ("proposed", "received", "at_commune", "revoked")
_REASON = {"reason": "Lý do viết đủ để người khác hiểu."}


def _carried(connection: Connection, codes: Sequence[str], now: datetime, *, report: str) -> int:
    """The submission of a meeting at which these models carried; not sent up yet."""
    meeting_id = review.prepare_meeting(
        connection,
        CHAIR,
        now,
        "NP-BL",
        local_date(now).year,
        title="Phiên bình xét bổ sung",
        held_on=local_date(now),
        members=[Member(who) for who in COUNCIL],
        models=codes,
    )
    review.open_meeting(connection, CHAIR, now, meeting_id, COUNCIL)
    votes = [(code, who, "for", False) for code in codes for who in COUNCIL]
    ballots.record_votes(connection, CHAIR, now, meeting_id, votes)
    review.close_meeting(connection, CHAIR, now, meeting_id, "Các thành viên đã biểu quyết.")
    return prepare_submission(
        connection,
        CHAIR,
        now,
        meeting_id,
        reports=dict.fromkeys(codes, report) if report else {},
        number="05-TTr/BCĐ" if report else "",
        dated=local_date(now) if report else None,
        signer="Hà Sỹ Nguyện" if report else "",
    )


def _end(connection: Connection, carried: Mapping[str, str], found: dict[str, str], now: datetime) -> None:
    """Bring models into the states that the others do not reach: on the way up, and every end."""
    found.update(carried)
    decided = {"decision_date": local_date(now), "signer": "Hà Sỹ Nguyện"}

    def step(name: str, trigger: str, who: str, **stated: object) -> None:
        transition.apply(connection, who, now, found[name], trigger, stated=stated)

    for name in ("proposed", "received"):
        step(name, "propose", CHAIR)
    step("received", "receive_dossier", PROVINCE)
    for number, name in enumerate(("at_commune", "revoked"), 21):
        step(name, "recognise_at_commune", CHAIR, decision_number=f"{number}-QĐ/BCĐ", **decided)
    step("revoked", "revoke", CHAIR, decision_number="23-QĐ/BCĐ", **_REASON, **decided)
    step("withdrawn", "withdraw", OFFICER, **_REASON)
    step("merged", "merge", STAFF, merged_into=found["implementing"], **_REASON)
    for name in ("remediation", "recorded"):
        write_record(connection, found[name], now)
    step("remediation", "require_remediation", INSPECTOR, finding="Sổ thiếu chữ ký.", mend_by=local_date(now))


def look_at(person: Person, visit: Visit, names: Mapping[str, str]) -> None:
    """Open the page of a visit and wait until it is there, as expected."""
    answer = person.go(visit.path.format_map(names))
    if visit.press:
        with person.page.expect_navigation() as sent:
            person.page.get_by_role("button", name=visit.press, exact=True).first.click()
        answer = sent.value
    assert answer is not None
    assert answer.status == visit.status, f"{visit.name}: {answer.status}, {person.title()}"


def _picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (320, 200), (120, 160, 90)).save(content, "PNG")
    return content.getvalue()
