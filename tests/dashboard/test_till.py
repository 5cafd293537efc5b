"""The cashier's page and the pages of coupon kinds: what they count, say and do."""

import re

import pytest
from django.urls import reverse

from crm.models import Customer
from rewards.models import Checkout, Coupon, CouponBatch, CouponKind, TillTerms
from rewards.operations import Grant, earn_points
from rewards.tasks import make_coupon_codes
from tenancy import door
from tests.conftest import NOON

HTMX = {"HX-Request": "true"}


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def till(gus, as_staff):
    """The browser of somebody at the till: till(do="reserve", code=…)."""
    browser = as_staff(gus)

    def enter(*, part=False, **told):
        facts = {"reference": "R100", "amount_minor": "", "lines": "1"} | told
        return browser.post(reverse("dashboard:till"), facts, headers=HTMX if part else {})

    enter.browser = browser
    return enter


@pytest.fixture
def coupon(acme, world):
    """A coupon of five pounds off coffee from twenty, in ann's hands."""
    with door.organisation(acme.id):
        return Coupon.objects.select_related("customer").get(id=world["coupon_id"])


BEANS = {"line-0-article": "BEANS", "line-0-quantity": "2", "line-0-amount_minor": "40"}


@pytest.fixture
def beans(acme, world):
    from crm.models import Product

    with door.organisation(acme.id):
        return Product.objects.create(sku="BEANS", name="Espresso beans", category="coffee")


def test_what_is_entered_is_counted_step_by_step(till, coupon, beans):
    page = text_of(till(part=True, code=coupon.code.lower(), codes=["NOSUCH"], shipping_minor="4.95", **BEANS))
    assert "<html" not in page
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Coffee week £5 off, counted from £40" in words
    assert "−£5.00" in words and "£39.95" in words
    assert "NOSUCH There is no coupon with this code." in words
    assert "The coupon belongs to Ann Smith." in words
    assert page.count('name="codes"') == 2


def test_counting_keeps_nothing(acme, till, coupon, beans):
    till(part=True, code=coupon.code, **BEANS)
    with door.organisation(acme.id):
        assert Checkout.objects.filter(external_id="R100").count() == 0
        assert Coupon.objects.get(id=coupon.id).state == "issued"


def test_a_code_is_taken_off_again(till, coupon, beans):
    page = text_of(till(part=True, codes=[coupon.code, "NOSUCH"], remove="NOSUCH", **BEANS))
    assert page.count('name="codes"') == 1


def test_nonsense_is_answered_with_a_sentence(till, world):
    assert till(do="reserve", amount_minor="much").status_code == 422
    assert "Enter a coupon or points to use." in text_of(till(do="reserve", amount_minor="40"))
    assert till(part=True, points="-1", **{"line-0-quantity": "0", "line-0-amount_minor": "1"}).status_code in (200, 422)
    assert till(part=True, lines="9999999").status_code == 200


def test_reserve_redeem_and_take_back(acme, till, coupon, beans):
    answer = till(do="reserve", codes=[coupon.code], **BEANS)
    with door.organisation(acme.id):
        held = Checkout.objects.get(external_id="R100")
    assert (answer.status_code, answer.url) == (302, reverse("dashboard:checkout", args=[held.id]))
    assert "Paid: redeem" in text_of(till.browser.get(answer.url))

    till.browser.post(reverse("dashboard:checkout_redeem", args=[held.id]))
    page = text_of(till.browser.get(answer.url))
    assert "Take all back" in page and "Next customer" in page
    with door.organisation(acme.id):
        assert Coupon.objects.get(id=coupon.id).redeemed_order == "till:R100"

    till.browser.post(reverse("dashboard:checkout_reverse", args=[held.id]))
    with door.organisation(acme.id):
        assert Checkout.objects.get(id=held.id).state == "reversed"
        assert Coupon.objects.get(id=coupon.id).state == "issued"


def test_the_form_sent_twice_reserves_once(acme, till, coupon, beans):
    first, second = (till(do="reserve", codes=[coupon.code], **BEANS) for _ in range(2))
    assert first.url == second.url
    with door.organisation(acme.id):
        assert Checkout.objects.filter(external_id="R100").count() == 1


def test_a_refused_reservation_stays_on_the_page(till, world, coupon):
    answer = till(do="reserve", codes=[coupon.code], amount_minor="10")
    assert answer.status_code == 422
    assert "None of the articles fits this coupon." in text_of(answer)


def test_release_frees_the_coupon(acme, till, coupon, beans):
    held = till(do="reserve", codes=[coupon.code], **BEANS).url.split("/")[-2]
    answer = till.browser.post(reverse("dashboard:checkout_release", args=[held]))
    assert answer.url == reverse("dashboard:till")
    with door.organisation(acme.id):
        assert Coupon.objects.get(id=coupon.id).state == "issued"


