"""API keys, members and roles."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy import door, keys, people
from tenancy.models import ApiKey, AuditRecord, Membership
from tenancy.people import LastOwner


def test_a_key_is_kept_as_a_hash_and_found_by_it(acme):
    with door.organisation(acme.id):
        key, secret = keys.issue(name="Shop", scopes=["orders:write"], created_by=None)
    holder = keys.holder_of(secret, now=timezone.now())
    assert (holder.organisation_id, holder.scopes) == (acme.id, frozenset({"orders:write"}))
    assert secret not in (key.key_hash, key.prefix)
    assert holder.may("orders:write") and not holder.may("orders:read")


def test_revoked_expired_and_unknown_keys_open_nothing(acme):
    now = timezone.now()
    with door.organisation(acme.id, moment=now):
        revoked, first = keys.issue(name="a", scopes=[], created_by=None)
        keys.revoke(revoked)
        _, second = keys.issue(name="b", scopes=[], created_by=None, days=1)
    assert keys.holder_of(first, now=now) is None
    assert keys.holder_of(second, now=now) is not None
    assert keys.holder_of(second, now=now + timedelta(days=2)) is None
    assert keys.holder_of("yj_live_guess", now=now) is None


def test_a_key_is_remembered_for_a_second(acme, monkeypatch):
    monkeypatch.setattr(keys, "REMEMBERED", 1.0)
    with door.organisation(acme.id):
        key, secret = keys.issue(name="a", scopes=["orders:read"], created_by=None)
    holder = keys.remembered_holder_of(secret)
    assert holder.scopes == {"orders:read"}
    with CaptureQueriesContext(connection) as asked:
        assert keys.remembered_holder_of(secret) == holder
    assert len(asked) == 0
    with door.organisation(acme.id):  # as another process would
        ApiKey.objects.filter(id=key.id).update(revoked_at=door.moment())
    at = time.monotonic()
    monkeypatch.setattr(keys.time, "monotonic", lambda: at + 1.0)
    assert keys.remembered_holder_of(secret) is None


def test_a_revoked_key_is_forgotten_at_once_where_it_was_revoked(acme, monkeypatch):
    monkeypatch.setattr(keys, "REMEMBERED", 1.0)
    with door.organisation(acme.id):
        key, secret = keys.issue(name="a", scopes=[], created_by=None)
    assert keys.remembered_holder_of(secret)
    with door.organisation(acme.id):
        keys.revoke(key)
    assert keys.remembered_holder_of(secret) is None


def test_guesses_are_not_remembered(database, monkeypatch):
    monkeypatch.setattr(keys, "REMEMBERED", 1.0)
    before = set(keys._remembered)
    assert keys.remembered_holder_of("yj_live_guess") is None
    assert set(keys._remembered) <= before


def test_an_unknown_scope_is_refused(acme):
    with pytest.raises(keys.UnknownScope), door.organisation(acme.id):
        keys.issue(name="a", scopes=["everything"], created_by=None)
    with door.organisation(acme.id):
        assert ApiKey.objects.count() == 0


def test_the_last_owner_stays(acme, gus):
    with pytest.raises(LastOwner), door.organisation(acme.id):
        people.change_role(gus.id, role="sales", is_active=True)
    with door.organisation(acme.id):
        assert Membership.objects.get(id=gus.id).role == "owner"


def test_changes_of_role_are_audited(acme, gus, staff_of):
    sam = staff_of(acme, "sales")
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        people.change_role(sam.id, role="finance", is_active=True)
        record = AuditRecord.objects.get(action="member.changed")
    assert record.actor_id == gus.user_id
    assert record.changes["role"] == ["sales", "finance"]


def test_a_person_may_work_in_two_organisations(acme, globex, gus):
    with door.organisation(globex.id):
        people.add_member(email=gus.user.email, name="Gus", role="auditor")
    assert {o.id for o in people.organisations_of(gus.user)} == {acme.id, globex.id}
    with door.organisation(globex.id):
        assert people.membership_of(gus.user).role == "auditor"
        assert not people.membership_of(gus.user).may("customers:write")
