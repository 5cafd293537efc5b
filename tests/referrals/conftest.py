"""A running campaign of acme's: £20 minimum, 200 points for the referrer, a coupon for the friend."""

import re
from datetime import timedelta

import pytest

from crm.models import Customer, Order
from crm.operations import CustomerReference, OrderReport, RefundReport, record_customer, record_order, record_refund
from messaging.models import Message
from referrals import operations as referrals
from referrals.models import Invitation, Referral
from referrals.queries import current_version
from tests.conftest import NOON

CONSENTS = {"referral": True, "marketing": False}


@pytest.fixture
def make_campaign(at_acme):
    """Make a campaign and start it: make_campaign(terms_changes={…})."""

    def make(*, days=0, is_running=True, **fields):
        facts = {
            "template": "friend_coupon", "name": "Bring a friend", "starts_at": NOON - timedelta(days=1),
            "ends_at": NOON + timedelta(days=90), "budget_limit_minor": 100_000, **fields,
        }  # fmt: skip
        with at_acme(days=days):
            campaign = referrals.create_campaign(**facts)
            return referrals.start_campaign(campaign.id) if is_running else campaign

    return make


@pytest.fixture
def campaign(make_campaign):
    return make_campaign()


@pytest.fixture
def anns_code(campaign, ann, at_acme):
    with at_acme():
        return referrals.code_for(campaign.id, ann.id)


@pytest.fixture
def submit(at_acme):
    """Fill in the form: submit(code, "cleo@example.com") gives the invitation and the digits sent."""

    def fill_in(code, contact, *, days=0, **fields):
        facts = {"name": "Cleo Brown", "language": "en", "consents": CONSENTS, **fields}
        with at_acme(days=days):
            invitation = referrals.submit_invitation(code=code.code, contact=contact, **facts)
            return invitation, digits_of(invitation)

    return fill_in


def digits_of(invitation: Invitation) -> str:
    message = Message.objects.get(key=f"invitation:{invitation.id}:{invitation.sends}")
    return re.search(r"\b\d{6}\b", message.body)[0]


@pytest.fixture
def refer(submit, at_acme):
    """Bring a friend all the way to a confirmed referral."""

    def bring(code, contact="cleo@example.com", *, days=0, **fields) -> Referral:
        invitation, digits = submit(code, contact, days=days, **fields)
        with at_acme(days=days):
            return referrals.confirm_invitation(invitation.id, digits)

    return bring


@pytest.fixture
def buy(at_acme, acme, drained):
    """Report an order, and let the workers work: buy("A1", 5000, customer_id)."""

    def report(number, total_minor, customer_id=None, *, days=1, drain=True, **fields):
        facts = {"status": "paid", "currency": "GBP", "paid_at": NOON + timedelta(days=days), **fields}
        facts.setdefault("placed_at", NOON + timedelta(days=days))
        with at_acme(days=max(days, 0)):
            customer = CustomerReference(customer_id=customer_id)
            order, _ = record_order(
                OrderReport(source="shop", external_id=number, total_minor=total_minor, customer=customer, **facts)
            )
        if drain:
            drained(acme)
        return order

    return report


@pytest.fixture
def give_back(at_acme, acme, drained):
    """Report a refund: give_back("R1", "A1", 2000)."""

    def report(number, order_number, amount_minor, *, days=2, drain=True):
        with at_acme(days=days):
            refund, _ = record_refund(
                RefundReport(
                    source="shop", external_id=number, order_external_id=order_number, currency="GBP",
                    amount_minor=amount_minor,
                )
            )  # fmt: skip
        if drain:
            drained(acme)
        return refund

    return report


@pytest.fixture
def judged_buy(buy, at_acme):
    """Report an order and judge it on its day, or on the day it is `told`; the other workers have no part in it."""

    def report(number, total_minor, customer_id, *, days=1, drain=True, told=None, **fields):
        order = buy(number, total_minor, customer_id, days=days, drain=False, **fields)
        if drain:
            with at_acme(days=days if told is None else told):
                referrals.judge_orders([order.id])
        return order

    return report


@pytest.fixture
def judged_give_back(give_back, at_acme):
    """Report a refund and judge its order on its day."""

    def report(number, order_number, amount_minor, *, days=2, drain=True):
        give_back(number, order_number, amount_minor, days=days, drain=False)
        if drain:
            with at_acme(days=days):
                referrals.judge_orders([Order.objects.get(external_id=order_number).id])

    return report


@pytest.fixture
def bring(at_acme, ann):
    """Refer a customer in a campaign, without the form."""

    def make(campaign, referee, *, referrer=None, days=0, **fields) -> Referral:
        with at_acme(days=days):
            return Referral.objects.create(
                campaign=campaign, rule_version=current_version(campaign.id), referrer=referrer or ann, referee=referee,
                touched_at=NOON, confirmed_at=NOON + timedelta(days=days), **fields,
            )  # fmt: skip

    return make


@pytest.fixture
def friend(at_acme):
    """Make a customer: friend("cleo")."""

    def make(name, **fields) -> Customer:
        with at_acme():
            return record_customer(name=name.title(), email=f"{name}@example.com", **fields)

    return make
