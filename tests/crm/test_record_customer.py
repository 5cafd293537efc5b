import threading
from uuid import uuid4

import pytest
from django.db import connection

from crm import operations
from crm.errors import ContactPointsDiffer, InvalidEmail, InvalidField, InvalidPhone, NameMissing, UnknownMember
from crm.models import ContactPoint, Customer
from tenancy import door


def _contacts(customer):
    points = ContactPoint.objects.filter(customer=customer).order_by("kind", "id")
    return [(point.kind, point.normalised, point.is_primary) for point in points]


def test_a_new_customer_is_recorded_with_normalised_contacts(at_acme, told, audited):
    with at_acme():
        ann = operations.record_customer(
            name=" Ann Smith ", phone="07700 900123", email="Ann@Example.com", wechat="Ann_S", external_id="C1", city="Leeds"
        )
        ann.refresh_from_db()
        assert (ann.name, ann.search_text, ann.stage, ann.source, ann.city) == (
            "Ann Smith",
            "ann smith",
            "prospect",
            "staff",
            "Leeds",
        )
        assert _contacts(ann) == [
            ("email", "ann@example.com", True),
            ("external", "C1", True),
            ("phone", "+447700900123", True),
            ("wechat", "ann_s", True),
        ]
    assert told("customer.created") == [(ann.id, {"source": "staff"})]
    assert audited("customer.created") == [("customer.created", {"source": "staff"})]


def test_a_known_contact_completes_instead_of_making_a_second(at_acme, ann, told, audited):
    with at_acme():
        again = operations.record_customer(
            name="A. Smith", email="ANN@example.com", wechat="ann_s", city="Leeds", source="api"
        )
        assert again.id == ann.id
        again.refresh_from_db()
        assert (again.name, again.city, again.source) == ("Ann Smith", "Leeds", "staff")
        assert ("wechat", "ann_s", True) in _contacts(ann)
        assert Customer.objects.count() == 1
    assert len(told("customer.created")) == 1
    assert audited("customer.completed") == [("customer.completed", {"fields": ["city", "wechat"]})]


def test_what_is_known_is_not_overwritten(at_acme):
    with at_acme():
        operations.record_customer(name="Ann", email="ann@example.com", city="Leeds")
        again = operations.record_customer(name="Ann", email="ann@example.com", city="York", phone="07700900001")
        again.refresh_from_db()
        assert again.city == "Leeds"


def test_a_second_number_is_kept_beside_the_primary_one(at_acme, ann):
    with at_acme():
        operations.record_customer(name="Ann", email="ann@example.com", phone="07700 900999")
        assert [c for c in _contacts(ann) if c[0] == "phone"] == [
            ("phone", "+447700900001", True),
            ("phone", "+447700900999", False),
        ]


def test_contacts_of_two_customers_are_refused(at_acme, ann, bea):
    with at_acme():
        with pytest.raises(ContactPointsDiffer):
            operations.record_customer(name="Ann", email="ann@example.com", phone="+447700900002", city="Leeds")
        assert Customer.objects.count() == 2
        assert not Customer.objects.filter(city="Leeds").exists()


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"name": "  "}, NameMissing),
        ({"name": "Ann", "phone": "12"}, InvalidPhone),
        ({"name": "Ann", "email": "ann@"}, InvalidEmail),
        ({"name": "A" * 121}, InvalidField),
        ({"name": "Ann", "gender": "unknown"}, InvalidField),
        ({"name": "Ann", "birth_date": "31.02.1990"}, InvalidField),
        ({"name": "Ann", "owner_id": uuid4()}, UnknownMember),
    ],
)
def test_bad_input_is_refused_and_nothing_recorded(at_acme, facts, error):
    with at_acme():
        with pytest.raises(error):
            operations.record_customer(**facts)
        assert Customer.objects.count() == 0


def test_a_chinese_name_is_findable_by_pinyin(at_acme):
    with at_acme():
        assert operations.record_customer(name="张伟").search_text == "张伟 zhangwei zw"


def test_the_same_contact_at_globex_is_another_person(at_acme, ann, globex):
    with door.organisation(globex.id):
        other = operations.record_customer(name="Ann Smith", email="ann@example.com")
    assert other.id != ann.id


def test_mallory_of_globex_cannot_own_a_customer_of_acme(at_acme, mallory):
    with at_acme(), pytest.raises(UnknownMember):
        operations.record_customer(name="Ann", owner_id=mallory.id)


def test_a_batch_makes_one_of_the_same_and_refuses_only_the_bad(at_acme):
    reports = [
        operations.CustomerReport("Ann", email="ann@example.com"),
        operations.CustomerReport("Ann S", email="ann@example.com", phone="07700900001"),
        operations.CustomerReport("", email="nobody@example.com"),
        operations.CustomerReport("Ann again", phone="07700900001", fields={"city": "Leeds"}),
    ]
    with at_acme():
        first, second, third, fourth = operations.record_customers(reports)
        assert [first.is_new, second.is_new, fourth.is_new] == [True, False, False]
        assert first.row.id == second.row.id == fourth.row.id
        assert third.error.code == "name_missing"
        assert list(Customer.objects.values_list("name", "city")) == [("Ann", "Leeds")]


def test_two_at_once_make_one_customer(acme, at_acme):
    together, made = threading.Barrier(2), []

    def record():
        try:
            with door.organisation(acme.id):
                together.wait(5)
                made.append(operations.record_customer(name="Ann", email="ann@example.com").id)
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert len(made) == 2 and made[0] == made[1]
    with at_acme():
        assert Customer.objects.count() == 1
