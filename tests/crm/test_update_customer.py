import pytest

from crm import operations
from crm.errors import ContactTaken, CustomerChanged, NameMissing
from crm.models import ContactPoint, Customer, CustomerTag
from tenancy import door


def test_changes_are_saved_and_audited_by_name(at_acme, ann, audited):
    with at_acme():
        operations.update_customer(ann.id, name="Ann Müller", city="Leeds", stage="lead")
        ann.refresh_from_db()
        assert (ann.name, ann.search_text, ann.city, ann.stage) == ("Ann Müller", "ann müller", "Leeds", "lead")
    assert audited("customer.updated") == [
        ("customer.updated", {"fields": ["city", "name", "stage"], "stage": ["prospect", "lead"]})
    ]


def test_no_change_leaves_no_trace(at_acme, ann, audited):
    with at_acme():
        operations.update_customer(ann.id, name="Ann Smith")
    assert audited("customer.updated") == []


def test_an_empty_name_is_refused(at_acme, ann):
    with at_acme():
        with pytest.raises(NameMissing):
            operations.update_customer(ann.id, name=" ")
        assert Customer.objects.get(id=ann.id).name == "Ann Smith"


def test_a_version_read_before_somebody_elses_change_is_refused(at_acme, ann):
    with at_acme():
        read = operations.version_of(Customer.objects.get(id=ann.id))
        operations.update_customer(ann.id, expected_version=read, city="Leeds")
        with pytest.raises(CustomerChanged):
            operations.update_customer(ann.id, expected_version=read, city="York")
        assert Customer.objects.get(id=ann.id).city == "Leeds"


def test_globex_cannot_change_anns_name(ann, globex):
    with door.organisation(globex.id), pytest.raises(Customer.DoesNotExist):
        operations.update_customer(ann.id, name="Mallory")


def test_tags_are_replaced(at_acme, ann):
    with at_acme():
        operations.update_customer(ann.id, tags=["vip", "tea"])
        operations.update_customer(ann.id, tags=["tea", " coffee ", ""])
        names = CustomerTag.objects.filter(customer=ann).order_by("tag__name").values_list("tag__name", flat=True)
        assert list(names) == ["coffee", "tea"]


def _phones(customer):
    points = ContactPoint.objects.filter(customer=customer, kind="phone").order_by("id")
    return [(point.normalised, point.is_primary) for point in points]


def test_another_number_can_become_the_primary_one(at_acme, ann):
    with at_acme():
        operations.add_contact_point(ann.id, kind="phone", value="07700 900555", is_primary=True)
        assert _phones(ann) == [("+447700900001", False), ("+447700900555", True)]


def test_a_contact_that_is_theirs_already_is_given_back(at_acme, ann):
    with at_acme():
        operations.add_contact_point(ann.id, kind="phone", value="07700 900001")
        assert _phones(ann) == [("+447700900001", True)]


def test_beas_number_cannot_be_given_to_ann(at_acme, ann, bea):
    with at_acme():
        with pytest.raises(ContactTaken):
            operations.add_contact_point(ann.id, kind="phone", value="07700 900002")
        assert _phones(ann) == [("+447700900001", True)]


def test_when_the_primary_goes_the_next_inherits(at_acme, ann):
    with at_acme():
        operations.add_contact_point(ann.id, kind="phone", value="07700 900555")
        operations.remove_contact_point(ContactPoint.objects.get(normalised="+447700900001").id)
        assert _phones(ann) == [("+447700900555", True)]


def test_a_look_at_a_contact_is_audited(at_acme, ann, audited):
    with at_acme():
        point = ContactPoint.objects.get(customer=ann, kind="email")
        assert operations.reveal_contact(point.id, "calling back") == "ann@example.com"
    assert audited("contact_point.revealed") == [
        ("contact_point.revealed", {"customer_id": str(ann.id), "kind": "email", "purpose": "calling back"})
    ]
