"""A member's own honours, and the names they lend us."""

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals.models import Recognition


@pytest.fixture
def member(acme, ann, phone):
    """Ann's phone, signed in."""
    browser = phone()
    session = browser.session
    session[f"member:{acme.id}"] = {"customer": str(ann.id), "since": timezone.now().timestamp()}
    session.save()
    browser.cookies["sessionid"] = session.session_key
    return browser


def test_a_member_agrees_to_be_named_and_takes_it_back(acme, here, member):
    page = reverse("portal:member_honours", args=[acme.slug])
    assert "May we name you?" in member.get(page).content.decode()
    refused = member.post(page, {"surface": "wall", "display_name": " "})
    assert refused.status_code == 422 and "how you want to be called" in refused.content.decode()
    member.post(page, {"surface": "wall", "display_name": "Ann S."})
    assert "As “Ann S.”" in member.get(page).content.decode()
    member.post(page, {"surface": "wall", "withdraw": "1"})
    with here():
        assert Recognition.objects.get().display_name == ""
    assert "Ann S." not in member.get(page).content.decode()


def test_a_stranger_is_led_to_the_sign_in(acme, phone):
    assert phone().get(reverse("portal:member_honours", args=[acme.slug])).status_code == 302
