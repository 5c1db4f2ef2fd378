"""A small world for tests: a province with a district, communes, villages and an agency, an account for every role, one year.

Everything a person does in it goes through the domain's own functions; only units and accounts are set down directly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.engine import transition
from workflow.core.lifecycles import parsing, store
from workflow.core.people import passwords
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.reading.names import keys_of
from workflow.ground.reading.order import person_order, tree_order
from workflow.ground.schema import ITEMS, account, assignment, emulation_model, history, unit
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.recognition import submission
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput
from workflow.stages.review import ballots
from workflow.stages.review import commands as review
from workflow.stages.review.committee import Member

NOW: Final = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
"""A Friday morning in Vietnam, inside the registration window."""

PASSWORD: Final = "khéo vận động 2024"
YEAR: Final = 2024

UNITS: Final = (
    # code, name, level, kind, parent
    ("AS", "Tỉnh An Sơn", "province", "administrative", None),
    ("KL", "Huyện Khe Lam", "district", "administrative", "AS"),
    ("KL-X1", "Xã Bản Lầu", "commune", "administrative", "KL"),
    ("KL-X1-T1", "Thôn Nà Hin", "village", "administrative", "KL-X1"),
    ("KL-X1-T2", "Thôn Pác Cọ", "village", "administrative", "KL-X1"),
    ("KL-X2", "Xã Mường Sang", "commune", "administrative", "KL"),
    ("KL-X2-T1", "Thôn Khe Rạn", "village", "administrative", "KL-X2"),
    ("KL-CQ1", "Phòng Giáo dục và Đào tạo huyện Khe Lam", "district", "agency", "KL"),
    ("BS", "Huyện Bình Sa", "district", "administrative", "AS"),
    ("BS-X1", "Xã Đồng Tiến", "commune", "administrative", "BS"),
    ("AS-CQ1", "Hội Liên hiệp Phụ nữ tỉnh An Sơn", "province", "organisation", "AS"),
)

ACCOUNTS: Final = (
    # user name, full name, home, roles at units, whom they stand in for
    ("admin", "Hoàng Văn Quản", "AS", (("admin", "AS"),), None),
    ("staff", "Trần Thị Giúp", "KL", (("staff", "KL"),), None),
    ("staff2", "Vi Văn Việc", "KL", (("staff", "KL"),), None),
    ("officer.x1t1", "Lò Thị Hin", "KL-X1-T1", (("unit_officer", "KL-X1-T1"),), None),
    ("officer.x1t2", "Lương Văn Cọ", "KL-X1-T2", (("unit_officer", "KL-X1-T2"),), None),
    ("officer.x1", "Vi Thị Lầu", "KL-X1", (("unit_officer", "KL-X1"),), None),
    ("officer.x2t1", "Kha Văn Rạn", "KL-X2-T1", (("unit_officer", "KL-X2-T1"),), None),
    ("officer.cq1", "Nguyễn Thị Giáo", "KL-CQ1", (("unit_officer", "KL-CQ1"),), None),
    ("officer.cq0", "Vũ Thị Hội", "AS-CQ1", (("unit_officer", "AS-CQ1"),), None),
    ("inspector1", "Phan Văn Tra", "KL", (("inspector", "KL"),), None),
    ("inspector2", "Đặng Thị Kiểm", "KL", (("inspector", "KL"),), None),
    ("inspector3", "Bùi Văn Soát", "KL", (("inspector", "KL"),), None),
    ("inspector.as1", "Cao Văn Tỉnh", "AS", (("inspector", "AS"),), None),
    ("inspector.as2", "Lưu Thị Thẩm", "AS", (("inspector", "AS"),), None),
    ("inspector.own", "Lò Văn Nhà", "KL-X1-T1", (("inspector", "KL-X1"),), None),
    ("chair", "Vi Văn Chủ", "KL-X1", (("commune_reviewer", "KL-X1"),), None),
    ("secretary", "Lò Văn Thư", "KL-X1", (("commune_reviewer", "KL-X1"),), None),
    ("reviewer1", "Lương Thị Bình", "KL-X1", (("commune_reviewer", "KL-X1"),), None),
    ("reviewer2", "Hà Văn Xét", "KL-X1", (("commune_reviewer", "KL-X1"),), None),
    ("reviewer.own", "Lò Thị Thôn", "KL-X1-T1", (("commune_reviewer", "KL-X1"),), None),
    ("chair2", "Kha Thị Sang", "KL-X2", (("commune_reviewer", "KL-X2"),), None),
    ("district1", "Nguyễn Văn Huyện", "KL", (("district_reviewer", "KL"),), None),
    ("district2", "Trần Văn Công", "KL", (("district_reviewer", "KL"),), None),
    ("province1", "Lê Văn Tỉnh", "AS", (("province_reviewer", "AS"),), None),
    ("province2", "Đỗ Thị An", "AS", (("province_reviewer", "AS"),), None),
    ("leader", "Phạm Văn Trưởng", "KL", (("leader", "KL"),), None),
    ("deputy.staff", "Mai Thị Thay", "KL", (("staff", "KL"),), "staff"),
    ("deputy.officer", "Hồ Văn Hộ", "KL-X1-T1", (("unit_officer", "KL-X1-T1"),), "officer.x1t1"),
    ("villager", "Lữ Văn Dân", "KL-X1-T1", (), None),
    ("outsider", "Ngô Thị Xa", "BS", (("staff", "BS"), ("district_reviewer", "BS")), None),
    ("outsider.officer", "Tạ Văn Tiến", "BS-X1", (("unit_officer", "BS-X1"),), None),
)

COMMITTEE: Final = ("chair", "secretary", "reviewer1", "reviewer2", "reviewer.own")
ITEM_TEXTS: Final[Mapping[str, str]] = {item: f"Nội dung mục {item}, viết đủ để người khác hiểu." for item in ITEMS}


WAY: Final = ("submitted", "registered", "implementing", "awaiting_inspection", "inspected")
"""The states every model passes on its way to a review; `World.carry` knows what comes after, and the exceptions."""


@dataclass(frozen=True, slots=True)
class World:
    """A database with the world in it, the keys by which tests speak of it, and what people do in it."""

    database: Database
    units: Mapping[str, int]
    accounts: Mapping[str, int]
    year_id: int

    def create(self, draft: Draft | None = None, who: str = "officer.x1t1", now: datetime = NOW) -> str:
        """A draft, by default the complete one of `a_draft`; its code."""
        with self.database.write() as connection:
            return registration.create_draft(connection, who, now, YEAR, draft or a_draft())

    def apply(self, code: str, trigger: str, who: str, now: datetime = NOW, **stated: Any) -> transition.Applied:
        """One transition in a transaction of its own."""
        with self.database.write() as connection:
            return transition.apply(connection, who, now, code, trigger, stated=stated)

    def model(self, code: str) -> sa.Row[Any]:
        """The row of a model."""
        with self.database.read() as connection:
            return connection.execute(sa.select(emulation_model).where(emulation_model.c.code == code)).one()

    def state(self, code: str) -> str:
        """The state of a model."""
        return str(self.model(code).state)

    def officer(self, code: str) -> str:
        """The unit officer of a model's registrant."""
        unit_id = self.model(code).unit_id
        return next(
            name
            for name, _, _, roles, principal in ACCOUNTS
            if principal is None
            and any(role == "unit_officer" and self.units[place] == unit_id for role, place in roles)
        )

    def carry(self, code: str, upto: str, now: datetime = NOW) -> str:
        """Take a draft of commune 1, or of an agency of the level that recognises, to a state by real steps. Returns the code.

        Besides the way to `recognised` it reaches returned, remediation, withdrawn, not_recognised, commune_recognised, revoked.
        """
        officer = self.officer(code)
        if upto == "draft":
            return code
        if upto == "withdrawn":
            self.apply(code, "withdraw", officer, now, reason="Đơn vị không còn điều kiện thực hiện.")
            return code
        self.apply(code, "submit", officer, now)
        if upto == "returned":
            self.apply(
                code,
                "return_registration",
                self.accepter(code),
                now,
                reason="Chỉ tiêu chưa đo được.",
            )
        for state in WAY[1:]:
            if upto in ("submitted", "returned") or self.state(code) == upto:
                return code
            self._step(code, state, officer, now, mending=upto == "remediation")
        if upto in ("inspected", "remediation"):
            return code
        upper, first, second = self._upper(code)
        if self._level(code) == upper:
            self.apply(code, f"advance_to_{upper}", first, now)
        else:
            self._review(code, upto, now)
        if upto in (f"{upper}_review", "recognised", "revoked") and self.state(code) == "proposed":
            self.apply(code, "receive_dossier", second, now)
        if upto in ("recognised", "revoked"):
            self.recognise(code, now)
        if upto == "revoked":
            self.apply(
                code,
                "revoke",
                second,
                now,
                reason="Kết quả báo cáo không đúng sự thật.",
                decision_number=str(9000 + self.model(code).id),
                decision_date=local_date(now),
                signer="Trần Văn Công",
            )
        return code

    def recognise(self, code: str, now: datetime = NOW) -> None:
        """The decision of the district or, in the two tiers, of the province, with a number of its own."""
        self.apply(
            code,
            "recognise",
            self._upper(code)[2],
            now,
            decision_number=str(100 + self.model(code).id),
            decision_date=local_date(now),
            signer="Nguyễn Văn Huyện",
        )

    def _level(self, code: str) -> str:
        unit_id = self.model(code).unit_id
        return next(level for place, _, level, _, _ in UNITS if self.units[place] == unit_id)

    def _upper(self, code: str) -> tuple[str, str, str]:
        """The level that recognises a model, and two of its reviewers."""
        with self.database.read() as connection:
            level = store.definition(connection, self.model(code).definition_hash).recognising_level
        return level, f"{level}1", f"{level}2"

    def accepter(self, code: str) -> str:
        """Somebody who may take a model's registration in, or give it back."""
        return "province1" if self._level(code) == "province" else "staff2"

    def inspectors(self, code: str) -> tuple[str, str]:
        """Two inspectors over a model's unit."""
        if self._level(code) == "province":
            return "inspector.as1", "inspector.as2"
        return "inspector1", "inspector2"

    def inspect(self, code: str, now: datetime = NOW, members: Sequence[str] = ()) -> int:
        """A complete inspection record, not concluded yet."""
        members = members or self.inspectors(code)
        with self.database.write() as connection:
            maxima = {row.code: row.max_points for row in stored.criteria(connection, self.year_id)}
            record = InspectionInput(
                kind="appraisal",
                held_on=local_date(now),
                place="Nhà văn hoá thôn",
                team_decision="Quyết định số 05-QĐ/BCĐ",
                members=members,
                head=members[0],
                scores={criterion: str(points - 1) for criterion, points in maxima.items()},
                strengths="Người dân tự bàn, tự làm.",
                shortcomings="Sổ ghi ngày công chưa đủ chữ ký.",
                recommendations="Bổ sung chữ ký.",
            )
            return inspection.save_record(connection, members[0], now, code, record)

    def prepare_meeting(self, codes: Sequence[str], now: datetime = NOW, members: Sequence[str] = COMMITTEE) -> int:
        """A review meeting of commune 1 with these models on its agenda."""
        with self.database.write() as connection:
            return review.prepare_meeting(
                connection,
                "chair",
                now,
                "KL-X1",
                YEAR,
                title="Phiên bình xét năm 2024",
                held_on=local_date(now),
                place="Hội trường xã",
                members=[
                    Member(name, {"chair": "chair", "secretary": "secretary"}.get(name, "member")) for name in members
                ],
                models=list(codes),
            )

    def hold_meeting(
        self, codes: Sequence[str], now: datetime = NOW, *, choice: str = "for", present: Sequence[str] = COMMITTEE[:4]
    ) -> int:
        """A meeting prepared, opened, voted in by those present and closed."""
        meeting_id = self.prepare_meeting(codes, now)
        with self.database.write() as connection:
            review.open_meeting(connection, "chair", now, meeting_id, list(present))
        with self.database.write() as connection:
            votes = [(code, name, choice, False) for code in codes for name in present]
            ballots.record_votes(connection, "secretary", now, meeting_id, votes)
        with self.database.write() as connection:
            review.close_meeting(connection, "chair", now, meeting_id, "Các thành viên thảo luận và biểu quyết.")
        return meeting_id

    def _step(self, code: str, state: str, officer: str, now: datetime, *, mending: bool) -> None:
        if state == "registered":
            if self.state(code) == "returned":
                self.apply(code, "submit", officer, now)
            self.apply(code, "accept", self.accepter(code), now)
        elif state == "implementing":
            self.apply(code, "start", officer, now, start_date="05/03/2024", plan="Họp dân, chia tổ, làm từng đoạn.")
        elif state == "awaiting_inspection":
            self.apply(
                code,
                "report_results",
                officer,
                now,
                results=[{"measure": "labour_days", "value": "350 ngày công"}],
                summary="Làm xong 1,2 km đường.",
                evidence_note="Ảnh lưu ở nhà văn hoá thôn.",
            )
        elif mending:
            self.inspect(code, now)
            mend_by = (now + timedelta(days=30)).strftime("%d/%m/%Y")
            self.apply(
                code,
                "require_remediation",
                self.inspectors(code)[0],
                now,
                finding="Thiếu sổ ghi công.",
                mend_by=mend_by,
            )
        else:
            self.inspect(code, now)
            self.apply(code, "pass_inspection", self.inspectors(code)[0], now)

    def _review(self, code: str, upto: str, now: datetime) -> None:
        meeting_id = self.hold_meeting([code], now, choice="against" if upto == "not_recognised" else "for")
        if upto == "not_recognised":
            self.apply(code, "decline_at_commune", "chair", now, reason="Không đủ phiếu đồng ý.")
        elif upto == "commune_recognised":
            self.apply(
                code,
                "recognise_at_commune",
                "chair",
                now,
                decision_number=str(100 + self.model(code).id),
                decision_date=local_date(now),
                signer="Vi Văn Chủ",
            )
        elif upto != "commune_review":
            with self.database.write() as connection:
                submission.prepare_submission(
                    connection,
                    "secretary",
                    now,
                    meeting_id,
                    reports={code: "Thôn vận động 42 hộ hiến đất, góp 350 ngày công, làm 1,2 km đường."},
                    results={code: "350 ngày công; 1,2 km đường"},
                    number=f"{meeting_id}-TTr/BCĐ",
                    dated=local_date(now),
                    signer="Vi Văn Chủ",
                )
            self.apply(code, "propose", "chair", now)


