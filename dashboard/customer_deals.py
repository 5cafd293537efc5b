"""The deals of a customer, for the tab of their page."""

from django.http import HttpRequest

from crm.models import Customer
from crm.queries.deal_money import kept_by_deal, totals
from crm.queries.deals import deals_of
from dashboard.sight import seen
from dashboard.templatetags.deals import dress

_SHOWN = 50


def deals_tab(request: HttpRequest, found: Customer) -> dict:
    rows = seen(request.membership, deals_of(found.id))
    deals = [dress(deal) for deal in rows[:_SHOWN]]
    kept = kept_by_deal([deal.id for deal in deals])
    for deal in deals:
        deal.kept = kept.get(deal.id, 0)
    return {"deals": deals, "deal_totals": totals(rows), "customer_id_text": str(found.id)}
