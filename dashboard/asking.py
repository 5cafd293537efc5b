"""What a customer's page says about asking them for a referral."""

from uuid import UUID

from django.http import HttpRequest

from dashboard.access import may
from dashboard.forms_asking import KeyForm
from referrals.operations.asking import say_bar
from referrals.queries.asking import ask_rules, bars_for, cards


def asking(request: HttpRequest, customer_id: UUID) -> dict | None:
    """What the customer's page says about asking them: the open card, or a button, or why not now."""
    if not may(request, "referrals:write"):
        return None
    card = cards().filter(customer_id=customer_id).first()
    found = () if card else bars_for([customer_id], ask_rules())[customer_id]
    why = next((bar for bar in found if bar.bar != "open_card"), found[0] if found else None)  # a card that waits says less
    return {"card": card, "why_not": say_bar(why) if why else "", "form": KeyForm.fresh()}
