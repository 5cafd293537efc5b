"""Who has no e-mail address comes by phone, wherever the organisation sends text messages."""

import pytest
from limits import RateLimitItemPerMinute

from crm.models import Consent, Customer
from crm.operations import record_customer
from messaging.models import Message
from messaging.operations import remove_gateway
from referrals.models import Invitation, Referral
from tenancy import door
from tests.gateways import give_gateway
from tests.portal.conftest import found_campaign

NUMBER = "+447700900123"
SWITCHES = [f"{purpose}_{way}" for purpose in ("marketing", "reminders", "progress") for way in ("email", "sms")]
OFTEN = RateLimitItemPerMinute(1000, namespace="often")


@pytest.fixture
def texting(acme):
    give_gateway(acme)


def messages(organisation) -> list[tuple[str, str, str]]:
    with door.organisation(organisation.id):
        return list(Message.objects.order_by("created_at", "id").values_list("kind", "channel", "address"))


def no_invitation(organisation) -> bool:
    with door.organisation(organisation.id):
        return not Invitation.objects.exists() and not Message.objects.exists()


# --- the invitation ---------------------------------------------------------------------------------------------


def test_a_friend_without_e_mail_accepts_by_phone(texting, acme, ann, code, join, phone, digits_for, here):
    client = phone()
    address = join(client, contact="07700 900123", marketing="on")["Location"]
    page = client.get(address).content.decode()
    answer = client.post(address, {"digits": digits_for(NUMBER)})
    welcome = client.get(answer["Location"]).content.decode()

    assert "We have sent a text message with six digits to <strong>+44\N{NO-BREAK SPACE}77****0123</strong>" in page
    assert "No text message yet?" in page and "e-mail" not in page.lower() and NUMBER not in page
    assert answer["Location"] == f"{address}/done" and "Welcome, Cleo Brown" in welcome
    assert messages(acme)[0] == ("confirmation", "sms", NUMBER)
    with here():
        cleo = Customer.objects.get(id=Referral.objects.get(referrer=ann).referee_id)
        assert list(cleo.contact_points.values_list("kind", "normalised")) == [("phone", NUMBER)]
        said = Consent.objects.filter(customer=cleo).values_list("purpose", "channel", "is_granted", "text_version")
        assert set(said) == {
            ("referral", "sms", True, "referral-2026-11-2"), ("marketing", "sms", True, "referral-2026-11-2"),
        }  # fmt: skip


def test_the_form_asks_for_a_phone_only_where_texts_are_sent(texting, acme, globex, code, phone):
    with door.organisation(globex.id):
        bo = record_customer(name="Bo Reed", email="bo@example.com")
    elsewhere = found_campaign(globex, bo.id)[1].code
    here, there = (
        phone().get(f"/o/{shop.slug}/r/{each}").content.decode() for shop, each in ((acme, code), (globex, elsewhere))
    )

    assert "Your phone number or e-mail address" in here and "Get my code by e-mail" not in here
    assert 'type="email"' in there and "phone" not in there.split("<form")[1].split("</form>")[0]


def test_in_chinese_the_phone_comes_first(texting, acme, code, phone):
    assert "手机号或邮箱" in phone().get(f"/o/{acme.slug}/r/{code}", {"lang": "zh-hans"}).content.decode()


def test_without_texts_a_phone_is_refused_in_plain_words(acme, code, join, phone):
    answer = join(phone(), contact=NUMBER)

    assert answer.status_code == 422
    assert "does not look like an e-mail address" in answer.content.decode()
    assert no_invitation(acme)


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("+86 138 0013 8000", "not sent to the country of this number (+86)"),
        ("020 7946 0000", "Enter a mobile number"),
        ("call me", "neither a phone number nor an e-mail address"),
        ("", "Enter your phone number or e-mail address."),
    ],
)
def test_a_phone_that_cannot_be_reached_is_refused_with_the_remedy(contact, words, texting, acme, code, join, phone):
    answer = join(phone(), contact=contact)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert no_invitation(acme)


def test_a_form_sent_twice_leads_on_and_sends_one_text(texting, acme, code, join, phone):
    client = phone()
    client.get(f"/o/{acme.slug}/r/{code}")
    first, second = join(client, contact=NUMBER), join(client, contact=NUMBER)

    assert first["Location"] == second["Location"]
    assert len(messages(acme)) == 1


def test_new_digits_come_by_text_and_not_within_a_minute(texting, acme, code, join, phone, monkeypatch):
    client = phone()
    address = join(client, contact=NUMBER)["Location"]
    at_once = client.post(f"{address}/again")

    assert at_once.status_code == 429 and "Please wait a minute" in at_once.content.decode()
    assert len(messages(acme)) == 1
    monkeypatch.setattr("portal.text_limits.A_MINUTE", OFTEN)
    assert client.post(f"{address}/again")["Location"] == f"{address}?sent=1"
    assert len(messages(acme)) == 2


