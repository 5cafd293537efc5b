"""A refused form comes back with status 422, the field named, and nothing done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from crm.models import Customer, Order, Refund
from tenancy import door
from tenancy.models import AuditRecord, Job, Membership

WRONG = [
    # page                arguments           input                                                     id of the message
    ("customer_new", [], {"name": ""}, "id_name_error"),
    ("customer_new", [], {"name": "Eve", "phone": "12", "kind": "person", "stage": "lead"}, "id_phone_error"),
    ("customer_new", [], {"name": "Eve", "email": "eve at home", "kind": "person", "stage": "lead"}, "id_email_error"),
    ("customer_edit", ["customer_id"], {"name": "", "kind": "person", "stage": "lead", "version": "x"}, "id_name_error"),
    ("customer_talk", ["customer_id"], {"kind": "note", "text": ""}, "id_text_error"),
    ("customer_contact", ["customer_id"], {"kind": "phone", "value": "nonsense"}, "contact_value_error"),
    ("customer_task", ["customer_id"], {"title": "", "due_at": "2026-12-01T10:00"}, "task_title_error"),
    ("task_new", [], {"title": "x", "due_at": "soon", "priority": "2"}, "id_due_at_error"),
    ("order_new", [], {"external_id": "7", "total_minor": "1.234", "placed_at": "2026-11-01T10:00"}, "id_total_minor_error"),
    ("order_new", [], {"external_id": "7", "total_minor": "1", "placed_at": "2026-11-01T10:00"}, "id_customer_error"),
    ("order_refund", ["order_id"], {"amount_minor": "900", "reference": "r1"}, "id_amount_minor_error"),
    ("order_refund", ["order_id"], {"amount_minor": "0", "reference": "r1"}, "id_amount_minor_error"),
    ("template", ["kind", "channel"], {"language": "en", "subject": "{nobody}", "body": "x"}, "en_subject_error"),
    ("settings", [], {"name": "Acme", "language": "en", "time_zone": "Mars/Base", "country": "GB"}, "id_time_zone_error"),
    ("people", [], {"name": "Eve", "email": "eve@example.com", "role": "sales", "password": "short"}, "id_password_error"),
    ("people", [], {"name": "Eve", "email": "eve@example.com", "role": "king", "password": "long enough"}, "id_role_error"),
    ("api_keys", [], {"name": "", "days": "30", "scopes": ["orders:read"]}, "id_name_error"),
    ("api_keys", [], {"name": "x", "days": "30"}, "id_scopes_error"),
    ("webhooks", [], {"url": "http://example.com", "kinds": ["reward.settled"]}, "id_url_error"),
    ("webhook", ["endpoint_id"], {"url": "ftp://example.com", "kinds": ["reward.settled"]}, "id_url_error"),
    ("import_new", [], {"kind": "customers", "source": "import"}, "id_file_error"),
]  # fmt: skip


def state_of(acme):
    with door.organisation(acme.id):
        return (
            Customer.objects.count(),
            Order.objects.count(),
            Refund.objects.count(),
            Membership.objects.count(),
            AuditRecord.objects.count(),
        )


def test_refused_forms_name_the_field(acme, world, gus, as_staff):
    before, browser = state_of(acme), as_staff(gus)
    for name, arguments, told, message in WRONG:
        answer = browser.post(reverse(f"dashboard:{name}", args=[world[each] for each in arguments]), told)
        assert (name, answer.status_code) == (name, 422)
        assert f'id="{message}"' in answer.content.decode(), (name, message)
    assert state_of(acme) == before


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a workbook", "Excel"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "neither text nor a workbook"),
    ],
)
def test_a_file_that_is_no_table_is_refused(gus, as_staff, content, word):
    file = SimpleUploadedFile("people.csv", content)
    answer = as_staff(gus).post(reverse("dashboard:import_new"), {"kind": "customers", "source": "import", "file": file})
    assert answer.status_code == 422
    assert word in answer.content.decode()


def test_an_import_without_a_needed_column_is_refused(world, gus, as_staff):
    link = reverse("dashboard:import", args=[world["import_id"]])
    answer = as_staff(gus).post(link, {"column-0": "", "column-1": "phone", "run": "real"})
    assert answer.status_code == 422
    assert "Name" in answer.content.decode()


def test_an_import_started_twice_runs_once(acme, gus, as_staff):
    browser = as_staff(gus)
    file = SimpleUploadedFile("people.csv", b"Name,Phone\nCyd Hall,07700900123\n")
    link = browser.post(reverse("dashboard:import_new"), {"kind": "customers", "source": "import", "file": file}).url
    told = {"column-0": "name", "column-1": "phone", "run": "real"}
    assert browser.post(link, told).status_code == 302
    again = browser.post(link, told)
    assert (again.status_code, again.url) == (302, link)
    with door.organisation(acme.id):
        assert Job.objects.count() == 1


def test_an_order_by_hand_is_recorded_once(acme, world, gus, as_staff):
    browser = as_staff(gus)
    told = {
        "customer": world["customer_id"],
        "external_id": "R-77",
        "total_minor": "12.50",
        "placed_at": "2026-11-01T10:00",
        "is_paid": "on",
    }
    first = browser.post(reverse("dashboard:order_new"), told)
    again = browser.post(reverse("dashboard:order_new"), told)
    assert (first.status_code, again.url) == (302, first.url)
    with door.organisation(acme.id):
        assert list(Order.objects.filter(external_id="R-77").values_list("source", "total_minor", "status")) == [
            ("staff", 1250, "paid")
        ]


def test_a_refund_sent_twice_counts_once(acme, world, gus, as_staff):
    browser, link = as_staff(gus), reverse("dashboard:order_refund", args=[world["order_id"]])
    for _ in range(2):
        assert browser.post(link, {"amount_minor": "20", "reference": "once"}).status_code == 302
    with door.organisation(acme.id):
        assert list(Refund.objects.filter(order_id=world["order_id"]).values_list("amount_minor", flat=True)) == [2000]


def test_a_stale_edit_is_refused(world, gus, as_staff):
    told = {"name": "Ann S.", "kind": "person", "stage": "lead", "version": "an old one"}
    answer = as_staff(gus).post(reverse("dashboard:customer_edit", args=[world["customer_id"]]), told)
    assert answer.status_code == 422
    assert "Somebody else has changed this customer" in answer.content.decode()


def test_a_refused_button_says_why_and_changes_nothing(acme, world, gus, as_staff):
    browser = as_staff(gus)
    browser.post(reverse("dashboard:order_cancel", args=[world["order_id"]]))
    answer = browser.post(reverse("dashboard:order_pay", args=[world["order_id"]]), follow=True)
    assert "This order is cancelled; it cannot be paid." in answer.content.decode()
    with door.organisation(acme.id):
        assert Order.objects.get(id=world["order_id"]).status == "cancelled"


def test_the_last_owner_stays(acme, gus, as_staff):
    answer = as_staff(gus).post(
        reverse("dashboard:person", args=[gus.id]), {"role": "sales", "is_active": "on"}, follow=True
    )
    assert "needs at least one owner" in answer.content.decode()
    with door.organisation(acme.id):
        assert Membership.objects.get(id=gus.id).role == "owner"
