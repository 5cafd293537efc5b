from urllib.parse import quote

from crm.operations import record_customer
from messaging.models import Message
from tenancy import door


def sent(organisation) -> int:
    with door.organisation(organisation.id):
        return Message.objects.filter(kind="member_login").count()


def test_digits_open_the_member_centre(acme, ann, phone, digits_for):
    client = phone()
    asked = client.post(f"/o/{acme.slug}/member/login", {"contact": " ANN@example.com "})
    page = client.get(asked["Location"])
    entered = client.post(asked["Location"], {"digits": digits_for("ann@example.com")})

    assert asked["Location"] == f"/o/{acme.slug}/member/login/code"
    assert page.status_code == 200 and "a***@example.com" in page.content.decode()
    assert entered["Location"] == f"/o/{acme.slug}/member/"
    assert "Hello, Ann Smith" in client.get(entered["Location"]).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_message(acme, ann, phone):
    known, unknown = phone(), phone()
    answers = [
        client.post(f"/o/{acme.slug}/member/login", {"contact": address}, follow=True)
        for client, address in ((known, "ann@example.com"), (unknown, "amy@example.com"))
    ]

    texts = [answer.content.decode().split("csrfmiddlewaretoken")[0] for answer in answers]
    assert texts[0] == texts[1]
    assert sent(acme) == 1


def test_no_digits_fit_an_unknown_address(acme, phone):
    client = phone()
    client.post(f"/o/{acme.slug}/member/login", {"contact": "amy@example.com"})
    answer = client.post(f"/o/{acme.slug}/member/login/code", {"digits": "000000"})

    assert answer.status_code == 422
    assert client.get(f"/o/{acme.slug}/member/").status_code == 302


def test_five_wrong_codes_end_the_attempt(acme, ann, phone, digits_for):
    client = phone()
    client.post(f"/o/{acme.slug}/member/login", {"contact": "ann@example.com"})
    right = digits_for("ann@example.com")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [client.post(f"/o/{acme.slug}/member/login/code", {"digits": wrong}) for _ in range(5)]
    late = client.post(f"/o/{acme.slug}/member/login/code", {"digits": right})

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "4 tries left" in answers[0].content.decode()
    assert late["Location"] == f"/o/{acme.slug}/member/login"
    assert client.get(f"/o/{acme.slug}/member/").status_code == 302


def test_digits_end_after_ten_minutes(acme, ann, phone, digits_for, move_clock):
    client = phone()
    client.post(f"/o/{acme.slug}/member/login", {"contact": "ann@example.com"})
    move_clock(minutes=11)
    client.post(f"/o/{acme.slug}/member/login/code", {"digits": digits_for("ann@example.com")})

    assert client.get(f"/o/{acme.slug}/member/").status_code == 302


def test_digits_fit_only_the_browser_that_asked(acme, ann, phone, digits_for):
    phone().post(f"/o/{acme.slug}/member/login", {"contact": "ann@example.com"})
    thief = phone()
    answer = thief.post(f"/o/{acme.slug}/member/login/code", {"digits": digits_for("ann@example.com")})

    assert answer["Location"] == f"/o/{acme.slug}/member/login"
    assert thief.get(f"/o/{acme.slug}/member/").status_code == 302


def test_a_mailbox_gets_six_codes_an_hour_at_most(acme, ann, phone):
    statuses = [phone().post(f"/o/{acme.slug}/member/login", {"contact": "ann@example.com"}).status_code for _ in range(7)]

    assert statuses == [302] * 6 + [429]
    assert sent(acme) == 6


def test_the_way_back_is_kept_and_leads_nowhere_else(acme, ann, phone, digits_for):
    wanted = f"/o/{acme.slug}/member/coupons"
    client = phone()
    asked = client.get(wanted)
    assert asked["Location"] == f"/o/{acme.slug}/member/login?next={quote(wanted, safe='')}"
    code_page = client.post(asked["Location"], {"contact": "ann@example.com"})["Location"]
    assert client.post(code_page, {"digits": digits_for("ann@example.com")})["Location"] == wanted

    for elsewhere in ("https://evil.example/", "//evil.example", f"/o/{acme.slug}/../../", "/login", "\\\\evil.example"):
        answer = client.get(f"/o/{acme.slug}/member/login", {"next": elsewhere})
        assert "evil" not in answer["Location"]
        assert answer["Location"].startswith(f"/o/{acme.slug}/")


def test_signing_in_takes_a_new_session(acme, ann, phone, digits_for):
    client = phone()
    client.post(f"/o/{acme.slug}/member/login", {"contact": "ann@example.com"})
    before = client.session.session_key
    client.post(f"/o/{acme.slug}/member/login/code", {"digits": digits_for("ann@example.com")})

    assert client.session.session_key != before


def test_signing_out_needs_a_form_and_works(acme, ann, member):
    client = member("ann@example.com")
    assert client.get(f"/o/{acme.slug}/member/logout").status_code == 405
    client.post(f"/o/{acme.slug}/member/logout")

    assert client.get(f"/o/{acme.slug}/member/").status_code == 302


def test_a_member_of_one_organisation_is_nobody_at_another(acme, globex, ann, member):
    with door.organisation(globex.id):
        record_customer(name="Ann Smith", email="ann@example.com")
    client = member("ann@example.com")

    assert client.get(f"/o/{globex.slug}/member/").status_code == 302


def test_staff_are_no_members_and_members_no_staff(acme, gus, ann, signed_in, member):
    assert signed_in(gus).get(f"/o/{acme.slug}/member/").status_code == 302
    assert "_auth_user_id" not in member("ann@example.com").session
