"""Customers on their way from one colleague to another."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import HandOver
from crm.queries import customers
from crm.queries.sight import sees
from crm.queries.talk import hand_overs_waiting
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.customer_page import HandOverForm, show
from referrals.queries import hand_overs_waiting_for


@staff("customers:read")
def hand_overs(request: HttpRequest) -> HttpResponse:
    """What waits for me: customers, and referrals on their way."""
    me = request.membership.id
    context = {"waiting": list(hand_overs_waiting(me)[:100]), "referrals": list(hand_overs_waiting_for(me)[:100])}
    return page(request, "dashboard/hand_overs.html", context)


@action("customers:write")
def customer_hand_over(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    found = get_object_or_404(customers(), id=customer_id)
    form = HandOverForm(request.POST, auto_id="hand_%s", owner_id=found.owner_id)
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            crm.hand_over(
                customer_id, receiver_id=told["receiver"], note=told["note"], checklist=told["checklist"].splitlines(),
                with_tasks=told["with_tasks"], with_deals=told["with_deals"], with_cases=told["with_cases"],
            )  # fmt: skip
            return done(request, gettext("Your colleague has been asked to take over."), "dashboard:customer", customer_id)
    return show(request, found, tab="timeline", form=form, form_name="hand_over_form")


class AnswerForm(forms.Form):
    answer = forms.CharField(required=False, max_length=300)


@action("customers:write")
def hand_over_accept(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    asked = _mine(request, hand_over_id)
    crm.accept_hand_over(asked.id, checked=len(set(request.POST.getlist("checked"))))
    return done(request, gettext("The customer is yours now."), "dashboard:customer", asked.customer_id)


@action("customers:write")
def hand_over_decline(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    asked, form = _mine(request, hand_over_id), AnswerForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.decline_hand_over(asked.id, form.cleaned_data["answer"])
    said = gettext("Declined; your colleague is told.")
    if sees(request.membership, asked.customer_id):
        return done(request, said, "dashboard:customer", asked.customer_id)
    return done(request, said, "dashboard:hand_overs")


@action("customers:write")
def hand_over_withdraw(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Take the question back: whoever may open the customer, but not the one who is asked."""
    asked = get_object_or_404(HandOver.objects, id=hand_over_id)
    if asked.receiver_id == request.membership.id:
        raise Http404
    crm.withdraw_hand_over(asked.id)
    return done(request, gettext("Withdrawn."), "dashboard:customer", asked.customer_id)


def _mine(request, hand_over_id: UUID) -> HandOver:
    """Only the one who is asked answers."""
    return get_object_or_404(HandOver.objects, id=hand_over_id, receiver_id=request.membership.id)


urls = [
    path("hand-overs/", hand_overs, name="hand_overs"),
    path("customers/<uuid:customer_id>/hand-over/", customer_hand_over, name="customer_hand_over"),
    path("hand-overs/<uuid:hand_over_id>/accept/", hand_over_accept, name="hand_over_accept"),
    path("hand-overs/<uuid:hand_over_id>/decline/", hand_over_decline, name="hand_over_decline"),
    path("hand-overs/<uuid:hand_over_id>/withdraw/", hand_over_withdraw, name="hand_over_withdraw"),
]
