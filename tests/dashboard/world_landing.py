"""A campaign with a page of its own, in two variants."""

from uuid import UUID

from referrals.operations.pages import publish_page, save_page

BLOCKS = [
    {"kind": "hero", "title": {"en": "Coffee is better shared", "zh-hans": "咖啡要和朋友一起喝"}},
    {"kind": "steps", "lines": {"en": "Sign up\nConfirm\nCome by"}},
    {"kind": "form", "asks": {"city": "optional"}},
]
OTHER = [{"kind": "hero", "title": {"en": "Your friend knows good coffee"}}, {"kind": "form"}]
DEFINITION = {"variants": {"a": {"blocks": BLOCKS}, "b": {"blocks": OTHER}}, "share_b": 50}


def a_page(campaign_id: UUID) -> None:
    save_page(campaign_id, DEFINITION)
    publish_page(campaign_id)
