"""Give codes to somebody else: what was touched before stays with who held them then."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from referrals.errors import ProfileClosed, SameOwner, UnknownBatch, UnknownCode, UnknownProfile
from referrals.models import CodeOwner, MaterialBatch, ReferralCode, ReferrerProfile
from tenancy import audit, door

_CHUNK = 5000


@transaction.atomic
def repoint_batch(batch_id: UUID, *, profile_id: UUID, reason: str = "") -> MaterialBatch:
    """Give a printed batch to another owner."""
    batch = MaterialBatch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise UnknownBatch
    owner = active_profile(profile_id)
    if batch.owner_id == owner.id:
        raise SameOwner(name=owner.customer.name)
    before = batch.owner_id
    batch.owner = owner
    batch.save(update_fields=["owner"])
    moved = _repoint(ReferralCode.objects.filter(batch=batch), owner, reason)
    audit.record("material.repointed", batch, {"profile_id": [str(before), str(owner.id)], "codes": moved})
    return batch


@transaction.atomic
def repoint_code(code_id: UUID, *, profile_id: UUID, reason: str = "") -> ReferralCode:
    """Give one code to another referrer."""
    code = ReferralCode.objects.select_for_update(of=("self",)).filter(id=code_id).first()
    if code is None:
        raise UnknownCode
    owner = active_profile(profile_id)
    if code.referrer_id == owner.customer_id:
        raise SameOwner(name=owner.customer.name)
    before = code.referrer_id
    _repoint(ReferralCode.objects.filter(id=code_id), owner, reason)
    audit.record("code.repointed", code, {"referrer_id": [str(before), str(owner.customer_id)]})
    return ReferralCode.objects.select_related("campaign", "referrer").get(id=code_id)


def repoint_all_of(profile: ReferrerProfile, heir: ReferrerProfile, *, reason: str) -> int:
    """Give everything a referrer holds to the heir; count the codes."""
    MaterialBatch.objects.filter(owner=profile).update(owner=heir)
    return _repoint(ReferralCode.objects.filter(referrer_id=profile.customer_id), heir, reason)


def active_profile(profile_id: UUID) -> ReferrerProfile:
    profile = ReferrerProfile.objects.select_related("customer").filter(id=profile_id).first()
    if profile is None:
        raise UnknownProfile
    if not profile.is_active:
        raise ProfileClosed(name=profile.customer.name)
    return profile


def _repoint(codes: QuerySet[ReferralCode], heir: ReferrerProfile, reason: str) -> int:
    """Write from when on codes are the heir's, and who had them before; a second personal code is an inherited one."""
    rows = list(codes.exclude(referrer_id=heir.customer_id).values_list("id", "referrer_id", "created_at"))
    ids = [row[0] for row in rows]
    known = set(CodeOwner.objects.filter(code_id__in=ids).values_list("code_id", flat=True))
    _note([CodeOwner(code_id=id, referrer_id=who, from_at=since) for id, who, since in rows if id not in known])
    now = door.moment()
    _note([CodeOwner(code_id=id, referrer_id=heir.customer_id, from_at=now, reason=reason[:60]) for id in ids])
    personal = ReferralCode.objects.filter(id__in=ids, batch=None, is_inherited=False)
    own = ReferralCode.objects.filter(referrer_id=heir.customer_id, batch=None, is_inherited=False)
    personal.filter(campaign_id__in=list(own.values_list("campaign_id", flat=True))).update(is_inherited=True)
    return ReferralCode.objects.filter(id__in=ids).update(referrer_id=heir.customer_id)


def _note(rows: list[CodeOwner]) -> None:
    CodeOwner.objects.bulk_create(
        rows, batch_size=_CHUNK, update_conflicts=True, update_fields=["referrer", "reason"],
        unique_fields=["organisation", "code_id", "from_at"],
    )  # fmt: skip
