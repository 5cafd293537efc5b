"""What is said with customers and what they agree to."""

from datetime import datetime
from uuid import UUID

from crm.models import Consent, Customer, Interaction
from crm.operations.identity import check_member
from crm.operations.present import present_member
from tenancy import audit, door


def record_consent(
    customer_id: UUID, *, purpose: str, channel: str, is_granted: bool, text_version: str, language: str, source: str
) -> Consent:
    """Record a yes or no; the newest of a purpose and channel counts."""
    customer = Customer.objects.get(id=customer_id)
    consent = Consent.objects.create(
        customer=customer,
        purpose=purpose,
        channel=channel,
        is_granted=is_granted,
        text_version=text_version,
        language=language,
        source=source,
        occurred_at=door.moment(),
    )
    facts = {"customer_id": str(customer_id), "purpose": purpose, "channel": channel, "is_granted": is_granted}
    audit.record("consent.recorded", consent, facts)
    return consent


def record_interaction(
    customer_id: UUID, *, kind: str, text: str, occurred_at: datetime | None = None, author_id: UUID | None = None
) -> Interaction:
    """Record what was said or done with a customer; the author is whoever works now unless named."""
    customer = Customer.objects.get(id=customer_id)
    check_member(author_id, field="author")
    interaction = Interaction.objects.create(
        customer=customer,
        kind=kind,
        text=text.strip(),
        author_id=author_id or present_member(),
        occurred_at=occurred_at or door.moment(),
    )
    audit.record("interaction.recorded", interaction, {"customer_id": str(customer_id), "kind": kind})
    return interaction
