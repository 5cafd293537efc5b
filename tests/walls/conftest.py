"""Acme with one of everything, for tests that go over all endpoints and pages."""

import pytest

from crm.models import Customer, Order
from foundation.ids import new_code
from integrations.models import Import
from loyalty.models import Tier
from loyalty.operations import set_up_default_tiers, set_up_programme
from messaging.models import Message
from referrals.models import Campaign, Decision, Invitation, Referral, ReferralCode
from rewards.models import Reward
from tenancy import door, events, keys
from tenancy.models import Membership, User
from tenancy.people import found_organisation
from tenancy.rules import PERMISSIONS
from tests.dashboard.world import furnish, judged
from tests.standing import Standing


@pytest.fixture(scope="module")
def held_database(house, django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def made_scene(house, django_db_blocker):
    """Acme with one of everything, made once a test process: (its ids by argument name, how to put it back)."""
    with django_db_blocker.unblock():
        acme = found_organisation(slug=f"acme-{new_code().lower()}", name="acme")
        user = User.objects.create_user(f"{new_code().lower()}@example.com", name="Gus")
        with door.organisation(acme.id):
            gus = Membership.objects.create(user=user, role="owner")
        with door.organisation(acme.id, actor=door.Actor("user", user.id)):
            facts = furnish(gus) | {"organisation_id": acme.id}
            set_up_programme()
            set_up_default_tiers(acme.currency)
        events.drain(acme.id)
        with door.organisation(acme.id):
            facts |= judged()
            for argument, model in (
                ("order_id", Order), ("tier_id", Tier), ("message_id", Message), ("decision_id", Decision),
                ("referral_id", Referral), ("invitation_id", Invitation), ("reward_id", Reward), ("import_id", Import),
            ):  # fmt: skip
                first = model.objects.first()
                if argument not in facts and first:
                    facts[argument] = first.pk
            facts["code"] = ReferralCode.objects.first().code
        facts |= {"kind": "reward_settled", "channel": "email", "language": "en"}
        standing = Standing(acme.id, user.id)
        standing.keep()
    return facts, standing


@pytest.fixture(scope="module")
def scene(held_database, made_scene):
    """The made scene, its ids by argument name, and a key of each kind; after the file it stands as before."""
    facts, standing = made_scene
    globex = found_organisation(slug=f"globex-{new_code().lower()}", name="globex")
    secrets = {}
    with door.organisation(facts["organisation_id"]):
        for permission in set(PERMISSIONS):
            others = [scope for scope in PERMISSIONS if scope != permission]
            secrets[permission] = keys.issue(name="t", scopes=others, created_by=None)[1]
        secrets["all"] = keys.issue(name="t", scopes=list(PERMISSIONS), created_by=None)[1]
    with door.organisation(globex.id):
        secrets["globex"] = keys.issue(name="t", scopes=list(PERMISSIONS), created_by=None)[1]
    yield dict(facts), {name: {"HTTP_AUTHORIZATION": f"Bearer {secret}"} for name, secret in secrets.items()}
    standing.put_back()


@pytest.fixture(scope="module")
def colleagues(scene):
    """One of each role that may be narrowed, who sees nobody of the scene: all of it is Gus's."""

    people = {}
    with door.organisation(scene[0]["organisation_id"]):
        gus = Membership.objects.get(role="owner")
        Customer.objects.update(owner=gus)
        Campaign.objects.update(responsible=gus)
        for role in ("marketer", "sales", "service", "finance", "auditor"):
            user = User.objects.create_user(f"{new_code().lower()}@example.com", name=role)
            Membership.objects.create(user=user, role=role, sight="own")
            people[role] = user
    return people