def test_once_texts_are_no_longer_sent_no_new_digits_are_promised(texting, acme, code, join, phone, here, monkeypatch):
    client = phone()
    address = join(client, contact=NUMBER)["Location"]
    with here():
        remove_gateway()
    monkeypatch.setattr("portal.text_limits.A_MINUTE", OFTEN)
    answer = client.post(f"{address}/again")

    assert answer.status_code == 422 and "Please enter your e-mail address." in answer.content.decode()
    assert len(messages(acme)) == 1


# --- the sign-in ------------------------------------------------------------------------------------------------


def test_a_text_opens_the_member_centre(texting, acme, ann, phone, digits_for):
    client = phone()
    asked = client.post(f"/o/{acme.slug}/member/login", {"contact": "07700 900001"})
    page = client.get(asked["Location"]).content.decode()
    entered = client.post(asked["Location"], {"digits": digits_for("+447700900001")})

    assert "+44\N{NO-BREAK SPACE}77****0001" in page and "If the number is known here" in page
    assert entered["Location"] == f"/o/{acme.slug}/member/"
    assert "Hello, Ann Smith" in client.get(entered["Location"]).content.decode()
    assert messages(acme) == [("member_login", "sms", "+447700900001")]


def test_an_unknown_number_gets_the_same_answers_and_no_text(texting, acme, ann, phone):
    known, unknown = (
        [phone().post(f"/o/{acme.slug}/member/login", {"contact": number}, follow=True) for _ in range(2)]
        for number in ("07700 900001", "07700 900501")
    )

    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown] == [200, 429]
    plain = [
        each.content.decode().split("csrfmiddlewaretoken")[0].replace("0501", "0001") for each in (known[0], unknown[0])
    ]
    assert plain[0] == plain[1]
    assert messages(acme) == [("member_login", "sms", "+447700900001")]


def test_a_number_of_another_organisation_gets_no_text_here(texting, acme, globex, phone):
    with door.organisation(globex.id):
        record_customer(name="Bo Reed", phone="+447700900777")
    answer = phone().post(f"/o/{acme.slug}/member/login", {"contact": "07700 900777"})

    assert answer.status_code == 302
    assert messages(acme) == messages(globex) == []


def test_without_texts_nobody_signs_in_by_phone(acme, ann, phone):
    answer = phone().post(f"/o/{acme.slug}/member/login", {"contact": "07700 900001"})

    assert answer.status_code == 422 and "does not look like an e-mail address" in answer.content.decode()
    assert messages(acme) == []


@pytest.mark.parametrize("number", ["+8613800138000", "+442079460000"])
def test_a_number_that_no_text_reaches_is_told_so_whoever_has_it(number, texting, acme, phone, here):
    with here():
        record_customer(name="Bo Reed", phone=number)
    answer = phone().post(f"/o/{acme.slug}/member/login", {"contact": number})

    assert answer.status_code == 422 and "or an e-mail address." in answer.content.decode()
    assert messages(acme) == []


def test_a_sign_in_sent_twice_leads_on_and_sends_one_text(texting, acme, ann, phone):
    client = phone()
    answers = [client.post(f"/o/{acme.slug}/member/login", {"contact": "07700 900001"}) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/o/{acme.slug}/member/login/code"] * 2
    assert len(messages(acme)) == 1


# --- what they want to hear -------------------------------------------------------------------------------------


def said(here) -> list[tuple]:
    with here():
        return list(Consent.objects.order_by("occurred_at", "id").values_list("purpose", "channel", "is_granted"))


def test_each_way_has_its_own_switches(texting, acme, ann, member, here):
    client = member("ann@example.com")
    address = f"/o/{acme.slug}/member/preferences"
    form = {"name": "Ann Smith", "language": "en", "marketing_sms": "on", "progress_email": "on", "reminders_sms": "on"}
    assert client.post(address, form)["Location"] == f"{address}?saved=1"
    page = client.get(address).content.decode()

    assert said(here) == [
        ("marketing", "sms", True), ("reminders", "email", False), ("reminders", "sms", True), ("progress", "sms", False),
    ]  # fmt: skip
    ticked = [name for name in SWITCHES if f'name="{name}" checked' in page]
    assert ticked == ["marketing_sms", "reminders_sms", "progress_email"]
    client.post(address, form)
    assert len(said(here)) == 4


def test_a_member_sees_switches_only_for_ways_that_reach_them(texting, acme, member, here):
    with here():
        record_customer(name="Bo Reed", phone="+447700900888")
        record_customer(name="Cy Lane", email="cy@example.com")
    by_phone, by_mail = (
        member(contact).get(f"/o/{acme.slug}/member/preferences").content.decode()
        for contact in ("+447700900888", "cy@example.com")
    )

    assert "By text message" in by_phone and "By e-mail" not in by_phone and "+447700900888" in by_phone
    assert "By e-mail" in by_mail and "By text message" not in by_mail


def test_without_texts_there_are_no_switches_for_them(acme, ann, member):
    assert "By text message" not in member("ann@example.com").get(f"/o/{acme.slug}/member/preferences").content.decode()
