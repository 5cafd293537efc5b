"""Reads of profiles, printed batches and what came of each source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from referrals.models import (
    CodeOwner,
    Invitation,
    MaterialBatch,
    Referral,
    ReferralCode,
    ReferrerProfile,
    SourceConflict,
    SourceRule,
    Touch,
)
from referrals.queries.codes import last_touch
from referrals.rules.sources import CUSTOMER, DEFAULTS, SOURCES, Rule
from rewards.models import Reward

_GIVEN_UP = (Reward.State.ESTIMATED, Reward.State.REVERSED)


# --- whose a code is, and what it may do -----------------------------------------------------------------


def owner_at(code: ReferralCode, moment: datetime) -> UUID:
    """Say whose a code was: who gets it later has no part in earlier touches."""
    return owners_at([(code, moment)])[code.id, moment]


def owners_at(asked: Iterable[tuple[ReferralCode, datetime]]) -> dict[tuple[UUID, datetime], UUID]:
    """The same for many codes and moments, in one statement."""
    asked = list(asked)
    history: dict[UUID, list[tuple[datetime, UUID]]] = {}
    rows = CodeOwner.objects.filter(code_id__in={code.id for code, _ in asked}).order_by("from_at")
    for code_id, from_at, referrer_id in rows.values_list("code_id", "from_at", "referrer_id"):
        history.setdefault(code_id, []).append((from_at, referrer_id))
    return {(code.id, moment): _owner(code, moment, history.get(code.id, [])) for code, moment in asked}


def _owner(code: ReferralCode, moment: datetime, history: list[tuple[datetime, UUID]]) -> UUID:
    held = [referrer_id for from_at, referrer_id in history if from_at <= moment]
    return held[-1] if held else history[0][1] if history else code.referrer_id


def owners_of_forms(forms: Iterable[Invitation]) -> dict[UUID, UUID]:
    """Say by form for whom it counts: whose the code was when the friend followed it, or else sent the form."""
    forms = list(forms)
    moved = set(CodeOwner.objects.filter(code_id__in={form.code_id for form in forms}).values_list("code_id", flat=True))
    asked = {form.id: (form.code, _followed_at(form)) for form in forms if form.code_id in moved}
    owners = owners_at(asked.values()) if asked else {}
    found = {id: owners[code.id, moment] for id, (code, moment) in asked.items()}
    return {form.id: found.get(form.id, form.code.referrer_id) for form in forms}


def _followed_at(form: Invitation) -> datetime:
    touch = last_touch(campaign_id=form.campaign_id, code_id=form.code_id, visitor=form.visitor)
    return min(touch.occurred_at, form.submitted_at) if touch else form.submitted_at


def code_history(code_id: UUID) -> QuerySet[CodeOwner]:
    return CodeOwner.objects.filter(code_id=code_id).select_related("referrer").order_by("from_at")


def source_of(customer_id: UUID) -> str:
    """Say of what kind a referrer is; whoever is not enrolled is a customer."""
    kind = ReferrerProfile.objects.filter(customer_id=customer_id, is_active=True).values_list("kind", flat=True).first()
    return kind or CUSTOMER


def rule_of(campaign_id: UUID, source: str) -> Rule:
    return rule_among(SourceRule.objects.filter(campaign_id=campaign_id), source)


def rule_among(rows: Iterable[SourceRule], source: str) -> Rule:
    """Give what holds for a source; imported relations, older than all sources, are held to the rule of customers."""
    rules = rules_of(rows)
    return rules.get(source, rules[CUSTOMER])


def rules_of(rows: Iterable[SourceRule]) -> dict[str, Rule]:
    """Give a campaign's rules by source; where it says nothing, the house's own."""
    told = {
        row.source: Rule(row.is_allowed, row.limit_30_days, row.hold_days, row.needs_approval, row.by_payroll)
        for row in rows
    }
    return {**DEFAULTS, **told}


def conflicts_of(referral_id: UUID) -> QuerySet[SourceConflict]:
    return SourceConflict.objects.filter(referral_id=referral_id).order_by("id")


# --- profiles and batches --------------------------------------------------------------------------------


def profiles(*, kind: str = "", is_active: bool | None = None) -> QuerySet[ReferrerProfile]:
    rows = ReferrerProfile.objects.select_related("customer", "membership__user", "store")
    rows = rows.filter(kind=kind) if kind else rows
    return rows if is_active is None else rows.filter(is_active=is_active)


def batches(*, owner_id: UUID | None = None, campaign_id: UUID | None = None) -> QuerySet[MaterialBatch]:
    rows = MaterialBatch.objects.select_related("campaign", "owner__customer", "store", "job")
    rows = rows.filter(owner_id=owner_id) if owner_id else rows
    return rows.filter(campaign_id=campaign_id) if campaign_id else rows


# --- figures: one place for pages, files and the API -----------------------------------------------------


@dataclass(frozen=True)
class Figures:
    codes: int = 0
    touches: int = 0
    signups: int = 0  # forms handed in, confirmed or not
    referrals: int = 0
    conversions: int = 0
    rewards: int = 0
    reward_cost_minor: int = 0

    @property
    def rate(self) -> float | None:
        """Say how many of a hundred touches became referrals; a code typed in at the till has no touch."""
        return self.referrals / self.touches if self.touches else None


@dataclass(frozen=True)
class Period:
    since: datetime | None = None
    until: datetime | None = None

    def of(self, column: str) -> Q:
        found = Q()
        if self.since:
            found &= Q(**{f"{column}__gte": self.since})
        return found & Q(**{f"{column}__lt": self.until}) if self.until else found


def figures_by_source(period: Period = Period(), *, campaign_id: UUID | None = None) -> dict[str, Figures]:
    """Sum up what came of each source; all five are there."""
    found = _figures("kind", period, campaign_id=campaign_id)
    return {source: found.get(source, Figures()) for source in SOURCES}


def figures_by_referrer(customer_ids: Iterable[UUID], period: Period = Period()) -> dict[UUID, Figures]:
    return _figures("holder", period, holders=list(customer_ids))


def figures_by_batch(batch_ids: Iterable[UUID], period: Period = Period()) -> dict[UUID, Figures]:
    return _figures("batch", period, batches=list(batch_ids))


def _figures(by: str, period: Period, *, campaign_id=None, holders=None, batches=None) -> dict:
    """Count codes, touches, forms, referrals and rewards; touches belong to who held the code at the time."""
    narrow = _Narrow(by, campaign_id, holders, batches)
    codes = narrow.grouped(ReferralCode.objects.all(), F("referrer_id"), F("batch_id"), Count("id"))
    touches = narrow.grouped(Touch.objects.filter(period.of("occurred_at")), _holder("occurred_at"), _batch(), Count("id"))
    forms = Invitation.objects.filter(period.of("submitted_at"))
    signups = narrow.grouped(forms, _holder("submitted_at"), F("code__batch_id"), Count("id"))
    rows = Referral.objects.filter(period.of("confirmed_at"))
    referrals = narrow.grouped(rows, F("referrer_id"), F("code__batch_id"), Count("id"), source=F("source"))
    conversions = narrow.grouped(
        rows.filter(converted_at__isnull=False), F("referrer_id"), F("code__batch_id"), Count("id"), source=F("source")
    )
    earned = _rewards(narrow, period)
    keys = set().union(codes, touches, signups, referrals, conversions, earned)
    return {
        key: Figures(
            codes.get(key, 0), touches.get(key, 0), signups.get(key, 0), referrals.get(key, 0), conversions.get(key, 0),
            *earned.get(key, (0, 0)),
        )
        for key in keys
    }  # fmt: skip


@dataclass(frozen=True)
class _Narrow:
    by: str
    campaign_id: UUID | None
    holders: list[UUID] | None
    batches: list[UUID] | None

    def grouped(self, rows: QuerySet, holder, batch, *sums, source=None) -> Mapping:
        rows = rows.filter(campaign_id=self.campaign_id) if self.campaign_id else rows
        rows = self._keyed(rows, holder, batch, source)
        found = rows.order_by().values("bundle").annotate(**{f"sum_{n}": each for n, each in enumerate(sums)})
        if len(sums) == 1:
            return {row["bundle"]: row["sum_0"] for row in found}
        return {row["bundle"]: tuple(row[f"sum_{n}"] or 0 for n in range(len(sums))) for row in found}

    def _keyed(self, rows: QuerySet, holder, batch, source) -> QuerySet:
        if self.by == "batch":
            return rows.annotate(bundle=batch).filter(bundle__in=self.batches)
        if self.by == "holder":
            return rows.annotate(bundle=holder).filter(bundle__in=self.holders)
        if source is not None:
            return rows.annotate(bundle=source)
        return rows.annotate(holder_id=holder).annotate(bundle=kind_of("holder_id"))


def kind_of(column: str) -> Coalesce:
    """Say of what kind the referrer in this column is."""
    kind = ReferrerProfile.objects.filter(customer_id=OuterRef(column), is_active=True).values("kind")[:1]
    return Coalesce(Subquery(kind), Value(CUSTOMER))


def _holder(moment: str) -> Coalesce:
    """Say who held the code at the moment in this column; without a change it is its referrer's."""
    then = CodeOwner.objects.filter(code_id=OuterRef("code_id"), from_at__lte=OuterRef(moment)).order_by("-from_at")
    now = ReferralCode.objects.filter(id=OuterRef("code_id"))
    return Coalesce(Subquery(then.values("referrer_id")[:1]), Subquery(now.values("referrer_id")[:1]))


def _batch() -> Subquery:
    return Subquery(ReferralCode.objects.filter(id=OuterRef("code_id")).values("batch_id")[:1])


def _rewards(narrow: _Narrow, period: Period) -> Mapping:
    """Count what was promised for referrals, and what it costs, less what was given up or taken back."""
    own = Referral.objects.filter(id=OuterRef("referral_id"))
    rows = Reward.objects.filter(period.of("accrued_at"), Exists(own), successor_id=None).exclude(state__in=_GIVEN_UP)
    return narrow.grouped(
        rows, Subquery(own.values("referrer_id")[:1]), Subquery(own.values("code__batch_id")[:1]), Count("id"),
        Sum("cost_minor"), source=Subquery(own.values("source")[:1]),
    )  # fmt: skip
