"""A graph of who brought whom, as people do, with some rings planted in it; made by set in a database of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import psycopg2
from django.db import connections
from django.utils import timezone

from referrals.operations import create_campaign
from referrals.queries import current_version
from tenancy import door
from tenancy.people import found_organisation

PLANTED = 50  # of each kind

_MADE = """
SELECT setseed(0.42);
CREATE TEMP TABLE crowd AS
  SELECT n, gen_random_uuid() AS id, now() - (%(people)s - n) * interval '30 days' / %(people)s AS at,
    -- Whoever was there before, the well connected more often; one in a hundred came by nobody.
    CASE WHEN n > 20 AND random() < 0.99 THEN 1 + floor((n - 1) * pow(random(), 1.5))::int END AS brought_by,
    floor(random() * %(people)s / 2.4)::int AS home, floor(random() * %(people)s / 400)::int AS campus
  FROM generate_series(1, %(people)s) AS n;
CREATE INDEX ON crowd (n);
INSERT INTO crm_customer (organisation_id, id, kind, name, search_text, stage, source, language, gender, province, city,
    occupation, country, address, postal_code, income_band, interests, personal_values, note, custom, created_at,
    updated_at)
  SELECT %(here)s, id, 'person', 'P' || n, 'p' || n, 'customer', 'form', '', '', '', '', '', '', '', '',
    '', '', '', '', '{}', at, at FROM crowd;
CREATE TEMP TABLE brought AS
  SELECT r.id AS referrer, c.id AS referee, c.at FROM crowd AS c JOIN crowd AS r ON r.n = c.brought_by;
"""
# Rings of three whose first was brought by nobody, stars of thirty within a day, four with one device.
_PLANTED = """
INSERT INTO crm_customer (organisation_id, id, kind, name, search_text, stage, source, language, gender, province, city,
    occupation, country, address, postal_code, income_band, interests, personal_values, note, custom, created_at,
    updated_at)
  SELECT %(here)s, id, 'person', 'X', 'x', 'customer', 'form', '', '', '', '', '', '', '', '', '', '', '', '', '{}',
    now(), now() FROM planted;
INSERT INTO brought SELECT a.id, b.id, now() FROM planted AS a JOIN planted AS b USING (kind, ring)
  WHERE kind = 'cycle' AND b.place = a.place %% 3 + 1
  UNION ALL SELECT a.id, b.id, now() - b.place * interval '30 minutes' FROM planted AS a JOIN planted AS b USING (kind, ring)
  WHERE kind IN ('star', 'group') AND a.place = 1 AND b.place > 1;
INSERT INTO referrals_trait (organisation_id, id, customer_id, kind, value, seen_at)
  SELECT %(here)s, gen_random_uuid(), id, 'device', md5('planted' || ring), now() FROM planted WHERE kind = 'group';
INSERT INTO referrals_referral (organisation_id, id, campaign_id, rule_version_id, referrer_id, referee_id, stage,
    attribution, risk, close_reason, channel, source, confirmed_at)
  SELECT %(here)s, gen_random_uuid(), %(campaign)s, %(version)s, referrer, referee, 'confirmed', 'accepted', 'clear', '',
    'link', 'customer', at FROM brought;
INSERT INTO referrals_trait (organisation_id, id, customer_id, kind, value, seen_at)
  SELECT %(here)s, gen_random_uuid(), id, kind, value, at FROM crowd CROSS JOIN LATERAL (VALUES
    ('contact', md5('c' || n)), ('home', md5('h' || home)),
    ('device', CASE WHEN n %% 10 = 0 THEN md5('t' || home) ELSE md5('d' || n) END),
    ('address', md5('a' || home)), ('network', md5('n' || campus))) AS t(kind, value);
"""
_PLAN = """
CREATE TEMP TABLE planted AS
  SELECT kind, ring, place, gen_random_uuid() AS id
  FROM (VALUES ('cycle', 3), ('star', 31), ('group', 4)) AS k(kind, size), generate_series(1, %(planted)s) AS ring,
    LATERAL generate_series(1, size) AS place;
"""


@dataclass(frozen=True)
class Grown:
    organisation_id: UUID
    referrals: int


@contextmanager
def graph(people: int) -> Iterator[Grown]:
    """Make a graph of this size; Django's connections lead to its database, which is gone afterwards."""
    here = urlsplit(os.environ["DATABASE_URL"])
    name = f"{here.path[1:]}_graph"
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    _database(name, "CREATE")
    url = here._replace(path=f"/{name}").geturl()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=os.environ | {"DATABASE_URL": url})
    _lead_to(dict.fromkeys(before, name))
    try:
        yield _make(people)
    finally:
        _lead_to(before)
        _database(name, "DROP")


def _database(name: str, verb: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if verb == "CREATE":
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()


def _lead_to(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _make(people: int) -> Grown:
    organisation = found_organisation(
        slug="bench-graph", name="Bench", language="en", country="GB", currency="GBP", time_zone="UTC"
    )
    with door.organisation(organisation.id):
        campaign = create_campaign(
            template="friend_coupon", name="Bench", starts_at=timezone.now() - timedelta(days=1), budget_limit_minor=1
        )
        version = current_version(campaign.id)
    told = {
        "here": str(organisation.id), "people": people, "campaign": str(campaign.id), "version": str(version.id),
        "planted": PLANTED,
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for part in (_MADE, _PLAN, _PLANTED):
            cursor.execute(part, told)
        cursor.execute("VACUUM ANALYZE referrals_referral")
        cursor.execute("VACUUM ANALYZE referrals_trait")
        cursor.execute("SELECT count(*) FROM referrals_referral")
        return Grown(organisation.id, cursor.fetchone()[0])
