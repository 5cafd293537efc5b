"""What pages show, keep to themselves, and cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm import operations as crm
from crm.models import Customer
from tenancy import door
from tenancy.models import AuditRecord, User
from tests.dashboard.world import buy


def test_contacts_are_masked_until_revealed_and_the_reveal_is_audited(acme, world, gus, as_staff):
    browser = as_staff(gus)
    page = browser.get(reverse("dashboard:customer", args=[world["customer_id"]])).content.decode()
    assert "ann@example.com" not in page
    assert "+447700900001" not in page
    shown = browser.post(
        reverse("dashboard:contact_reveal", args=[world["contact_id"]]), {"purpose": "call"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "ann@example.com" in shown or "+447700900001" in shown
    with door.organisation(acme.id):
        record = AuditRecord.objects.get(action="contact_point.revealed")
    assert (record.actor_kind, record.actor_id, record.subject_id) == ("user", gus.user_id, str(world["contact_id"]))


def test_the_timeline_tells_of_every_room(world, gus, as_staff):
    page = as_staff(gus).get(reverse("dashboard:customer", args=[world["customer_id"]])).content.decode()
    told = [
        "She likes the grinder.",
        "Order paid",
        "Money given back",
        "Order cancelled",
        "Brought Cleo Brown",
        "Reward promised",
    ]
    assert [word for word in told if word not in page] == []


def test_every_tab_of_a_customer_opens(world, gus, as_staff):
    link, browser = reverse("dashboard:customer", args=[world["customer_id"]]), as_staff(gus)
    tabs = ["timeline", "orders", "referrals", "rewards", "messages"]
    assert {tab: browser.get(f"{link}?tab={tab}").status_code for tab in tabs} == dict.fromkeys(tabs, 200)
    assert browser.get(f"{link}?tab=nothing").status_code == 404


def test_an_export_masks_contacts_for_those_who_may_not_reveal(acme, world, staff_of, as_staff):
    auditor = b"".join(as_staff(staff_of(acme, "auditor")).get("/customers/export/").streaming_content).decode()
    marketer = b"".join(as_staff(staff_of(acme, "marketer")).get("/customers/export/").streaming_content).decode()
    assert "ann@example.com" not in auditor
    assert "ann@example.com" in marketer
    with door.organisation(acme.id):
        assert AuditRecord.objects.filter(action="list.exported").count() == 2


def test_codes_are_hidden_on_the_message_page(acme, world, gus, as_staff):
    from messaging.models import Message

    with door.organisation(acme.id):
        letter = Message.objects.get(kind="confirmation", channel="email")
    digits = [word for word in letter.body.split() if word.isdigit()]
    page = as_staff(gus).get(reverse("dashboard:message", args=[letter.id])).content.decode()
    assert digits[0] not in page
    assert digits[0] in as_staff(gus).get(f"/mailbox/?open={letter.id}").content.decode()


@pytest.mark.parametrize("page", ["/customers/", "/orders/", "/tasks/?view=all", "/audit/", "/messages/", "/imports/", "/"])
def test_a_list_costs_the_same_however_long_it_is(acme, world, gus, as_staff, page):
    browser = as_staff(gus)
    with door.organisation(acme.id):
        crm.set_tags(Customer.objects.get(id=world["customer_id"]), ["regular"])
    browser.get(page)
    short = queries_of(browser, page)
    with door.organisation(acme.id):
        for number in range(8):
            customer = crm.record_customer(name=f"Customer {number}", email=f"c{number}@example.com")
            crm.set_tags(customer, [f"tag {number}"])
            buy(customer.id, f"9{number}", 1000)
            crm.add_task(key=f"t{number}", title="Call", due_at=door.moment(), customer_id=customer.id, assignee_id=gus.id)
    assert queries_of(browser, page) <= short  # fewer where what a page names has other kinds


def queries_of(browser, page) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page).status_code == 200
    return len(captured)


def test_load_more_goes_on_where_the_page_ended(acme, gus, as_staff):
    with door.organisation(acme.id):
        for number in range(53):
            crm.record_customer(name=f"Customer {number:02}", email=f"c{number}@example.com")
    browser = as_staff(gus)
    first = browser.get("/customers/")
    rest = browser.get("/customers/" + first.context["customers"].next_link, headers={"HX-Request": "true"})
    names = [row.name for row in [*first.context["customers"], *rest.context["customers"]]]
    assert (len(first.context["customers"]), len(rest.context["customers"]), len(set(names))) == (50, 3, 53)
    assert "<html" not in rest.content.decode()
    assert browser.get("/customers/?after=forged").status_code == 404


def test_search_finds_people_and_pages(world, gus, as_staff):
    browser = as_staff(gus)
    assert "Ann Smith" in browser.get("/search/?q=ann").content.decode()
    assert reverse("dashboard:audit") in browser.get("/search/?q=audit").content.decode()
    assert "Nothing found" in browser.get("/search/?q=qqqq").content.decode()


def test_search_shows_no_customers_to_strangers(world, mallory, as_staff):
    assert "Ann Smith" not in as_staff(mallory).get("/search/?q=ann").content.decode()


# --- signing in ------------------------------------------------------------------------------------------


def test_signing_in_leads_to_the_only_organisation(acme, gus):
    browser = Client()
    answer = browser.post("/login/", {"email": gus.user.email, "password": "correct horse"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.get("/").status_code == 200


def test_a_wrong_password_says_so(gus):
    answer = Client().post("/login/", {"email": gus.user.email, "password": "wrong"})
    assert answer.status_code == 422
    assert "do not match" in answer.content.decode()


def test_too_many_attempts_lock_out(gus, settings):
    settings.AXES_ENABLED = True
    browser = Client()
    answers = [browser.post("/login/", {"email": gus.user.email, "password": "wrong"}).status_code for _ in range(8)]
    locked = browser.post("/login/", {"email": gus.user.email, "password": "correct horse"})
    assert (answers[0], locked.status_code) == (422, 429)
    assert "Too many attempts" in locked.content.decode()


def test_signing_in_leads_nowhere_else(gus):
    answer = Client().post(
        "/login/", {"email": gus.user.email, "password": "correct horse", "next": "https://evil.example/"}
    )
    assert answer.url == "/"


def test_whoever_works_in_two_places_chooses(acme, globex, gus):
    from tenancy.people import add_member

    with door.organisation(globex.id):
        add_member(email=gus.user.email, name="Gus", role="auditor")
    browser = Client()
    assert browser.post("/login/", {"email": gus.user.email, "password": "correct horse"}).url == "/organisations/"
    assert browser.post("/organisations/", {"organisation": str(globex.id)}).url == "/"
    assert "Globex" in browser.get("/").content.decode()


def test_nobody_chooses_where_they_do_not_work(globex, gus, as_staff):
    browser = as_staff(gus)
    browser.post("/organisations/", {"organisation": str(globex.id)})
    assert "Globex" not in browser.get("/").content.decode()


def test_language_and_theme_are_kept(gus, as_staff):
    browser = as_staff(gus)
    browser.post("/language/", {"language": "zh-hans"})
    browser.post("/theme/", {"theme": "dark"}, headers={"HX-Request": "true"})
    user = User.objects.get(id=gus.user_id)
    assert (user.language, user.theme) == ("zh-hans", "dark")
    assert 'data-bs-theme="dark"' in browser.get("/").content.decode()
    assert browser.post("/theme/", {"theme": "pink"}).status_code == 422


def test_the_clock_moves_forwards_by_its_steps(acme, gus, as_staff):
    browser = as_staff(gus)
    assert browser.post("/clock/", {"days": "14"}).status_code == 302
    assert browser.post("/clock/", {"days": "-3"}).status_code == 422
    acme.refresh_from_db()
    assert acme.clock_offset.days == 14


def test_health(database):
    assert Client().get("/healthz").content == b"ok"
    answer = Client().get("/readyz").json()
    assert set(answer["checks"]) == {"database", "redis", "migrations", "events"}
    assert (answer["checks"]["database"], answer["checks"]["migrations"]) == ("ok", "ok")
