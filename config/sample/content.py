"""Reads the sample's CSV and TOML files into values. Loading them into a database is not done here."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any, cast

from config.sample.records import (
    Choice,
    CommuneModel,
    CommuneYear,
    DistrictHalfYear,
    DistrictRow,
    SampleAccount,
    SampleAssignment,
    SampleContent,
    SampleDecision,
    SampleInspection,
    SampleMeeting,
    SamplePlan,
    SamplePublication,
    SampleRemediation,
    SampleResults,
    SampleSubmission,
    SampleUnit,
    StatedQuantity,
    UnitKind,
    UnitLevel,
)

DISTRICT_UNIT_CODE = "KL"

# Every name on every page says that it belongs to the sample; the files keep the plain names, so that the mark is written once.
ROOT_MARK = " (dữ liệu mẫu)"
UNIT_MARK = " (mẫu)"

COMMUNE_MODEL_FILES = (
    "commune_economy.toml",
    "commune_culture.toml",
    "commune_new_countryside.toml",
    "commune_security.toml",
    "commune_political.toml",
)


@cache
def content() -> SampleContent:
    """The whole sample. Read once; the values are frozen."""
    units = tuple(_unit(row) for row in _csv("units.csv"))
    names = {unit.code: unit.name for unit in units}
    return SampleContent(
        units=units,
        accounts=tuple(_account(row) for row in _csv("accounts.csv")),
        district_unit_code=DISTRICT_UNIT_CODE,
        district=DistrictHalfYear(**_toml("district_half_year.toml")),
        district_rows=tuple(_district_row(row, names) for row in _csv("district_models.csv")),
        commune=_commune_year(names),
    )


def _text(name: str) -> str:
    return files("config.sample").joinpath(name).read_text(encoding="utf-8")


def _csv(name: str) -> Iterable[dict[str, str]]:
    return csv.DictReader(StringIO(_text(name)))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _unit(row: Mapping[str, str]) -> SampleUnit:
    parent = row["parent"] or None
    return SampleUnit(
        code=row["code"],
        name=row["name"] + (UNIT_MARK if parent else ROOT_MARK),
        level=cast(UnitLevel, row["level"]),
        kind=cast(UnitKind, row["kind"]),
        parent=parent,
    )


def _account(row: Mapping[str, str]) -> SampleAccount:
    assignments = (text.partition("@") for text in row["assignments"].split(";"))
    return SampleAccount(
        user_name=row["user_name"],
        full_name=row["full_name"],
        position=row["position"],
        home=row["home"],
        assignments=tuple(SampleAssignment(role, unit_code) for role, _, unit_code in assignments),
        sign_in=row["sign_in"] == "yes",
    )


def _district_row(row: Mapping[str, str], names: Mapping[str, str]) -> DistrictRow:
    return DistrictRow(
        name=row["Tên mô hình"],
        field_text=row["Lĩnh vực"],
        kind_text=row["Loại"],
        unit_code=row["Mã đơn vị"],
        unit_name=names[row["Mã đơn vị"]],
        person=row["Người đăng ký"],
        registered_on=date.fromisoformat(row["Ngày đăng ký"]),
    )


def _commune_year(names: Mapping[str, str]) -> CommuneYear:
    year = _toml("commune_year.toml")
    team = year["inspection_team"]
    meeting = SampleMeeting(**_tuples(year["meeting"], "members", "absent"))
    tables = [table for name in COMMUNE_MODEL_FILES for table in _toml(name)["models"]]
    return CommuneYear(
        unit_code=year["unit"],
        year=year["year"],
        importer=year["importer"],
        accepter=year["accepter"],
        accepted_on=year["accepted_on"],
        proposer=year["proposer"],
        receiver=year["receiver"],
        recogniser=year["recogniser"],
        team_decision=team["decision"],
        team_head=team["head"],
        team=tuple(team["members"]),
        rows=tuple(_commune_model(table, names, meeting, tuple(team["members"])) for table in tables),
        meeting=meeting,
        submission=SampleSubmission(**year["submission"]),
        decision=SampleDecision(**_tuples(year["decision"], "outstanding")),
        publication=SamplePublication(**_tuples(year["publication"], "agreed")),
    )


def _tuples(table: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The table with the lists of these keys frozen."""
    return {key: tuple(value) if key in keys else value for key, value in table.items()}


def _commune_model(
    table: Mapping[str, Any], names: Mapping[str, str], meeting: SampleMeeting, team: tuple[str, ...]
) -> CommuneModel:
    review = table["review"]
    results = table["results"]
    remediation = table.get("remediation")
    return CommuneModel(
        key=table["key"],
        name=table["name"],
        field=table["field"],
        field_text=table["field_text"],
        kind=table["kind"],
        unit_code=table["unit"],
        unit_name=names[table["unit"]],
        person=table["person"],
        position=table["position"],
        origin=table["origin"],
        registered_on=table["registered_on"],
        items=table["items"],
        targets=_quantities(table["targets"]),
        plan=SamplePlan(**table["plan"]),
        results=SampleResults(
            reported_on=results["reported_on"],
            summary=results["summary"],
            quantities=_quantities(results["quantities"]),
            coverage=results.get("coverage", ""),
            evidence=results["evidence"],
        ),
        inspections=tuple(_inspection(visit, team) for visit in table["inspections"]),
        remediation=SampleRemediation(**remediation) if remediation else None,
        votes=_votes(meeting.members, against=review["against"], abstained=review["abstained"]),
        achievement=tuple(review.get("achievement", ())),
        decline_reason=review.get("decline_reason", ""),
        public=table.get("public", False),
    )


def _quantities(tables: Iterable[Mapping[str, str]]) -> tuple[StatedQuantity, ...]:
    return tuple(StatedQuantity(table["measure"], table["quantity"], table.get("note", "")) for table in tables)


def _inspection(table: Mapping[str, Any], team: tuple[str, ...]) -> SampleInspection:
    return SampleInspection(
        kind=table["kind"],
        held_on=table["held_on"],
        place=table["place"],
        inspectors=team,
        scores=table["scores"],
        strengths=table["strengths"],
        shortcomings=table["shortcomings"],
        recommendations=table["recommendations"],
        conclusion=table["conclusion"],
        finding=table.get("finding", ""),
        mend_by=table.get("mend_by"),
    )


def _votes(members: Iterable[str], *, against: Iterable[str], abstained: Iterable[str]) -> dict[str, Choice]:
    others: dict[str, Choice] = {**dict.fromkeys(against, "against"), **dict.fromkeys(abstained, "abstain")}
    return {member: others.get(member, "for") for member in members}
