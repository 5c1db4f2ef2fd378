"""What may go through a large table all the same, each with its reason. One that no statement needs any more is a failure."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.plans.judging import Fault


class Allowed(NamedTuple):
    """Statements that contain this text may go through this table. why: the reason, for the next reader."""

    table: str
    text: str
    why: str

    def covers(self, fault: Fault) -> bool:
        """Whether this is the reason for a fault."""
        return fault.table == self.table and self.text in fault.statement.form


_PAST = "figures as of a day that is over are drawn from the history; MOST_REPLAYED bounds it where somebody waits"
_PLACE = "figures of one place are counted from its models; those near the root come from kept counts"
_END = "one look at the end of an index"
_AHEAD = "meetings and visits ahead: they end with their day"
_OPEN = "to be mended: the index goes by time, and this asks for the few that are open"
_WHOLE = "to be mended: counted over all models although counts are kept"

EXCEPTIONS: Final = (
    Allowed("history", "history.payload FROM history JOIN emulation_model", _PAST),
    Allowed("history", "count(DISTINCT CASE WHEN (emulation_model.person_id IS NULL)", _PAST),
    Allowed("emulation_model", "max(history.seq)", _PAST),
    Allowed(
        "emulation_model", "measure.outlier_above", "numbers of a report's own place, looked over when it is written"
    ),
    Allowed("emulation_model", "FROM quantity JOIN emulation_model", _PLACE),
    Allowed("emulation_model", "FROM inspection JOIN emulation_model", _PLACE),
    Allowed("emulation_model", "FROM unit JOIN emulation_model", _PLACE),
    Allowed("emulation_model", "count(DISTINCT CASE WHEN (emulation_model.person_id IS NULL)", _PLACE),
    Allowed(
        "emulation_model",
        "SELECT emulation_model.field_id, emulation_model.kind, emulation_model.state, count(*)",
        _PLACE,
    ),
    Allowed("emulation_model", "SELECT emulation_model.field_id, count(*)", _WHOLE),
    Allowed("emulation_model", "SELECT emulation_model.state, count(*)", _WHOLE),
    Allowed("emulation_model", "SELECT emulation_model.definition_hash, emulation_model.state, count(*)", _WHOLE),
    Allowed(
        "emulation_model", "FROM programme_year", "to be mended: asks of each year whether, or how many, models it has"
    ),
    Allowed("emulation_model", "SELECT count(*) AS count_1 FROM emulation_model", _WHOLE),
    Allowed(
        "emulation_model", "ORDER BY unit.tree_sort", "to be mended: without statistics SQLite begins at the models"
    ),
    Allowed(
        "emulation_model", "emulation_model.name_sort, NULL", "the rare kind is sorted: taken only while it is few"
    ),
    Allowed("history", "SELECT min(history.at)", _END),
    Allowed("history", "max(history.id)", _END),
    Allowed(
        "history",
        "SELECT history.hash FROM history WHERE history.at",
        "the anchor of a day commits to every entry of it",
    ),
    Allowed("history", "ORDER BY history.at DESC, history.id DESC", "walks back through time, up to its page"),
    Allowed("history", "outbox.history_seq", "to be mended: begins at the history where nothing was analysed"),
    Allowed("outbox", "FROM outbox NOT INDEXED", "walks back from the newest, up to its page"),
    Allowed(
        "obligation", "SELECT DISTINCT obligation.due_stated", "a day off moves what is due from it on; noted by hand"
    ),
    Allowed("obligation", "obligation.subject IN (?, …) AND obligation.fulfilled_at", _AHEAD),
    Allowed("obligation", "SELECT obligation.id, obligation.due_at FROM obligation", _AHEAD),
    Allowed(
        "obligation", "INDEXED BY ix_obligation_subject_roles_due_on", "one registration for each unit, once a day"
    ),
    Allowed(
        "obligation", "programme_year.year FROM obligation JOIN programme_year", "once a day, when a unit has ended"
    ),
    Allowed("obligation", "FROM obligation JOIN report_call ON report_call.id = obligation.call_id", _OPEN),
    Allowed("report", "DELETE FROM report", "to be mended: once a day all drafts are looked at"),
    Allowed("report", "anon_1.withdrawn_at", "ix_report_waiting holds what waits to be looked at"),
    Allowed("change_request", "change_request.status = ?", _OPEN),
    Allowed("delivery", "FROM delivery JOIN message", "walks back from the newest, up to its page"),
    Allowed("access_log", "ORDER BY access_log.id DESC", "walks back from the newest, up to its page"),
)
