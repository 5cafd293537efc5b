"""Acme with one of everything."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.urls import urlpatterns


@dataclass(frozen=True)
class Address:
    """One URL of the dashboard, filled in with acme's records."""

    name: str
    link: str
    view: object
    has_record: bool


@pytest.fixture
def world(furnished):
    """Arguments of addresses by name: world["customer_id"]."""
    return dict(furnished)


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
