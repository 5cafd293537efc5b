from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from crm.models import Consent, Customer
from crm.operations import CustomerReference, OrderReport, RefundReport, record_customer, record_order, record_refund
from loyalty.operations import set_up_default_tiers, set_up_programme
from referrals.models import ReferralCode
from referrals.operations import judge_orders, pause_campaign
from rewards.models import Coupon, Reward
from rewards.operations import settle_due
from tenancy import door
from tests.portal.conftest import found_campaign

SWITCHES = ["marketing_email", "reminders_email", "progress_email"]
PAGES = ("", "rewards", "referrals", "history", "coupons", "preferences")


@pytest.fixture
def cleo(acme, code, join, phone, digits_for) -> UUID:
    """A friend whom ann brought: her customer id."""
    client = phone()
    client.post(join(client)["Location"], {"digits": digits_for("cleo@example.com")})
    with door.organisation(acme.id):
        return Customer.objects.get(contact_points__normalised="cleo@example.com").id


@pytest.fixture
def bought(here, cleo):
    """Cleo has paid £60 a moment ago; ann and she are promised their rewards."""
    report = OrderReport(
        source="shop", external_id="W1", currency="GBP", total_minor=6000, customer=CustomerReference(customer_id=cleo)
    )
    with here():
        order, _ = record_order(report)
        judge_orders([order.id])
    return order


@pytest.fixture
def settled(acme, here, bought, move_clock):
    move_clock(days=15)
    with here():
        assert settle_due() == 2


def rewards_of(organisation, customer_id) -> list[Reward]:
    with door.organisation(organisation.id):
        return list(Reward.objects.filter(beneficiary_id=customer_id))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_empty_and_filled(acme, ann, settled, member, language):
    for address in ("ann@example.com", "cleo@example.com"):
        client = member(address)
        for page in PAGES:
            answer = client.get(f"/o/{acme.slug}/member/{page}", {"lang": language})
            assert (answer.status_code, answer["Content-Language"]) == (200, language), page
            assert answer["Cache-Control"] == "no-store"
            assert len(answer.content) < 75_000


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_new_member_sees_friendly_empty_pages(acme, here, member, language):
    with here():
        record_customer(name="Dan New", email="dan@example.com")
    client = member("dan@example.com")

    for page in PAGES:
        assert client.get(f"/o/{acme.slug}/member/{page}", {"lang": language}).status_code == 200, page


def test_every_page_leads_a_stranger_to_the_sign_in(acme, campaign, bought, ann, phone):
    (reward,) = rewards_of(acme, ann.id)
    for page in (*PAGES, f"share/{campaign.id}", f"rewards/{reward.id}"):
        answer = phone().get(f"/o/{acme.slug}/member/{page}")
        assert answer.status_code == 302, page
        assert answer["Location"].startswith(f"/o/{acme.slug}/member/login?next="), page


def test_the_front_door_leads_home(acme, phone):
    assert phone().get(f"/o/{acme.slug}/")["Location"] == f"/o/{acme.slug}/member/"


def test_home_tells_points_on_the_way_with_their_date(acme, ann, bought, member):
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/").content.decode()

    day = timezone.localtime(rewards_of(acme, ann.id)[0].hold_until)
    assert '<strong class="balance">0</strong>' in text
    assert "<dd>200<small>from" in text
    assert f"Expected on {day.day} {day:%B %Y}" in text
    assert "200 points for you, £4 off for your friend" in text


def test_home_tells_points_that_can_be_used_tier_and_what_is_missing(acme, here, ann, settled, member):
    with here():
        set_up_programme()
        set_up_default_tiers("GBP")
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/").content.decode()

    assert '<strong class="balance">200</strong>' in text
    assert "£500 more to Gold" in text
    assert '<progress max="100" value="0"' in text


def test_points_that_expire_soon_are_announced(acme, here, ann, settled, member, move_clock):
    move_clock(days=330)
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/").content.decode()

    assert "Expiring soon" in text and "<dd>200<small>on" in text


def test_a_reward_says_why(acme, ann, settled, member):
    (reward,) = rewards_of(acme, ann.id)
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/rewards/{reward.id}").content.decode()

    assert "200 points" in text and "Yours" in text
    assert "first order of £20 or more" in text
    assert "Promised" in text and "Arrived" in text
    assert "Cleo" not in text  # whom it came by is the friend's own affair


def test_a_reward_taken_back_stays_in_sight_with_its_reason(acme, here, ann, bought, member):
    with here():
        refund = RefundReport(source="shop", external_id="F1", order_external_id="W1", currency="GBP", amount_minor=6000)
        record_refund(refund)
        judge_orders([bought.id])
    (reward,) = rewards_of(acme, ann.id)
    client = member("ann@example.com")
    page = client.get(f"/o/{acme.slug}/member/rewards/{reward.id}").content.decode()
    friends = client.get(f"/o/{acme.slug}/member/referrals").content.decode()

    assert "Taken back" in page and "Promised" in page
    assert "The order was returned or cancelled" in friends


def test_somebody_elses_reward_is_unknown(acme, ann, cleo, bought, member):
    (reward,) = rewards_of(acme, ann.id)
    client = member("cleo@example.com")

    assert client.get(f"/o/{acme.slug}/member/rewards/{reward.id}").status_code == 404
    assert client.get(f"/o/{acme.slug}/member/rewards/{uuid4()}").status_code == 404


