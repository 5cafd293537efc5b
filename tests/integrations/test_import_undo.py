"""An import that is undone leaves the tables as they were; what somebody has built on stays, with the reason."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import Consent, Customer, Interaction, Order
from crm.operations import record_consent, record_customer, record_interaction, update_customer
from crm.queries import has_consented
from integrations import queries
from integrations.errors import NothingToUndo, UndoTooLate
from integrations.models import Import, ImportTrace
from integrations.operations import run_undo, undo, undo_import
from loyalty.operations import set_up_programme
from rewards.models import Lot
from rewards.operations import redeem_points
from tenancy import door
from tenancy.models import Event, Job

TABLES = (
    "crm_customer", "crm_contactpoint", "crm_customertag", "crm_order", "crm_orderline", "crm_product", "crm_refund",
    "crm_task", "referrals_referral", "rewards_balance",
)  # fmt: skip
CUSTOMERS = (
    "Name,Phone,E-mail,City,Tags,Referrer's phone\n"
    "Ann,07700900001,ann@example.com,York,VIP,\nCyd,07700900003,,Leeds,VIP,07700900001\nDan,07700900004,,,,07700900003\n"
)
ORDERS = (
    "Order no,Amount,Date,Customer phone,Customer name,Product code,Product,Status\n"
    "1,10.50,2026-03-14,07700900001,Ann,T1,Tea,paid\n2,20,2026-03-15,07700900008,Zoe,,,paid\n3,5,2026-03-15,,,,,pending\n"
)


@pytest.fixture
def ann(acme):
    with door.organisation(acme.id):
        return record_customer(name="Ann", phone="07700900001")


@pytest.fixture
def undone(acme):
    """Undo an import to its end: undone(imported) gives the job's result."""

    def take_back(imported):
        with door.organisation(acme.id):
            undo(imported.id)
        assert run_undo(acme.id, imported.id)
        with door.organisation(acme.id):
            return Import.objects.select_related("undo_job").get(id=imported.id).undo_job.result

    return take_back


def hashes(acme) -> dict[str, str]:
    found = {}
    with door.organisation(acme.id), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY id), '')) FROM {table} AS t")
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize(("kind", "text"), [("customers", CUSTOMERS), ("orders", ORDERS)])
def test_an_untouched_import_leaves_no_trace(taken_in, undone, acme, ann, kind, text):
    before = hashes(acme)
    imported = taken_in(kind, text)
    assert imported.counts["failed"] == 0 and hashes(acme) != before
    result = undone(imported)
    assert (hashes(acme), result["kept"]) == (before, 0)
    with door.organisation(acme.id):
        assert Event.objects.filter(kind="import.undone").count() == 1


def test_both_lists_undone_in_turn_leave_no_trace(taken_in, undone, acme, ann):
    before = hashes(acme)
    people, orders = taken_in("customers", CUSTOMERS), taken_in("orders", ORDERS)
    assert undone(orders)["kept"] == 0
    assert undone(people)["kept"] == 0
    assert {name for name, print_ in hashes(acme).items() if print_ != before[name]} == set()


def test_invoices_and_refunds_go_too(taken_in, undone, acme, sample):
    before = hashes(acme)
    imported = taken_in("purchases", sample)
    assert undone(imported)["kept"] == 0
    assert hashes(acme) == before


def test_what_somebody_has_built_on_stays_with_the_reason(taken_in, undone, acme, ann):
    imported = taken_in("customers", CUSTOMERS)
    with door.organisation(acme.id):
        cyd, dan = Customer.objects.get(name="Cyd"), Customer.objects.get(name="Dan")
        record_interaction(cyd.id, kind="call", text="Called")
        update_customer(dan.id, city="Hull")
        update_customer(ann.id, city="Bath")
    result = undone(imported)
    with door.organisation(acme.id):
        assert set(Customer.objects.values_list("name", "city")) == {("Ann", "Bath"), ("Cyd", "Leeds"), ("Dan", "Hull")}
        assert Interaction.objects.count() == 1
        kept = set(ImportTrace.objects.exclude(kept_code="").values_list("row", "kept_code"))
    assert kept == {(2, "changed_since"), (3, "in_use"), (4, "changed_since")}
    assert (result["kept"], result["in_use"]) == (3, 1)


CONSENTS = "Name,Phone,Marketing,Consent date\nAnn,07700900001,no,2026-03-14\nCyd,07700900003,yes,2026-03-14\n"


def test_imported_consents_stay_as_evidence_and_count_no_more(taken_in, undone, acme, ann):
    told = {"purpose": "marketing", "channel": "phone", "text_version": "1", "language": "en", "source": "counter"}
    with door.organisation(acme.id, moment=datetime(2026, 1, 1, tzinfo=UTC)):
        record_consent(ann.id, is_granted=True, **told)
    imported = taken_in("customers", CONSENTS)
    with door.organisation(acme.id):
        cyd = Customer.objects.get(name="Cyd")
        assert queries.made_with_consent(imported.id) == 1
        assert (_agreed(ann.id), _agreed(cyd.id)) == (False, True)
    result = undone(imported)
    assert (result["undone"], result["kept"], result["consent_kept"]) == (1, 1, 1)
    with door.organisation(acme.id):
        assert (_agreed(ann.id), _agreed(cyd.id)) == (True, False)
        said = Consent.objects.order_by("customer_id", "occurred_at", "id").values_list(
            "customer__name", "is_granted", "source"
        )
        assert sorted(said) == [
            ("Ann", False, "import"), ("Ann", True, "counter"), ("Ann", True, "import_undone"),
            ("Cyd", False, "import_undone"), ("Cyd", True, "import"),
        ]  # fmt: skip


