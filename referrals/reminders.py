"""Remind friends of what they left open: an unconfirmed invitation, an unused welcome offer. Each once."""

from collections.abc import Sequence
from datetime import timedelta

from celery import shared_task

from messaging.operations import Notice, notify_many
from referrals.models import Campaign, Invitation, Referral
from tenancy import door
from tenancy.models import Organisation
from tenancy.tasks import each_organisation, organisation_task

CONFIRM_AFTER = timedelta(hours=24)
OFFER_AFTER = timedelta(days=7)
OFFER_UNTIL = timedelta(days=14)  # later it would be a nuisance
_OPEN_STAGES = [Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED]


def remind() -> int:
    """Write the reminders that are due; count the messages."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    return notify_many(_open_invitations(slug)) + notify_many(_unused_offers(slug))


def _open_invitations(slug: str) -> Sequence[Notice]:
    """The digits cannot be sent again (we keep their hash); the page gives new ones."""
    now = door.moment()
    waiting = Invitation.objects.filter(
        state=Invitation.State.WAITING,
        capture=Invitation.Capture.FORM,  # who was asked on somebody's word is asked once
        submitted_at__lte=now - CONFIRM_AFTER,
        expires_at__gt=now,
        campaign__state=Campaign.State.RUNNING,
    )
    return [
        Notice(
            kind="referral_waiting", key=f"invitation:{row.id}:reminder", address=row.contact, language=row.language,
            link=f"/o/{slug}/c/{row.id}",
        )
        for row in waiting
    ]  # fmt: skip


def _unused_offers(slug: str) -> Sequence[Notice]:
    now = door.moment()
    quiet = Referral.objects.filter(
        stage__in=_OPEN_STAGES,
        confirmed_at__gt=now - OFFER_UNTIL,
        confirmed_at__lte=now - OFFER_AFTER,
        campaign__state=Campaign.State.RUNNING,
    ).exclude(risk__in=[Referral.Risk.HELD, Referral.Risk.CONFIRMED])
    return [
        Notice(
            kind="offer_waiting", key=f"referral:{row.id}:offer_waiting", customer_id=row.referee_id,
            context={"campaign": row.campaign.name}, link=f"/o/{slug}/member/",
        )
        for row in quiet.select_related("campaign")
    ]  # fmt: skip


@organisation_task
def remind_of_open_ends() -> int:
    return remind()


@shared_task
def ring_for_open_ends() -> None:
    """Beat: look everywhere for open ends."""
    each_organisation(remind_of_open_ends)
