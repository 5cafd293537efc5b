"""What a friend answered on a landing page, kept with the customer they became."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.models import Customer
from crm.operations import record_interaction, update_customer
from crm.operations.update_customer import fill_custom


def keep_answers(customer_id: UUID, answers: Mapping[str, Any]) -> None:
    """Complete the customer with city and own fields, and note the message; nothing known is overwritten."""
    if answers.get("city") and not Customer.objects.get(id=customer_id).city:
        update_customer(customer_id, city=str(answers["city"])[:60])
    if answers.get("own"):
        fill_custom(customer_id, answers["own"])
    if answers.get("message"):
        record_interaction(customer_id, kind="note", text=str(answers["message"])[:5000])
