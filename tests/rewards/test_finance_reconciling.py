"""Every balance is weighed against its postings; whatever differs is found, and named exactly."""

from itertools import permutations

import pytest
from django.db import DataError, connections, transaction

from rewards import ledger, operations, queries
from rewards.models import Balance
from rewards.queries import reconciling
from rewards.rules.roll_forward import COMPARTMENTS


@pytest.fixture
def account(at_acme, ann):
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 500, "a", "order")])
        operations.redeem_points(ann.id, amount=200, reason="mug", key="1")
        return Balance.objects.get().id


def shift(account, source, target, amount=1):
    """Move units in a balance as the owner of the table, without an arrow."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"UPDATE rewards_balance SET {source} = {source} - %s, {target} = {target} + %s WHERE id = %s",
            [amount, amount, str(account)],
        )


def test_whole_books_reconcile(at_acme, account):
    with at_acme():
        assert queries.reconcile() is None


def test_units_in_the_wrong_compartment_are_found_wherever_they_are(at_acme, account):
    missed, empty = [], ("pending", "paying")  # of these nothing can be taken, and arrears are never above 0
    possible = [pair for pair in permutations(COMPARTMENTS, 2) if pair[0] not in empty and pair[1] != "arrears"]
    for source, target in possible:
        shift(account, source, target)
        with at_acme():
            found = queries.reconcile()
            missed += [] if found and found.row_id == account else [(source, target)]
        shift(account, target, source)
    assert missed == []
    assert len(possible) == 65


def test_both_sides_are_told_in_full(at_acme, account):
    shift(account, "available", "redeemed", 7)
    with at_acme():
        found = queries.reconcile()
    assert (found.rule, found.row_id) == ("a balance is the sum of its postings", account)
    assert found.expected == "{0,300,0,0,-500,0,200,0,0,0}"
    assert found.found == "{0,293,0,0,-500,0,207,0,0,0}"


def test_a_balance_without_postings_is_found(at_acme, ann, bea, account):
    with at_acme():
        unit = operations.ensure_units()["POINT"]
        empty = ledger.account_id(bea.id, unit.id)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO rewards_account (organisation_id, id, unit_id, customer_id) SELECT organisation_id, %s, unit_id, %s"
            " FROM rewards_account WHERE id = %s",
            [str(empty), str(bea.id), str(account)],
        )
        columns = ", ".join(COMPARTMENTS)
        values = ", ".join({"available": "5", "programme": "-5"}.get(name, "0") for name in COMPARTMENTS)
        cursor.execute(
            f"INSERT INTO rewards_balance (organisation_id, id, {columns}) SELECT organisation_id, %s, {values}"
            " FROM rewards_account WHERE id = %s",
            [str(empty), str(account)],
        )
    with at_acme():
        assert queries.reconcile().row_id == empty


def test_amounts_that_are_too_large_to_weigh_are_summed(at_acme, bea, account):
    with at_acme():
        unit = operations.ensure_units()["POINT"]
        arrow = ledger.Arrow(bea.id, unit.id, "programme", "available", ledger.LARGEST)
        ledger.post([ledger.Entry("earning", "huge", (arrow,))])
        assert queries.reconcile() is None
        with pytest.raises(DataError), transaction.atomic():
            reconciling.rows(reconciling._DIFFERING, seed=1)
    shift(account, "available", "redeemed")
    with at_acme():
        assert queries.reconcile().row_id == account
