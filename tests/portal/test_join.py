from crm.models import Consent, ContactPoint, Customer
from messaging.models import Message
from referrals.models import Invitation, Referral, Trace
from tenancy import door


def invitations(organisation) -> list[Invitation]:
    with door.organisation(organisation.id):
        return list(Invitation.objects.order_by("id"))


def referral_count(organisation) -> int:
    with door.organisation(organisation.id):
        return Referral.objects.count()


def test_the_form_leads_to_the_page_for_the_digits(acme, code, join, phone):
    answer = join(phone())

    (invitation,) = invitations(acme)
    assert answer.status_code == 302
    assert answer["Location"] == f"/o/{acme.slug}/c/{invitation.id}"
    assert invitation.consents == {"referral": True, "marketing": False, "text_version": "referral-2026-11-2"}
    assert invitation.language == "en"


def test_an_empty_form_names_what_is_missing(acme, code, join, phone):
    answer = join(phone(), name="", contact="", consent=None)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="id_name_about"' in text and "Enter your name." in text
    assert "Enter your e-mail address." in text
    assert "Without this we may not keep your details." in text
    assert invitations(acme) == []


def test_what_was_typed_stays_when_something_is_wrong(acme, code, join, phone):
    answer = join(phone(), contact="not an address", marketing="on")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Cleo Brown"' in text and 'value="not an address"' in text
    assert 'name="marketing" checked' in text
    assert "does not look like an e-mail address" in text


def test_the_referrers_own_address_is_refused(acme, code, join, phone):
    answer = join(phone(), contact="Ann@Example.com")

    assert answer.status_code == 422
    assert "You cannot refer yourself." in answer.content.decode()
    assert invitations(acme) == []


def test_the_form_sent_twice_is_one_invitation(acme, code, join, phone):
    client = phone()
    first, second = join(client), join(client)

    assert first["Location"] == second["Location"]
    assert len(invitations(acme)) == 1


def test_opening_the_page_for_the_digits_confirms_nothing(acme, code, join, phone, digits_for):
    client = phone()
    address = join(client)["Location"]
    page = client.get(address, {"digits": digits_for("cleo@example.com")})

    assert page.status_code == 200
    assert "c***@example.com" in page.content.decode()
    assert "cleo@example.com" not in page.content.decode()
    assert invitations(acme)[0].state == "waiting"
    assert referral_count(acme) == 0


def test_the_right_digits_make_the_friend_a_member_and_signed_in(acme, ann, code, join, phone, digits_for, here):
    client = phone()
    address = join(client, marketing="on")["Location"]
    answer = client.post(address, {"digits": digits_for("cleo@example.com")})
    welcome = client.get(answer["Location"])

    text = welcome.content.decode()
    assert answer["Location"] == f"{address}/done"
    assert welcome.status_code == 200
    assert "Welcome, Cleo Brown" in text and "£4 off" in text and "£20 or more" in text and "14 days" in text
    assert client.get(f"/o/{acme.slug}/member/").status_code == 200
    with here():
        referral = Referral.objects.get()
        cleo = Customer.objects.get(id=referral.referee_id)
        assert (cleo.name, referral.referrer_id) == ("Cleo Brown", ann.id)
        assert dict(Consent.objects.values_list("purpose", "is_granted")) == {"referral": True, "marketing": True}


