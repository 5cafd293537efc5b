import pytest
from django.test import Client

from crm.models import Consent
from crm.operations import record_consent
from messaging.unsubscribing import unsubscribe_path


@pytest.fixture
def path(acme, ann, here) -> str:
    """The link in an e-mail to ann, who wanted offers."""
    with here():
        record_consent(
            ann.id, purpose="marketing", channel="email", is_granted=True, text_version="1", language="en", source="form"
        )
        return unsubscribe_path(acme, ann.id)


def answers(here) -> list[tuple]:
    with here():
        return list(Consent.objects.order_by("occurred_at", "id").values_list("is_granted", "source"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_privacy_page_opens_to_everybody(acme, phone, language):
    page = phone().get(f"/o/{acme.slug}/privacy", {"lang": language})

    assert page.status_code == 200
    assert "Acme" in page.content.decode()


def test_opening_the_link_changes_nothing(path, phone, here):
    page = phone().get(path)

    assert page.status_code == 200
    assert "a***@example.com" in page.content.decode() and "ann@example.com" not in page.content.decode()
    assert answers(here) == [(True, "form")]


def test_a_mail_program_can_unsubscribe_with_one_click(path, here):
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert answers(here) == [(True, "form"), (False, "unsubscribe link")]


def test_a_link_of_another_organisation_or_an_invented_one_is_unknown(path, acme, globex, phone, here):
    for wrong in (path.replace(acme.slug, globex.slug), path[:-2] + "xx", f"/o/{acme.slug}/unsubscribe/x"):
        assert phone().post(wrong).status_code == 404

    assert answers(here) == [(True, "form")]
