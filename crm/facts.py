"""What the customer room tells of customers, orders and tasks, for conditions. The upper rooms tell more in theirs."""

from django.db.models import Case, Count, F, IntegerField, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import (
    Consent,
    ContactPoint,
    Customer,
    CustomerTag,
    Interaction,
    Order,
    OrderLine,
    Product,
    Refund,
    Segment,
    SegmentMember,
    Tag,
    Task,
)
from crm.queries.custom_fields import custom_facts
from crm.queries.facts import Column, Fact, Facts, Many, Total
from crm.queries.quality import score_expression
from crm.rules import PAID
from crm.rules.conditions import CHOICE, DATE, MEMBER, MOMENT, MONEY, NUMBER, SET, TEXT, YES_NO
from tenancy import door
from tenancy.models import Membership, Organisation

MOST_CHOICES = 500
WHO, REACH, BOUGHT, DONE = _("Who they are"), _("How to reach them"), _("What they bought"), _("What was done")
ORDER, TASK = _("Order"), _("Task")


def members() -> list[tuple[str, str]]:
    rows = Membership.objects.filter(is_active=True).select_related("user").order_by("user__name", "id")
    return [(str(row.id), row.user.name or row.user.email) for row in rows]


def tags() -> list[tuple[str, str]]:
    names = Tag.objects.order_by("name").values_list("name", flat=True)[:MOST_CHOICES]
    return [(name, name) for name in names]


def _lists() -> list[tuple[str, str]]:
    rows = Segment.objects.filter(kind=Segment.Kind.STATIC, is_shared=True).order_by("name")[:MOST_CHOICES]
    return [(str(row.id), row.name) for row in rows]


def _products() -> list[tuple[str, str]]:
    rows = Product.objects.order_by("name").values_list("sku", "name")[:MOST_CHOICES]
    return [(sku, f"{name} ({sku})") for sku, name in rows]


def _categories() -> list[tuple[str, str]]:
    names = Product.objects.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    return [(name, name) for name in names[:MOST_CHOICES]]


def _channels() -> list[tuple[str, str]]:
    names = Order.objects.order_by("channel").values_list("channel", flat=True).distinct()[:50]
    return [(name, name) for name in names]


def currency() -> str:
    return Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())


def _paid():
    return Order.objects.filter(status=PAID)


def _paid_here():
    """Paid orders in the organisation's currency: other money cannot be added to it."""
    return _paid().filter(currency=currency())


def _kept():
    """What stayed of an order. Only orders with a refund look for it, or each would pay for a search."""
    refunds = Refund.objects.filter(cancelled_at=None, order_id__isnull=False)
    sums = refunds.filter(order_id=OuterRef("id")).order_by().values("order_id").annotate(sum=Sum("amount_minor"))
    given_back = Case(
        When(Q(id__in=Subquery(_refunded())), then=Coalesce(Subquery(sums.values("sum")), 0)),
        default=0,
        output_field=IntegerField(),
    )
    return Sum(F("total_minor") - given_back)


def _refunded():
    return Refund.objects.filter(cancelled_at=None, order_id__isnull=False).values("order_id")


def _lines():
    return OrderLine.objects.filter(order__status=PAID)


def _having(kind: str, **more):
    return lambda: ContactPoint.objects.filter(kind=kind, **more)


def _agreed(purpose: str):
    """Whoever's newest word on this, over any channel, is a yes."""

    def rows():
        newest = (
            Consent.objects.filter(purpose=purpose)
            .order_by("customer_id", "channel", "-occurred_at", "-id")
            .distinct("customer_id", "channel")
            .values("id")
        )
        return Consent.objects.filter(id__in=newest, is_granted=True)

    return rows


_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
_SPENT = {
    "at_least": _("who spent at least %(value)s"),
    "at_most": _("who spent at most %(value)s"),
    "between": _("who spent between %(value)s"),
}
_ORDERED = {
    "at_least": _("who bought at least %(value)s times"),
    "at_most": _("who bought at most %(value)s times"),
    "is": _("who bought %(value)s times"),
    "is_empty": _("who bought nothing"),
    "is_not_empty": _("who bought something"),
}


def _place(key: str) -> dict:
    return {
        "is": pgettext_lazy("of a place", "in %(value)s"),
        "starts_with": pgettext_lazy("of a place", "in %(value)s…"),
    } | ({"is_empty": _("without a city"), "is_not_empty": _("with a city")} if key == "city" else {})