def test_spaces_and_full_width_digits_are_read(acme, code, join, phone, digits_for):
    client = phone()
    address = join(client)["Location"]
    digits = digits_for("cleo@example.com")
    full_width = " ".join(chr(ord(digit) + 0xFEE0) for digit in digits)

    assert client.post(address, {"digits": full_width}).status_code == 302


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_ends_it(acme, code, join, phone, digits_for):
    client = phone()
    address = join(client)["Location"]
    right = digits_for("cleo@example.com")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [client.post(address, {"digits": wrong}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "Attempts left: 4." in answers[0].content.decode()
    assert client.post(address, {"digits": right}).status_code == 429
    assert referral_count(acme) == 0


def test_five_digits_are_not_a_try(acme, code, join, phone, digits_for):
    client = phone()
    address = join(client)["Location"]
    for _ in range(8):
        assert client.post(address, {"digits": "12345"}).status_code == 422

    assert client.post(address, {"digits": digits_for("cleo@example.com")}).status_code == 302


def test_confirming_twice_is_harmless(acme, code, join, phone, digits_for):
    client = phone()
    address = join(client)["Location"]
    digits = digits_for("cleo@example.com")
    answers = [client.post(address, {"digits": digits}) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"{address}/done"] * 2
    assert referral_count(acme) == 1


def test_old_digits_let_nobody_in_later(acme, code, join, phone, digits_for, move_clock):
    address = join(phone())["Location"]
    digits = digits_for("cleo@example.com")
    phone().post(address, {"digits": digits})
    move_clock(minutes=11)
    stranger = phone()
    stranger.post(address, {"digits": digits})

    assert stranger.get(f"/o/{acme.slug}/member/").status_code == 302


def test_new_digits_replace_the_old_ones_and_nothing_else(acme, code, join, phone, digits_for, here):
    client = phone()
    address = join(client)["Location"]
    old = digits_for("cleo@example.com")
    with here():
        Invitation.objects.update(variant="b", answers={"size": "M"})
    again = client.post(f"{address}/again")
    page = client.get(again["Location"])
    new = digits_for("cleo@example.com")

    assert again["Location"] == f"{address}?sent=1"
    assert "Only the newest ones count." in page.content.decode()
    assert client.get(f"{address}/again").status_code == 405
    with here():
        kept = Invitation.objects.get()
        assert (kept.sends, kept.variant, kept.answers, Trace.objects.count()) == (2, "b", {"size": "M"}, 1)
    if old != new:
        assert client.post(address, {"digits": old}).status_code == 422
    assert client.post(address, {"digits": new}).status_code == 302


def test_digits_can_be_sent_again_five_times_at_most(acme, code, join, phone, here):
    client = phone()
    address = join(client)["Location"]
    statuses = [client.post(f"{address}/again").status_code for _ in range(6)]

    assert statuses[:4] == [302] * 4 and statuses[4:] == [429] * 2
    with here():
        assert Message.objects.filter(address="cleo@example.com").count() == 5


def test_after_three_days_the_form_has_to_be_filled_in_again(acme, code, join, phone, digits_for, move_clock):
    client = phone()
    address = join(client)["Location"]
    move_clock(days=3, minutes=1)

    assert client.get(address).status_code == 410
    assert client.post(address, {"digits": digits_for("cleo@example.com")}).status_code == 410
    assert f"/o/{acme.slug}/r/{code}" in client.get(address).content.decode()
    assert referral_count(acme) == 0


def test_another_organisations_invitation_is_unknown(acme, globex, code, join, phone, digits_for):
    address = join(phone())["Location"]
    elsewhere = address.replace(acme.slug, globex.slug)

    for answer in (
        phone().get(elsewhere),
        phone().post(elsewhere, {"digits": digits_for("cleo@example.com")}),
        phone().post(f"{elsewhere}/again"),
        phone().get(f"{elsewhere}/done"),
    ):
        assert answer.status_code == 404
    assert referral_count(acme) == 0


def test_the_welcome_page_is_for_the_friend_alone(acme, code, join, phone, digits_for, member):
    address = join(phone())["Location"]
    assert phone().get(f"{address}/done")["Location"] == address
    phone().post(address, {"digits": digits_for("cleo@example.com")})

    stranger = phone().get(f"{address}/done")
    assert stranger["Location"].startswith(f"/o/{acme.slug}/member/login?next=")
    assert member("ann@example.com").get(f"{address}/done").status_code == 404


def test_somebody_referred_before_learns_it_only_after_proving_the_address(acme, code, join, phone, digits_for, here):
    first = phone()
    first.post(join(first)["Location"], {"digits": digits_for("cleo@example.com")})
    second = phone()
    address = join(second)["Location"]
    answer = second.post(address, {"digits": digits_for("cleo@example.com")})

    assert answer.status_code == 409
    assert "You have been referred before" in answer.content.decode()
    assert referral_count(acme) == 1
    with here():
        assert ContactPoint.objects.filter(normalised="cleo@example.com").count() == 1
