"""Messages: what was written to whom, how it is worded, and the demo's mailbox."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import masking
from dashboard import message_names
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms import FilterForm, choices_with_any
from dashboard.paging import newest_first
from dashboard.sight import seen
from messaging import operations as messaging
from messaging import queries, rules, texts
from messaging.models import Message
from messaging.operations.notify import written
from messaging.texting import MOST_CHARACTERS, as_text_message, counted, filed_text

HIDDEN = "••••••"


class MessageFilters(FilterForm):
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Message.State.choices)
    )
    channel = forms.ChoiceField(
        required=False, label=_("Channel"), choices=choices_with_any(_("Any channel"), Message.Channel.choices)
    )
    kind = forms.ChoiceField(
        required=False, label=_("Kind"), choices=choices_with_any(_("Any message"), message_names.KINDS.items())
    )


@staff("messages:read")
def messages(request: HttpRequest) -> HttpResponse:
    filters = MessageFilters(request.GET)
    found = newest_first(request, seen(request.membership, queries.messages().filter(**filters.chosen)))
    for each in found:
        _dress(each)
    return listing(
        request, page="dashboard/messages.html", rows="dashboard/parts/message_rows.html", filters=filters, letters=found
    )


def _dress(message: Message) -> Message:
    """Add what a page shows: the kind's name, the reason in words, and no code that is for the recipient alone."""
    message.kind_name = message_names.KINDS.get(message.kind, message.kind)
    message.reason_text = message_names.reason_of(message)
    message.shown_subject, message.shown_body = message.subject, message.body
    if texts.is_secret(message.kind):
        message.shown_subject = rules.hide_digits(message.subject, HIDDEN)
        message.shown_body = rules.hide_digits(message.body, HIDDEN)
    message.shown_subject = masking.without_amounts(message.shown_subject)
    message.shown_body = masking.without_amounts(message.shown_body)
    return message


@staff("messages:read")
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    found = get_object_or_404(queries.messages(), id=message_id)
    return page(request, "dashboard/message.html", {"letter": _dress(found)})


@action("messages:write")
def message_retry(request: HttpRequest, message_id: UUID) -> HttpResponse:
    messaging.retry_failed(message_id)
    return done(request, gettext("It is sent again."), "dashboard:message", message_id)


# --- wording -----------------------------------------------------------------------------------------------


class WordingForm(forms.Form):
    language = forms.CharField(widget=forms.HiddenInput)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea({"rows": 9}))


class TextForm(forms.Form):
    """The wording of a text message, and its code where the vendor wants it filed."""

    language = forms.CharField(widget=forms.HiddenInput)
    body = forms.CharField(label=_("Text"), max_length=MOST_CHARACTERS, widget=forms.Textarea({"rows": 4}))
    vendor_template = forms.CharField(
        label=_("Code of the filed text"), max_length=64, required=False,
        widget=forms.TextInput({"class": "mono", "autocomplete": "off"}),
        help_text=_("Alibaba Cloud: SMS_123456789. Tencent Cloud: the template ID. Twilio needs none."),
    )  # fmt: skip


_FORMS = {rules.SMS: TextForm}


@staff("messages:read")
def templates(request: HttpRequest) -> HttpResponse:
    """List the messages the house can send, and which of them were reworded here."""
    own = {(wording.kind, wording.channel) for wording in queries.all_wordings() if wording.is_own}
    groups = {audience: [] for audience in ("customer", "friend", "staff")}
    for kind in texts.KINDS.values():
        channels = [(channel, Message.Channel(channel).label, (kind.name, channel) in own) for channel in kind.channels]
        groups[kind.audience].append((kind, message_names.KINDS.get(kind.name, kind.name), channels))
    names = {"customer": gettext("To customers"), "friend": gettext("To invited friends"), "staff": gettext("To your team")}
    return page(request, "dashboard/templates.html", {"groups": [(names[key], rows) for key, rows in groups.items()]})


