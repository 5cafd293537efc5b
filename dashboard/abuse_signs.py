"""What the page of a referral shows of signs of abuse."""

from typing import Any
from uuid import UUID

from referrals.models import Assessment
from referrals.queries import abuse as queries
from referrals.signal_words import innocent, label, say, say_action


def signs_of(referral_id: UUID) -> dict[str, Any]:
    """The newest assessment in words, and the open cases the referral is in."""
    latest = queries.latest_assessments([referral_id]).get(referral_id)
    cases = [(case, label(case.kind)) for case in queries.open_cases_of(referral_id)]
    return {"assessment": latest, "abuse_cases": cases, **(_told(latest) if latest else {})}


def _told(latest: Assessment) -> dict[str, Any]:
    return {
        "abuse_signs": [
            {**sign, "label": label(sign["key"]), "seen": say(sign["key"], sign["facts"]), "innocent": innocent(sign["key"])}
            for sign in latest.signals
        ],
        "abuse_outcome": say_action(latest.would_be, is_shadow=latest.action != latest.would_be),
    }
