"""Acme with one of everything."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.urls import urlpatterns
from tenancy import door, events
from tenancy.models import Membership, Organisation
from tests.conftest import found_acme, staff
from tests.dashboard.valued import valued
from tests.dashboard.world import furnish, judged
from tests.standing import Standing


@dataclass(frozen=True)
class Address:
    """One URL of the dashboard, filled in with acme's records."""

    name: str
    link: str
    view: object
    has_record: bool


@pytest.fixture(scope="session")
def furnished(house, django_db_blocker):
    """Acme with one of everything, made once a test process: (member, arguments of addresses, how to put it back)."""
    with django_db_blocker.unblock():
        shop = found_acme()
        member = staff(shop, "Gus", "owner")
        with door.organisation(shop.id, actor=door.Actor("user", member.user_id)):
            made = furnish(member)
        while events.drain(shop.id):
            pass
        with door.organisation(shop.id):
            made |= judged() | valued()
        standing = Standing(shop.id, member.user_id)
        standing.keep()
    return member, made, standing


@pytest.fixture
def world(database, furnished):
    """Arguments of addresses by name: world["customer_id"]."""
    _member, made, standing = furnished
    yield made.copy()
    standing.put_back()


@pytest.fixture
def gus(request, database):
    """Staff at acme: the owner; where the test asks for the world, of the acme that is furnished."""
    if "world" in request.fixturenames:
        member, _made, _standing = request.getfixturevalue("furnished")
        with door.organisation(member.organisation_id):
            return Membership.objects.select_related("user").get(id=member.id)
    return staff(request.getfixturevalue("acme"), "Gus", "owner")


@pytest.fixture
def acme(request, database):
    """An English shop that prices in pounds; where the test asks for the world, the one that is furnished."""
    if "world" in request.fixturenames:
        return Organisation.objects.get(id=request.getfixturevalue("furnished")[0].organisation_id)
    return found_acme()


@pytest.fixture
def addresses(world) -> list[Address]:
    """Every address of the dashboard."""
    return [_address(pattern, world) for pattern in urlpatterns]


def _address(pattern, world) -> Address:
    names = pattern.pattern.converters
    missing = set(names) - set(world)
    assert not missing, f"{pattern.name}: add {sorted(missing)} to tests/dashboard/world.py"
    arguments = {name: world[name] for name in names}
    ids = [name for name in names if name.endswith("_id")]
    return Address(pattern.name, reverse(f"dashboard:{pattern.name}", kwargs=arguments), pattern.callback, bool(ids))


@pytest.fixture
def as_staff():
    """Give a browser of its own to each member: as_staff(gus).get(…)."""

    def enter(membership) -> Client:
        client = Client()
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["organisation"] = str(membership.organisation_id)
        session.save()
        return client

    return enter
