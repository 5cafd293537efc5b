"""A survey's figures as charts."""

from django.utils.formats import date_format
from django.utils.translation import gettext

from crm.models import SurveyAnswer
from crm.queries.surveys import Results


def scores_chart(results: Results) -> dict:
    """How often each score was given."""
    labels = [str(score) for score in results.scores]
    return {"labels": labels, "series": [{"name": gettext("Answers"), "data": list(results.scores.values())}]}


def weeks_chart(results: Results) -> dict:
    """Answers a week, good scores apart from the others."""
    return {
        "labels": [date_format(week, "MONTH_DAY_FORMAT") for week, _figure, _n in results.weeks],
        "series": [{"name": gettext("Answers"), "data": [n for _week, _figure, n in results.weeks]}],
    }


def topics_chart(results: Results) -> dict:
    """What comments are about, by feeling."""
    names = dict(SurveyAnswer.Topic.choices)
    feelings = [(1, gettext("Good")), (-1, gettext("Bad")), (0, gettext("Neither good nor bad"))]
    return {
        "labels": [str(names[topic]) for topic, _counts in results.topics],
        "series": [
            {"name": name, "data": [counts.get(feeling, 0) for _topic, counts in results.topics], "is_quiet": not feeling}
            for feeling, name in feelings
        ],
        "stacked": True,
    }
