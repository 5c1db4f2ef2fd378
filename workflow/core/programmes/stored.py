"""Programme years as they are kept: their definition of the lifecycle, fields, score sheet, measures and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import deadlines
from workflow.core.programmes.terms import ITEM_IDS, ProgrammeDefaults
from workflow.core.programmes.year import Band, Criterion, Field, Item, Measure, Year
from workflow.ground.reading.names import Called
from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import criterion, field, form_item, measure, programme_year, score_band
from workflow.ground.speech import _

_YEAR = sa.select(programme_year).where(programme_year.c.year == sa.bindparam("number"))
_FIELDS = sa.select(field).where(field.c.year_id == sa.bindparam("year")).order_by(field.c.position)


def create_year(
    connection: Connection,
    now: datetime,
    year: int,
    defaults: ProgrammeDefaults,
    lifecycle_definition_: Definition,
    *,
    opens_on: date | None = None,
    closes_on: date | None = None,
    sample: bool = False,
) -> int:
    """Start a programme year from the defaults of `config/programme.toml`. Returns its id; InvalidInput if it exists."""
    if not 2000 <= year <= 2100:
        raise InvalidInput({"year": _("Năm %(year)s không hợp lệ: cần từ 2000 đến 2100.", year=year)})
    if connection.execute(sa.select(programme_year.c.id).where(programme_year.c.year == year)).first():
        raise InvalidInput({"year": _("Năm thi đua %(year)s đã có.", year=year)})
    store.put(connection, now, lifecycle_definition_)
    window = defaults.window
    review = defaults.review
    year_id = connection.execute(
        sa.insert(programme_year)
        .values(
            year=year,
            name=f"Phong trào thi đua “Dân vận khéo” năm {year}",
            definition_hash=lifecycle_definition_.hash,
            opens_on=opens_on or window.opens(year),
            closes_on=closes_on or window.closes(year),
            quorum_numerator=review.quorum.numerator,
            quorum_denominator=review.quorum.denominator,
            threshold_numerator=review.threshold.numerator,
            threshold_denominator=review.threshold.denominator,
            min_inspectors=defaults.min_inspectors,
            days_to_mend=defaults.days_to_mend,
            numbering=defaults.numbering,
            sample=sample,
        )
        .returning(programme_year.c.id)
    ).scalar_one()
    connection.execute(
        sa.insert(field),
        [
            {
                "year_id": year_id,
                "code": f.code,
                "label": f.label,
                "aliases": list(f.aliases),
                "keywords": list(f.keywords),
                "position": i,
            }
            for i, f in enumerate(defaults.fields)
        ],
    )
    connection.execute(
        sa.insert(criterion),
        [
            {
                "year_id": year_id,
                "code": c.code,
                "label": c.label,
                "guidance": c.guidance,
                "max_points": c.max_points,
                "position": i,
            }
            for i, c in enumerate(defaults.criteria)
        ],
    )
    connection.execute(
        sa.insert(score_band),
        [{"year_id": year_id, "label": b.label, "from_points": b.from_points} for b in defaults.bands],
    )
    connection.execute(
        sa.insert(measure),
        [
            {
                "year_id": year_id,
                "code": m.code,
                "label": m.label,
                "unit": m.unit,
                "aliases": list(m.aliases),
                "unit_aliases": list(m.unit_aliases),
                "outlier_above": m.outlier_above,
                "position": i,
            }
            for i, m in enumerate(defaults.measures)
        ],
    )
    connection.execute(
        sa.insert(form_item),
        [
            {
                "year_id": year_id,
                "code": item.id,
                "label": item.label,
                "guidance": item.guidance,
                "good": item.good,
                "bad": item.bad,
                "max_length": item.max_length,
            }
            for item in defaults.items
        ],
    )
    deadlines.write_defaults(connection, year_id, year, defaults)
    return int(year_id)


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Recognises a field of one year by code, label or alias; without accents when no field is called exactly so."""

    called: Called[Field]
    labels: tuple[str, ...]

    def find(self, written: str) -> Field | str:
        """The field meant, or the sentence that says why it is not clear."""
        named = clean(written[:500])
        found = self.called.find(named)
        if len(found) == 1:
            return found[0]
        if found:
            return which(named, [_(one.label) for one in found])
        listed = "; ".join(self.labels)
        if not named:
            return _("Hãy chọn lĩnh vực: %(listed)s.", listed=listed)
        return _("Không có lĩnh vực «%(named)s». Hãy chọn: %(listed)s.", named=shorten(named, 60), listed=listed)


