"""Enrol employees, partners, communities and owners of material as referrers; close them; say what a source may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.models import Customer
from crm.operations import add_task, record_customer
from referrals.errors import HouseStays, MemberHasLeft, NameMissing, ProfileTaken, SourceRuleInvalid, UnknownProfile
from referrals.models import Campaign, ReferrerProfile, Source, SourceRule
from referrals.operations.owners import repoint_all_of
from tenancy import audit, door, events
from tenancy.models import Membership, Organisation

HOUSE = {"zh-hans": "（本店）", "en": "(the house)"}
_SAID_OF_SOURCES = ("source", "is_allowed", "limit_30_days", "hold_days", "needs_approval", "by_payroll")
_HAND_OVER = {
    "en": "Hand over the codes of {name}, who has left",
    "zh-hans": "交接离职员工{name}的推荐码",
}


def enrol_employee(membership_id: UUID, *, store_id: UUID | None = None, notes: str = "") -> ReferrerProfile:
    """Let a colleague refer: their customer record is made, or the one with their address is taken."""
    member = Membership.objects.select_related("user").filter(id=membership_id).first()
    if member is None or not member.is_active:
        raise MemberHasLeft
    name, email = member.user.name or member.user.email, member.user.email
    customer = record_customer(name=name, email=email, source="staff")
    facts = {"membership_id": membership_id, "store_id": store_id or member.store_id, "notes": notes}
    return _enrol(customer, Source.EMPLOYEE, facts)


def enrol_referrer(
    *, kind: str, name: str = "", customer_id: UUID | None = None, phone: str = "", email: str = "",
    store_id: UUID | None = None, organisation_name: str = "", terms: str = "", notes: str = "",
) -> ReferrerProfile:  # fmt: skip
    """Enrol a partner, a community's organiser, an owner of printed material, or a customer of whom there is more to say."""
    if not (customer_id or name.strip()):
        raise NameMissing(field="name")
    kind_of = "company" if kind in (Source.PARTNER, Source.MATERIAL) else "person"
    customer = (
        Customer.objects.get(id=customer_id) if customer_id
        else record_customer(name=name, phone=phone, email=email, source="staff", kind=kind_of)
    )  # fmt: skip
    facts = {"store_id": store_id, "organisation_name": organisation_name, "terms": terms, "notes": notes}
    return _enrol(customer, kind, facts)


def _enrol(customer: Customer, kind: str, facts: Mapping[str, Any]) -> ReferrerProfile:
    """Write the profile; who was one before and left begins anew under the same record."""
    known = ReferrerProfile.objects.select_for_update().filter(customer=customer).first()
    if known and known.is_active and known.kind != Source.CUSTOMER:
        raise ProfileTaken(name=customer.name)
    profile = known or ReferrerProfile(customer=customer)
    for name, value in {**facts, "kind": kind, "is_active": True, "left_at": None, "since": door.moment()}.items():
        setattr(profile, name, value)
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        if "referrer_profile_one" not in str(error):
            raise
        raise ProfileTaken(name=customer.name) from error
    audit.record("referrer.enrolled", profile, {"kind": kind, "customer_id": str(customer.id)})
    events.publish("referrer.enrolled", profile.id, kind=kind, customer_id=str(customer.id))
    return profile


def change_profile(profile_id: UUID, **facts: Any) -> ReferrerProfile:
    """Change what is said of a referrer: store, organisation, terms, notes."""
    profile = _profile(profile_id)
    changes = {name: [str(getattr(profile, name) or ""), str(value or "")] for name, value in facts.items()}
    for name, value in facts.items():
        setattr(profile, name, value)
    profile.save(update_fields=list(facts))
    audit.record("referrer.changed", profile, {name: pair for name, pair in changes.items() if pair[0] != pair[1]})
    return profile


