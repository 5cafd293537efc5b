"""The pool of customers in the demo: some given back with a word, one claimed, some whose owners were told, some taken back."""

from contextlib import suppress
from datetime import timedelta

from config.demo.life import Life
from crm import operations as crm
from crm.models import Customer
from crm.operations import leads as leading
from foundation.errors import DomainError

_NOTES = {
    "en": ("Moved to Bristol, a colleague there knows her.", "Only wants to be written to, I always phone.", ""),
    "zh-hans": ("已搬到绵阳，请当地同事跟进。", "只接受微信联系，我多用电话。", ""),
}
_IDLE, _WARNED = 75, 14


def fill_pool(life: Life) -> None:
    """Set the times, and leave customers in every state of the pool."""
    with life.at(life.today - timedelta(days=40), "owner"):
        leading.set_policy(idle_days=_IDLE, warn_days=_WARNED, customers_in_hand=400)
    _fall_silent(life)
    for number, customer_id in enumerate(_quiet(life, 7)):
        with life.at(life.today - timedelta(days=9 - number, hours=number), "sales"), suppress(DomainError):
            crm.release_customer(customer_id, note=_NOTES[life.shop.language][number % 3])
        if number in (2, 5):
            with life.at(life.today - timedelta(days=2), "service"), suppress(DomainError):
                crm.claim_customer(customer_id, life.members["service"].id)


def _quiet(life: Life, count: int) -> list:
    with life.at(life.today):
        rows = Customer.objects.filter(owner=life.members["sales"]).order_by("-created_at", "-id")
        return list(rows.values_list("id", flat=True)[:count])


def _fall_silent(life: Life) -> None:
    """Some owners were told of 15 days ago, and their customers are back; some five days ago, with nine days left."""
    for days in (_WARNED + 1, 5, 0):
        with life.at(life.today - timedelta(days=days)):
            crm.recycle_customers()