def test_a_word_said_since_an_import_stands_when_it_is_undone(taken_in, undone, acme):
    imported = taken_in("customers", CONSENTS)
    told = {"purpose": "marketing", "channel": "phone", "text_version": "1", "language": "en", "source": "counter"}
    with door.organisation(acme.id):
        cyd = Customer.objects.get(name="Cyd")
        record_consent(cyd.id, is_granted=True, **told)
    undone(imported)
    with door.organisation(acme.id):
        assert _agreed(cyd.id) is True
        assert Consent.objects.filter(source="import_undone").count() == 1  # Ann's no, which was the first word of hers


def _agreed(customer_id) -> bool:
    return has_consented(customer_id, purpose="marketing", channel="phone")


EMPLOYEES = (
    "Name,Phone,Type,Company\nTea Ltd,07700900010,company,TEA ltd\nAnn,07700900001,,Tea Ltd\nCyd,07700900003,,Milk Ltd\n"
    "Dan,07700900004,,ＭＩＬＫ  ltd\n"
)


def test_companies_made_for_their_people_go_with_them(taken_in, undone, acme, ann):
    before = hashes(acme)
    imported = taken_in("customers", EMPLOYEES)
    assert (imported.counts["created"], imported.counts["updated"], imported.counts["companies_created"]) == (3, 1, 1)
    with door.organisation(acme.id):
        works_at = dict(Customer.objects.values_list("name", "company__name"))
    assert works_at == {
        "Tea Ltd": None, "Ann": "Tea Ltd", "Cyd": "Milk Ltd", "Dan": "Milk Ltd", "Milk Ltd": None,
    }  # fmt: skip
    assert undone(imported)["kept"] == 0
    assert hashes(acme) == before


def test_a_company_somebody_has_joined_since_stays(taken_in, undone, acme):
    imported = taken_in("customers", "Name,Phone,Company\nCyd,07700900003,Milk Ltd\n")
    with door.organisation(acme.id):
        milk = Customer.objects.get(name="Milk Ltd")
        record_customer(name="Eve", phone="07700900005", company_id=milk.id)
    assert undone(imported)["in_use"] == 1
    with door.organisation(acme.id):
        assert set(Customer.objects.values_list("name", flat=True)) == {"Eve", "Milk Ltd"}


def test_an_order_that_has_earned_is_cancelled_and_its_points_are_taken_back(taken_in, undone, acme, ann, drained):
    with door.organisation(acme.id):
        set_up_programme(points_per_unit=1)
    imported = taken_in("orders", ORDERS)
    drained(acme)
    with door.organisation(acme.id):
        assert sum(Lot.objects.values_list("remaining", flat=True)) == 30
    result = undone(imported)
    drained(acme)
    with door.organisation(acme.id):
        assert sum(Lot.objects.values_list("remaining", flat=True)) == 0
        assert set(Order.objects.values_list("external_id", "status")) == {("1", "cancelled"), ("2", "cancelled")}
    assert result["order_cancelled"] == 2


def test_balances_are_taken_back_by_entries_of_their_own_and_spent_ones_stay(taken_in, undone, acme, ann):
    with door.organisation(acme.id):
        record_customer(name="Bea", phone="07700900002")
    imported = taken_in("opening_balances", "Phone,Points\n07700900001,100\n07700900002,50\n")
    with door.organisation(acme.id):
        redeem_points(ann.id, amount=1, reason="tea", key="1")
    result = undone(imported)
    with door.organisation(acme.id):
        assert sorted(Lot.objects.values_list("remaining", flat=True)) == [0, 99]
    assert (result["undone"], result["balance_used"]) == (1, 1)


def test_an_undoing_goes_on_where_it_was_interrupted(taken_in, acme, monkeypatch):
    imported = taken_in("customers", "Name,Phone\n" + "".join(f"P{n},07700{n:06d}\n" for n in range(900001, 900012)))
    monkeypatch.setattr(undo_import, "CHUNK", 4)
    with door.organisation(acme.id):
        undo(imported.id)
    assert run_undo(acme.id, imported.id, seconds=0) is False
    with door.organisation(acme.id):
        assert (Customer.objects.count(), Job.objects.get(kind="import_undo").done) == (7, 4)
        assert undo_import.waiting_undos(timezone.now() + timedelta(seconds=31)) == [imported.id]
    with monkeypatch.context() as dying:
        dying.setattr(undo_import, "undo_customers", lambda told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_undo(acme.id, imported.id)
    assert run_undo(acme.id, imported.id) is True
    with door.organisation(acme.id):
        assert (Customer.objects.count(), Job.objects.get(kind="import_undo").state) == (0, "done")


def test_only_a_recent_import_that_did_something_is_undone_and_only_once(taken_in, undone, acme, ann):
    dry = taken_in("customers", CUSTOMERS, is_dry_run=True)
    same = taken_in("customers", "Name,Phone\nAnn,07700900001\n")
    imported = taken_in("customers", CUSTOMERS)
    with door.organisation(acme.id):
        for one in (dry, same):
            with pytest.raises(NothingToUndo):
                undo(one.id)
        Job.objects.filter(id=imported.job_id).update(finished_at=timezone.now() - timedelta(days=31))
        with pytest.raises(UndoTooLate):
            undo(imported.id)
        Job.objects.filter(id=imported.job_id).update(finished_at=timezone.now())
    undone(imported)
    with pytest.raises(NothingToUndo), door.organisation(acme.id):
        undo(imported.id)