@staff("messages:read", post="messages:write")
def template(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """Show and change the wording of one message, in both languages beside each other."""
    if channel not in texts.kind_of(kind).channels:
        raise Http404
    refused = None
    if request.method == "POST":
        form = _FORMS.get(channel, WordingForm)(request.POST, auto_id=f"{request.POST.get('language')}_%s")
        if form.is_valid():
            with blamed_on(form):
                messaging.save_template(kind=kind, channel=channel, **form.cleaned_data)
                return done(request, gettext("Saved."), "dashboard:template", kind, channel)
        refused = form
    sides = [_side(request, kind, channel, language, refused) for language in rules.LANGUAGES]
    context = {
        "kind": texts.kind_of(kind), "name": message_names.KINDS.get(kind, kind), "channel": channel,
        "channel_name": Message.Channel(channel).label, "sides": sides, "places": texts.kind_of(kind).places_over(channel),
    }  # fmt: skip
    response = page(request, "dashboard/template.html", context)
    response.status_code = 422 if refused else 200
    return response


def _side(request, kind: str, channel: str, language: str, refused: forms.Form | None) -> dict:
    wording = queries.wording(kind=kind, channel=channel, language=language)
    start = {name: getattr(wording, name) for name in ("language", "subject", "body", "vendor_template")}
    is_refused = refused is not None and refused.data.get("language") == language
    form = refused if is_refused else _FORMS.get(channel, WordingForm)(initial=start, auto_id=f"{language}_%s")
    shown = _shown(request.organisation, kind, channel, language, wording.subject, wording.body)
    return {"language": language, "name": dict(settings.LANGUAGES)[language], "wording": wording, "form": form, **shown}


def _shown(organisation, kind: str, channel: str, language: str, subject: str, body: str) -> dict:
    """Give a wording filled with an example; of a text message also how it counts, and how its vendor wants it filed."""
    example, filled = _example(organisation, subject, body, language)
    if channel != rules.SMS:
        return {"subject": example, "body": filled, "preview": "dashboard/parts/letter_preview.html"}
    whole = as_text_message(filled, texts.kind_of(kind), language)
    return {
        "body": whole, "counted": counted(whole), "filed_text": filed_text(body, texts.kind_of(kind), language),
        "preview": "dashboard/parts/text_preview.html",
    }  # fmt: skip


def _example(organisation, subject: str, body: str, language: str) -> tuple[str, str]:
    facts = texts.examples(organisation.name)
    return written(rules.Text(subject, body), facts, language=language, zone=ZoneInfo(organisation.time_zone))


@staff(None, post="messages:read")
def template_preview(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    """Fill what is being typed with an example; a place that cannot be filled is named."""
    known = texts.kind_of(kind).places_over(channel)
    subject, body, language = (request.POST.get(name, "") for name in ("subject", "body", "language"))
    wrong = rules.unknown_places(subject, known) + rules.unknown_places(body, known)
    is_text = channel == rules.SMS
    context = {"wrong": wrong, "preview": f"dashboard/parts/{'text' if is_text else 'letter'}_preview.html"}
    if not wrong and language in rules.LANGUAGES:
        context |= _shown(request.organisation, kind, channel, language, subject, body)
    return page(request, context["preview"], context)


@action("messages:write")
def template_reset(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    messaging.forget_template(kind=kind, channel=channel, language=request.POST.get("language", ""))
    return done(request, gettext("The house wording is used again."), "dashboard:template", kind, channel)


@action("messages:write")
def template_test(request: HttpRequest, kind: str, channel: str) -> HttpResponse:
    language = request.POST.get("language", "")
    messaging.send_test(kind=kind, language=language if language in rules.LANGUAGES else "", member_id=request.membership.id)
    sent = gettext("A test is on its way to %(address)s.") % {"address": request.user.email}
    return done(request, sent, "dashboard:template", kind, channel)


# --- the demo's mailbox ---------------------------------------------------------------------------------------


@staff("messages:read")
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show what would have been sent by e-mail or as a text, codes and all; only where there is no mail server."""
    if settings.IS_PRODUCTION or not settings.KEEP_MAIL_IN_MAILBOX:
        raise Http404
    found = newest_first(request, seen(request.membership, queries.mailbox()), size=30)
    opened = _opened(request, found)
    return listing(
        request, page="dashboard/mailbox.html", rows="dashboard/parts/mailbox_rows.html", letters=found, opened=opened
    )


def _opened(request, found) -> Message | None:
    wanted = request.GET.get("open", "")
    if wanted:
        try:
            return get_object_or_404(seen(request.membership, queries.mailbox()), id=UUID(wanted))
        except ValueError:
            raise Http404 from None
    return found.rows[0] if found.rows else None


urls = [
    path("messages/", messages, name="messages"),
    path("messages/<uuid:message_id>/", message, name="message"),
    path("messages/<uuid:message_id>/retry/", message_retry, name="message_retry"),
    path("templates/", templates, name="templates"),
    path("templates/<slug:kind>/<slug:channel>/", template, name="template"),
    path("templates/<slug:kind>/<slug:channel>/preview/", template_preview, name="template_preview"),
    path("templates/<slug:kind>/<slug:channel>/reset/", template_reset, name="template_reset"),
    path("templates/<slug:kind>/<slug:channel>/test/", template_test, name="template_test"),
    path("mailbox/", mailbox, name="mailbox"),
]
