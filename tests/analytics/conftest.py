"""Orders made by hand, and a small world of referrals."""

from datetime import datetime, timedelta

import pytest

from crm.models import Customer, Order, Refund
from referrals.models import Campaign, Invitation, Referral, ReferralCode, RuleVersion, Touch
from rewards.models import Reward, Unit
from rewards.models.ledger import account_id
from tenancy import door


@pytest.fixture
def customer():
    """Make a customer: customer("Cat"); inside the door."""

    def make(name: str, *, created_at: datetime | None = None) -> Customer:
        return Customer.objects.create(name=name, search_text=name.lower(), created_at=created_at or door.moment())

    return make


@pytest.fixture
def order():
    """Make a paid order: order(cat, 5, 1200) was paid five days ago; inside the door."""

    def make(customer, days_ago: float, total_minor: int, *, refunded: int = 0, status="paid", currency="GBP") -> Order:
        at = door.moment() - timedelta(days=days_ago)
        number = str(Order.objects.count() + 1)
        row = Order.objects.create(
            source="shop", external_id=number, input_hash="", customer=customer, status=status, currency=currency,
            total_minor=total_minor, placed_at=at, paid_at=at,
        )  # fmt: skip
        if refunded:
            Refund.objects.create(
                source="shop", external_id=f"r{number}", order_external_id=number, order=row, currency=currency,
                amount_minor=refunded, refunded_at=door.moment(),
            )  # fmt: skip
        return row

    return make


def ago(**delta) -> datetime:
    """Tell a moment before that of the visit."""
    return door.moment() - timedelta(**delta)


@pytest.fixture
def world(at_acme, ann, customer, order):
    """Ann refers Bo and Cy; Bo buys for £50 and gives £10 back, Cy has not bought; Dee came by herself and paid £60."""
    with at_acme():
        campaign = Campaign.objects.create(name="Friends", template="x", starts_at=ago(days=20), created_at=ago(days=20))
        version = RuleVersion.objects.create(campaign=campaign, number=1, terms={}, published_at=ago(days=20))
        code = ReferralCode.objects.create(campaign=campaign, referrer=ann, code="ABCD2345", created_at=ago(days=20))
        bo, cy, dee = (customer(name, created_at=ago(days=days)) for name, days in (("Bo Lee", 10), ("Cy", 8), ("Dee", 40)))
        for visitor, channel in (("v1", "qr"), ("v1", "qr"), ("v2", "link"), ("v3", "link")):
            Touch.objects.create(
                code_id=code.id, campaign_id=campaign.id, channel=channel, visitor=visitor, occurred_at=ago(days=11)
            )
        for place, channel in enumerate(("qr", "link", "link")):
            Invitation.objects.create(
                campaign=campaign, code=code, contact_kind="email", contact_hash=str(place), language="en", channel=channel,
                secret_hash="", submitted_at=ago(days=10), expires_at=ago(days=7),
            )  # fmt: skip
        referrals = [
            Referral.objects.create(
                campaign=campaign, rule_version=version, code=code, referrer=ann, referee=referee, channel=channel,
                stage=stage, confirmed_at=ago(days=days), converted_at=ago(days=5) if stage == "converted" else None,
            )
            for referee, channel, stage, days in ((bo, "qr", "converted", 10), (cy, "link", "confirmed", 8))
        ]  # fmt: skip
        order(bo, 5, 5000, refunded=1000)
        order(bo, 12, 700)  # before he was referred
        order(dee, 3, 6000)
        order(dee, 33, 900)  # in the period before
        unit = Unit.objects.create(code="GBP", kind="money")
        for key, state, cost, days in (("a", "available", 500, 5), ("b", "accrued", 300, 4)):
            Reward.objects.create(
                key=key, kind="cash", beneficiary=ann, account_id=account_id(ann.id, unit.id), role="referrer", unit=unit,
                amount=cost, kept=cost, cost_minor=cost,
                state=state, hold_until=ago(days=1), promised_by=ago(days=5), accrued_at=ago(days=days),
                settled_at=ago(days=1) if state == "available" else None, campaign_id=campaign.id,
                referral_id=referrals[0].id,
            )  # fmt: skip
        return campaign
