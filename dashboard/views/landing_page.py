"""The editor of a campaign's landing page: blocks, two variants, a phone beside them; versions to go back to."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import get_language, gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_landing import (
    KINDS,
    BlockForm,
    PageForm,
    block_initial,
    first_page,
    page_initial,
    variant_json,
)
from referrals.models import Campaign, LandingPage
from referrals.operations import pages as paging
from referrals.queries.pages import page_of, page_versions
from referrals.queries.variants import comparison_of
from referrals.rules.pages import MOST_BLOCKS, VARIANTS, Page, page_json, read_page


@staff("campaigns:write", post="campaigns:write")
def campaign_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Build a page. What is typed is kept as a draft while it is typed; friends see it once it is published."""
    campaign = get_object_or_404(Campaign.objects, id=campaign_id)
    row = page_of(campaign_id)
    draft = read_page(row.draft) if row else first_page(campaign)
    name = request.GET.get("variant", "a")
    name = name if name in draft.variants else "a"
    variant, posted = draft.variants[name], request.method == "POST"
    form = PageForm(request.POST if posted else None, initial=page_initial(draft, variant), has_b="b" in draft.variants)
    blocks = _posted_blocks(request) if posted else _blocks_of(variant)
    if posted and all([form.is_valid(), *[block.is_valid() for block in blocks]]):
        with blamed_on(form):
            return _saved(request, campaign, draft, name, form, blocks)
    if request.POST.get("autosave"):
        return JsonResponse({"saved": False}, status=422)
    return _editor(request, campaign, row, draft, name, form, blocks)


def _blocks_of(variant) -> list[BlockForm]:
    return [
        BlockForm(kind=block.kind, prefix=f"b{number}", initial=block_initial(block))
        for number, block in enumerate(variant.blocks)
    ]


def _posted_blocks(request) -> list[BlockForm]:
    """Read the blocks in the order in which they stand on the page."""
    places = [place for place in request.POST.getlist("order") if place.isdecimal()][: MOST_BLOCKS + 1]
    kinds = [(place, request.POST.get(f"b{place}-kind", "")) for place in dict.fromkeys(places)]
    return [BlockForm(request.POST, request.FILES, kind=kind, prefix=f"b{place}") for place, kind in kinds if kind in KINDS]


def _saved(request, campaign: Campaign, draft: Page, name: str, form: PageForm, blocks: list[BlockForm]) -> HttpResponse:
    is_quiet = bool(request.POST.get("autosave"))
    told = form.cleaned_data
    stored = [block.stored() for block in blocks]
    at = _rearranged(request, stored)
    definition = page_json(draft) | {"elsewhere": told["elsewhere"], "share_b": told.get("share_b") or 0}
    definition["variants"] |= {name: variant_json(told, stored)}
    name = _turned(request, definition, name)
    paging.save_page(campaign.id, definition, is_noted=not is_quiet)
    if is_quiet:
        return JsonResponse({"saved": True})
    if "publish" in request.POST:
        paging.publish_page(campaign.id)
        return done(request, gettext("Published. Friends see this page from now on."), "dashboard:campaign", campaign.id)
    where = reverse("dashboard:campaign_page", args=[campaign.id]) + f"?variant={name}"
    return redirect(f"{where}#block-{at}" if at is not None else where)


def _rearranged(request, blocks: list[dict[str, Any]]) -> int | None:
    """Add, move or remove a block, as a button said; gives where to look."""
    if (kind := request.POST.get("add")) in KINDS:
        blocks.append({"kind": kind})
        return len(blocks) - 1
    told = request.POST.get("move") or request.POST.get("remove") or ""
    place, _colon, way = told.partition(":")
    if not place.isdecimal() or int(place) >= len(blocks):
        return None
    at = int(place)
    block = blocks.pop(at)
    if "remove" in request.POST:
        return None
    at = max(0, at - 1) if way == "up" else min(len(blocks), at + 1)
    blocks.insert(at, block)
    return at


def _turned(request, definition: dict[str, Any], name: str) -> str:
    """Begin variant B as a copy of A, or drop it; gives the variant to go on with."""
    if "begin_b" in request.POST:
        definition["variants"]["b"] = definition["variants"]["a"]
        definition["share_b"] = 50
        return "b"
    if "drop_b" in request.POST:
        definition["variants"].pop("b", None)
        definition["share_b"] = 0
        return "a"
    if "choose_b" in request.POST:
        definition["variants"] = {"a": definition["variants"]["b"]}
        definition["share_b"] = 0
        return "a"
    return name


def _editor(request, campaign, row: LandingPage | None, draft: Page, name: str, form, blocks) -> HttpResponse:
    preview = reverse("portal:campaign_preview", args=[request.organisation.slug, campaign.id]) + f"?variant={name}"
    used = {block.kind for block in blocks}
    context = {
        "campaign": campaign, "landing": row, "draft": draft, "variant": name, "blocks": list(enumerate(blocks)),
        "variants": [(each, each.upper(), each in draft.variants) for each in VARIANTS],
        "addable": [(kind, label) for kind, label in KINDS.items() if kind not in used or kind not in _ONCE],
        "preview": preview, "language": get_language(), "pictures": f"/o/{request.organisation.slug}/l/",
        "versions": list(page_versions(row.id)[:10]) if row else [],
    }  # fmt: skip
    response = page(request, "dashboard/landing_editor.html", context, form=form)
    if request.method == "POST":
        response.status_code = 422
    return response


_ONCE = ("hero", "form", "countdown", "both", "terms", "inviter")


@action("campaigns:write")
def campaign_page_restore(request: HttpRequest, campaign_id: UUID, number: int) -> HttpResponse:
    get_object_or_404(Campaign.objects, id=campaign_id)
    paging.restore_page(campaign_id, number)
    message = gettext("Friends see version %(number)s again.") % {"number": number}
    return done(request, message, "dashboard:campaign_page", campaign_id)


@action("campaigns:write")
def campaign_page_withdraw(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    get_object_or_404(Campaign.objects, id=campaign_id)
    paging.withdraw_page(campaign_id)
    return done(request, gettext("Friends see the standard page again."), "dashboard:campaign_page", campaign_id)


def landing_panel(campaign: Campaign) -> dict[str, Any]:
    """What the campaign's page shows of its landing page."""
    row = page_of(campaign.id)
    return {"row": row, "comparison": comparison_of(campaign.id) if row else None}


urls = [
    path("campaigns/<uuid:campaign_id>/page/", campaign_page, name="campaign_page"),
    path("campaigns/<uuid:campaign_id>/page/restore/<int:number>/", campaign_page_restore, name="campaign_page_restore"),
    path("campaigns/<uuid:campaign_id>/page/withdraw/", campaign_page_withdraw, name="campaign_page_withdraw"),
]
