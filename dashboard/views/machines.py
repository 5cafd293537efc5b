"""Machines that work with us: API keys, webhooks, and events that nobody could take."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.paging import newest_first
from integrations import operations as integrations
from integrations.models import WebhookDelivery, WebhookEndpoint
from integrations.queries import EVENT_KINDS, deliveries, endpoints
from tenancy import audit, keys
from tenancy.events import retry_parked
from tenancy.models import ApiKey, Delivery
from tenancy.rules import PERMISSIONS


class KeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Which machine uses it: shop, till, warehouse."))
    days = forms.TypedChoiceField(
        label=_("Valid for"), coerce=int, initial=365,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("One year")), (0, _("Until it is revoked"))],
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=[(each, each) for each in PERMISSIONS], widget=forms.CheckboxSelectMultiple,
        initial=["customers:read", "customers:write", "orders:read", "orders:write"],
    )  # fmt: skip


@staff("integrations:read", post="integrations:write")
def api_keys(request: HttpRequest) -> HttpResponse:
    """List keys; a new one is shown on the answer to its making, once."""
    form = KeyForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            _key, secret = keys.issue(
                name=told["name"], scopes=told["scopes"], created_by=request.user, days=told["days"] or None
            )
    rows = ApiKey.objects.select_related("created_by").order_by("-id")
    response = page(
        request,
        "dashboard/api_keys.html",
        {"keys": rows, "secret": secret, "is_form_open": form.is_bound and not secret},
        form=form,
    )
    response["Cache-Control"] = "no-store"
    return response


@action("integrations:write")
def api_key_revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    keys.revoke(get_object_or_404(ApiKey.objects, id=key_id))
    return done(request, gettext("The key is revoked; it no longer works."), "dashboard:api_keys")


# --- webhooks ------------------------------------------------------------------------------------------------


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=_("Address"), max_length=300, widget=forms.TextInput({"type": "url", "placeholder": "https://"})
    )
    description = forms.CharField(label=_("What it is for"), max_length=120, required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        choices=[(each, each) for each in EVENT_KINDS],
        widget=forms.CheckboxSelectMultiple,
        initial=["reward.settled"],
    )


@staff("integrations:read", post="integrations:write")
def webhooks(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            _endpoint, secret = integrations.add_endpoint(**form.cleaned_data)
    context = {"endpoints": endpoints(), "secret": secret, "is_form_open": form.is_bound and not secret}
    response = page(request, "dashboard/webhooks.html", context, form=form)
    response["Cache-Control"] = "no-store"
    return response


@staff("integrations:read", post="integrations:write")
def webhook(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    found = get_object_or_404(WebhookEndpoint.objects, id=endpoint_id)
    start = {"url": found.url, "description": found.description, "kinds": found.kinds}
    form = WebhookForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            integrations.update_endpoint(endpoint_id, **form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:webhook", endpoint_id)
    sent = newest_first(request, deliveries().filter(endpoint_id=endpoint_id), size=30)
    if request.htmx:
        return listing(request, page="", rows="dashboard/parts/delivery_rows.html", deliveries=sent)
    return page(request, "dashboard/webhook.html", {"endpoint": found, "deliveries": sent}, form=form)


@action("integrations:write")
def webhook_test(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    integrations.send_test(endpoint_id)
    return done(
        request,
        gettext("A test is on its way. Its answer appears below in a few seconds."),
        "dashboard:webhook",
        endpoint_id,
    )


@action("integrations:write")
def webhook_switch(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    is_on = request.POST.get("is_active") == "yes"
    integrations.update_endpoint(endpoint_id, is_active=is_on)
    return done(request, gettext("Switched on.") if is_on else gettext("Switched off."), "dashboard:webhook", endpoint_id)


@action("integrations:write")
def webhook_secret(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Give a new secret; it is on this answer and on no other."""
    endpoint, secret = integrations.rotate_secret(endpoint_id)
    response = page(request, "dashboard/webhook_secret.html", {"endpoint": endpoint, "secret": secret})
    response["Cache-Control"] = "no-store"
    return response


@action("integrations:write")
def webhook_remove(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    integrations.remove_endpoint(endpoint_id)
    return done(request, gettext("Removed."), "dashboard:webhooks")


@action("integrations:write")
def delivery_replay(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    found = get_object_or_404(WebhookDelivery.objects, id=delivery_id)
    integrations.replay(delivery_id)
    return done(request, gettext("It is sent again."), "dashboard:webhook", found.endpoint_id)


# --- parked events -------------------------------------------------------------------------------------------


@staff("integrations:read")
def parked(request: HttpRequest) -> HttpResponse:
    """List events that a listener refused ten times, and what waits now."""
    rows = Delivery.objects.filter(state=Delivery.State.PARKED).select_related("event").order_by("-id")[:200]
    waiting = Delivery.objects.filter(state=Delivery.State.DUE).count()
    return page(request, "dashboard/parked.html", {"rows": rows, "waiting": waiting})


class RetryForm(forms.Form):
    delivery = forms.UUIDField(required=False)


@action("integrations:write")
def parked_retry(request: HttpRequest) -> HttpResponse:
    """Give one parked delivery, or all of them, another ten attempts."""
    form = RetryForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    one = form.cleaned_data["delivery"]
    rows = Delivery.objects.filter(state=Delivery.State.PARKED)
    moved = retry_parked([one] if one else list(rows.values_list("id", flat=True)[:1000]))
    audit.record("events.retried", request.organisation, {"deliveries": moved})
    return done(request, gettext("%(n)s tried again.") % {"n": moved}, "dashboard:parked")


urls = [
    path("api-keys/", api_keys, name="api_keys"),
    path("api-keys/<uuid:key_id>/revoke/", api_key_revoke, name="api_key_revoke"),
    path("webhooks/", webhooks, name="webhooks"),
    path("webhooks/<uuid:endpoint_id>/", webhook, name="webhook"),
    path("webhooks/<uuid:endpoint_id>/test/", webhook_test, name="webhook_test"),
    path("webhooks/<uuid:endpoint_id>/switch/", webhook_switch, name="webhook_switch"),
    path("webhooks/<uuid:endpoint_id>/secret/", webhook_secret, name="webhook_secret"),
    path("webhooks/<uuid:endpoint_id>/remove/", webhook_remove, name="webhook_remove"),
    path("webhooks/deliveries/<uuid:delivery_id>/replay/", delivery_replay, name="delivery_replay"),
    path("parked/", parked, name="parked"),
    path("parked/retry/", parked_retry, name="parked_retry"),
]
