"""Who refers, whom we asked, and what looks like abuse is told to other systems: ids and words of ours, nobody's data."""

from integrations.models import WebhookDelivery
from integrations.operations import add_endpoint
from referrals import operations as referring
from referrals.models import AbuseCase
from referrals.operations import profiles
from referrals.operations.asking import answer_ask, ask_now
from tests.referrals.test_abuse import HOME

KINDS = ["referrer.enrolled", "referrer.closed", "ask.answered", "abuse_case.opened", "abuse_case.decided"]


def test_what_happened_is_told_without_anybodys_data(acme, at_acme, ann, bea, anns_code, refer, drained):
    with at_acme():
        add_endpoint(url="https://hooks.example.org/in", kinds=KINDS)
        profile = profiles.enrol_referrer(kind="partner", customer_id=bea.id)
        profiles.close_profile(profile.id)
        answer_ask(ask_now(ann.id, key="k").id, answer="refused", reason="privacy")
        referring.set_abuse_policy(is_shadow=False)
        referring.note_sighting(ann.id, HOME)
    refer(anns_code, "cleo@example.com", trace=HOME)
    drained(acme)
    with at_acme(days=1):
        case = AbuseCase.objects.get(kind="same_device")
        referring.clear_case(case.id, reason="Ann's sister Cleo")
    drained(acme)
    with at_acme():
        told = {row.kind: row.body["data"] for row in WebhookDelivery.objects.order_by("id")}
        sent = str([row.body for row in WebhookDelivery.objects.all()])
    customer = {"customer_id": str(bea.id)}
    assert set(told) == set(KINDS)
    assert told["referrer.enrolled"] == {"subject_id": str(profile.id), "kind": "partner", **customer}
    assert told["referrer.closed"] == {"subject_id": str(profile.id), **customer}
    assert (told["ask.answered"]["customer_id"], told["ask.answered"]["answer"]) == (str(ann.id), "refused")
    decided = {"subject_id": str(case.id), "case_id": str(case.id), "kind": "same_device", "outcome": "cleared"}
    assert told["abuse_case.decided"] == decided
    assert told["abuse_case.opened"].keys() == {"subject_id", "case_id", "kind", "is_shadow"}
    assert not any(word in sent for word in ("Ann", "Bea", "Cleo", "sister", "@", "privacy"))
