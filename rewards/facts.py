"""What the strong room tells of customers, and of rewards themselves, for conditions."""

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from crm.facts import currency, members, tags
from crm.models import Customer, CustomerTag
from crm.queries.facts import Column, Fact, Facts, Many, One, Total
from crm.rules.conditions import CHOICE, MEMBER, MOMENT, MONEY, NUMBER, SET, TEXT, YES_NO
from rewards.models import Account, Balance, Budget, Coupon, GiftOrder, Reward, Unit
from rewards.queries import late

GROUP, REWARD, BENEFICIARY = _("Rewards"), _("Reward"), _("Who gets it")
MOST_CHOICES = 500
_ROLES = [
    ("referrer", _("Bringing a friend")), ("referee", _("Coming as a friend")), ("member", _("Being a member")),
]  # fmt: skip
_PROMISED = (Reward.State.ACCRUED, Reward.State.HELD, Reward.State.AVAILABLE, Reward.State.PAYING, Reward.State.PAID,
             Reward.State.ISSUED)  # fmt: skip


def _points():
    return Account.objects.filter(unit__code="POINT")


def _balance(compartment: str):
    return lambda: Coalesce(Subquery(Balance.objects.filter(id=OuterRef("id")).values(compartment)), 0)


def _rewards():
    return Reward.objects.filter(state__in=_PROMISED, successor_id=None)


def _coupons():
    return Coupon.objects.filter(state=Coupon.State.ISSUED)


def _gifts():
    return GiftOrder.objects.exclude(state=GiftOrder.State.CANCELLED)


def _money(field: str):
    """An amount of the organisation's money; what is promised in points, pieces or other money has none."""
    return lambda: Case(When(unit__kind=Unit.Kind.MONEY, unit__code=currency(), then=F(field)))


def _counted(field: str):
    return Case(When(unit__kind=Unit.Kind.POINTS, then=F(field)))


def _cost():
    return Case(When(Q(budget=None) | Q(budget__currency=currency()), then=F("cost_minor")))


def _units() -> list[tuple[str, str]]:
    """Name money by its currency, all else by what it is."""
    rows = Unit.objects.order_by("code")[:MOST_CHOICES]
    return [(row.code, row.code if row.kind == Unit.Kind.MONEY else row.get_kind_display()) for row in rows]


def _budgets() -> list[tuple[str, str]]:
    rows = Budget.objects.order_by("name", "id").values_list("id", "name")[:MOST_CHOICES]
    return [(str(id), name) for id, name in rows]


_OF_REWARDS = (
    Fact("kind", _("Kind"), REWARD, CHOICE, Column("kind"), Reward.Kind.choices, "rewards:read"),
    Fact("state", _("State"), REWARD, CHOICE, Column("state"), Reward.State.choices, "rewards:read"),
    Fact("is_late", _("Is late"), REWARD, YES_NO, Many(lambda: late(Reward.objects.all()), by="id"),
         permission="rewards:read", phrases={"yes": _("that are late"), "no": _("that are not late")}),
    Fact("role", _("For"), REWARD, CHOICE, Column("role"), _ROLES, "rewards:read"),
    Fact("unit", _("Unit"), REWARD, CHOICE, Column("unit__code"), _units, "rewards:read"),
    Fact("money", _("Money promised"), REWARD, MONEY, Column(_money("amount")), permission="rewards:read"),
    Fact("money_kept", _("Money kept after reversals"), REWARD, MONEY, Column(_money("kept")), permission="rewards:read"),
    Fact("points", _("Points promised"), REWARD, NUMBER, Column(_counted("amount")), permission="rewards:read"),
    Fact("points_kept", _("Points kept after reversals"), REWARD, NUMBER, Column(_counted("kept")),
         permission="rewards:read"),
    Fact("cost", _("Cost"), REWARD, MONEY, Column(_cost), permission="rewards:read"),
    Fact("budget", _("Budget"), REWARD, CHOICE, Column("budget_id"), _budgets, "rewards:read", is_by_id=True),
    Fact("accrued_at", _("Accrued on"), REWARD, MOMENT, Column("accrued_at"), permission="rewards:read"),
    Fact("promised_by", _("Promised by"), REWARD, MOMENT, Column("promised_by"), permission="rewards:read"),
    Fact("settled_at", _("Settled on"), REWARD, MOMENT, Column("settled_at"), permission="rewards:read"),
)  # fmt: skip

# Whoever may read rewards need not read customers: these ask for both.
_OF_BENEFICIARIES = (
    Fact("customer_name", _("Name"), BENEFICIARY, TEXT, Column("beneficiary__name"), permission="rewards:read"),
    Fact("customer_stage", _("Stage of the customer"), BENEFICIARY, CHOICE, Column("beneficiary__stage"),
         Customer.Stage.choices),
    Fact("customer_source", _("Source of the customer"), BENEFICIARY, CHOICE, Column("beneficiary__source"),
         Customer.Source.choices),
    Fact("customer_city", _("City of the customer"), BENEFICIARY, TEXT, Column("beneficiary__city", empty=("",))),
    Fact("customer_province", _("Province of the customer"), BENEFICIARY, TEXT,
         Column("beneficiary__province", empty=("",))),
    Fact("customer_owner", _("Owner of the customer"), BENEFICIARY, MEMBER, Column("beneficiary__owner_id"), members),
    Fact("customer_tags", _("Tags of the customer"), BENEFICIARY, SET,
         Many(CustomerTag.objects.all, "tag__name", by="customer__rewards__id"), tags),
    Fact("customer_since", _("Customer added on"), BENEFICIARY, MOMENT, Column("beneficiary__created_at")),
)  # fmt: skip

FACTS = (
    Facts("customer", (
        Fact("points", _("Points to use"), GROUP, NUMBER, One(_points, _balance("available"), nothing=0),
             permission="rewards:read"),
        Fact("points_pending", _("Points on the way"), GROUP, NUMBER, One(_points, _balance("pending"), nothing=0),
             permission="rewards:read"),
        Fact("reward_count", _("Number of rewards"), GROUP, NUMBER,
             Total(_rewards, Count("id"), by="beneficiary_id", window="accrued_at"), permission="rewards:read"),
        Fact("reward_cost", _("Cost of the rewards"), GROUP, MONEY,
             Total(_rewards, Sum("cost_minor"), by="beneficiary_id", window="accrued_at"), permission="rewards:read"),
        Fact("reward_kinds", _("Kinds of reward"), GROUP, SET,
             Many(_rewards, "kind", by="beneficiary_id", window="accrued_at"), Reward.Kind.choices, "rewards:read"),
        Fact("valid_coupons", _("Valid coupons"), GROUP, NUMBER, Total(_coupons, Count("id")), permission="rewards:read"),
        Fact("gift_orders", _("Gifts ordered"), GROUP, NUMBER, Total(_gifts, Count("id")), permission="rewards:read"),
    )),
    Facts("reward", (*_OF_REWARDS, *_OF_BENEFICIARIES)),
)  # fmt: skip
