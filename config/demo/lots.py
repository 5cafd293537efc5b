"""Points that came from an old system, lived longer, were taken back when spent, and were given again."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from config.demo.life import Life
from crm.models import Customer, Order
from crm.operations import CustomerReference, OrderReport, RefundReport, cancel_refund, record_order, record_refund
from integrations import operations as integrations
from integrations.mapping import guess
from rewards.operations import Policy, redeem_points, return_redemption, set_policy
from rewards.queries import available_points
from tenancy import events

_HEADER = {"en": "Phone,Points,Valid until\n", "zh-hans": "手机,积分,有效期至\n"}
_SAID = {
    "gift": {"en": "gift from the counter", "zh-hans": "柜台礼品"},
    "returned": {"en": "returned", "zh-hans": "已退货"},
    "found": {"en": "the parcel was found", "zh-hans": "包裹已找到"},
    "chipped": {"en": "one of two was chipped", "zh-hans": "其中一件有破损"},
}


def carry_points_over(life: Life) -> None:
    """Let orders and redemptions extend points, and bring some members' balances from the till of before."""
    with life.at(life.today - timedelta(days=40), "owner"):
        set_policy(Policy(expires_after_months=12, extends_on_activity=True, owed_limit=20_000))
    _import_balances(life)


def live_with_refunds(life: Life) -> None:
    """One spends points and gives the order back; another's refund is cancelled; a third brings a gift back."""
    first, second, third = life.customers[5:8]
    _owe(life, first)
    _refund_and_cancel(life, second)
    _bring_back(life, third)


def _import_balances(life: Life) -> None:
    with life.at(life.today - timedelta(days=30), "owner"):
        people = Customer.objects.filter(id__in=life.customers[5:11], contact_points__kind="phone").order_by("id")
        phones = people.values_list("contact_points__normalised", flat=True)
        rows = [_row(phone, n, life) for n, phone in enumerate(phones)]
        content = _HEADER[life.shop.language] + "\n".join(rows) + "\n"
        imported = integrations.upload(
            kind="opening_balances", file_name="balances.csv", content=content.encode(), source="old-till"
        )
        columns = guess("opening_balances", imported.columns)
        integrations.start(imported.id, mapping=columns, is_dry_run=False, is_run_here=True)
    integrations.run(life.organisation.id, imported.id)


def _row(phone: str, number: int, life: Life) -> str:
    return f"{phone},{150 + 40 * number},{life.today + timedelta(days=20 + 30 * number):%Y-%m-%d}"


def _owe(life: Life, customer_id: UUID) -> None:
    order = _order(life, customer_id, "lots-1", days=9)
    with _today(life, "service"):
        points = available_points([customer_id])[customer_id]
        redeem_points(customer_id, amount=points, reason=_said(life, "gift"), key="demo:all")
    _refund(life, order)


def _refund_and_cancel(life: Life, customer_id: UUID) -> None:
    order = _order(life, customer_id, "lots-2", days=8)
    refund_id = _refund(life, order)
    with _today(life, "service"):
        cancel_refund(refund_id, reason=_said(life, "found"))
    events.drain(life.organisation.id)


def _bring_back(life: Life, customer_id: UUID) -> None:
    with _today(life, "service"):
        mug = redeem_points(customer_id, amount=100, reason=_said(life, "gift"), key="demo:mug")
        return_redemption(mug.id, amount=60, reason=_said(life, "chipped"), key="demo:mug")


def _order(life: Life, customer_id: UUID, number: str, *, days: int) -> Order:
    dear = max(product.price_minor for product in life.shop.products)
    with life.at(life.today - timedelta(days=days), "sales"):
        report = OrderReport(
            source="shop", external_id=number, currency=life.shop.currency, total_minor=dear, status="paid",
            customer=CustomerReference(customer_id=customer_id),
        )  # fmt: skip
        order, _ = record_order(report)
    events.drain(life.organisation.id)
    return order


def _refund(life: Life, order: Order) -> UUID:
    with _today(life, "service"):
        report = RefundReport(
            source=order.source, external_id=f"{order.external_id}-back", order_external_id=order.external_id,
            currency=order.currency, amount_minor=order.total_minor, reason=_said(life, "returned"),
        )  # fmt: skip
        refund, _ = record_refund(report)
    events.drain(life.organisation.id)
    return refund.id


def _today(life: Life, who: str):
    """Act after what the workers have just done, whose time is the clock's."""
    return life.at(timezone.now(), who)


def _said(life: Life, what: str) -> str:
    return _SAID[what][life.shop.language]
