"""The stages of a model's life as people live them in the browser: one function for each, by its page and its buttons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType

from playwright.sync_api import Browser, ViewportSize

from tests.browser.person import DESK, Person, at_browser
from tests.browser.site import Site
from workflow.ground.vietnam_time import local_date

ITEMS = {
    "Thực trạng và lý do chọn": "Đường vào thôn hẹp 2 m, mùa mưa xe máy không vào được; 42 hộ phải gánh lúa 800 m.",
    "Mục tiêu, chỉ tiêu": "Mở rộng 1,2 km đường lên 5 m trước tháng 9; 42/42 hộ đồng thuận.",
    "Nội dung và cách làm": "Họp thôn ba lần, đảng viên hiến đất trước, chia tổ theo dòng họ.",
    "Địa bàn và đối tượng": "Thôn Nà Chuông, 42 hộ, 180 người.",
    "Lực lượng thực hiện": "Chi bộ chủ trì, Mặt trận và các chi hội phối hợp.",
    "Thời gian và nguồn lực": "Tháng 3 đến tháng 9; 350 ngày công, 35 triệu đồng.",
    "Sản phẩm kiểm chứng được": "1,2 km đường bê tông, danh sách hộ hiến đất.",
    "Khả năng duy trì, nhân rộng": "Tổ tự quản giữ đường; hai thôn bên cạnh có thể làm theo.",
}
COUNCIL = (
    "truongban.binhluong",
    "thuky.binhluong",
    "phoban.binhluong",
    "uyban.binhluong",
    "cuuchienbinh.binhluong",
)
SCORES = (14, 14, 18, 13, 18, 13)


def day(days: int = 0) -> str:
    """Today, or so many days from it, as it is typed."""
    return f"{local_date(datetime.now(UTC)) + timedelta(days=days):%d/%m/%Y}"


class Office:
    """Everybody of the sample at a browser of their own, opened when they first have something to do."""

    def __init__(self, browser: Browser, site: Site, size: ViewportSize = DESK) -> None:
        self.site = site
        self._browser = browser
        self._size = size
        self._people: dict[str, Person] = {}
        self._open = ExitStack()

    def __enter__(self) -> Office:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def __getitem__(self, user_name: str) -> Person:
        if user_name not in self._people:
            window = at_browser(self._browser, self.site, user_name, size=self._size)
            self._people[user_name] = self._open.enter_context(window)
        return self._people[user_name]


def register(officer: Person, name: str) -> str:
    """Fill in the registration form of this year step by step and keep it as a draft; its code."""
    officer.go("/mo-hinh/moi")
    officer.fill("Tên mô hình", name)
    officer.choose("Lĩnh vực", "Nông thôn mới")
    officer.picture("registration-begun")
    keep(officer)
    texts = list(ITEMS.items())
    officer.fill_all(dict(texts[:2]))
    keep(officer)
    officer.fill_all(dict(texts[2:5]))
    keep(officer)
    officer.fill_all(dict(texts[5:]))
    rows = officer.page.get_by_role("group", name="Chỉ tiêu bằng số")
    rows.get_by_label("Chỉ số").first.select_option("labour_days")
    rows.get_by_label("Số lượng").first.fill("350 ngày công")
    officer.picture("registration-form")
    keep(officer)
    officer.sees("Ngày công: 350 ngày công")
    officer.fill_all({"Người đại diện": "Hứa Văn Thưởng", "Điện thoại": "0912 345 678"})
    keep(officer)
    officer.picture("registration-check")
    code = code_in(officer.page.url)
    officer.open_model(code)
    return code


def keep(officer: Person) -> None:
    """Save one step of the form and come to the next."""
    officer.press("Lưu và tiếp tục")
    officer.done()


def code_in(address: str) -> str:
    """The code of the model whose page this is."""
    found = re.search(r"/mo-hinh/([^/?#]+)", address)
    assert found, address
    return found[1]


def submit(officer: Person, code: str) -> None:
    """Hand the registration in."""
    officer.take(code, "Nộp đăng ký")


def start(officer: Person, code: str) -> None:
    """Begin, with a plan."""
    officer.take(
        code,
        "Bắt đầu thực hiện",
        {"Ngày bắt đầu thực hiện": day(), "Kế hoạch thực hiện": "Họp dân, chia tổ, làm từng đoạn."},
    )


def report(officer: Person, code: str) -> None:
    """Report the results."""
    officer.open_model(code)
    officer.follow("Báo cáo kết quả")
    officer.page.get_by_label("Chỉ số").first.select_option("labour_days")
    officer.fill("Số lượng", "365")
    officer.fill("Tóm tắt kết quả", "Đã mở rộng 1,2 km đường; 42 hộ hiến 3.200 m² đất.")
    officer.fill("Minh chứng", "Ảnh trước và sau, danh sách hộ hiến đất lưu ở nhà văn hoá thôn.")
    officer.press("Báo cáo kết quả")
    officer.done()


def inspect(inspector: Person, code: str, members: Sequence[str], *, mend_by: str = "") -> None:
    """Write the inspection record: the team, a score for each criterion, the findings."""
    inspector.open_model(code)
    inspector.follow("Ghi biên bản kiểm tra")
    inspector.fill_all({"Ngày kiểm tra": day(), "Địa điểm": "Nhà văn hoá thôn", "Quyết định lập đoàn": "12-QĐ/BCĐ"})
    for member in members:
        inspector.tick(member)
    inspector.choose("Trưởng đoàn", members[0])
    fields = inspector.page.get_by_label(re.compile(r"\(tối đa \d+\)"))
    assert fields.count() == len(SCORES)
    for place, points in enumerate(SCORES):
        fields.nth(place).fill(str(points))
    inspector.fill_all({"Ưu điểm": "Người dân tự bàn, tự làm.", "Tồn tại": "Sổ ghi ngày công chưa đủ chữ ký."})
    if mend_by:
        inspector.fill("Hạn khắc phục", mend_by)
    inspector.picture("inspection-record")
    inspector.press("Lưu biên bản")
    inspector.done()


def prepare_meeting(chair: Person, codes: Sequence[str], year: int, members: Sequence[str] = COUNCIL) -> str:
    """A review meeting with its members and agenda; its address."""
    chair.go(f"/phien-binh-xet/moi?nam={year}")
    chair.fill_all({"Tên phiên": "Phiên bình xét thử", "Ngày họp": day(), "Địa điểm": "Hội trường xã"})
    chair.press("Lập phiên")
    chair.done()
    address = chair.page.url.removeprefix(chair.site.address)
    chair.follow("Chọn thành viên")
    # Who holds a role of the committee is proposed already.
    for proposed in chair.page.locator("select[name^=duty-]").all():
        proposed.select_option("")
    duties = {members[0]: "chair", members[1]: "secretary"}
    for member in members:
        chair.page.locator(f'[id="duty-{member}"]').select_option(duties.get(member, "member"))
    chair.press("Lưu thành viên")
    chair.done()
    chair.follow("Lập chương trình")
    for code in codes:
        chair.page.locator(f'[id="chon-{code}"]').check()
    chair.press("Lưu chương trình")
    chair.done()
    return address


def hold_meeting(
    chair: Person,
    codes: Sequence[str],
    year: int,
    *,
    against: Sequence[str] = (),
    members: Sequence[str] = COUNCIL,
) -> str:
    """Prepare a meeting, open it, vote on every model and close it; its address. against: models voted down."""
    address = prepare_meeting(chair, codes, year, members)
    chair.follow("Khai mạc")
    chair.press("Khai mạc")
    chair.done()
    for code in codes:
        for member in members:
            ballot = chair.page.locator(f'[name="vote-{code}-{member}"]')
            ballot.select_option("against" if code in against else "for")
    chair.picture("votes")
    chair.press("Ghi phiếu")
    chair.done()
    chair.follow("Kết thúc phiên")
    chair.fill("Biên bản phiên họp", "Các thành viên thảo luận từng mô hình rồi biểu quyết.")
    chair.press("Kết thúc phiên")
    chair.done()
    chair.picture("meeting-closed")
    return address


def submit_dossier(chair: Person, meeting: str, code: str, number: str) -> None:
    """The submission of a closed meeting, with the two lines and the report of one model."""
    chair.go(meeting)
    chair.follow("Lập tờ trình")
    chair.fill_all({"Số tờ trình": number, "Ngày": day(), "Người ký": "Hà Sỹ Nguyện"})
    chair.page.locator(f'[name="results-{code}"]').fill("365 ngày công; 1,2 km đường")
    chair.page.locator(f'[name="report-{code}"]').fill("Thôn vận động 42 hộ hiến 3.200 m² đất, làm xong 1,2 km đường.")
    chair.press("Lập tờ trình")
    chair.done()
    chair.sees("Số lượng và tên mô hình trong hồ sơ khớp nhau.")
    chair.picture("submission")


def decision(number: str) -> dict[str, str]:
    """What is asked about a new decision."""
    return {"Số quyết định": number, "Ngày quyết định": day(), "Người ký": "Lương Quốc Đĩnh"}
