"""Take an enquiry in: the person is recorded once, the enquiry is new, and somebody looks after it."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from crm.errors import ContactMissing, LeadKeyReused, NameMissing, UnknownCustomer
from crm.models import Customer, Lead, LeadMove, Product
from crm.operations.custom_fields import clean_custom, require_custom
from crm.operations.identity import check_member, here
from crm.operations.leads.assigning import assign_by_rules, assign_to
from crm.operations.leads.moves import note, publish, set_wake
from crm.operations.record_customer import record_customers
from crm.operations.update_customer import update_customer
from crm.queries.customers import find_by_contact
from crm.reports import CustomerReport, Refused
from crm.reports_leads import Captured, LeadReport
from crm.rules import contacts_of
from tenancy import door

_CUSTOMER_SOURCE = {"api": "api", "form": "form", "qr": "form", "event": "form", "referral": "referral", "import": "import"}
_NOT_YET = (Customer.Stage.PROSPECT, Customer.Stage.LOST)


def capture_lead(report: LeadReport) -> Captured:
    """Record an enquiry once; the same key gives the first one again.

    Raises LeadKeyReused when the key was used for somebody else, and whatever record_customers refuses.
    """
    if known := Lead.objects.filter(key=report.key).first():
        return _again(known, report)
    custom = _own_fields(report)
    customer, is_new_customer = _person(report)
    try:
        with transaction.atomic():
            lead = _create(report, customer, custom, is_known=not is_new_customer)
    except IntegrityError as error:
        if "lead_once" not in str(error):
            raise
        return _again(Lead.objects.get(key=report.key), report)
    _welcome(lead)
    if report.owner_id:
        assign_to(lead, report.owner_id, facts={"how": "named"})
    else:
        assign_by_rules(lead)
    return Captured(lead, is_new=True, is_known=lead.is_known)


def _own_fields(report: LeadReport) -> dict:
    """Clean own fields; staff and API tell what must be told, a form has asked for itself."""
    custom = clean_custom("lead", report.custom)
    if report.entry_id is None and door.actor().kind in ("user", "api_key"):
        require_custom("lead", custom, "new")
    return custom


def _again(known: Lead, report: LeadReport) -> Captured:
    if report.customer_id not in (None, known.customer_id):
        raise _reused(report)
    for contact in contacts_of(_person_report(report), here().country):
        owner = find_by_contact(contact.kind, contact.normalised)
        if owner and owner.id != known.customer_id:
            raise _reused(report)
    return Captured(known, is_new=False, is_known=known.is_known)


def _reused(report: LeadReport) -> LeadKeyReused:
    _, _, rest = report.key.partition(":")
    source, _, external_id = rest.partition(":")
    return LeadKeyReused(source=source, external_id=external_id)


def _person_report(report: LeadReport) -> CustomerReport:
    return CustomerReport(
        name=report.name, phone=report.phone, email=report.email, external_id=report.external_id, wechat=report.wechat,
        source=_CUSTOMER_SOURCE.get(report.source, "staff"),
        fields={"stage": "lead", "province": report.province, "city": report.city, "language": report.language},
    )  # fmt: skip


def _person(report: LeadReport) -> tuple[Customer, bool]:
    """Find or record whose enquiry it is; says whether they are new."""
    if report.customer_id:
        customer = Customer.objects.filter(id=report.customer_id).first()
        if customer is None:
            raise UnknownCustomer
        return customer, False
    if not report.name.strip():
        raise NameMissing
    if not any((report.phone, report.email, report.wechat, report.external_id)):
        raise ContactMissing
    answer = record_customers([_person_report(report)])[0]
    if isinstance(answer, Refused):
        raise answer.error
    return answer.row, answer.is_new


def _create(report: LeadReport, customer: Customer, custom: dict, *, is_known: bool) -> Lead:
    check_member(report.owner_id, field="owner")
    product = _product(report.product or report.interest)
    return Lead.objects.create(
        customer=customer, key=report.key, source=report.source, channel=report.channel[:20], form_id=report.form_id,
        entry_id=report.entry_id, campaign=report.campaign.strip()[:80], utm=dict(report.utm), product=product,
        interest=(report.interest or report.product).strip()[:200], message=report.message.strip()[:5000],
        answers=dict(report.answers), custom=custom, referrer_id=_referrer(report.referrer_id, customer), is_known=is_known,
        created_at=door.moment(), last_touched_at=door.moment(),
    )  # fmt: skip


def _referrer(referrer_id: UUID | None, customer: Customer) -> UUID | None:
    """Nobody refers themselves; somebody we do not know refers nobody."""
    if referrer_id in (None, customer.id) or not Customer.objects.filter(id=referrer_id).exists():
        return None
    return referrer_id


def _product(text: str) -> Product | None:
    wanted = text.strip()
    return Product.objects.filter(Q(sku=wanted) | Q(name=wanted)).order_by("sku").first() if wanted else None


def _welcome(lead: Lead) -> None:
    """Write down that it came, and let a prospect be a lead."""
    if lead.customer.stage in _NOT_YET:
        lead.customer = update_customer(lead.customer_id, stage=Customer.Stage.LEAD)
    facts = {"is_known": lead.is_known, "campaign": lead.campaign, "product_id": str(lead.product_id or "") or None}
    note(lead, LeadMove.Kind.CAPTURED, facts={"is_known": lead.is_known})
    publish("lead.captured", lead, **facts)
    set_wake(lead)
