"""One customer, all around: facts, contacts, consents, what is next, and a tab for each room."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Consent, ContactPoint, Customer, Interaction, Order
from crm.queries import customers, kept_minor, open_tasks, present_consents
from crm.queries.duplicates import pairs_of
from crm.queries.merging import merges
from crm.queries.sight import seen_by
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms import MomentField
from dashboard.people import MemberField
from dashboard.story import story
from foundation.ids import new_id
from loyalty.queries import badges_of, standing
from messaging.queries import messages_of
from referrals.queries import codes_of, referrals
from rewards.queries import balances, coupons_of, expiries, rewards_of
from rewards.queries.catalogue import gift_orders_of
from tenancy import door

SHOWN = 50
TWINS = 3


class TalkForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Interaction.Kind.choices, widget=forms.RadioSelect, initial=Interaction.Kind.NOTE
    )
    text = forms.CharField(
        label=_("What was said or done"),
        max_length=5000,
        widget=forms.Textarea({"rows": 2, "placeholder": _("What was said or done")}),
    )


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind.choices)
    value = forms.CharField(label=_("Contact"), max_length=254)


class CustomerTaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_at = MomentField(label=pgettext_lazy("deadline", "Due"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(choices=Consent.Purpose.choices)
    is_granted = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda text: text == "yes")


@staff("customers:read")
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    return _show(request, found, tab=request.GET.get("tab", "timeline"))


def _show(request, found: Customer, *, tab: str, form: forms.Form | None = None, form_name: str = "") -> HttpResponse:
    """Show the page; a refused form comes back in its place with status 422."""
    tabs = _tabs(request, found)
    if tab not in {key for key, *_rest in tabs}:
        raise Http404
    forms_ = {
        "talk_form": TalkForm(),
        "contact_form": ContactForm(auto_id="contact_%s"),
        "task_form": CustomerTaskForm(auto_id="task_%s", initial=_next_task(request)),
    }
    if form is not None:
        forms_[form_name] = form
    context = {
        "customer": found, "tabs": tabs, "tab": tab, "tab_template": f"dashboard/parts/customer_{tab}.html",
        "open_form": form_name, "consents": _consents(found.id), **forms_, **_aside(request, found),
        **_TAB_CONTENT[tab](request, found),
    }  # fmt: skip
    return render(request, "dashboard/customer.html", context, status=422 if form is not None else 200)


def _next_task(request) -> dict:
    return {"due_at": door.moment() + timedelta(days=1), "assignee": str(request.membership.id)}


def _tabs(request, found) -> list[tuple]:
    """The tabs this role sees, as (key, label, count, link)."""
    every = [
        ("timeline", gettext("Timeline"), "customers:read"), ("orders", gettext("Orders"), "orders:read"),
        ("referrals", gettext("Referrals"), "referrals:read"), ("rewards", gettext("Rewards and points"), "rewards:read"),
        ("messages", gettext("Messages"), "messages:read"),
    ]  # fmt: skip
    here = reverse("dashboard:customer", args=[found.id])
    return [(key, label, None, f"{here}?tab={key}") for key, label, needed in every if may(request, needed)]


def _consents(customer_id: UUID) -> list[tuple[str, str, Consent | None]]:
    """For each purpose, the newest answer over any channel."""
    newest: dict[str, Consent] = {}
    for (purpose, _channel), consent in present_consents(customer_id).items():
        if purpose not in newest or consent.occurred_at >= newest[purpose].occurred_at:
            newest[purpose] = consent
    return [(purpose, label, newest.get(purpose)) for purpose, label in Consent.Purpose.choices]


def _aside(request, found) -> dict:
    shown: dict = {"twins": _twins(request, found), "last_merge": _last_merge(found)}
    if may(request, "tasks:read"):
        shown["next_tasks"] = list(open_tasks().filter(customer_id=found.id)[:3])
    if may(request, "loyalty:read"):
        shown["standing"], shown["honours"] = standing(found.id), badges_of(found.id)
    if may(request, "rewards:read"):
        shown["balances"], shown["expiries"] = balances(found.id), expiries(found.id, "POINT", limit=6)
    if may(request, "orders:read"):
        shown |= _purchases(found.id)
    if may(request, "referrals:read"):
        shown["referral_received"] = referrals(referee_id=found.id).first()
    return shown


def _twins(request, found) -> list[tuple]:
    """Others who may be the same person, and whom this person sees."""
    others = {(pair.second_id if pair.first_id == found.id else pair.first_id): pair for pair in pairs_of(found.id)[:TWINS]}
    rows = seen_by(request.membership, Customer.objects.filter(id__in=others)) if others else ()
    return [(others[row.id], row) for row in rows]


def _last_merge(found):
    """The newest merge that can still be undone."""
    rows = merges().filter(winner_id=found.id, undone_at=None, undo_until__gt=door.moment())
    return rows.order_by("-merged_at", "-id").first()


def _purchases(customer_id: UUID) -> dict:
    paid = Order.objects.filter(customer_id=customer_id, status=Order.Status.PAID)
    kept = kept_minor(paid.order_by("-placed_at").values_list("id", flat=True)[:1000])
    last = paid.order_by("-placed_at").first()
    return {"order_count": len(kept), "kept": sum(kept.values()), "last_order": last}


# --- tabs ----------------------------------------------------------------------------------------------


def _orders(request, found) -> dict:
    rows = list(Order.objects.filter(customer_id=found.id).order_by("-placed_at", "-id")[:SHOWN])
    return {"orders": rows, "kept_of": kept_minor([row.id for row in rows])}


def _referrals(request, found) -> dict:
    return {"made": referrals(referrer_id=found.id)[:SHOWN], "codes": codes_of(found.id)}


def _rewards(request, found) -> dict:
    return {
        "rewards": rewards_of(found.id)[:SHOWN], "coupons": coupons_of(found.id)[:SHOWN],
        "gift_orders": gift_orders_of(found.id)[:SHOWN],
    }  # fmt: skip


_TAB_CONTENT = {
    "timeline": lambda request, found: {"lines": story(found.id, request.membership)},
    "orders": _orders,
    "referrals": _referrals,
    "rewards": _rewards,
    "messages": lambda request, found: {"letters": messages_of(found.id)[:SHOWN]},
}


# --- what can be done here -------------------------------------------------------------------------------


@action("customers:write")
def customer_talk(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = TalkForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            crm.record_interaction(customer_id, **form.cleaned_data)
            return done(request, gettext("Written down."), "dashboard:customer", customer_id)
    return _show(request, found, tab="timeline", form=form, form_name="talk_form")


@action("customers:write")
def customer_contact(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = ContactForm(request.POST, auto_id="contact_%s")
    if form.is_valid():
        with blamed_on(form, phone="value", email="value"):
            crm.add_contact_point(customer_id, **form.cleaned_data)
            return done(request, gettext("Contact added."), "dashboard:customer", customer_id)
    return _show(request, found, tab="timeline", form=form, form_name="contact_form")


@action("tasks:write")
def customer_task(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = CustomerTaskForm(request.POST, auto_id="task_%s")
    if form.is_valid():
        with blamed_on(form):
            asked = form.cleaned_data
            crm.add_task(
                key=f"staff:{new_id()}",
                title=asked["title"],
                due_at=asked["due_at"],
                customer_id=customer_id,
                assignee_id=asked["assignee"],
            )
            return done(request, gettext("Task added."), "dashboard:customer", customer_id)
    return _show(request, found, tab="timeline", form=form, form_name="task_form")


@action("customers:write")
def customer_consent(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Record a yes or no that the customer has told a member of staff."""
    get_object_or_404(Customer.objects, id=customer_id)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.record_consent(
        customer_id, channel="email", text_version="staff-1", language=get_language(), source="staff", **form.cleaned_data
    )
    return done(request, gettext("Consent recorded."), "dashboard:customer", customer_id)


