"""Models of simulated villages: registered, returned, mended, accepted, carried out, inspected, given up, in time or never."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from tests.simulation.ledger import Model
from tests.simulation.province import Province
from tests.simulation.staffing import Later
from workflow.core.engine import transition
from workflow.core.engine.context import model_by_code
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.ground.schema import ITEMS
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Draft
from workflow.stages.registration.model_quantities import QuantityInput

_ITEMS: Final = dict.fromkeys(ITEMS, "Thôn bàn ba lần, mỗi hộ một người làm; có sổ ghi công, ghi đất.")
_FIELDS: Final = ("Kinh tế", "Văn hóa - xã hội", "Nông thôn mới", "Quốc phòng - an ninh")
_ACCEPTING: Final = ("commune_reviewer", "staff")


class Models:
    """What becomes of the models. later: puts something into the diary of the simulation."""

    def __init__(self, province: Province, later: Later) -> None:
        self._province = province
        self._roster = province.roster
        self._chance = province.chance
        self._later = later
        self._unit: dict[str, tuple[int, int]] = {}
        with province.database.read() as connection:
            row = stored.year(connection, province.year)
            self._definition: Definition = store.definition(connection, row.definition_hash)
            self._points = {each.code: each.max_points for each in stored.criteria(connection, row.id)}

    def begin(self, today: date) -> None:
        """Two villages in three register something, most of them inside the window; some communes do too."""
        first, last = self._province.reckoning.window
        for unit in (*self._province.villages, *self._province.communes):
            if self._chance.random() < 0.67:
                day = first + timedelta(days=min(int(self._chance.triangular(0, 95, 70)), (last - first).days + 12))
                self._later(max(day, today + timedelta(days=1)), "registered", self._registering(unit))

    def _registering(self, unit: int) -> Callable[[datetime], None]:
        return lambda now: self._register(unit, now)

    def _register(self, unit: int, now: datetime) -> None:
        officers = self._roster.at(unit, "unit_officer", local_date(now))
        if not officers or not self._roster.places[unit].holds_on(local_date(now)):
            return
        draft = Draft(
            self._province.code(unit),
            "collective",
            self._chance.choice(_FIELDS),
            f"Vận động Nhân dân {self._province.code(unit)} hiến đất mở rộng đường liên thôn",
            items=_ITEMS,
            representative="Lò Văn Bản",
            representative_position="Trưởng thôn",
            phone="0912 345 678",
            targets=(QuantityInput("labour_days", "300 ngày công"),),
        )
        with self._province.database.write() as connection:
            code = registration.create_draft(connection, officers[0].account, now, self._province.year, draft)
            model = model_by_code(connection, code, lock=False)
        if model is None:
            raise LookupError(code)
        self._unit[code] = (int(model.id), unit)
        self._take(code, "submit", officers[0].account, now)
        self._then(code, now, (0, 14), 0.93, self._receive)

    def _then(
        self, code: str, now: datetime, days: tuple[int, int], likely: float, act: Callable[[str, datetime], None]
    ) -> None:
        """What probably happens next, some days on."""
        if self._chance.random() < likely:
            day = local_date(now) + timedelta(days=max(1, self._chance.randint(*days)))
            self._later(day, act.__name__.strip("_"), lambda later: act(code, later))

    def _receive(self, code: str, now: datetime) -> None:
        """The commune accepts it, or gives it back to be mended."""
        who = self._over(code, _ACCEPTING, now)
        if who is None:
            return
        if self._chance.random() < 0.18:
            by = local_date(now) + timedelta(days=self._chance.randint(2, 12))
            stated = {"reason": "Chỉ tiêu chưa đo được.", "resubmit_by": f"{by:%d/%m/%Y}"}
            self._take(code, "return_registration", who, now, stated, mend_by=by)
            self._then(code, now, (1, 16), 0.8, self._mend)
        else:
            self._take(code, "accept", who, now)
            self._then(code, now, (1, 25), 0.85, self._start)

    def _mend(self, code: str, now: datetime) -> None:
        who = self._officer(code, now)
        if who is None:
            return
        if self._chance.random() < 0.1:
            self._take(code, "withdraw", who, now, {"reason": "Thôn không còn điều kiện thực hiện."})
        else:
            self._take(code, "submit", who, now)
            self._then(code, now, (0, 9), 0.9, self._receive)

    def _start(self, code: str, now: datetime) -> None:
        if who := self._officer(code, now):
            begin = f"{local_date(now):%d/%m/%Y}"
            self._take(code, "start", who, now, {"start_date": begin, "plan": "Họp dân, chia tổ, làm từng đoạn."})
            self._then(code, now, (40, 170), 0.8, self._report)

    def _report(self, code: str, now: datetime) -> None:
        if who := self._officer(code, now):
            stated = {
                "results": [{"measure": "labour_days", "value": "350 ngày công"}],
                "summary": "Làm xong 1,2 km đường.",
                "evidence_note": "Ảnh lưu ở nhà văn hoá thôn.",
            }
            self._take(code, "report_results", who, now, stated)
            self._then(code, now, (3, 35), 0.9, self._inspect)

    def _inspect(self, code: str, now: datetime) -> None:
        """The team finds it good, or asks to mend something by a day."""
        root, today = self._province.root, local_date(now)
        team = [self._roster.names[one.account] for one in self._roster.at(root, "inspector", today)]
        if len(team) < 2:
            return
        record = InspectionInput(
            kind="appraisal",
            held_on=today,
            place="Nhà văn hoá thôn",
            team_decision="Quyết định số 05-QĐ/BCĐ",
            members=tuple(team[:2]),
            head=team[0],
            scores={criterion: str(points - 1) for criterion, points in self._points.items()},
            strengths="Người dân tự bàn, tự làm.",
            shortcomings="Sổ ghi ngày công chưa đủ chữ ký.",
            recommendations="Bổ sung chữ ký.",
        )
        with self._province.database.write() as connection:
            inspection.save_record(connection, team[0], now, code, record)
        if self._chance.random() < 0.25:
            by = today + timedelta(days=self._chance.randint(4, 25))
            stated = {"finding": "Thiếu sổ ghi công.", "mend_by": f"{by:%d/%m/%Y}"}
            self._take(code, "require_remediation", team[0], now, stated, mend_by=by)
            self._then(code, now, (2, 30), 0.8, self._report)
        else:
            self._take(code, "pass_inspection", team[0], now)

    def _officer(self, code: str, now: datetime) -> int | None:
        officers = self._roster.at(self._unit[code][1], "unit_officer", local_date(now))
        return officers[0].account if officers else None

    def _over(self, code: str, roles: tuple[str, ...], now: datetime) -> int | None:
        """Somebody with one of the roles at the unit or above it."""
        for place in self._roster.upward(self._unit[code][1]):
            for role in roles:
                if held := self._roster.at(place, role, local_date(now)):
                    return held[0].account
        return None

    def _take(
        self,
        code: str,
        trigger: str,
        who: int | str,
        now: datetime,
        stated: Mapping[str, Any] | None = None,
        *,
        mend_by: date | None = None,
    ) -> None:
        with self._province.database.write() as connection:
            applied = transition.apply(connection, who, now, code, trigger, stated=stated)
        model_id, unit = self._unit[code]
        state = self._definition.states[applied.to_state]
        steps = [step for step in self._definition.transitions if applied.to_state in step.sources]
        roles = dict.fromkeys(role for step in steps if not step.danger for role in step.roles)
        cut_short = any(step.danger and step.target == state.id for step in self._definition.transitions)
        model = Model(unit, state.id, applied.version, now, state.limit_days, tuple(roles), cut_short, mend_by)
        self._province.reckoning.stepped(model_id, model, submitted=trigger == "submit")
