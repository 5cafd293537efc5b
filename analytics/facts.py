"""What the scores tell of customers, for conditions."""

from django.utils.translation import gettext_lazy as _

from analytics.models import RfmScore
from analytics.rules import SEGMENTS
from crm.queries.facts import Fact, Facts, One
from crm.rules.conditions import CHOICE, NUMBER

GROUP = _("Scores")


def _score(column: str) -> One:
    return One(RfmScore.objects.all, column)


def _mark(key: str, label, column: str) -> Fact:
    return Fact(key, label, GROUP, NUMBER, _score(column), permission="reports:read")


FACTS = (
    Facts("customer", (
        Fact("rfm_segment", _("RFM segment"), GROUP, CHOICE, _score("segment"),
             [(segment.key, segment.label) for segment in SEGMENTS.values()], "reports:read"),
        _mark("rfm_recency", _("RFM recency, 1 to 5"), "r"),
        _mark("rfm_frequency", _("RFM frequency, 1 to 5"), "f"),
        _mark("rfm_monetary", _("RFM spend, 1 to 5"), "m"),
        _mark("recency_days", _("Days since the last order, as scored"), "recency_days"),
    )),
)  # fmt: skip
