"""Golden cases of the demo's running campaigns, and drafts that were tried on its past."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import override

from config.demo.life import Life
from referrals import operations as referring
from referrals.models import Decision
from referrals.queries import current_version
from referrals.rules import read_terms
from referrals.rules.golden import suggestions
from referrals.rules.varying import varied
from referrals.simulation_words import EDGES

_KEPT = ("below_minimum", "at_minimum", "half_refunded", "second_order")
_CASES = {"en": "Small orders count too", "zh-hans": "小额订单也计入"}
_ORDERS = {"en": "A real first order", "zh-hans": "一笔真实的首单"}


def try_drafts(life: Life, campaign_id: UUID) -> None:
    """Keep cases that hold and one that the next terms have to mend; try a dearer draft and a stricter one."""
    language = life.shop.language
    with life.at(life.today, "marketer"), override(language):
        terms = current_version(campaign_id).terms
        read = read_terms(terms)
        for each in suggestions(read):
            if each.key in _KEPT:
                referring.keep_golden_case(campaign_id, name=str(EDGES[each.key]), facts=each.facts, expected=each.expected)
        _keep_a_real_one(campaign_id, _ORDERS[language])
        half = {"amount_minor": max(read.minimum.minor // 2, 1)}
        usual = next(each.expected for each in suggestions(read) if each.key == "at_minimum")
        referring.keep_golden_case(campaign_id, name=_CASES[language], facts=half, expected=usual)
        for changes in ({"percent": 160}, {"percent": 60, "per_referrer": 1}):
            referring.start_simulation(
                campaign_id, varied(terms, **changes), since=life.today - timedelta(days=90), until=life.today
            )


def _keep_a_real_one(campaign_id: UUID, name: str) -> None:
    row = Decision.objects.filter(campaign_id=campaign_id, outcome="earned", order_id__isnull=False).order_by("id").first()
    if row:
        referring.golden_case_of_order(campaign_id, row.order_id, name=name)
