"""The guided start on the first page: what is left to do, as long as something is."""

from rewards.operations import make_coupon_kind
from tenancy import door

PACKS = "See the packs"


def test_a_new_organisation_is_shown_the_packs(as_staff, gus):
    assert PACKS in as_staff(gus).get("/").content.decode()


def test_who_made_coupons_by_hand_is_not_sent_to_the_packs(as_staff, acme, gus):
    with door.organisation(acme.id):
        make_coupon_kind(code="WELCOME", currency="GBP", name={"en": "Welcome", "zh-hans": "欢迎"}, value_minor=400)
    page = as_staff(gus).get("/").content.decode()
    assert PACKS not in page and "Choose a pack for your industry" in page
