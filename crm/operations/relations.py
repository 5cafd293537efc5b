"""What customers agree to."""

from uuid import UUID

from crm.models import Consent, Customer
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
