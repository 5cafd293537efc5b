"""Reads of leads: lists, the pool, who had it before, how fast we are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet, Sum

from crm.errors import UnknownPool
from crm.models import ContactPoint, FormEntry, Lead, LeadForm, LeadMove, LeadPolicy, LeadPool, LeadRule, Segment
from crm.queries.segments import segments_of
from crm.rules.leads import IN_HAND
from tenancy import door


def policy() -> LeadPolicy:
    """Read how leads are handled here; the house's own way until somebody says otherwise."""
    return LeadPolicy.objects.first() or LeadPolicy()


def leads() -> QuerySet[Lead]:
    """List leads with customer, owner, form, product and pool."""
    return Lead.objects.select_related("customer__owner", "owner__user", "form", "product", "pool", "referrer")


def with_contacts(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """Read how to reach the people too, in the order that lists show; one statement however many they are."""
    points = ContactPoint.objects.order_by("kind", "-is_primary", "id")
    return rows.prefetch_related(Prefetch("customer__contact_points", queryset=points))


def waiting() -> Q:
    return Q(pool__isnull=False)


def overdue(moment: datetime) -> Q:
    return Q(state=Lead.State.ASSIGNED, first_response_at=None, response_due_at__lt=moment)


def in_hand() -> Q:
    return Q(state__in=IN_HAND)


def moves_of(lead_id: UUID) -> QuerySet[LeadMove]:
    people = ("from_member__user", "to_member__user", "by_member__user")
    return LeadMove.objects.filter(lead_id=lead_id).select_related(*people).order_by("-occurred_at", "-id")


def leads_of(customer_id: UUID) -> QuerySet[Lead]:
    return leads().filter(customer_id=customer_id).order_by("-created_at", "-id")


def pools() -> list[LeadPool]:
    return list(LeadPool.objects.order_by("-is_default", "name"))


def pool(pool_id: UUID) -> LeadPool:
    found = LeadPool.objects.filter(id=pool_id).first()
    if found is None:
        raise UnknownPool
    return found


def may_claim_from(pool: LeadPool, member_id: UUID) -> bool:
    return not pool.members or str(member_id) in pool.members


def held_before(lead_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Name who had each lead and no longer does, the last first."""
    rows = LeadMove.objects.filter(lead_id__in=list(lead_ids), kind=LeadMove.Kind.RECYCLED, from_member__isnull=False)
    held: dict[UUID, list[str]] = {}
    for lead_id, name in rows.order_by("-occurred_at", "-id").values_list("lead_id", "from_member__user__name"):
        names = held.setdefault(lead_id, [])
        if name not in names:
            names.append(name)
    return held


def rules() -> list[LeadRule]:
    return list(LeadRule.objects.select_related("pool").order_by("position", "id"))


def load_of(member_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the open leads of each."""
    rows = Lead.objects.filter(owner_id__in=member_ids, state__in=IN_HAND).order_by()
    return dict(rows.values_list("owner_id").annotate(n=Count("id")))


# --- forms --------------------------------------------------------------------------------------------------


def forms() -> QuerySet[LeadForm]:
    return LeadForm.objects.order_by("-created_at", "-id")


def open_forms() -> list[LeadForm]:
    """List forms that take answers now, newest first."""
    now = door.moment()
    has_begun, goes_on = Q(opens_at=None) | Q(opens_at__lte=now), Q(closes_at=None) | Q(closes_at__gt=now)
    rows = forms().filter(has_begun, goes_on, is_on=True, version__gt=0)
    return [form for form in rows if not is_full(form)]


def form_by_code(code: str) -> LeadForm | None:
    return LeadForm.objects.filter(code=code).first()


@dataclass(frozen=True)
class FormFigures:
    """How a form does."""

    views: int = 0
    accepted: int = 0
    quarantined: int = 0
    converted: int = 0

    @property
    def share(self) -> float | None:
        """Of those who looked, who sent it."""
        return min(1.0, self.accepted / self.views) if self.views else None


def figures_of(form_ids: Sequence[UUID]) -> dict[UUID, FormFigures]:
    """Count views, enquiries, doubts and conversions of forms, in three statements."""
    rows = LeadForm.objects.filter(id__in=form_ids).order_by()
    views = dict(rows.values_list("id").annotate(n=Sum("days__views")))
    entries = FormEntry.objects.filter(form_id__in=form_ids).order_by().values("form_id")
    entries = entries.annotate(
        accepted=Count("id", filter=Q(state="accepted")), quarantined=Count("id", filter=Q(state="quarantined"))
    )
    counted = {row["form_id"]: row for row in entries}
    won = Lead.objects.filter(form_id__in=form_ids, state="converted").order_by().values_list("form_id")
    converted = dict(won.annotate(n=Count("id")))
    return {
        form_id: FormFigures(
            views.get(form_id) or 0, counted.get(form_id, {}).get("accepted", 0),
            counted.get(form_id, {}).get("quarantined", 0), converted.get(form_id, 0),
        )
        for form_id in form_ids
    }  # fmt: skip


def entries_in_quarantine() -> QuerySet[FormEntry]:
    return FormEntry.objects.filter(state=FormEntry.State.QUARANTINED).select_related("form")


def is_full(form: LeadForm) -> bool:
    if not form.limit:
        return False
    return FormEntry.objects.filter(form=form, state=FormEntry.State.ACCEPTED).count() >= form.limit


# --- how fast we are ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResponseFigures:
    """First responses of one owner or source in a time."""

    key: str
    leads: int
    answered: int
    in_time: int
    late: int  # answered late, or not yet and due
    average_minutes: float | None
    converted: int

    @property
    def share_in_time(self) -> float | None:
        judged = self.in_time + self.late
        return self.in_time / judged if judged else None


_BY = {"owner": "owner_id", "source": "source", "form": "form_id"}


def response_figures(*, by: str, since: datetime, until: datetime) -> list[ResponseFigures]:
    """Say how fast leads of [since, until) were answered, by owner, source or form; one statement."""
    now, column = door.moment(), _BY[by]
    in_time = Q(first_response_at__isnull=False) & Q(first_response_at__lte=F("response_due_at"))
    late = Q(first_response_at__gt=F("response_due_at")) | Q(first_response_at=None, response_due_at__lt=now)
    rows = Lead.objects.filter(created_at__gte=since, created_at__lt=until).order_by().values(column)
    if by == "owner":
        rows = rows.filter(owner__isnull=False)
    rows = rows.annotate(
        n=Count("id"), answered=Count("id", filter=Q(first_response_at__isnull=False)),
        in_time=Count("id", filter=in_time), late=Count("id", filter=late), average=Avg("response_minutes"),
        converted=Count("id", filter=Q(state="converted")),
    )  # fmt: skip
    found = [
        ResponseFigures(
            str(row[column] or ""), row["n"], row["answered"], row["in_time"], row["late"],
            float(row["average"]) if row["average"] is not None else None, row["converted"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.leads, each.key))


def facts_of(lead: Lead, *, among: Collection[UUID] = ()) -> Mapping[str, Any]:
    """What rules can ask of a lead; of segments only `among` these, and only where we knew the customer before."""
    customer = lead.customer
    product = [lead.product.sku, lead.product.name, lead.product.category] if lead.product else [lead.interest]
    return {
        "source": lead.source,
        "form": lead.form.code if lead.form else "",
        "product": product,
        "province": customer.province,
        "city": customer.city,
        "campaign": lead.campaign,
        "is_known": lead.is_known,
        "customer_owner": str(customer.owner_id or ""),
        "is_referred": lead.referrer_id is not None,
        "stage": customer.stage,
        "tag": list(customer.tags.values_list("tag__name", flat=True)),
        "segment": [str(each.id) for each in _segments_of(lead, among)],
    }


def _segments_of(lead: Lead, among: Collection[UUID]) -> list[Segment]:
    if not among or not lead.is_known:
        return []
    return segments_of(lead.customer_id, Segment.objects.filter(id__in=set(among)))


def recent_window(days: int) -> tuple[datetime, datetime]:
    now = door.moment()
    return now - timedelta(days=days), now + timedelta(seconds=1)