_PERSON = (
    Fact("name", _("Name"), WHO, TEXT, Column("name", empty=("",))),
    Fact("kind", _("Kind"), WHO, CHOICE, Column("kind"), Customer.Kind.choices),
    Fact("stage", _("Stage"), WHO, CHOICE, Column("stage"), Customer.Stage.choices),
    Fact("source", _("Source"), WHO, CHOICE, Column("source"), Customer.Source.choices),
    Fact("owner", pgettext_lazy("of a customer", "Owner"), WHO, MEMBER, Column("owner_id"), members),
    Fact("tags", _("Tags"), WHO, SET, Many(CustomerTag.objects.all, "tag__name"), tags, phrases={
        "any_of": _("tagged %(value)s"), "all_of": _("tagged %(value)s"), "none_of": _("not tagged %(value)s"),
    }),
    Fact("lists", _("Fixed lists"), WHO, SET, Many(SegmentMember.objects.all, "segment_id", window="added_at"), _lists,
         is_by_id=True, phrases={"any_of": _("on the list %(value)s"), "none_of": _("not on the list %(value)s")}),
    Fact("gender", _("Gender"), WHO, CHOICE, Column("gender", empty=("",)), Customer.Gender.choices),
    Fact("birth_date", _("Birth date"), WHO, DATE, Column("birth_date"), phrases={
        "anniversary_in_days": _("whose birthday is within the next %(value)s days"),
        "anniversary_this_month": _("whose birthday is this month"),
    }),
    Fact("province", _("Province"), WHO, TEXT, Column("province", empty=("",)), phrases=_place("province")),
    Fact("city", _("City"), WHO, TEXT, Column("city", empty=("",)), phrases=_place("city")),
    Fact("occupation", _("Occupation"), WHO, TEXT, Column("occupation", empty=("",))),
    Fact("language", _("Language"), WHO, CHOICE, Column("language", empty=("",)), _LANGUAGES),
    Fact("note", _("Note"), WHO, TEXT, Column("note", empty=("",))),
    Fact("created_at", _("Added on"), WHO, MOMENT, Column("created_at"), phrases={
        "in_last_days": _("added within the last %(value)s days"),
        "more_than_days_ago": _("added more than %(value)s days ago"),
    }),
    Fact("completeness", _("Completeness of the record, 0 to 100"), WHO, NUMBER, Column(score_expression)),
    Fact("updated_at", _("Last changed"), WHO, MOMENT, Column("updated_at")),
)  # fmt: skip

_REACHABLE = tuple(
    Fact(key, label, REACH, YES_NO, Many(rows), phrases={"yes": said, "no": said_not})
    for key, label, rows, said, said_not in [
        ("has_phone", _("Has a phone number"), _having("phone"), _("with a phone number"), _("without a phone number")),
        ("has_email", _("Has an e-mail address"), _having("email"), _("with an e-mail address"),
         _("without an e-mail address")),
        ("has_wechat", _("Has a WeChat id"), _having("wechat"), _("with a WeChat id"), _("without a WeChat id")),
        ("has_verified_contact", _("Has a verified contact"),
         lambda: ContactPoint.objects.filter(verified_at__isnull=False),
         _("with a verified contact"), _("without a verified contact")),
        ("agreed_marketing", _("Agreed to offers and news"), _agreed("marketing"),
         _("who agreed to offers and news"), _("who did not agree to offers and news")),
        ("agreed_referral", _("Agreed to being referred"), _agreed("referral"),
         _("who agreed to being referred"), _("who did not agree to being referred")),
    ]
)  # fmt: skip

_PURCHASES = (
    Fact("order_count", _("Number of paid orders"), BOUGHT, NUMBER, Total(_paid, Count("id"), window="placed_at"),
         permission="orders:read", phrases=_ORDERED),
    Fact("spent", _("Money spent, less refunds"), BOUGHT, MONEY, Total(_paid_here, _kept, window="placed_at"),
         permission="orders:read", phrases=_SPENT),
    Fact("largest_order", _("Largest order"), BOUGHT, MONEY,
         Total(_paid_here, Max("total_minor"), window="placed_at", nothing=None), permission="orders:read"),
    Fact("first_order_at", _("First order"), BOUGHT, MOMENT, Total(_paid, Min("placed_at"), nothing=None),
         permission="orders:read", phrases={"is_empty": _("who never bought"), "is_not_empty": _("who have bought")}),
    Fact("last_order_at", _("Last order"), BOUGHT, MOMENT, Total(_paid, Max("placed_at"), nothing=None),
         permission="orders:read", phrases={
             "is_empty": _("who never bought"), "is_not_empty": _("who have bought"),
             "in_last_days": _("who bought within the last %(value)s days"),
             "more_than_days_ago": _("whose last order is more than %(value)s days ago"),
         }),
    Fact("products", _("Products bought"), BOUGHT, SET,
         Many(_lines, "product__sku", by="order__customer_id", window="order__placed_at"), _products,
         permission="orders:read",
         phrases={"any_of": _("who bought %(value)s"), "all_of": _("who bought %(value)s"),
                  "none_of": _("who did not buy %(value)s")}),
    Fact("categories", _("Categories bought"), BOUGHT, SET,
         Many(_lines, "product__category", by="order__customer_id", window="order__placed_at"), _categories,
         permission="orders:read",
         phrases={"any_of": _("who bought from %(value)s"), "all_of": _("who bought from %(value)s"),
                  "none_of": _("who did not buy from %(value)s")}),
    Fact("order_channels", _("Channels bought through"), BOUGHT, SET, Many(_paid, "channel", window="placed_at"), _channels,
         permission="orders:read"),
    Fact("refund_count", _("Number of refunds"), BOUGHT, NUMBER,
         Total(lambda: Refund.objects.filter(cancelled_at=None, order__isnull=False), Count("id"),
               by="order__customer_id", window="refunded_at"), permission="orders:read"),
)  # fmt: skip

