"""Reads of codes, touches and invitations."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from foundation.ids import normalise_code
from referrals.errors import CodeWithdrawn, MaterialExpired, MaterialNotYetValid, UnknownCode
from referrals.models import Campaign, Invitation, ReferralCode, Touch
from referrals.queries.campaigns import refuse_closed
from tenancy import door
from tenancy.models import Organisation


def find_code(text: str) -> ReferralCode:
    """Read a code as followed or typed; another organisation's code is as unknown as one that never was."""
    code = (
        ReferralCode.objects.select_related("campaign", "referrer", "batch").filter(code=normalise_code(text)[:16]).first()
    )
    if code is None:
        raise UnknownCode
    return code


def usable_code(text: str) -> ReferralCode:
    """Find a code that a friend may come by now; say by name why not."""
    code = find_code(text)
    refuse_closed(code.campaign)
    if not code.is_active:
        raise CodeWithdrawn
    _refuse_outdated(code)
    return code


def _refuse_outdated(code: ReferralCode) -> None:
    """Refuse a printed piece outside the time it was printed for."""
    if code.batch and code.batch.valid_from and code.batch.valid_from > door.moment():
        raise MaterialNotYetValid
    if code.batch and code.batch.valid_to and code.batch.valid_to <= door.moment():
        raise MaterialExpired


def other_open_code(code: ReferralCode) -> ReferralCode | None:
    """Find the same referrer's own code in another campaign that runs: what a friend who came too late may go on to."""
    now = door.moment()
    running = Q(campaign__state=Campaign.State.RUNNING) & (Q(campaign__ends_at=None) | Q(campaign__ends_at__gt=now))
    own = ReferralCode.objects.filter(running, referrer_id=code.referrer_id, is_active=True, batch=None)
    return own.exclude(campaign_id=code.campaign_id).order_by("-id").first()


def codes_of(customer_id: UUID) -> QuerySet[ReferralCode]:
    return ReferralCode.objects.filter(referrer_id=customer_id).select_related("campaign").order_by("-id")


def addresses(code: str) -> Mapping[str, str]:
    """Give the public addresses of a code."""
    base = public_base()
    return {"link": f"{base}/r/{code}", "qr": f"{base}/q/{code}.svg", "poster": f"{base}/p/{code}.png"}


def public_base() -> str:
    """Give the address that all public pages of the organisation begin with."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    return f"{settings.PUBLIC_URL}/o/{slug}"


def waiting_invitations(campaign_id: UUID) -> int:
    """Count who has not confirmed yet; who they are is in quarantine."""
    return Invitation.objects.filter(campaign_id=campaign_id, state=Invitation.State.WAITING).count()


def invitations() -> QuerySet[Invitation]:
    """List invitations, newest first; who they are of is shown masked, and only until it is over."""
    rows = Invitation.objects.select_related("campaign", "code__referrer", "entered_by__user")
    return rows.order_by("-submitted_at", "-id")


def last_touch(*, campaign_id: UUID, code_id: UUID, visitor: str) -> Touch | None:
    if not visitor:
        return None
    rows = Touch.objects.filter(visitor=visitor, campaign_id=campaign_id, code_id=code_id)
    return rows.order_by("-occurred_at", "-id").first()


def waiting_invitation(*, campaign_id: UUID, contact: str, visitor: str) -> Invitation | None:
    """Find what the same browser has entered and not confirmed yet; `contact` as it is compared."""
    if not visitor:
        return None
    rows = Invitation.objects.filter(
        campaign_id=campaign_id, contact=contact, visitor=visitor, state=Invitation.State.WAITING,
        expires_at__gt=door.moment(),
    )  # fmt: skip
    return rows.first()
