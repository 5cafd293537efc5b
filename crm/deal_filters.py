"""How deals are narrowed in the API: the conditions of the board and the list, by name."""

from zoneinfo import ZoneInfo

import django_filters as filters

from crm.filters import Conditional
from crm.models import Deal
from crm.operations.identity import here
from crm.queries.deals import narrow
from tenancy import door

CLOSING = ("overdue", "this_month", "next_month", "later", "none")
ATTENTION = ("no_step", "step_overdue")


class DealFilter(Conditional):
    subject = "deal"
    q = filters.CharFilter(method="by", label="Part of the title, or a customer as people type")
    pipeline = filters.UUIDFilter(method="by")
    stage = filters.UUIDFilter(method="by")
    state = filters.ChoiceFilter(choices=Deal.State.choices, method="by")
    owner = filters.UUIDFilter(method="by")
    customer = filters.UUIDFilter(method="by", label="Customer or company")
    closing = filters.ChoiceFilter(choices=[(name, name) for name in CLOSING], method="by")
    attention = filters.ChoiceFilter(choices=[(name, name) for name in ATTENTION], method="by")
    product = filters.UUIDFilter(method="by")
    at_least = filters.NumberFilter(method="by", label="Amount in the currency's smallest part")
    at_most = filters.NumberFilter(method="by", label="Amount in the currency's smallest part")
    currency = filters.CharFilter(method="by")
    source = filters.ChoiceFilter(choices=Deal.Source.choices, method="by")
    closed_after = filters.IsoDateTimeFilter(field_name="closed_at", lookup_expr="gte")
    closed_before = filters.IsoDateTimeFilter(field_name="closed_at", lookup_expr="lt")

    class Meta:
        model = Deal
        fields: list[str] = []

    def by(self, rows, name, value):
        today = door.moment().astimezone(ZoneInfo(here().time_zone)).date()
        return narrow(rows, {name: value}, today=today)