@action("contacts:reveal")
def contact_reveal(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Show one contact in full; who looked is in the audit log."""
    value = crm.reveal_contact(contact_id, purpose="customer page")
    point = get_object_or_404(ContactPoint.objects, id=contact_id)
    if not request.htmx:
        return redirect("dashboard:customer", point.customer_id)
    return render(request, "dashboard/parts/contact_revealed.html", {"point": point, "value": value})


@action("customers:write")
def contact_remove(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    point = get_object_or_404(ContactPoint.objects, id=contact_id)
    crm.remove_contact_point(contact_id)
    return done(request, gettext("Contact removed."), "dashboard:customer", point.customer_id)


@action("customers:write")
def contact_primary(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    point = get_object_or_404(ContactPoint.objects, id=contact_id)
    crm.make_primary(contact_id)
    return done(request, gettext("This contact is used first from now on."), "dashboard:customer", point.customer_id)


urls = [
    path("customers/<uuid:customer_id>/", customer, name="customer"),
    path("customers/<uuid:customer_id>/talk/", customer_talk, name="customer_talk"),
    path("customers/<uuid:customer_id>/contacts/", customer_contact, name="customer_contact"),
    path("customers/<uuid:customer_id>/tasks/", customer_task, name="customer_task"),
    path("customers/<uuid:customer_id>/consents/", customer_consent, name="customer_consent"),
    path("contacts/<uuid:contact_id>/reveal/", contact_reveal, name="contact_reveal"),
    path("contacts/<uuid:contact_id>/remove/", contact_remove, name="contact_remove"),
    path("contacts/<uuid:contact_id>/primary/", contact_primary, name="contact_primary"),
]