def replay(connection: Connection, model_id: int) -> tuple[str | None, int]:
    """State and version of a model as its history alone gives them; (None, 0) without any."""
    state: str | None = None
    version = 0
    rows = connection.execute(
        sa.select(history.c.seq, history.c.from_state, history.c.to_state)
        .where(history.c.subject == "model", history.c.subject_id == model_id)
        .order_by(history.c.seq)
    )
    for row in rows:
        assert (row.seq, row.from_state) == (version + 1, state), (
            f"history of model {model_id} breaks at entry {row.seq}"
        )
        state, version = row.to_state, row.seq
    return state, version


def record_vote(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
    code: str,
    voter: str,
    choice: str,
    *,
    written: bool = False,
) -> None:
    """Record one vote: 'for', 'against' or 'abstain'."""
    ballots.record_votes(connection, who, now, meeting_id, [(code, voter, choice, written)])


def a_draft(**changes: Any) -> Draft:
    """A complete collective form of village 1, with the given fields changed."""
    whole: dict[str, Any] = {
        "unit": "KL-X1-T1",
        "kind": "collective",
        "field": "Nông thôn mới",
        "name": "Vận động nhân dân hiến đất mở rộng đường liên bản Nà Hin",
        "items": ITEM_TEXTS,
        "representative": "Lò Văn Bản",
        "representative_position": "Trưởng thôn",
        "phone": "0912 345 678",
        "targets": (QuantityInput("labour_days", "300 ngày công"),),
    }
    return Draft(**(whole | changes))