_CONTACTS = (
    Fact("interaction_count", _("Number of contacts with us"), DONE, NUMBER,
         Total(Interaction.objects.all, Count("id"), window="occurred_at")),
    Fact("last_contact_at", _("Last contact with us"), DONE, MOMENT,
         Total(Interaction.objects.all, Max("occurred_at"), nothing=None),
         phrases={"is_empty": _("with whom nobody has been in touch")}),
    Fact("interaction_kinds", _("Kinds of contact"), DONE, SET, Many(Interaction.objects.all, "kind", window="occurred_at"),
         Interaction.Kind.choices),
    Fact("open_tasks", _("Open tasks"), DONE, NUMBER,
         Total(lambda: Task.objects.filter(state=Task.State.OPEN), Count("id")), permission="tasks:read"),
)  # fmt: skip

_ORDERS = (
    Fact("status", _("Status"), ORDER, CHOICE, Column("status"), Order.Status.choices, "orders:read"),
    Fact("channel", _("Channel"), ORDER, CHOICE, Column("channel"), _channels, "orders:read"),
    Fact("source", _("Source"), ORDER, TEXT, Column("source"), permission="orders:read"),
    Fact("external_id", _("Order number"), ORDER, TEXT, Column("external_id"), permission="orders:read"),
    Fact("currency", _("Currency"), ORDER, TEXT, Column("currency"), permission="orders:read"),
    Fact("total", _("Amount"), ORDER, MONEY, Column("total_minor"), permission="orders:read"),
    Fact("placed_at", _("Placed on"), ORDER, MOMENT, Column("placed_at"), permission="orders:read"),
    Fact("paid_at", _("Paid on"), ORDER, MOMENT, Column("paid_at"), permission="orders:read"),
    Fact("products", _("Products"), ORDER, SET, Many(OrderLine.objects.all, "product__sku", by="order_id"), _products,
         permission="orders:read"),
    Fact("refunded", _("Money given back"), ORDER, MONEY,
         Total(lambda: Refund.objects.filter(cancelled_at=None), Sum("amount_minor"), by="order_id"),
         permission="orders:read"),
    Fact("customer_city", _("City of the customer"), ORDER, TEXT, Column("customer__city", empty=("",)),
         permission="orders:read"),
    Fact("customer_stage", _("Stage of the customer"), ORDER, CHOICE, Column("customer__stage"), Customer.Stage.choices,
         "orders:read"),
)  # fmt: skip

_TASKS = (
    Fact("title", _("Title"), TASK, TEXT, Column("title"), permission="tasks:read"),
    Fact("state", _("State"), TASK, CHOICE, Column("state"), Task.State.choices, "tasks:read"),
    Fact("priority", _("Priority"), TASK, CHOICE, Column("priority"),
         [(str(value), label) for value, label in Task.Priority.choices], "tasks:read"),
    Fact("assignee", _("Assignee"), TASK, MEMBER, Column("assignee_id"), members, "tasks:read"),
    Fact("due_at", _("Due"), TASK, MOMENT, Column("due_at"), permission="tasks:read"),
    Fact("created_at", _("Made on"), TASK, MOMENT, Column("created_at"), permission="tasks:read"),
    Fact("completed_at", _("Done on"), TASK, MOMENT, Column("completed_at"), permission="tasks:read"),
    Fact("is_overdue", _("Is overdue"), TASK, YES_NO,
         Many(lambda: Task.objects.filter(state=Task.State.OPEN, due_at__lt=door.moment()), by="id"),
         permission="tasks:read"),
)  # fmt: skip

FACTS = (
    Facts("customer", (*_PERSON, *_REACHABLE, *_PURCHASES, *_CONTACTS), custom_facts("customer")),
    Facts("order", _ORDERS),
    Facts("task", _TASKS),
)
