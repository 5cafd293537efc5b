"""Tell customers of a campaign: who, the words, a look at it, sending, and what came of it."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext
from django_htmx.http import trigger_client_event

from crm.models import Customer, Segment
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_promotion import PostForm, PromotionForm
from dashboard.segment_choice import segments_for_machines
from dashboard.sight import seen
from messaging.robot_words import why_not
from messaging.rules import PLACE
from referrals import promotion_words
from referrals.models import Campaign, Promotion
from referrals.operations import promotions as telling
from referrals.operations.promotions.planning import group_code
from referrals.queries import addresses
from referrals.queries import campaigns as all_campaigns
from referrals.queries.promotions import Outcome, audience, outcomes, posts_of, target_of, weighed
from referrals.queries.promotions import promotions as all_promotions
from referrals.rules.promotions import PLACES
from referrals.rules.wechat import lint_texts


@staff("campaigns:read", post="campaigns:write")
def promotion(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Whom to tell and what, and what was told before."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    form = _form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            made = telling.plan_promotion(campaign_id, form.wanted)
            messages.success(request, gettext("It is on its way. Here is how far it is."))
            return redirect("dashboard:promotion_told", campaign_id, made.id)
    return _show(request, found, form)


def _form(request, data=None) -> PromotionForm:
    return PromotionForm(
        data, principal=request.membership, language=request.organisation.language, segments=segments_for_machines()
    )


def _show(request, found: Campaign, form: PromotionForm) -> HttpResponse:
    rows = list(all_promotions(found.id)[:20])
    came = outcomes(rows)
    segment = _segment(form)
    context = {
        "campaign": found, "is_open": found.state in (Campaign.State.RUNNING, Campaign.State.SCHEDULED),
        "past": [{"row": row, "said": _said(row, came[row.id])} for row in rows], "places": PLACES,
        "has_robots": bool(form.fields["robot_ids"].choices), **_audience(found, segment),
        "shown": _letter(request, found, form, segment), "inducing": _inducing(form),
    }  # fmt: skip
    return page(request, "dashboard/promotion.html", context, form=form)


def _segment(form: PromotionForm) -> Segment | None:
    offered = {value for value, _label in form.fields["segment_id"].choices if value}
    asked = str(form["segment_id"].value() or "")
    return Segment.objects.filter(id=asked).first() if asked in offered else None


def _audience(found: Campaign, segment: Segment | None) -> dict:
    counted = audience(found, segment)
    return {"audience": counted, "left_out": promotion_words.why_words(counted.left_out)}


def _example(request, found: Campaign, segment: Segment | None) -> Customer | None:
    """Find a real customer whom this person sees to look at the message with: best one who would get it."""
    if not may(request, "customers:read"):
        return None
    rows = seen(request.membership, target_of(found, segment))
    return weighed(found, rows).filter(why="").order_by("-id").first() or rows.order_by("-id").first()


def _letter(request, found: Campaign, form: PromotionForm, segment: Segment | None) -> telling.Shown | None:
    customer, texts = _example(request, found, segment), form.texts
    is_known = all(place in PLACES for each in texts.values() for text in each.values() for place in PLACE.findall(text))
    return telling.shown_to(found, customer, texts) if customer and is_known else None


def _inducing(form: PromotionForm) -> list[str]:
    """List the words that WeChat objects to; a campaign that is to be safe there is refused with them."""
    return list(dict.fromkeys(each.words for each in lint_texts(form.texts)))


def _said(row: Promotion, came: Outcome) -> str:
    if not row.texts:
        return gettext("Posted to groups only.")
    return promotion_words.sentence(came.told, came.opened, came.friends, came.buyers)


# --- parts that follow the form ----------------------------------------------------------------------------


@staff("campaigns:read")
def promotion_audience(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The count that follows the chosen segment."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    return render(
        request, "dashboard/parts/promotion_audience.html", _audience(found, _segment(_form(request, request.GET)))
    )


@action("campaigns:write")
def promotion_preview(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The message as a real customer would get it, while it is being written."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST)
    shown = _letter(request, found, form, _segment(form))
    return render(request, "dashboard/parts/promotion_letter.html", {"shown": shown, "inducing": _inducing(form)})


@action("campaigns:write")
def promotion_test(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Send it to whoever writes it; what they wrote stays on the page."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST)
    customer = _example(request, found, _segment(form)) or Customer(name=request.user.name)
    telling.send_promotion_test(
        found, form.texts, member_id=request.membership.id, code=group_code(found, None), customer=customer
    )
    text = gettext("A test in each language is on its way to %(email)s.") % {"email": request.user.email}
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "toast", {"text": text, "tone": "success"})
    messages.success(request, text)
    return _show(request, found, form)


@action("campaigns:write")
def promotion_share(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """A text with link and QR code, to be posted where no system may post: Moments, groups without a robot."""
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    form = PostForm(request.POST, principal=request.membership, language=request.organisation.language)
    if form.is_valid():
        with blamed_on(form):
            text = form.cleaned_data["group_text"] or telling.group_words(request.organisation.language)
            telling.check_texts(found, {}, text)
            ready = telling.ready_to_post(found, group_code(found, form.cleaned_data["profile_id"]), text)
            where = addresses(ready.code.code)
            given = {"code": ready.code, **where, "qr": urlsplit(where["qr"]).path, "poster": urlsplit(where["poster"]).path}
            return render(request, "dashboard/parts/promotion_ready.html", {"text": ready.text, "given": given})
    return render(request, "dashboard/parts/form_errors.html", {"form": form})


# --- one of them -------------------------------------------------------------------------------------------


@staff("campaigns:read")
def promotion_told(request: HttpRequest, campaign_id: UUID, promotion_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_campaigns(), id=campaign_id)
    row = get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    came = outcomes([row])[row.id]
    context = {
        "campaign": found, "promotion": row, "came": came, "said": _said(row, came),
        "left_out": promotion_words.why_words(came.left_out),
        "posts": [(post, why_not(post.reason)) for post in posts_of(row)],
        "letters": [(language, row.texts[language]) for language in row.texts],
    }  # fmt: skip
    return page(request, "dashboard/promotion_told.html", context)


@staff("campaigns:read")
def promotion_progress(request: HttpRequest, campaign_id: UUID, promotion_id: UUID) -> HttpResponse:
    """The bar that asks for itself; when all are told, the page is loaded anew."""
    row = get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    response = render(request, "dashboard/parts/promotion_progress.html", {"promotion": row})
    if row.state not in (Promotion.State.WAITING, Promotion.State.SENDING):
        response["HX-Refresh"] = "true"
    return response


@action("campaigns:write")
def promotion_stop(request: HttpRequest, campaign_id: UUID, promotion_id: UUID) -> HttpResponse:
    get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    telling.stop_promotion(promotion_id)
    return done(
        request, gettext("It is stopped. Nobody else is told."), "dashboard:promotion_told", campaign_id, promotion_id
    )


@action("campaigns:write")
def promotion_resume(request: HttpRequest, campaign_id: UUID, promotion_id: UUID) -> HttpResponse:
    get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    telling.resume_promotion(promotion_id)
    return done(
        request, gettext("It goes on with whoever was not told yet."), "dashboard:promotion_told", campaign_id, promotion_id
    )


@action("campaigns:write")
def promotion_post_again(request: HttpRequest, campaign_id: UUID, promotion_id: UUID, robot_id: UUID) -> HttpResponse:
    get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    telling.post_again(promotion_id, robot_id)
    return done(
        request, gettext("It is posted again in a moment, at night after 8:00."), "dashboard:promotion_told", campaign_id,
        promotion_id,
    )  # fmt: skip


_ONE = "campaigns/<uuid:campaign_id>/promotion/"
_TOLD = f"{_ONE}<uuid:promotion_id>/"
urls = [
    path(_ONE, promotion, name="promotion"),
    path(f"{_ONE}audience/", promotion_audience, name="promotion_audience"),
    path(f"{_ONE}preview/", promotion_preview, name="promotion_preview"),
    path(f"{_ONE}test/", promotion_test, name="promotion_test"),
    path(f"{_ONE}share/", promotion_share, name="promotion_share"),
    path(_TOLD, promotion_told, name="promotion_told"),
    path(f"{_TOLD}progress/", promotion_progress, name="promotion_progress"),
    path(f"{_TOLD}stop/", promotion_stop, name="promotion_stop"),
    path(f"{_TOLD}resume/", promotion_resume, name="promotion_resume"),
    path(f"{_TOLD}posts/<uuid:robot_id>/again/", promotion_post_again, name="promotion_post_again"),
]