def test_points_pay_and_the_most_of_them_are_offered(acme, till, world):
    with door.organisation(acme.id):
        earn_points([Grant(world["customer_id"], 5000, "rich", "order")])
        TillTerms.objects.create(points_step=100, step_minor=50, points_percent=50)
    page = text_of(till(part=True, customer=world["customer_id"], amount_minor="20"))
    assert 'data-use-points="2000"' in page
    answer = till(do="reserve", customer=world["customer_id"], amount_minor="20", points="2000")
    with door.organisation(acme.id):
        held = Checkout.objects.get(id=answer.url.split("/")[-2])
        assert (held.points, held.points_minor, held.to_pay_minor) == (2000, 1000, 1000)


def test_a_member_is_found_as_people_type(till, world):
    page = text_of(till.browser.get(reverse("dashboard:till_customers"), {"find": "ann"}, headers=HTMX))
    assert f'data-choose="{world["customer_id"]}"' in page


def test_today_lists_what_was_redeemed_with_a_button_that_asks(till, world):
    page = text_of(till.browser.get(reverse("dashboard:till")))
    assert "2001" in page and "2002" in page
    assert page.count("data-confirm=") == 1  # the one that is redeemed


def test_who_only_reads_sees_a_checkout_without_buttons(acme, world, staff_of, as_staff):
    auditor = as_staff(staff_of(acme, "auditor"))
    page = text_of(auditor.get(reverse("dashboard:checkout", args=[world["checkout_id"]])))
    assert "Coffee week" in page and "Paid: redeem" not in page
    assert auditor.get(reverse("dashboard:till")).status_code == 403
    assert auditor.post(reverse("dashboard:checkout_redeem", args=[world["checkout_id"]])).status_code == 403


def test_the_till_is_set_up(acme, gus, as_staff, world):
    browser, address = as_staff(gus), reverse("dashboard:till_settings")
    facts = {"hold_minutes": "5", "points_step": "1000", "step_minor": "3.00", "points_percent": "20"}
    assert browser.post(address, facts | {"points_percent": "200"}).status_code == 422
    browser.post(address, facts)
    with door.organisation(acme.id):
        assert TillTerms.objects.values_list("hold_minutes", "points_step", "step_minor", "points_percent").get() == (
            5, 1000, 300, 20
        )  # fmt: skip


# --- kinds -------------------------------------------------------------------------------------------------

KIND = {
    "name_en": "Sweet sixteen", "name_zh": "十六岁礼券", "effect": "percent", "scope": "order", "percent": "16",
    "cap_minor": "10", "minimum_minor": "30", "categories": "coffee, cups", "audience": "everybody", "valid_days": "30",
    "per_person": "1", "stack_group": "birthday",
}  # fmt: skip


def test_a_kind_is_made_from_the_form(acme, gus, as_staff):
    as_staff(gus).post(reverse("dashboard:coupon_kind_new"), KIND)
    with door.organisation(acme.id):
        kind = CouponKind.objects.get()
    assert (kind.code, kind.name) == ("sweet-sixteen", {"en": "Sweet sixteen", "zh-hans": "十六岁礼券"})
    assert (kind.effect, kind.percent, kind.cap_minor) == ("percent", 16, 1000)
    assert (kind.value_minor, kind.minimum_minor) == (0, 3000)
    assert (kind.categories, kind.per_person, kind.total, kind.valid_days) == (["coffee", "cups"], 1, None, 30)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": ""}, "percent"),
        ({"effect": "value"}, "value_minor"),
        ({"effect": "gift"}, "gift_sku"),
        ({"name_en": "", "name_zh": ""}, "name_en"),
        ({"starts_at": "2027-01-02T00:00", "ends_at": "2027-01-01T00:00"}, "ends_at"),
    ],
)
def test_a_refused_kind_names_the_field(acme, gus, as_staff, changes, field):
    answer = as_staff(gus).post(reverse("dashboard:coupon_kind_new"), KIND | changes)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text_of(answer)
    with door.organisation(acme.id):
        assert CouponKind.objects.count() == 0


def test_the_form_says_what_it_means_with_an_example(acme, gus, as_staff):
    browser, address = as_staff(gus), reverse("dashboard:coupon_kind_preview")
    page = text_of(browser.post(address, KIND, headers=HTMX))
    assert "16% off on coffee, cups bought for £30 or more." in page
    assert "Takes off at most £10." in page and "Once for each customer." in page
    assert "−£8.00" in page  # 16% of the fitting £50
    assert "Percent off: This is needed" in text_of(browser.post(address, KIND | {"percent": ""}, headers=HTMX))
    with door.organisation(acme.id):
        assert CouponKind.objects.count() == 0


