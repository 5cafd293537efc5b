"""Who sees whose customers: own, team, all; on every page, in every list, at every endpoint."""

import pytest

from crm import operations as crm
from crm.models import Customer
from crm.queries.sight import seen_by, seen_owners, sees
from dashboard import sight
from dashboard.urls import urlpatterns
from tenancy import door
from tenancy.models import Membership
from tenancy.operations import change_access
from tenancy.people import save_team
from tests.dashboard.test_every_address import changes, opens, status_of


@pytest.fixture
def sam(acme, staff_of) -> Membership:
    """A salesperson who sees their own customers."""
    member = staff_of(acme, "sales")
    with door.organisation(acme.id):
        Membership.objects.filter(id=member.id).update(sight="own")
        return Membership.objects.get(id=member.id)


def given_to(member, *customers) -> None:
    Customer.objects.filter(id__in=[each.id for each in customers]).update(owner=member)


# --- whose rows ---------------------------------------------------------------------------------------------


def test_own_is_mine_and_nobodys(at_acme, sam, gus, ann, bea):
    with at_acme():
        given_to(sam, ann)
        given_to(gus, bea)
        carl = crm.record_customer(name="Carl Young")
        assert set(seen_by(sam, Customer.objects.all())) == {ann, carl}
        assert (sees(sam, ann.id), sees(sam, bea.id), sees(sam, carl.id)) == (True, False, True)


def test_team_is_my_team_and_the_teams_i_lead(acme, at_acme, sam, gus, staff_of, ann, bea):
    ida = staff_of(acme, "sales")
    with at_acme():
        given_to(ida, ann)
        given_to(gus, bea)
        save_team(None, name="North", lead_id=sam.id, member_ids=[ida.id])
        Membership.objects.filter(id__in=[sam.id, ida.id]).update(sight="team")
        lead, member = Membership.objects.get(id=sam.id), Membership.objects.get(id=ida.id)
        assert [each.name for each in seen_by(lead, Customer.objects.order_by("name"))] == ["Ann Smith"]
        given_to(sam, ann)  # the lead's own customers are not the team's
        assert not seen_by(member, Customer.objects.all()).exists()


def test_a_role_is_narrowed_for_all_and_widened_for_one(acme, at_acme, staff_of, ann, gus):
    sue = staff_of(acme, "service")
    with at_acme():
        assert seen_owners(Membership.objects.get(id=sue.id)) is None
        change_access("sight", {"service": "own"})
        assert seen_owners(Membership.objects.get(id=sue.id)) == [sue.id]
        Membership.objects.filter(id=sue.id).update(sight="all")
        assert seen_owners(Membership.objects.get(id=sue.id)) is None


def test_owners_see_all_whatever_is_set(at_acme, gus):
    with at_acme():
        Membership.objects.filter(id=gus.id).update(sight="own")
        assert seen_owners(Membership.objects.get(id=gus.id)) is None


def test_whoever_is_named_in_a_note_may_open_the_customer(at_acme, sam, gus, ann):
    with at_acme():
        given_to(gus, ann)
        note = crm.record_interaction(ann.id, kind="note", text="@Sales please call back", author_id=gus.id)
        assert sees(sam, ann.id)
        note.removed_at = door.moment()
        note.save()
        assert not sees(sam, ann.id)


def test_whoever_has_a_task_with_a_customer_may_open_them_until_it_is_done(at_acme, sam, gus, ann):
    with at_acme():
        given_to(gus, ann)
        task = crm.add_task(key="t", title="Call", due_at=door.moment(), customer_id=ann.id, assignee_id=sam.id)
        assert sees(sam, ann.id)
        crm.complete_task(task.id)
        assert not sees(sam, ann.id)


# --- every address ------------------------------------------------------------------------------------------

# The till serves whoever stands there; a template's preview is about an invented Ann Smith.
OPEN_LISTS = {"till", "template"}


@pytest.fixture
def anns(world, at_acme, gus):
    """Everything in the world belongs to customers of Gus, who has no team."""
    with at_acme():
        Customer.objects.update(owner=gus)
        from referrals.models import Campaign

        Campaign.objects.update(responsible=gus)
    return world


def test_every_argument_of_an_address_is_a_record_or_open():
    named = {name for pattern in urlpatterns for name in pattern.pattern.converters}
    assert named - set(sight.ARGUMENTS) - sight.OPEN == set()
    assert set(sight.ARGUMENTS) & sight.OPEN == set()


def test_a_colleagues_customer_is_not_found_at_any_address(acme, anns, addresses, staff_of, as_staff):
    """Each role that may do something is refused it with somebody else's record."""
    change = {}
    for role in ("marketer", "sales", "service", "finance"):
        member = staff_of(acme, role)
        with door.organisation(acme.id):
            Membership.objects.filter(id=member.id).update(sight="own")
        browser = as_staff(member)
        for each in addresses:
            if not set(_arguments(each)) & set(sight.ARGUMENTS):
                continue
            for verb, needed in (("get", each.view.permission), ("post", each.view.post_permission)):
                if needed is not None and (not needed or member.may(needed)):
                    status = status_of(getattr(browser, verb)(each.link))
                    if status != 404:
                        change[role, verb, each.name] = status
    assert change == {}


def _arguments(address) -> set[str]:
    return next(set(p.pattern.converters) for p in urlpatterns if p.name == address.name)


def test_no_list_names_a_colleagues_customer(acme, anns, addresses, staff_of, as_staff):
    """Over all pages that open without a record: neither name nor link of somebody else's customer."""
    told = {}
    names = ("Ann Smith", "Cleo Brown", str(anns["customer_id"]))
    for role in ("marketer", "sales", "service"):
        member = staff_of(acme, role)
        with door.organisation(acme.id):
            Membership.objects.filter(id=member.id).update(sight="own")
        browser = as_staff(member)
        for each in opens(addresses):
            if each.has_record or each.name in OPEN_LISTS or (each.view.permission and not member.may(each.view.permission)):
                continue
            answer = browser.get(each.link)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            for name in names:
                if name in body.decode(errors="replace"):
                    told[role, each.name] = name
    assert told == {}


def test_the_till_serves_whoever_stands_there(at_acme, ann, gus, sam, as_staff):
    with at_acme():
        given_to(gus, ann)
    assert "Ann Smith" in as_staff(sam).get("/till/customers/?find=ann").content.decode()


def test_search_finds_only_ones_own(ann, sam, gus, as_staff, at_acme):
    with at_acme():
        given_to(gus, ann)
    assert "Ann Smith" not in as_staff(sam).get("/search/?q=ann").content.decode()
    with at_acme():
        Customer.objects.filter(name="Ann Smith").update(owner=sam)
    assert "Ann Smith" in as_staff(sam).get("/search/?q=ann").content.decode()
    assert "Ann Smith" in as_staff(sam).get("/customers/?q=ann").content.decode()


def test_buttons_do_nothing_to_a_colleagues_customer(anns, addresses, sam, as_staff, at_acme):
    browser = as_staff(sam)
    for each in changes(addresses):
        if set(_arguments(each)) & {"customer_id", "task_id"}:
            browser.post(each.link, {"text": "x", "kind": "note", "outcome": "x", "name": "Changed"})
    with at_acme():
        ann = Customer.objects.get(id=anns["customer_id"])
        assert (ann.name, ann.tasks.get(key="t").state, ann.interactions.count()) == ("Ann Smith", "open", 2)