def which(written: str, labels: Sequence[str]) -> str:
    """The sentence that asks which of several things is meant that are called alike but for their accents."""
    return _(
        "«%(named)s» có thể là: %(listed)s. Hãy ghi đúng dấu.", named=shorten(written, 60), listed="; ".join(labels)
    )


def year(connection: Connection, number: int) -> Year:
    """The programme year, or NotFound listing those that there are."""
    row = connection.execute(_YEAR, {"number": number}).first()
    if row is None:
        known = connection.execute(sa.select(programme_year.c.year).order_by(programme_year.c.year)).scalars().all()
        listed = ", ".join(map(str, known)) or _("chưa có năm nào")
        raise NotFound(
            _("Không có năm thi đua %(number)s. Đang có: %(listed)s.", number=number, listed=listed), guard="year"
        )
    return Year(**row._mapping)


def fields(connection: Connection, year_id: int) -> list[Field]:
    """The fields of a year in the programme's order."""
    return [Field(**row._mapping) for row in connection.execute(_FIELDS, {"year": year_id})]


def field_names(connection: Connection, year_id: int) -> FieldNames:
    """A recogniser of field names for one year."""
    rows = fields(connection, year_id)
    called = Called((name, row) for row in rows for name in (_(row.label), row.code, row.label, *row.aliases))
    return FieldNames(called, tuple(_(row.label) for row in rows))


def criteria(connection: Connection, year_id: int) -> list[Criterion]:
    """The score sheet of a year in its order."""
    rows = connection.execute(sa.select(criterion).where(criterion.c.year_id == year_id).order_by(criterion.c.position))
    return [Criterion(**row._mapping) for row in rows]


def band(connection: Connection, year_id: int, points: float) -> str:
    """The label of the band in which a score of 0 to 100 points falls."""
    row = connection.execute(
        sa.select(score_band.c.label)
        .where(score_band.c.year_id == year_id, score_band.c.from_points <= points)
        .order_by(score_band.c.from_points.desc())
        .limit(1)
    ).first()
    return _(row.label) if row else ""


def bands(connection: Connection, year_id: int) -> list[Band]:
    """The bands of a year's score, the highest first."""
    rows = connection.execute(
        sa.select(score_band.c.label, score_band.c.from_points)
        .where(score_band.c.year_id == year_id)
        .order_by(score_band.c.from_points.desc())
    )
    return [Band(**row._mapping) for row in rows]


def items(connection: Connection, year_id: int) -> dict[str, Item]:
    """The items of a year's registration form by their code, the name among them, in the form's order."""
    rows = connection.execute(sa.select(form_item).where(form_item.c.year_id == year_id))
    found = {row.code: Item(**row._mapping) for row in rows}
    return {code: found[code] for code in ITEM_IDS}


def item_labels(connection: Connection, year_id: int) -> dict[str, str]:
    """What the year calls each item of its registration form, by code."""
    return {code: _(item.label) for code, item in items(connection, year_id).items()}


def measures(connection: Connection, year_id: int) -> list[Measure]:
    """The measures of a year in their order."""
    rows = connection.execute(sa.select(measure).where(measure.c.year_id == year_id).order_by(measure.c.position))
    return [Measure(**row._mapping) for row in rows]