def test_what_is_promised_cannot_be_changed_on_the_page(acme, gus, as_staff, world):
    address = reverse("dashboard:coupon_kind_edit", args=[world["coupon_kind_id"]])
    browser, told = as_staff(gus), KIND | {"name_en": "Coffee fortnight", "total": "7"}
    preview = f"{reverse('dashboard:coupon_kind_preview')}?kind={world['coupon_kind_id']}"
    assert "£5 off on coffee bought for £20 or more." in text_of(browser.post(preview, told, headers=HTMX))
    browser.post(address, told)
    with door.organisation(acme.id):
        kind = CouponKind.objects.get(id=world["coupon_kind_id"])
    assert (kind.name["en"], kind.total) == ("Coffee fortnight", 7)
    assert (kind.effect, kind.value_minor, kind.categories, kind.per_person) == ("value", 500, ["coffee"], 3)


def test_a_shared_code_is_opened_and_withdrawn(acme, gus, as_staff, world):
    browser, kind = as_staff(gus), [world["coupon_kind_id"]]
    assert browser.post(reverse("dashboard:coupon_share", args=kind), {"code": "!"}).status_code == 422
    browser.post(reverse("dashboard:coupon_share", args=kind), {"code": "week 26"})
    with door.organisation(acme.id):
        shared = Coupon.objects.get(code="WEEK26")
    browser.post(reverse("dashboard:coupon_withdraw", args=[shared.id]))
    with door.organisation(acme.id):
        assert Coupon.objects.get(id=shared.id).state == "void"


def test_many_codes_show_their_progress_and_come_as_a_file(acme, gus, as_staff, world):
    browser = as_staff(gus)
    browser.post(reverse("dashboard:coupon_batch_new", args=[world["coupon_kind_id"]]), {"size": "600", "label": "=Fair"})
    with door.organisation(acme.id):
        batch = CouponBatch.objects.get(label="=Fair")
    progress = reverse("dashboard:coupon_batch_progress", args=[batch.id])
    assert 'aria-valuenow="0"' in text_of(browser.get(progress))
    make_coupon_codes(str(acme.id))
    assert "hx-get" not in text_of(browser.get(progress))
    file = browser.get(reverse("dashboard:coupon_batch_codes", args=[batch.id]))
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert (lines[0], len(lines)) == ("Code,Valid until,State", 601)
    assert len({line.split(",")[0] for line in lines[1:]}) == 600


def test_a_coupon_is_given_and_a_customer_named(acme, gus, as_staff, world):
    browser, kind = as_staff(gus), [world["coupon_kind_id"]]
    before = {"customer": world["customer_id"]}
    browser.post(reverse("dashboard:coupon_issue", args=kind), before)
    browser.post(reverse("dashboard:coupon_guest", args=kind), before | {"do": "add"})
    with door.organisation(acme.id):
        assert Coupon.objects.filter(kind_id=kind[0], customer_id=world["customer_id"]).count() == 4
        assert CouponKind.objects.get(id=kind[0]).guests.count() == 1
    browser.post(reverse("dashboard:coupon_guest", args=kind), before | {"do": "remove"})
    nobody = browser.post(reverse("dashboard:coupon_issue", args=kind), {"customer": ""}, headers=HTMX)
    assert nobody.status_code == 409
    with door.organisation(acme.id):
        assert CouponKind.objects.get(id=kind[0]).guests.count() == 0


def test_the_list_of_kinds_counts_their_uses(gus, as_staff, world):
    page = text_of(as_staff(gus).get(reverse("dashboard:coupon_kinds")))
    assert "£5 off on coffee bought for £20 or more." in page
    assert "Free shipping on every purchase." in page


def test_a_coupon_whose_time_is_over_is_listed_as_expired_before_the_sweep(acme, gus, as_staff, world):
    with door.organisation(acme.id):
        Coupon.objects.filter(id=world["coupon_id"]).update(expires_at=NOON.replace(year=2020))
        code, name = Coupon.objects.get(id=world["coupon_id"]).code, Customer.objects.get(id=world["customer_id"]).name
    browser, address = as_staff(gus), reverse("dashboard:coupons")
    assert code in text_of(browser.get(address, {"state": "expired"}, headers=HTMX))
    assert code not in text_of(browser.get(address, {"state": "issued"}, headers=HTMX))
    assert name in text_of(browser.get(address, {"q": "ann", "kind": world["coupon_kind_id"]}, headers=HTMX))
