"""A claim in words that waits."""

from crm import operations as crm
from referrals import operations as referring


def claimed() -> dict[str, object]:
    dan = crm.record_customer(name="Dan Claims", email="dan.claims@example.com")
    claim = referring.open_claim(
        claimant_id=dan.id, friend="my neighbour", text="I told her about the shop.", channel="member"
    )
    return {"claim_id": claim.id}
