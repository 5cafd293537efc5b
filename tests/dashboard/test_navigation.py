"""The side bar: each page stands in it once, and what lies below a page is there."""

from collections import Counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Customer
from dashboard import waiting
from dashboard.navigation import SECTIONS, SETTINGS
from dashboard.urls import urlpatterns
from referrals.models import Claim, Evidence
from referrals.queries.claims import waiting_claims
from tenancy import door
from tenancy.models import Membership

ENTRIES = [entry for _label, entries in SECTIONS for entry in entries] + SETTINGS


def test_a_page_stands_in_the_side_bar_once():
    pages = Counter(page for entry in ENTRIES for page in (entry.page, *entry.also))
    assert [page for page, many in pages.items() if many > 1] == []


def test_what_lies_below_a_page_is_there():
    names = {each.name for each in urlpatterns}
    assert {page for entry in ENTRIES for page in (entry.page, *entry.also)} <= names


def test_only_the_section_in_use_stands_open(acme, gus, as_staff):
    page = as_staff(gus).get("/campaigns/").content.decode()
    sections = page[page.index('<nav class="side-nav"') : page.index("</nav>")].split("<details")[1:]
    assert ["Campaigns" in each for each in sections if " open>" in each] == [True]
    assert len(sections) >= 5


def test_what_waits_is_counted_in_one_statement(acme, gus, furnished):
    pages = ["approvals", "abuse_cases", "claims", "evidence", "hand_overs"]
    with door.organisation(acme.id):
        Evidence.objects.filter(state="waiting").update(handed_in_by=None)
        with CaptureQueriesContext(connection) as captured:
            found = waiting.counts(gus, pages)
        assert len(captured) == 1
        assert (found["claims"], found["evidence"]) == (waiting_claims().count(), 1)
        Evidence.objects.update(handed_in_by=gus.id)
        assert waiting.counts(gus, pages)["evidence"] == 0  # a second person looks at it
        assert waiting.counts(gus, []) == {}


def test_who_sees_only_their_own_customers_counts_only_those(acme, gus, staff_of, furnished):
    member = staff_of(acme, "sales")
    with door.organisation(acme.id):
        Membership.objects.filter(id=member.id).update(sight="own")
        sam = Membership.objects.get(id=member.id)
        claimant = Claim.objects.get(id=furnished["claim_id"]).claimant_id
        Customer.objects.filter(id=claimant).update(owner=gus.id)
        others = waiting.counts(sam, ["claims"])["claims"]
        Customer.objects.filter(id=claimant).update(owner=sam.id)
        assert waiting.counts(sam, ["claims"])["claims"] == others + 1


def test_the_side_bar_says_how_many_claims_wait(furnished, gus, as_staff, acme):
    page = as_staff(gus).get("/claims/").content.decode()
    link = page[page.index('href="/claims/" title="Claims"') :].split("</a>")[0]
    with door.organisation(acme.id):
        assert f'"side-count">{waiting_claims().count()}<' in link