def test_friends_are_shown_by_shortened_names_with_their_steps(acme, ann, bought, join, phone, member):
    join(phone(), name="Eve Waiting", contact="eve@example.com")
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/referrals").content.decode()

    assert "Cleo B." in text and "Cleo Brown" not in text and "cleo@" not in text
    assert text.count('<li class="done">') == 3  # invited, confirmed, ordered
    assert "Your reward arrives on" in text
    assert "1 friend has filled in the form but not confirmed yet." in text and "Eve" not in text


def test_history_has_a_running_balance_and_expiry(acme, ann, settled, member):
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/history").content.decode()

    assert "+200" in text and "Balance 200" in text and "use by" in text
    assert "Promised: on the way" in text and "Balance 0" in text


def test_a_coupon_shows_code_picture_and_last_day(acme, cleo, settled, member):
    with door.organisation(acme.id):
        coupon = Coupon.objects.get(customer_id=cleo)
    text = member("cleo@example.com").get(f"/o/{acme.slug}/member/coupons").content.decode()

    assert "£4 off from a purchase of £16." in text and "Valid until" in text
    assert f"{coupon.code[: len(coupon.code) // 2]} " in text and "<svg" in text


def test_an_expired_coupon_shows_no_code(acme, cleo, settled, member, move_clock):
    move_clock(days=90)
    with door.organisation(acme.id):
        coupon = Coupon.objects.get(customer_id=cleo)
    text = member("cleo@example.com").get(f"/o/{acme.slug}/member/coupons").content.decode()

    assert "Expired on" in text and coupon.code[:5] not in text


def test_the_share_page_has_link_channels_qr_poster_and_code(acme, campaign, code, member):
    text = member("ann@example.com").get(f"/o/{acme.slug}/member/share/{campaign.id}").content.decode()

    assert f'value="http://testserver/o/{acme.slug}/r/{code}"' in text
    for channel in ("weibo", "qq", "whatsapp", "x", "facebook", "linkedin", "telegram", "email", "sms"):
        assert f"%3Fch%3D{channel}" in text, channel
    assert f"/q/{code}.svg" in text and f"/p/{code}.png" in text
    assert f"{code[:4]} {code[4:]}" in text


def test_a_code_is_made_when_a_member_first_shares(acme, campaign, cleo, member, here):
    client = member("cleo@example.com")
    for _ in range(2):
        assert client.get(f"/o/{acme.slug}/member/share/{campaign.id}").status_code == 200

    with here():
        assert ReferralCode.objects.filter(referrer_id=cleo).count() == 1


def test_inside_wechat_there_is_nothing_to_press_and_no_amount(acme, campaign, member):
    client = member("ann@example.com", HTTP_USER_AGENT="Mozilla/5.0 MicroMessenger/8.0.50")
    text = client.get(f"/o/{acme.slug}/member/share/{campaign.id}").content.decode()

    assert "choose “Send to a friend”" in text
    assert "service.weibo.com" not in text and "data-share-url" not in text
    assert "£" not in text and "200 points" not in text


def test_another_organisations_campaign_cannot_be_shared(acme, globex, ann, member):
    with door.organisation(globex.id):
        rob = record_customer(name="Rob", email="rob@example.com")
    theirs, _ = found_campaign(globex, rob.id)
    client = member("ann@example.com")

    assert client.get(f"/o/{acme.slug}/member/share/{theirs.id}").status_code == 404
    assert client.get(f"/o/{acme.slug}/member/share/{uuid4()}").status_code == 404


def test_a_paused_campaign_is_not_offered(acme, campaign, code, member, here):
    with here():
        pause_campaign(campaign.id)
    client = member("ann@example.com")

    assert client.get(f"/o/{acme.slug}/member/share/{campaign.id}").status_code == 404
    assert f"share/{campaign.id}" not in client.get(f"/o/{acme.slug}/member/").content.decode()


def test_preferences_are_kept(acme, ann, member, here):
    client = member("ann@example.com")
    address = f"/o/{acme.slug}/member/preferences"
    for form in (
        {"name": "Annie Smith", "language": "zh-hans"} | dict.fromkeys(SWITCHES, "on"),
        {"name": "Annie Smith", "language": "zh-hans"} | dict.fromkeys(SWITCHES[1:], "on"),
        {"name": "Annie Smith", "language": "zh-hans"},
    ):
        assert client.post(address, form)["Location"] == f"{address}?saved=1"

    with here():
        present = Customer.objects.get(id=ann.id)
        said = list(Consent.objects.order_by("occurred_at", "id").values_list("purpose", "is_granted", "source"))
    assert (present.name, present.language) == ("Annie Smith", "zh-hans")
    assert said == [
        ("marketing", True, "member centre"), ("marketing", False, "member centre"), ("reminders", False, "member centre"),
        ("progress", False, "member centre"),
    ]  # fmt: skip


def test_a_preference_that_makes_no_sense_changes_nothing(acme, ann, member, here):
    client = member("ann@example.com")
    for form in ({"name": "", "language": "en"}, {"name": "Ann", "language": "tlh"}):
        assert client.post(f"/o/{acme.slug}/member/preferences", form).status_code == 422

    with here():
        assert Customer.objects.get(id=ann.id).name == "Ann Smith"


def test_a_page_far_beyond_the_end_is_the_last_one(acme, ann, settled, member):
    assert member("ann@example.com").get(f"/o/{acme.slug}/member/history", {"page": "99"}).status_code == 200
    assert member("ann@example.com").get(f"/o/{acme.slug}/member/rewards", {"page": "x"}).status_code == 200


def test_a_month_of_silence_signs_a_member_out(acme, ann, member, move_clock):
    client = member("ann@example.com")
    move_clock(days=31)

    assert client.get(f"/o/{acme.slug}/member/").status_code == 302
