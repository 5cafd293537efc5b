"""What a landing page shows: the house's own, or the blocks an organisation has built."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.texting import sends_texts
from portal import wording
from portal.card import short
from portal.forms_landing import LandingForm
from portal.offers import Offer
from portal.page import absolute
from portal.visitors import is_wechat
from referrals.queries.pages import picture_sizes
from referrals.rules.pages import Block, Page, Variant, in_language, lines_of, questions_of
from tenancy import door


@dataclass(frozen=True)
class Reader:
    """Who is on the page, as far as it is written for them."""

    inviter: str  # as the page names them
    initial: str
    code: str
    grouped: str
    link: str
    card: str  # address of the picture that messengers show
    about: str  # what they say below it


def reader_of(request: HttpRequest, offer: Offer, code: str, variant: Variant | None, name: str) -> Reader:
    slug, language = request.organisation.slug, request.LANGUAGE_CODE
    card = absolute(request, reverse("portal:card", args=[slug, code])) + f"?lang={language}"
    return Reader(
        inviter=offer.inviter, initial=wording.initial(offer.inviter), code=code, grouped=wording.grouped(code),
        link=absolute(request, reverse("portal:landing", args=[slug, code])),
        card=card + (f"&variant={name}" if name else ""),
        about=short(in_language(variant.card_text, language) if variant else "") or short(offer.invitation),
    )  # fmt: skip


def empty_form(request: HttpRequest, variant: Variant | None, data=None) -> LandingForm:
    return LandingForm(
        data, organisation=request.organisation.name, country=request.organisation.country, language=request.LANGUAGE_CODE,
        asks=variant.form.asks if variant else {}, takes_phones=sends_texts("confirmation"),
    )  # fmt: skip


def page_context(
    request: HttpRequest, offer: Offer, reader: Reader, variant: Variant | None, form: LandingForm, **more: Any
) -> dict[str, Any]:
    """Gather what the template shows; `variant` None is the house's page."""
    language = request.LANGUAGE_CODE
    shown = {
        "offer": offer, "reader": reader, "form": form, "boxes": [form["consent"], form["marketing"]],
        "card_title": (in_language(variant.card_title, language) if variant else "") or offer.headline,
    }  # fmt: skip
    if variant is not None:
        shown |= _blocks(request, offer, variant)
    return shown | more


def template_of(variant: Variant | None) -> str:
    return "landing.html" if variant is None else "landing_own.html"


def variant_of(page: Page | None, name: str) -> Variant | None:
    return page.variant(name or "a") if page else None


def _blocks(request, offer: Offer, variant: Variant) -> dict[str, Any]:
    sizes = picture_sizes(block.picture for block in variant.blocks if block.picture)
    shown = [each for block in variant.blocks if (each := _shown(request, block, offer, sizes))]
    hero = next((each for each in shown if each["kind"] == "hero"), None)
    return {"blocks": shown, "has_hero": hero is not None, "title": (hero and hero["title"]) or offer.headline}


def _shown(request, block: Block, offer: Offer, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Any] | None:
    """Write one block in the reader's language; None where there is nothing to show."""
    language = request.LANGUAGE_CODE
    if is_wechat(request) and (block.not_in_wechat or block.kind == "both"):
        return None
    texts = {name: in_language(getattr(block, name), language) for name in ("title", "text", "lines", "alt", "author")}
    shown = {"kind": block.kind, **texts, "picture": _picture(request, block, sizes)}
    match block.kind:
        case "hero":
            shown["title"] = shown["title"] or offer.headline
        case "countdown":
            return shown | _left(offer) if offer.ends_at else None
        case "steps":
            shown["steps"] = lines_of(texts["lines"])
        case "questions":
            shown["questions"] = questions_of(texts["lines"])
        case "video":
            shown |= {"url": block.url, "host": urlsplit(block.url).hostname}
        case "both" if not (offer.for_referee or offer.for_referrer):
            return None
    return shown


def _picture(request, block: Block, sizes) -> dict[str, Any] | None:
    if block.picture not in sizes:
        return None
    width, height = sizes[block.picture]
    address = reverse("portal:landing_picture", args=[request.organisation.slug, block.picture])
    return {"src": address, "width": width, "height": height}


def _left(offer: Offer) -> dict[str, str]:
    """Say how long the campaign still runs, in whole days; on its last day that it is the last."""
    zone = timezone.get_current_timezone()
    last = (offer.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    days = (last - door.moment().astimezone(zone).date()).days
    left = ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days} if days > 0 else _("Last day")
    return {"left": left, "until": wording.day(offer.ends_at)}
