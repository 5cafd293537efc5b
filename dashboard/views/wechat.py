"""The WeChat official account: what opens it, what WeChat's console has to be told, what goes over it."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext

from dashboard import message_names
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_wechat import WechatForm, WechatTemplateForm
from messaging import rules, texts
from messaging import wechat_queries as queries
from messaging.models import WechatAccount, WechatTemplate
from messaging.operations import wechat as operations
from messaging.operations.wechat.templates import example_facts
from messaging.wechat.fields import SORTS, DoesNotFit, written
from messaging.wechat.kinds import fits_wechat, places_of
from messaging.wechat.words import WHY_NOT_FIT, why_not


@staff("messages:read", post="integrations:write")
def wechat(request: HttpRequest) -> HttpResponse:
    account = queries.wechat_account()
    form = WechatForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            operations.save_account(**form.cleaned_data)
            return done(request, gettext("Saved. Test it to see that WeChat lets us in."), "dashboard:wechat")
    facts = {"account": _dressed(account), "kinds": _kinds(), **_console(request, account)}
    if account is not None:
        facts["counts"] = queries.wechat_counts(account)
    response = page(request, "dashboard/wechat.html", facts, form=form)
    response["Cache-Control"] = "no-store"
    return response


def _dressed(account: WechatAccount | None) -> WechatAccount | None:
    if account is not None:
        states = WechatAccount.TestState
        account.is_being_tested = account.test_state in (states.WAITING, states.ASKING)
        account.test_why = why_not(account.test_reason)
    return account


def _console(request, account: WechatAccount | None) -> dict:
    """Give what WeChat's console asks for: for those who may set it up."""
    if account is None or not request.membership.may("integrations:write"):
        return {}
    address = reverse("portal:wechat_push", args=[request.organisation.slug, account.id])
    told = (("wx-url", gettext("URL"), settings.PUBLIC_URL + address), ("wx-token", "Token", account.callback_token),
            ("wx-key", "EncodingAESKey", account.aes_key))  # fmt: skip
    return {"console": told}


def _kinds() -> list[tuple[str, str, WechatTemplate | None]]:
    here = queries.wechat_templates()
    kinds = [kind.name for kind in texts.KINDS.values() if fits_wechat(kind)]
    return [(kind, message_names.KINDS.get(kind, kind), here.get(kind)) for kind in kinds]


@staff("messages:read")
def wechat_tested(request: HttpRequest) -> HttpResponse:
    """The line that asks for itself until WeChat has answered."""
    return render(request, "dashboard/parts/wechat_tested.html", {"account": _dressed(queries.wechat_account())})


@action("integrations:write")
def wechat_test(request: HttpRequest) -> HttpResponse:
    operations.ask_for_test()
    return done(request, gettext("WeChat is asked. What it answers stands below."), "dashboard:wechat")


@action("integrations:write")
def wechat_remove(request: HttpRequest) -> HttpResponse:
    operations.remove_account()
    return done(request, gettext("The account and its followers are forgotten."), "dashboard:wechat")


# --- kinds of messages -----------------------------------------------------------------------------------------


@staff("messages:read", post="integrations:write")
def wechat_template(request: HttpRequest, kind: str) -> HttpResponse:
    """Show and change by which template a kind of message goes, with an example of each field."""
    if not fits_wechat(texts.kind_of(kind)):
        raise Http404
    present = queries.wechat_templates().get(kind)
    form = WechatTemplateForm(request.POST or None, present=present)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, fields="fields_text"):
            told = form.cleaned_data
            operations.save_template(
                kind=kind, template_id=told["template_id"], fields=told["fields_text"], use=told["use"]
            )  # fmt: skip
            return done(request, gettext("Saved."), "dashboard:wechat_template", kind)
    facts = {
        "kind": kind, "name": message_names.KINDS.get(kind, kind), "places": places_of(texts.kind_of(kind)),
        "sorts": _sorts(), "present": present, "examples": _examples(request.organisation, present),
        "has_account": queries.has_wechat(),
    }  # fmt: skip
    return page(request, "dashboard/wechat_template.html", facts, form=form)


def _sorts() -> list[tuple[str, str]]:
    """Name the sorts of fields that are used most, with what they take."""
    words = {
        "thing": gettext("anything, up to %(most)s characters; what is longer is cut"),
        "character_string": gettext("letters, digits and signs without Chinese, up to %(most)s"),
        "amount": gettext("an amount of money"), "number": gettext("a number"),
        "time": gettext("day and time"), "date": gettext("a day"),
        "phrase": gettext("Chinese, up to %(most)s characters"),
        "name": gettext("a name: 10 Chinese characters or 20 letters"),
        "const": gettext("one of the words that the template lists"),
    }  # fmt: skip
    return [(name, text % {"most": SORTS[name].most}) for name, text in words.items()]


def _examples(organisation, present: WechatTemplate | None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Fill the fields as a reader of each language would see them."""
    if present is None:
        return []
    zone, facts = ZoneInfo(organisation.time_zone), example_facts(organisation.name)
    return [
        (language, [_example(name, text, facts, language, zone) for name, text in present.fields.items()])
        for language in rules.LANGUAGES
    ]


def _example(name: str, text: str, facts, language: str, zone: ZoneInfo) -> tuple[str, str, str]:
    try:
        return name, written(name, text, facts, language=language, zone=zone), ""
    except DoesNotFit as refusal:
        return name, "", str(WHY_NOT_FIT[refusal.why])


@action("integrations:write")
def wechat_template_forget(request: HttpRequest, kind: str) -> HttpResponse:
    operations.forget_template(kind)
    return done(request, gettext("It goes over WeChat no more."), "dashboard:wechat")


urls = [
    path("wechat/", wechat, name="wechat"),
    path("wechat/tested/", wechat_tested, name="wechat_tested"),
    path("wechat/test/", wechat_test, name="wechat_test"),
    path("wechat/remove/", wechat_remove, name="wechat_remove"),
    path("wechat/templates/<slug:kind>/", wechat_template, name="wechat_template"),
    path("wechat/templates/<slug:kind>/forget/", wechat_template_forget, name="wechat_template_forget"),
]
