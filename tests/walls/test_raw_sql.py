"""The wall holds against raw SQL as the serving role, whatever the Python above it forgets."""

import threading

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Count
from django.db.utils import DataError, ProgrammingError

from crm.models import ContactPoint, Customer, Order
from foundation.ids import new_id
from tenancy import door
from tenancy.owned import Owned

OWNED = [model for model in apps.get_models() if issubclass(model, Owned)]


def _customer(name: str) -> Customer:
    return Customer.objects.create(name=name, search_text=name.lower(), created_at=door.moment())


def _rows(sql: str, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.db_table)
def test_outside_the_door_every_table_is_an_error(model, database):
    with pytest.raises((DataError, ProgrammingError)):
        _rows(f"SELECT * FROM {model._meta.db_table}")


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.db_table)
def test_inside_only_own_rows_are_there(model, acme, globex):
    with door.organisation(acme.id):
        strangers = _rows(f"SELECT count(*) FROM {model._meta.db_table} WHERE organisation_id <> %s", str(acme.id))
    assert strangers == [(0,)]


def test_the_setting_dies_with_the_transaction(acme):
    with door.organisation(acme.id):
        _customer("Ann")
        assert _rows("SELECT name FROM crm_customer") == [("Ann",)]
    with pytest.raises(DatabaseError):
        _rows("SELECT name FROM crm_customer")


def test_anothers_rows_are_neither_seen_nor_changed_nor_removed(acme, globex):
    with door.organisation(acme.id):
        ann = _customer("Ann")
    with door.organisation(globex.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_customer WHERE id = %s", [str(ann.id)])
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE crm_customer SET name = 'Mallory was here' WHERE id = %s", [str(ann.id)])
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM crm_customer WHERE id = %s", [str(ann.id)])
        assert cursor.rowcount == 0
    with door.organisation(acme.id):
        assert Customer.objects.get(id=ann.id).name == "Ann"


def test_a_row_cannot_be_written_for_another(acme, globex):
    with pytest.raises(DatabaseError, match="row-level security"), door.organisation(globex.id):
        Customer.objects.create(organisation_id=acme.id, name="x", search_text="x", created_at=door.moment())


def test_a_row_cannot_be_given_away(acme, globex):
    with pytest.raises(DatabaseError, match="row-level security"), door.organisation(acme.id):
        _customer("Ann")
        _rows("UPDATE crm_customer SET organisation_id = %s RETURNING id", str(globex.id))


def test_a_foreign_key_cannot_reach_over_the_wall(acme, globex):
    with door.organisation(acme.id):
        ann = _customer("Ann")
    with pytest.raises(DatabaseError, match="foreign key"), door.organisation(globex.id):
        ContactPoint.objects.create(customer_id=ann.id, kind="phone", value="1", normalised="+1")
    with door.organisation(globex.id):
        assert ContactPoint.objects.count() == 0


def test_resetting_the_role_gains_nothing(acme):
    """The serving role is the connection's own start value, or its login."""
    with door.organisation(acme.id):
        _customer("Ann")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("yinjian_serving",)


def test_nesting_is_refused(acme, globex):
    with door.organisation(acme.id), pytest.raises(RuntimeError), door.organisation(globex.id):
        pass


def test_an_error_leaves_nothing_behind(acme):
    with pytest.raises(ZeroDivisionError), door.organisation(acme.id):
        _customer("Ann")
        raise ZeroDivisionError
    with door.organisation(acme.id):
        assert Customer.objects.count() == 0
    assert not door.inside()


def test_pooled_connections_carry_nothing_over(acme, globex):
    """Threads alternate organisations over their kept connections, with errors in between."""
    with door.organisation(acme.id):
        _customer("Ann")
    wrong: list[str] = []

    def work(number: int):
        for turn in range(60):
            own = (acme, globex)[(number + turn) % 2]
            expected = ["Ann"] if own is acme else []
            try:
                with door.organisation(own.id):
                    seen = list(Customer.objects.values_list("name", flat=True))
                    raw = [row[0] for row in _rows("SELECT name FROM crm_customer")]
                    if seen != expected or raw != expected:
                        wrong.append(f"{own.name} saw {seen} {raw}")
                    if turn % 7 == 0:
                        _rows("SELECT 1 / 0")
            except DatabaseError:
                pass
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_api_keys_and_memberships_cannot_be_listed_from_outside(acme, gus):
    for table in ("tenancy_apikey", "tenancy_membership", "tenancy_delivery"):
        with pytest.raises(DatabaseError):
            _rows(f"SELECT * FROM {table}")


def test_the_wall_itself_cannot_be_taken_down(acme):
    for statement in (
        "ALTER TABLE crm_customer DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_rows ON crm_customer",
        "SET ROLE yinjian_ledger",
        "SET ROLE yinjian_door",
        "TRUNCATE crm_customer CASCADE",
        "CREATE TABLE loot (id integer)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            _rows(statement)


def test_without_the_policy_the_row_would_be_seen(acme, globex):
    """Negative control: it is the policy that hides the row, not luck."""
    with door.organisation(acme.id):
        ann = _customer("Ann")
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE crm_customer DISABLE ROW LEVEL SECURITY")
    try:
        with door.organisation(globex.id):
            assert _rows("SELECT name FROM crm_customer WHERE id = %s", str(ann.id)) == [("Ann",)]
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE crm_customer ENABLE ROW LEVEL SECURITY")


def test_an_order_of_another_is_not_found_by_the_orm(acme, globex):
    with door.organisation(acme.id):
        ann = _customer("Ann")
        order = Order.objects.create(
            source="shop", external_id="1", input_hash="", customer=ann, status="placed", currency="GBP",
            total_minor=100, placed_at=door.moment(),
        )  # fmt: skip
    with door.organisation(globex.id):
        assert not Order.objects.filter(id=order.id).exists()
        assert Order.objects.filter(id=new_id()).first() is None


def test_rows_may_be_counted_through_a_relation(acme):
    """Django would group by the id alone, which is not the key of an owned table."""
    with door.organisation(acme.id):
        ann = _customer("Ann")
        ContactPoint.objects.create(customer=ann, kind="phone", value="1", normalised="+1")
        assert [c.points for c in Customer.objects.annotate(points=Count("contact_points"))] == [1]
