"""Payout accounts: sealed at rest, masked everywhere, one at a time, found when several customers share one."""

import pytest
from django.db import connection

from rewards.errors.payouts import HolderInvalid, PayoutAccountInvalid
from rewards.models import PayoutAccount
from rewards.operations.payouts import forget_payout_account, set_payout_account
from rewards.queries.payouts import account_of, shared_accounts, sharers_of
from tenancy import door
from tenancy.models import AuditRecord, Event
from tests.rewards.cash import give_account

NUMBER = "GB33BUKB20201555555555"


def _row(account) -> bytes:
    """Read the row as it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p::text, p.details FROM rewards_payoutaccount AS p WHERE organisation_id = %s AND id = %s",
            [str(door.organisation_id()), str(account.id)],
        )
        text, details = cursor.fetchone()
    return text.encode() + bytes(details)


def test_an_account_is_sealed_at_rest_and_masked(at_acme, ann):
    with at_acme():
        account = set_payout_account(ann.id, method="bank", holder="Ann Smith", account="gb33 bukb 2020 1555 5555 55")
        assert (account.masked_account, account.masked_holder) == ("•••• 5555", "Ann S.")
        assert account_of(ann.id).details == {"holder": "Ann Smith", "account": NUMBER, "bank": ""}
        row = _row(account)
    assert b"BUKB" not in row and b"Smith" not in row


def test_nothing_else_ever_tells_the_number(at_acme, ann):
    """Neither audit trail nor events hold it."""
    with at_acme():
        give_account(ann, NUMBER)
        told = [*AuditRecord.objects.values_list("changes", flat=True), *Event.objects.values_list("payload", flat=True)]
    assert NUMBER not in str(told) and "555555" not in str(told)


def test_the_newest_account_counts_and_the_former_is_kept(at_acme, ann):
    with at_acme():
        first = give_account(ann, NUMBER)
        second = give_account(ann, "GB82WEST12345698765432")
        assert account_of(ann.id).id == second.id
        first.refresh_from_db()
        assert first.retired_at == door.moment()


def test_entering_the_same_again_changes_nothing(at_acme, ann):
    with at_acme():
        first = give_account(ann, NUMBER)
        assert give_account(ann, "GB33 BUKB 2020 1555 5555 55").id == first.id
        assert AuditRecord.objects.filter(action="payout_account.set").count() == 1


def test_forgetting(at_acme, ann):
    with at_acme():
        give_account(ann)
        assert forget_payout_account(ann.id) is True
        assert account_of(ann.id) is None
        assert forget_payout_account(ann.id) is False


def test_who_entered_it_is_noted(at_acme, ann, gus):
    with at_acme():
        door.act_as(door.Actor("customer", ann.id))
        assert give_account(ann).entered_by_kind == "customer"
        door.act_as(door.Actor("user", gus.user_id))
        changed = give_account(ann, "GB82WEST12345698765432")
        assert (changed.entered_by_kind, changed.entered_by_id) == ("user", gus.user_id)


def test_one_account_of_several_customers_is_found(at_acme, ann, bea):
    with at_acme():
        hers, his = give_account(ann, NUMBER), give_account(bea, "gb33-bukb-2020-1555-5555-55")
        assert hers.fingerprint == his.fingerprint
        assert shared_accounts([hers.fingerprint]) == {hers.fingerprint: 2}
        assert [each.customer_id for each in sharers_of(hers)] == [bea.id]
        give_account(bea, "GB82WEST12345698765432")
        assert shared_accounts([hers.fingerprint]) == {}


def test_the_same_account_elsewhere_has_another_fingerprint(at_acme, globex, ann):
    from crm.operations import record_customer

    with at_acme():
        here = give_account(ann, NUMBER).fingerprint
    with door.organisation(globex.id):
        there = give_account(record_customer(name="Ann Smith", email="ann@example.com"), NUMBER).fingerprint
    assert here != there


@pytest.mark.parametrize(
    ("facts", "refusal", "field"),
    [
        ({"account": "12"}, PayoutAccountInvalid, "account"),
        ({"method": "cheque"}, PayoutAccountInvalid, "method"),
        ({"holder": "  "}, HolderInvalid, "holder"),
        ({"holder": "=cmd|' /C calc'!A0"}, HolderInvalid, "holder"),
    ],
)
def test_what_cannot_be_an_account_is_refused(facts, refusal, field, at_acme, ann):
    with at_acme():
        with pytest.raises(refusal) as refused:
            give_account(ann, **facts)
        assert refused.value.field == field
        assert PayoutAccount.objects.count() == 0


def test_the_refusal_does_not_repeat_the_number(at_acme, ann):
    with at_acme(), pytest.raises(PayoutAccountInvalid) as refused:
        give_account(ann, "GB33BUKB20201555555556")
    assert "BUKB" not in f"{refused.value} {refused.value.facts}"