def close_profile(profile_id: UUID, *, heir_id: UUID | None = None) -> ReferrerProfile:
    """Let a referrer go: codes and printed pieces go on for the heir, else for the house; what was earned stays."""
    profile = _profile(profile_id)
    if profile.is_house:
        raise HouseStays
    if not ReferrerProfile.objects.filter(id=profile.id, is_active=True).update(is_active=False, left_at=door.moment()):
        return profile
    heir = _profile(heir_id) if heir_id else None
    if heir is None and profile.kind == Source.EMPLOYEE:
        heir = house_profile()
    moved = repoint_all_of(profile, heir, reason="left") if heir else 0
    audit.record("referrer.closed", profile, {"codes": moved, "heir_id": str(heir.id) if heir else None})
    events.publish("referrer.closed", profile.id, customer_id=str(profile.customer_id))
    return _profile(profile_id)


def close_who_left(membership_ids) -> int:
    """Close employees who do not work here any more; somebody is asked to hand their codes to a colleague."""
    gone = Membership.objects.filter(id__in=membership_ids, is_active=False)
    rows = ReferrerProfile.objects.filter(membership__in=gone, is_active=True).select_related("customer").order_by("id")
    for profile in rows:
        close_profile(profile.id)
        _ask_for_hand_over(profile)
    return len(rows)


def _ask_for_hand_over(profile: ReferrerProfile) -> None:
    chief = Membership.objects.filter(role=Membership.Role.OWNER, is_active=True).order_by("id").first()
    language = Organisation.objects.get(id=door.organisation_id()).language
    title = _HAND_OVER.get(language, _HAND_OVER["en"]).format(name=profile.customer.name)
    add_task(
        key=f"referrer_left:{profile.id}:{profile.since:%Y%m%d%H%M%S}", title=title[:120], due_at=door.moment(),
        customer_id=profile.customer_id, assignee_id=chief.id if chief else None,
    )  # fmt: skip


def house_profile() -> ReferrerProfile:
    """Give the organisation's own profile, which keeps the codes of those who left until somebody takes them."""
    known = ReferrerProfile.objects.select_related("customer").filter(is_house=True).first()
    if known:
        return known
    here = Organisation.objects.get(id=door.organisation_id())
    name = f"{here.name} {HOUSE.get(here.language, HOUSE['en'])}"
    made = enrol_referrer(kind=Source.MATERIAL, name=name, organisation_name=here.name)
    ReferrerProfile.objects.filter(id=made.id).update(is_house=True)
    return made


def set_source_rule(
    campaign_id: UUID, source: str, *, is_allowed: bool = True, limit_30_days: int | None = None, hold_days: int = 0,
    needs_approval: bool = False, by_payroll: bool = False,
) -> SourceRule:  # fmt: skip
    """Say what a source may do in a campaign from now on."""
    campaign = Campaign.objects.get(id=campaign_id)
    if by_payroll and source != Source.EMPLOYEE:
        raise SourceRuleInvalid
    told = {
        "is_allowed": is_allowed, "limit_30_days": limit_30_days, "hold_days": hold_days,
        "needs_approval": needs_approval, "by_payroll": by_payroll,
    }  # fmt: skip
    rule, _ = SourceRule.objects.update_or_create(campaign=campaign, source=source, defaults=told)
    audit.record("campaign.source_rule", campaign, {"source": source, **told})
    return rule


def copy_source_rules(campaign_id: UUID, to_id: UUID) -> None:
    """Let sources do the same in a copied campaign, where nothing was said about them yet."""
    SourceRule.objects.bulk_create(
        [
            SourceRule(campaign_id=to_id, **{name: getattr(row, name) for name in _SAID_OF_SOURCES})
            for row in SourceRule.objects.filter(campaign_id=campaign_id)
        ],
        ignore_conflicts=True,
    )


def _profile(profile_id: UUID) -> ReferrerProfile:
    profile = ReferrerProfile.objects.select_related("customer").filter(id=profile_id).first()
    if profile is None:
        raise UnknownProfile
    return profile
