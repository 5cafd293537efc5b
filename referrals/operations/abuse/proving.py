"""Have somebody ask a referrer for proof."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from crm.operations import add_task
from referrals.models import AbuseCase
from tenancy import door
from tenancy.models import Organisation

DAYS = 7
_TITLE = {
    "en": "Ask {name} for proof: who are the friends, how do they know each other?",
    "zh-hans": "请{name}提供说明：这些好友是谁、如何认识的？",
}


def give_task(case: AbuseCase, reason: str) -> None:
    """Give whoever is responsible for the referrer the task to ask; once for each time it is asked."""
    language = Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id())
    add_task(
        key=f"abuse_proof:{case.id}:{case.verdicts.count()}",
        title=_TITLE.get(language, _TITLE["en"]).format(name=case.referrer.name)[:200], description=reason,
        due_at=door.moment() + timedelta(days=DAYS), customer_id=case.referrer_id, assignee_id=case.referrer.owner_id,
    )  # fmt: skip


def want_proof(referral_ids: Collection[UUID]) -> None:
    """Ask in the open cases of referrals whose score says so."""
    rows = AbuseCase.objects.filter(state=AbuseCase.State.OPEN, members__referral_id__in=referral_ids)
    for case in rows.select_related("referrer").distinct().order_by("id"):
        if AbuseCase.objects.filter(id=case.id, state=AbuseCase.State.OPEN).update(state=AbuseCase.State.PROOF):
            give_task(case, "")
