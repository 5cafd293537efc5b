"""Reads of landing pages and their pictures."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from referrals.models import LandingPage, LandingPicture, LandingVersion
from referrals.rules.pages import Page, read_page


def page_of(campaign_id: UUID) -> LandingPage | None:
    return LandingPage.objects.filter(campaign_id=campaign_id).first()


def shown_page(campaign_id: UUID) -> Page | None:
    """Give the page that friends see; None: the house's own."""
    row = page_of(campaign_id)
    if row is None or not row.version:
        return None
    return read_page(LandingVersion.objects.get(page=row, number=row.version).definition)


def page_versions(page_id: UUID) -> QuerySet[LandingVersion]:
    return LandingVersion.objects.filter(page_id=page_id).order_by("-number")


def landing_picture(fingerprint: str) -> LandingPicture | None:
    return LandingPicture.objects.filter(fingerprint=fingerprint).first()


def landing_pictures() -> QuerySet[LandingPicture]:
    """List the organisation's pictures, newest first, without their content."""
    return LandingPicture.objects.defer("content").order_by("-added_at", "-id")


def picture_sizes(fingerprints: Iterable[str]) -> dict[str, tuple[int, int]]:
    rows = LandingPicture.objects.filter(fingerprint__in=set(fingerprints)).values_list("fingerprint", "width", "height")
    return {fingerprint: (width, height) for fingerprint, width, height in rows}
