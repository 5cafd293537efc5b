"""Tell customers of a campaign: who, the words, a look at it, sending, and what came of it."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django_htmx.http import trigger_client_event

from crm.models import Customer, Segment
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_promotion import PostForm, PromotionForm
from dashboard.forms_words import LETTER
from dashboard.segment_choice import segments_for_machines
from dashboard.sight import seen
from messaging.robot_words import why_not
from messaging.rules import PLACE
from messaging.wechat.words import why_not as why_not_over_wechat
from referrals import promotion_words
from referrals.models import Campaign, FollowerPost, Promotion
from referrals.operations import promotions as telling
from referrals.operations.promotions.planning import group_code
from referrals.queries import addresses
from referrals.queries import campaigns as all_campaigns
from referrals.queries.promotions import Outcome, outcomes, posts_of, target_of, weighed
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
        "has_robots": bool(form.fields["robot_ids"].choices), "has_texts": form.texting.gateway is not None,
        **_audience(found, segment, form), **_followers(found, segment, form), **_messages(request, found, form, segment),
    }  # fmt: skip
    return page(request, "dashboard/promotion.html", context, form=form)


def _segment(form: PromotionForm) -> Segment | None:
    offered = {value for value, _label in form.fields["segment_id"].choices if value}
    asked = str(form["segment_id"].value() or "")
    return Segment.objects.filter(id=asked).first() if asked in offered else None


def _audience(found: Campaign, segment: Segment | None, form: PromotionForm) -> dict:
    counted = telling.estimate(found, form.texts, ways=form.chosen_ways, segment=segment)
    return {
        "audience": counted.audience, "left_out": promotion_words.why_words(counted.audience.left_out),
        "cost": promotion_words.cost_words(counted.cost),
    }  # fmt: skip


def _followers(found: Campaign, segment: Segment | None, form: PromotionForm) -> dict:
    """Count followers in WeChat who would get the text for groups."""
    if "to_followers" not in form.fields:
        return {}
    counted = telling.would_get(found, segment)
    return {"followers": counted.chosen, "followers_left": promotion_words.why_words(counted.left_out)}


def _example(request, found: Campaign, segment: Segment | None, ways: str) -> Customer | None:
    """Find a real customer whom this person sees to look at the message with: best one who would get it."""
    if not may(request, "customers:read"):
        return None
    rows = seen(request.membership, target_of(found, segment))
    return weighed(found, rows, ways=ways).filter(why="").order_by("-id").first() or rows.order_by("-id").first()


def _messages(request, found: Campaign, form: PromotionForm, segment: Segment | None) -> dict:
    """Show letter and texts as a real customer would get them, and what WeChat objects to in them."""
    customer, texts = _example(request, found, segment, form.chosen_ways), form.texts
    return {
        "shown": telling.shown_to(found, customer, texts) if customer and _is_known(texts) else None,
        "bubbles": by_house(request, telling.bubbles(found, texts, customer)) if customer else [],
        "inducing": inducing(telling.needed(texts, form.chosen_ways)),
    }  # fmt: skip


def _is_known(texts) -> bool:
    said = [each[name] for each in texts.values() for name in LETTER]
    return all(place in PLACES for text in said for place in PLACE.findall(text))


def by_house(request, shown):
    """Put the language of the house first."""
    return sorted(shown, key=lambda each: each.language != request.organisation.language)


def inducing(texts) -> list[str]:
    """List the words that WeChat objects to; a campaign that is to be safe there is refused with them."""
    return list(dict.fromkeys(each.words for each in lint_texts(telling.readable(texts))))


def _said(row: Promotion, came: Outcome) -> str:
    if not row.texts:
        return gettext("Posted to groups only.")
    return promotion_words.sentence(came.told, came.opened, came.friends, came.buyers)


# --- parts that follow the form ----------------------------------------------------------------------------


@staff("campaigns:read", post="campaigns:write")
def promotion_audience(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The count that follows the chosen ways and segment, and what the words cost as texts."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST or request.GET or None)
    return render(request, "dashboard/parts/promotion_audience.html", _audience(found, _segment(form), form))


@action("campaigns:write")
def promotion_preview(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """The message as a real customer would get it, while it is being written; without htmx with the page around it."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST)
    if not request.htmx:
        return _show(request, found, form)
    return render(request, "dashboard/parts/promotion_letter.html", _messages(request, found, form, _segment(form)))


@action("campaigns:write")
def promotion_test(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Send it to whoever writes it; what they wrote stays on the page."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST)
    customer = _example(request, found, _segment(form), form.chosen_ways) or Customer(name=request.user.name)
    telling.send_promotion_test(
        found, form.texts, member_id=request.membership.id, code=group_code(found, None), customer=customer
    )
    text = gettext("A test in each language is on its way to %(email)s.") % {"email": request.user.email}
    return said(request, text) or _show(request, found, form)


@action("campaigns:write")
def promotion_test_text(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Send the text message to a phone that somebody typed; what they wrote stays on the page."""
    found, form = get_object_or_404(all_campaigns(), id=campaign_id), _form(request, request.POST)
    customer = _example(request, found, _segment(form), form.chosen_ways) or Customer(name=request.user.name)
    sent = telling.send_promotion_text_test(
        found, form.texts, phone=request.POST.get("phone", ""), member_id=request.membership.id,
        code=group_code(found, None), customer=customer,
    )  # fmt: skip
    return said(request, test_sent(sent)) or _show(request, found, form)


def test_sent(sent) -> str:
    text = ngettext("%(n)s text is on its way to %(phone)s.", "%(n)s texts are on their way to %(phone)s.", len(sent))
    return text % {"n": len(sent), "phone": sent[0].address}


def said(request: HttpRequest, text: str) -> HttpResponse | None:
    """Say it on the page that is there; without htmx, on the next one."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "toast", {"text": text, "tone": "success"})
    messages.success(request, text)
    return None


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
        "follower_posts": [_worded(post) for post in row.follower_posts.order_by("part")],
        "letters": [(language, row.texts[language]) for language in row.texts], "ways": promotion_words.by_way(came),
    }  # fmt: skip
    return page(request, "dashboard/promotion_told.html", context)


def _worded(post: FollowerPost) -> FollowerPost:
    post.why, post.left = why_not_over_wechat(post.reason), promotion_words.why_words(post.left_out)
    return post


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


@action("campaigns:write")
def promotion_followers_again(request: HttpRequest, campaign_id: UUID, promotion_id: UUID) -> HttpResponse:
    get_object_or_404(all_promotions(campaign_id), id=promotion_id)
    telling.followers_again(promotion_id)
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
    path(f"{_ONE}test-text/", promotion_test_text, name="promotion_test_text"),
    path(f"{_ONE}share/", promotion_share, name="promotion_share"),
    path(_TOLD, promotion_told, name="promotion_told"),
    path(f"{_TOLD}progress/", promotion_progress, name="promotion_progress"),
    path(f"{_TOLD}stop/", promotion_stop, name="promotion_stop"),
    path(f"{_TOLD}resume/", promotion_resume, name="promotion_resume"),
    path(f"{_TOLD}followers/again/", promotion_followers_again, name="promotion_followers_again"),
    path(f"{_TOLD}posts/<uuid:robot_id>/again/", promotion_post_again, name="promotion_post_again"),
]
