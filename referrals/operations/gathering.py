"""What is known of referred friends: orders, deals and their money, answers. A handful of statements for any number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, Sum

from crm.models import Deal, DealMove, Order, OrderLine, Receipt, ReceiptRefund, SurveyAnswer
from crm.queries import kept_minor
from referrals.models import Referral, Share
from referrals.queries.attribution import seats_of
from referrals.rules import OrderFacts, Terms
from referrals.rules.reaching import AnswerFacts, DealFacts, ReceiptFacts
from tenancy.calendar import own_zone

_OF_DEALS = ("deal_stage", "deal_won", "money_received", "still_active")


@dataclass
class Known:
    """Everything that judging some friends may need; by the friend's id."""

    orders: dict[UUID, list[Order]] = field(default_factory=lambda: defaultdict(list))
    kept: Mapping[UUID, int] = field(default_factory=dict)
    deals: dict[UUID, list[DealFacts]] = field(default_factory=lambda: defaultdict(list))
    deal_owners: dict[str, UUID | None] = field(default_factory=dict)
    answers: dict[UUID, list[AnswerFacts]] = field(default_factory=lambda: defaultdict(list))
    products: Mapping[UUID, tuple[list[str], list[str]]] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    seats: Mapping[UUID, tuple[Share, ...]] = field(default_factory=dict)  # of divided referrals, by the referral's id


def gather(referrals: Sequence[Referral], terms: Collection[Terms]) -> Known:
    """Gather what these terms ask about the friends of these referrals."""
    ids = [referral.referee_id for referral in referrals]
    triggers = {milestone.trigger for each in terms for milestone in each.milestones}
    facts = set().union(*(each.facts for each in terms)) if terms else set()
    known = Known(seats=seats_of(referrals))
    orders = list(Order.objects.filter(customer_id__in=ids))
    known.kept = kept_minor([order.id for order in orders])
    for order in orders:
        known.orders[order.customer_id].append(order)
    if triggers & set(_OF_DEALS):
        _deals(known, set(ids))
    if "satisfaction" in triggers:
        _answers(known, ids)
    if facts & {"order.products", "order.categories"}:
        known.products = _products([order.id for order in orders])
    if "order.weekday" in facts or any(goes_by_day(each) for each in terms):
        known.zone = own_zone()
    return known


def goes_by_day(terms: Terms) -> bool:
    return any(value for name, value in vars(terms.limits).items() if "_day" in name and "30" not in name)


def order_facts(order: Order, kept: Mapping[UUID, int]) -> OrderFacts:
    return OrderFacts(
        order_id=str(order.id), status=order.status, currency=order.currency, total_minor=order.total_minor,
        kept_minor=kept.get(order.id, 0), paid_at=order.paid_at,
    )  # fmt: skip


def _deals(known: Known, ids: set[UUID]) -> None:
    """A deal is that of its person; of its company where only the company was referred."""
    deals = list(Deal.objects.filter(Q(customer_id__in=ids) | Q(company_id__in=ids)).order_by("id"))
    entered = _entered([deal.id for deal in deals])
    receipts = _receipts([deal.id for deal in deals])
    for deal in deals:
        friend = deal.customer_id if deal.customer_id in ids else deal.company_id
        known.deal_owners[str(deal.id)] = deal.owner_id
        known.deals[friend].append(
            DealFacts(
                deal_id=str(deal.id), pipeline=str(deal.pipeline_id), state=deal.state, currency=deal.currency,
                amount_minor=deal.amount_minor, source=deal.source, closed_at=deal.closed_at,
                entered=entered[deal.id], receipts=tuple(receipts[deal.id]),
            )
        )  # fmt: skip


def _entered(deal_ids: Sequence[UUID]) -> dict[UUID, dict]:
    """Say when deals first came into each stage."""
    found: dict[UUID, dict] = defaultdict(dict)
    moves = DealMove.objects.filter(deal_id__in=deal_ids).exclude(kind=DealMove.Kind.HANDED_OVER)
    for deal_id, stage_id, at in moves.order_by("occurred_at", "id").values_list("deal_id", "to_stage_id", "occurred_at"):
        found[deal_id].setdefault(str(stage_id), at)
    return found


def _receipts(deal_ids: Sequence[UUID]) -> dict[UUID, list[ReceiptFacts]]:
    back = ReceiptRefund.objects.filter(receipt__deal_id__in=deal_ids).order_by().values("receipt_id")
    given_back = dict(back.annotate(sum=Sum("amount_minor")).values_list("receipt_id", "sum"))
    found: dict[UUID, list[ReceiptFacts]] = defaultdict(list)
    for row in Receipt.objects.filter(deal_id__in=deal_ids).order_by("received_at", "id"):
        found[row.deal_id].append(ReceiptFacts(str(row.id), row.amount_minor - given_back.get(row.id, 0), row.received_at))
    return found


def _answers(known: Known, ids: Iterable[UUID]) -> None:
    rows = SurveyAnswer.objects.filter(customer_id__in=list(ids), score__isnull=False, survey__kind__in=["nps", "csat"])
    told = rows.annotate(survey_kind=F("survey__kind")).order_by("answered_at", "id")
    for row in told:
        known.answers[row.customer_id].append(AnswerFacts(str(row.id), row.survey_kind, row.score, row.answered_at))


def _products(order_ids: Sequence[UUID]) -> dict[UUID, tuple[list[str], list[str]]]:
    """List the articles of orders, and their categories."""
    rows = OrderLine.objects.filter(order_id__in=order_ids).order_by("position")
    found: dict[UUID, tuple[list[str], list[str]]] = {}
    for order_id, sku, own, category in rows.values_list("order_id", "sku", "product__sku", "product__category"):
        skus, categories = found.setdefault(order_id, ([], []))
        skus += [own or sku] if (own or sku) and (own or sku) not in skus else []
        categories += [category] if category and category not in categories else []
    return found
