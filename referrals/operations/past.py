"""Past relations: who brought whom before our campaigns began, as told by a list.

Each is a referral that is closed for the reason "past_relation", in a campaign that has ended: it shows who brought whom
and keeps anybody else from claiming the friend, and no order of the friend earns by it. Whoever wants them to earn names
a campaign; then the referral is open under its present terms, from now on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext, override

from crm.reports import Recorded, Refused
from referrals.errors import OtherReferrerKnown, ReferrerIsFriend, TermsMissing
from referrals.models import Campaign, Conversion, Referral, ReferralMove, RuleVersion
from referrals.operations import moves
from referrals.operations.campaigns import publish_terms
from referrals.queries import current_version
from referrals.templates import TEMPLATES, default_terms
from tenancy import audit, door
from tenancy.models import Organisation

PAST = "past_referrals"  # the campaign's template
SOURCE = "import"
_REASON = "past_relation"
_UNPAID = {"to": "referrer", "kind": "points", "amount": {"points": 1}}  # terms need a reward; closed referrals get none


@dataclass(frozen=True)
class PastReferral:
    referrer_id: UUID
    referee_id: UUID
    referred_at: datetime | None = None


def record_past_referrals(told: Sequence[PastReferral], *, campaign_id: UUID | None = None) -> list[Recorded | Refused]:
    """Note who brought whom; what is known already stays as it is, and nobody gets a notice."""
    if not told:
        return []
    campaign = Campaign.objects.get(id=campaign_id) if campaign_id else past_campaign()
    version = current_version(campaign.id)
    if version is None:
        raise TermsMissing
    known = {row.referee_id: row for row in Referral.objects.filter(referee_id__in=[one.referee_id for one in told])}
    answers: list[Recorded | Refused] = []
    new: list[Referral] = []
    for one in told:
        answer = _judge(one, known, campaign, version, is_paying=campaign_id is not None)
        if isinstance(answer, Recorded) and answer.is_new:
            new.append(answer.row)
            known[one.referee_id] = answer.row
        answers.append(answer)
    Referral.objects.bulk_create(new, batch_size=1000)
    moves.note_all((row.id, "stage", "", row.stage, SOURCE) for row in new)
    audit.record_many("referral.imported", [(row, {"stage": row.stage}) for row in new])
    return answers


def _judge(
    one: PastReferral, known: dict[UUID, Referral], campaign: Campaign, version: RuleVersion, *, is_paying: bool
) -> Recorded | Refused:
    if one.referrer_id == one.referee_id:
        return Refused(ReferrerIsFriend())
    if earlier := known.get(one.referee_id):
        is_same = earlier.referrer_id == one.referrer_id
        return Recorded(earlier, is_new=False) if is_same else Refused(OtherReferrerKnown())
    at = one.referred_at or door.moment()
    referral = Referral(
        campaign=campaign, rule_version=version, referrer_id=one.referrer_id, referee_id=one.referee_id, channel=SOURCE,
        source=SOURCE, touched_at=at, confirmed_at=at,
    )  # fmt: skip
    if not is_paying:
        referral.stage, referral.close_reason = Referral.Stage.CLOSED, _REASON
    return Recorded(referral, is_new=True)


def remove_past_referrals(referral_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Forget imported relations on which nothing was built; False where an order counts for one or staff went on with it."""
    rows = {row.id: row for row in Referral.objects.filter(id__in=referral_ids, source=SOURCE)}
    counted = set(Conversion.objects.filter(referral_id__in=rows).values_list("referral_id", flat=True))
    moved = set(
        ReferralMove.objects.filter(referral_id__in=rows).exclude(cause=SOURCE).values_list("referral_id", flat=True)
    )
    able = [row for row in rows.values() if row.id not in counted | moved]
    audit.record_many("referral.import_undone", [(row, {}) for row in able])
    Referral.objects.filter(id__in=[row.id for row in able]).delete()
    gone = {row.id for row in able}
    return {id: id in gone or id not in rows for id in referral_ids}


def past_campaign() -> Campaign:
    """Give the campaign that keeps past relations, making it on first use: it has ended before it began to pay."""
    found = Campaign.objects.filter(template=PAST).order_by("id").first()
    return found or _make()


def _make() -> Campaign:
    organisation = Organisation.objects.get(id=door.organisation_id())
    now = door.moment()
    with override(organisation.language):
        name = gettext("Past referrals")
    campaign = Campaign.objects.create(
        name=name, template=PAST, starts_at=now - timedelta(seconds=1), ends_at=now, created_at=now
    )
    audit.record("campaign.created", campaign, {"template": PAST})
    terms = default_terms(next(iter(TEMPLATES.values())), organisation.currency)
    publish_terms(campaign.id, terms | {"rewards": [_UNPAID]})
    Campaign.objects.filter(id=campaign.id).update(state=Campaign.State.ENDED)
    campaign.state = Campaign.State.ENDED
    return campaign
