"""What of the customer room is configuration: surveys."""

from django.utils.translation import gettext_lazy as _

from crm.models import Survey
from crm.operations import close_survey, save_survey
from crm.rules.surveys import questions_of
from tenancy.configuration import Entry, Section, entry_of

_SURVEY = (
    "kind", "name", "title", "intro", "thanks", "questions", "takes_anybody", "trigger", "delay_hours", "quiet_days",
    "low_score", "low_action",
)  # fmt: skip


def _read_surveys() -> dict[str, Entry]:
    return {row.code: entry_of(row, _SURVEY) for row in Survey.objects.exclude(state=Survey.State.CLOSED)}


def _write_survey(code: str, entry: Entry) -> None:
    """An answered survey keeps its kind; a new one is a draft until somebody opens it."""
    facts = {name: value for name, value in entry.items() if name not in ("kind", "questions")}
    if "questions" in entry:
        facts["questions"] = questions_of(entry["questions"])
    known = Survey.objects.filter(code=code).first()
    if known:
        save_survey(known.id, **facts)
    else:
        save_survey(kind=entry["kind"], code=code, **facts)


def _remove_survey(code: str) -> None:
    close_survey(Survey.objects.get(code=code).id)


SURVEYS = Section("surveys", _("Surveys"), _read_surveys, _write_survey, _remove_survey)
