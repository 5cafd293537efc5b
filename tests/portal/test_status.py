"""The status page: signed, masked, withdrawn at once; whatever is wrong with a link, it is the same 404."""

import pytest

from crm.models import Case
from referrals.models import StatusLink
from referrals.operations import make_status_link, revoke_status_link
from tenancy import door


@pytest.fixture
def link(acme, ann, here, join, phone, digits_for):
    """Ann's link, with a friend who has confirmed."""
    client = phone()
    sent = join(client, contact="cleo.brown@example.com")
    client.post(sent.url, {"digits": digits_for("cleo.brown@example.com")})
    with here():
        return make_status_link(ann.id)


def path_of(acme, token: str) -> str:
    return f"/o/{acme.slug}/status/{token}"


def test_friends_are_masked_with_their_line_reward_and_why(acme, link, phone):
    wechat = {"HTTP_USER_AGENT": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.40"}
    for headers in ({}, wechat):
        answer = phone(**headers).get(path_of(acme, link.token))
        page = answer.content.decode()
        assert answer.status_code == 200 and "Cleo B." in page and "c***@example.com" in page
        assert "Brown" not in page and "cleo.brown" not in page and "Ann Smith" not in page
        assert "200 points" in page and "Why?" in page and "<script>" not in page
        assert (answer["Referrer-Policy"], answer["Cache-Control"].split(",")[0]) == ("no-referrer", "max-age=0")


def test_only_a_hash_is_kept(link, here):
    with here():
        row = StatusLink.objects.get()
        assert link.token not in str(vars(row)) and len(row.token_hash) == 64


def test_tampered_revoked_expired_and_foreign_links_are_the_same_404(acme, globex, link, phone, here, move_clock):
    client = phone()
    good = client.get(path_of(acme, link.token))
    flipped = link.token[:-1] + ("A" if link.token[-1] != "A" else "B")
    bodies = {client.get(path_of(acme, token)).content for token in (flipped, "x", link.token[:24], "A" * 40)}
    foreign = client.get(path_of(globex, link.token))
    assert good.status_code == 200 and foreign.status_code == 404
    with here():
        revoke_status_link(link.row.id)
    answer = client.get(path_of(acme, link.token))
    assert answer.status_code == 404 and len({body.split(b"?")[0] for body in bodies}) == 1
    with here():
        again = make_status_link(link.row.owner_id, days=1)
    assert client.get(path_of(acme, again.token)).status_code == 200
    move_clock(days=2)
    assert client.get(path_of(acme, again.token)).status_code == 404


def test_an_appeal_opens_one_case(acme, link, phone, here, ann):
    from referrals.models import Referral

    with here():
        referral = Referral.objects.get()
    client = phone()
    for _ in range(2):
        answer = client.post(f"{path_of(acme, link.token)}/appeal/{referral.id}", {"words": "She came in March."})
        assert answer.status_code == 302
    with here():
        case = Case.objects.get()
        assert (case.customer_id, case.description) == (ann.id, "She came in March.")
    assert "We have your request" in client.get(path_of(acme, link.token)).content.decode()
    assert client.post(f"{path_of(acme, 'x')}/appeal/{referral.id}").status_code == 404


def test_members_make_and_withdraw_links(acme, code, member, here, phone):
    client = member("ann@example.com")
    made = client.post(f"/o/{acme.slug}/member/status", {"days": "30"})
    with here():
        row = StatusLink.objects.get()
    page = made.content.decode()
    assert f"/o/{acme.slug}/status/" in page
    token = page.split(f"/o/{acme.slug}/status/")[1][:40]
    assert phone().get(path_of(acme, token)).status_code == 200
    assert token not in client.get(f"/o/{acme.slug}/member/status").content.decode()
    assert client.post(f"/o/{acme.slug}/member/status/{row.id}/revoke").status_code == 302
    assert phone().get(path_of(acme, token)).status_code == 404
    assert client.post(f"/o/{acme.slug}/member/status", {"days": "0"}).status_code == 422


def test_a_friend_whom_others_entered_says_yes_or_no_on_the_page(acme, code, phone, here, digits_for):
    from referrals.models import Invitation
    from referrals.operations import ask_friend

    told = {"code": code, "name": "Dora Hill", "language": "en"}
    with door.organisation(acme.id):
        yes, no = (ask_friend(contact=f"{box}@example.com", **told) for box in ("dora", "dora2"))
    client, address = phone(), f"/o/{acme.slug}/c/{yes.id}"
    page = client.get(address).content.decode()
    assert "Ann S." in page and "d***@example.com" in page and "Dora" not in page and 'name="consent"' in page
    digits = digits_for("dora@example.com")
    assert client.post(address, {"digits": digits}).status_code == 422
    assert client.post(address, {"digits": digits, "consent": "on"}).status_code == 302
    assert client.post(f"/o/{acme.slug}/c/{no.id}/no").status_code == 200
    with here():
        states = dict(Invitation.objects.values_list("id", "state"))
        assert states == {yes.id: "confirmed", no.id: "declined"}
