"""Landing pages of campaigns: build, publish, go back, take down; their pictures."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from PIL import Image

from foundation.pictures import NoPicture, read_picture
from referrals.errors.pages import NoPage, PicturesTooHeavy, PictureUnreadable, UnknownPageVersion, UnknownPicture
from referrals.models import Campaign, LandingPage, LandingPicture, LandingVersion
from referrals.operations.public_words import refuse_page_words
from referrals.rules.pages import Page, check_page, page_json, read_page
from tenancy import audit, door

PICTURES_WEIGH = 70 * 1024  # of one variant: with the page itself it stays under 100 kB
_WIDTH, _HEIGHT = 960, 1200
_HEAVIEST = 45 * 1024  # of one picture; quality gives way first, then size


def save_page(campaign_id: UUID, definition: Mapping[str, Any], *, is_noted: bool = True) -> LandingPage:
    """Keep what is being built; friends see it once it is published.

    What is kept while somebody types is not `is_noted` in the audit log; what they save is.
    """
    campaign = Campaign.objects.get(id=campaign_id)
    draft = page_json(read_page(definition))
    page, _ = LandingPage.objects.update_or_create(campaign=campaign, defaults={"draft": draft, "updated_at": door.moment()})
    if is_noted:
        audit.record("landing_page.saved", page, {"campaign_id": str(campaign_id)})
    return page


def publish_page(campaign_id: UUID) -> LandingPage:
    """Show the draft to friends from now on; the same page again is no new version."""
    page = _locked(campaign_id)
    read = read_page(page.draft)
    _check(read)
    refuse_page_words(page.campaign, read)
    return _show(page, read, event="landing_page.published")


def restore_page(campaign_id: UUID, number: int) -> LandingPage:
    """Go back to an earlier version: it is shown again, and becomes the draft."""
    page = _locked(campaign_id)
    old = LandingVersion.objects.filter(page=page, number=number).first()
    if old is None:
        raise UnknownPageVersion
    page.draft = old.definition
    read = read_page(old.definition)
    refuse_page_words(page.campaign, read)
    return _show(page, read, event="landing_page.restored", restored=number)


def withdraw_page(campaign_id: UUID) -> LandingPage:
    """Show the house's page again; the draft and the versions stay."""
    page = _locked(campaign_id)
    page.version, page.share_b, page.elsewhere, page.tested_since = 0, 0, "", None
    return _saved(page, "landing_page.withdrawn")


def add_picture(content: bytes, name: str = "") -> LandingPicture:
    """Keep a small WebP of a picture, without what the camera wrote into it."""
    small, size = shrink(content)
    facts = {"content": small, "width": size[0], "height": size[1], "name": name[:120], "added_at": door.moment()}
    fingerprint = hashlib.sha256(small).hexdigest()[:32]
    picture, is_new = LandingPicture.objects.get_or_create(fingerprint=fingerprint, defaults=facts)
    if is_new:
        audit.record("landing_picture.added", picture, {"bytes": len(small)})
    return picture


def shrink(content: bytes) -> tuple[bytes, tuple[int, int]]:
    """Make a WebP of at most 960 × 1200 and 45 kB out of a JPEG, PNG or WebP."""
    try:
        return _light(read_picture(content))
    except NoPicture:
        raise PictureUnreadable from None


def _light(picture: Image.Image) -> tuple[bytes, tuple[int, int]]:
    for scale, quality in ((1, 80), (1, 65), (1, 50), (0.75, 55), (0.6, 50), (0.45, 45)):
        smaller = picture.copy()
        smaller.thumbnail((round(_WIDTH * scale), round(_HEIGHT * scale)))
        small = io.BytesIO()
        smaller.save(small, "WEBP", quality=quality, method=4)
        if small.tell() <= _HEAVIEST:
            break
    return small.getvalue(), smaller.size


def _locked(campaign_id: UUID) -> LandingPage:
    page = LandingPage.objects.select_for_update(of=("self",)).filter(campaign_id=campaign_id).first()
    if page is None:
        raise NoPage
    return page


def _check(read: Page) -> None:
    check_page(read)
    weights = {row.fingerprint: len(row.content) for row in LandingPicture.objects.filter(fingerprint__in=read.pictures())}
    if read.pictures() - weights.keys():
        raise UnknownPicture
    for name, variant in read.variants.items():
        weight = sum(weights[one] for one in {block.picture for block in variant.blocks if block.picture})
        if weight > PICTURES_WEIGH:
            raise PicturesTooHeavy(variant=name.upper(), kilobytes=round(weight / 1024))


def _show(page: LandingPage, read: Page, *, event: str, **facts: Any) -> LandingPage:
    definition = page_json(read)
    shown = LandingVersion.objects.filter(page=page, number=page.version).first()
    if shown is None or shown.definition != definition:
        page.tested_since = _tested_since(page, shown, read)
        page.version = _last_number(page) + 1
        LandingVersion.objects.create(
            page=page, number=page.version, definition=definition, published_by=door.actor().id, published_at=door.moment()
        )
    page.share_b, page.elsewhere = (read.share_b if read.is_test else 0), read.elsewhere
    return _saved(page, event, version=page.version, **facts)


def _tested_since(page: LandingPage, shown: LandingVersion | None, read: Page):
    """A comparison goes on while both variants stay as they are; another share of visitors does not end it."""
    if not read.is_test:
        return None
    before = read_page(shown.definition) if shown else None
    return page.tested_since if before and before.is_test and before.variants == read.variants else door.moment()


def _last_number(page: LandingPage) -> int:
    return LandingVersion.objects.filter(page=page).order_by("-number").values_list("number", flat=True).first() or 0


def _saved(page: LandingPage, event: str, **facts: Any) -> LandingPage:
    page.updated_at = door.moment()
    page.save()
    audit.record(event, page, {"campaign_id": str(page.campaign_id), **facts})
    return page