def build(database: Database, *, lifecycle_id: str = "three_tier", now: datetime = NOW) -> World:
    """Create the schema and the world in an empty database."""
    migrate.upgrade(database)
    with database.write() as connection:
        units = _units(connection)
        accounts = _accounts(connection, now, units)
        year_id = stored.create_year(connection, now, YEAR, standard_defaults(), parsing.standard(lifecycle_id))
    return World(database, units, accounts, year_id)


def found(database: Database) -> World:
    """The world in a database that has one already, e.g. a copy."""
    with database.read() as connection:
        units = {row.code: row.id for row in connection.execute(sa.select(unit.c.code, unit.c.id))}
        accounts = {row.user_name: row.id for row in connection.execute(sa.select(account.c.user_name, account.c.id))}
        return World(database, units, accounts, stored.year(connection, YEAR).id)


def _units(connection: Connection) -> dict[str, int]:
    ids: dict[str | None, int] = {}
    paths: dict[str | None, str] = {None: "/"}
    orders: dict[str | None, str] = {None: ""}
    for key, (code, name, level, kind, parent) in enumerate(UNITS, start=1):
        # The path contains the key, so the key is known before the row: nobody else writes into an empty database.
        paths[code] = f"{paths[parent]}{key}/"
        orders[code] = tree_order(orders[parent], name, key)
        ids[code] = key
        connection.execute(
            sa.insert(unit).values(
                id=key,
                code=code,
                name=name,
                **keys_of(name, 200),
                level=level,
                kind=kind,
                parent_id=ids.get(parent),
                path=paths[code],
                tree_sort=orders[code],
            )
        )
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('unit', 'id'), (SELECT max(id) FROM unit))"))
    return {code: key for code, key in ids.items() if code is not None}


def _accounts(connection: Connection, now: datetime, units: Mapping[str, int]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for user_name, full_name, home, roles, principal in ACCOUNTS:
        ids[user_name] = connection.execute(
            sa.insert(account)
            .values(
                user_name=user_name,
                full_name=full_name,
                name_sort=person_order(full_name),
                unit_id=units[home],
                password_hash=_password_hash(),
                created_at=now,
            )
            .returning(account.c.id)
        ).scalar_one()
        for role, place in roles:
            connection.execute(
                sa.insert(assignment).values(
                    account_id=ids[user_name],
                    role=role,
                    unit_id=units[place],
                    valid_from=date(2020, 1, 1),
                    deputy_for_id=ids[principal] if principal else None,
                )
            )
    return ids


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)
