"""A crowd for lists: customers, contacts, tags and orders in 100 organisations, made by set and kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import psycopg2
from django.db import connections

from benchmarks.__main__ import say
from tenancy import door, keys
from tenancy.models import Membership, Organisation, User
from tenancy.people import found_organisation

CUSTOMERS = int(os.environ.get("YINJIAN_BENCH_CUSTOMERS", "1000000"))
ORDERS = 10 * CUSTOMERS
ORGANISATIONS = 100
LARGEST = 5  # a fifth of all customers are one organisation's
WHOLE = "a whole crowd"
SECRET = "yj_live_" + "bench" * 8
EMAIL = "bench@example.com"


@dataclass(frozen=True)
class Crowd:
    organisation_id: UUID
    member_id: UUID
    url: str  # of its database, as the owner
    customers: int


def crowd() -> Crowd:
    """Take the crowd of this size, or make it; Django's connections lead to its database from here on."""
    url = own_database(f"lists_{CUSTOMERS // 1000}k")
    for name in ("default", "owner"):
        connections[name].close()
        connections[name].settings_dict["NAME"] = urlsplit(url).path[1:]
    organisation = Organisation.objects.filter(slug="bench-1").first()
    if organisation is None:
        _make()
        organisation = Organisation.objects.get(slug="bench-1")
    with door.organisation(organisation.id):
        member = Membership.objects.get(user__email=EMAIL)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_customer WHERE organisation_id = %s", [organisation.id])
        [customers] = cursor.fetchone()
    return Crowd(organisation.id, member.id, url, customers)


def own_database(ending: str) -> str:
    """A database beside the one at DATABASE_URL, named after what is in it, at the present schema."""
    here = urlsplit(os.environ["DATABASE_URL"])
    name = f"{here.path[1:]}_{ending}"
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() != (WHOLE,):  # none yet, or one whose making was interrupted
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    url = here._replace(path=f"/{name}").geturl()
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=os.environ | {"DATABASE_URL": url})
    return url


def drop_own_database(ending: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{urlsplit(os.environ["DATABASE_URL"]).path[1:]}_{ending}" WITH (FORCE)')
    connection.close()


# --- making it -------------------------------------------------------------------------------------------------

# UUIDv7 of the moment `at`; {n} keeps the order within a millisecond.
_ID = """encode(substring(int8send((extract(epoch FROM {at}) * 1000)::bigint) FROM 3)
  || int2send((28672 | ({n} & 4095))::int2) || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid"""
_AT = "timestamptz '2026-11-01' - (%(total)s - n) * interval '{step} seconds'"

_PEOPLE = f"""
INSERT INTO crm_customer (organisation_id, id, kind, name, search_text, stage, source, language, gender, province, city,
  occupation, country, address, postal_code, income_band, interests, personal_values, note, custom, created_at, updated_at)
SELECT organisation_id, {_ID.format(at="at", n="n")}, 'person',
  CASE WHEN n %% 3 = 0 THEN chinese || n ELSE first || ' ' || last || ' ' || n END,
  CASE WHEN n %% 3 = 0 THEN chinese || n || ' ' || pinyin || n || ' ' || short || n
    ELSE lower(first || ' ' || last || ' ' || n) END,
  (ARRAY['prospect', 'lead', 'customer', 'customer', 'loyal', 'lost'])[1 + n %% 6],
  (ARRAY['staff', 'form', 'import', 'store'])[1 + n %% 4], '', '', '',
  (ARRAY['Leeds', 'York', 'Bristol', 'London', '上海', '杭州', '成都'])[1 + n %% 7],
  '', '', '', '', '', '', '', '', '{{}}', at, at
FROM (
  SELECT n, {_AT.format(step=30)} AS at, (%(organisations)s::uuid[])[CASE WHEN n %% {LARGEST} = 0 THEN 1
    ELSE 2 + n %% {ORGANISATIONS - 1} END] AS organisation_id,
    (ARRAY['Ann', 'Bea', 'Carl', 'Dora', 'Emil', 'Flora', 'Gus', 'Hana', 'Ivan', 'Jane', 'Kim'])[1 + n %% 11] AS first,
    (ARRAY['Smith', 'Jones', 'Brown', 'Weaver', 'Miller', 'Harper', 'Foster', 'Palmer', 'Quill', 'Reed', 'Stone', 'Thorn',
      'Underwood'])[1 + n %% 13] AS last,
    (ARRAY['王小明', '李雷', '韩梅梅', '张伟', '陈思远'])[1 + n / 3 %% 5] AS chinese,
    (ARRAY['wangxiaoming', 'lilei', 'hanmeimei', 'zhangwei', 'chensiyuan'])[1 + n / 3 %% 5] AS pinyin,
    (ARRAY['wxm', 'll', 'hmm', 'zw', 'csy'])[1 + n / 3 %% 5] AS short
  FROM generate_series(1, %(total)s) AS n
) AS people
"""
_CONTACTS = """
INSERT INTO crm_contactpoint (organisation_id, id, customer_id, kind, value, normalised, is_primary)
SELECT organisation_id, gen_random_uuid(), id, 'phone', phone, phone, true
FROM (SELECT organisation_id, id, '+86138' || lpad(row_number() OVER ()::text, 8, '0') AS phone FROM crm_customer) AS people
"""
_TAGS = """
INSERT INTO crm_tag (organisation_id, id, name)
SELECT o.id, gen_random_uuid(), t.name
FROM tenancy_organisation AS o, unnest(ARRAY['new', 'vip', 'newsletter', 'slow']) AS t (name)
WHERE slug LIKE 'bench-%'
"""
_TAGGED = """
INSERT INTO crm_customertag (organisation_id, id, customer_id, tag_id)
SELECT c.organisation_id, gen_random_uuid(), c.id, t.id
FROM crm_customer AS c JOIN crm_tag AS t ON t.organisation_id = c.organisation_id
WHERE right(c.id::text, 1) < '5' AND t.name = CASE WHEN right(c.id::text, 1) < '2' THEN 'vip' ELSE 'new' END
"""
_ORDERS = f"""
INSERT INTO crm_order (organisation_id, id, source, external_id, input_hash, customer_id, status, channel, currency,
  total_minor, placed_at, paid_at, recorded_at)
SELECT organisation_id, {_ID.format(at="at", n="n")}, 'shop', n::text, '', customer_id, 'paid', 'online', 'GBP',
  100 + n * 7919 %% 50000, at, at, at
FROM (
  SELECT n, organisation_id, customer_id, {_AT.format(step=3)} AS at
  FROM (SELECT row_number() OVER () AS n, c.organisation_id, c.id AS customer_id
    FROM generate_series(1, %(each)s) AS again, crm_customer AS c) AS numbered
) AS sold
"""


def _make() -> None:
    say(f"making {CUSTOMERS:,} customers and {ORDERS:,} orders in {ORGANISATIONS} organisations; they are kept")
    user = User.objects.create_user(EMAIL, "correct horse", name="Bench")
    made = [found_organisation(slug=f"bench-{n}", name=f"Bench {n}") for n in range(ORGANISATIONS, 0, -1)][::-1]
    with door.organisation(made[0].id):
        Membership.objects.create(user=user, role=Membership.Role.OWNER)
        keys.issue(name="bench", scopes=["customers:read", "orders:read", "contacts:reveal"], created_by=None, secret=SECRET)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; SET synchronous_commit = off")
        ids = [str(each.id) for each in made]
        with bare(cursor, "crm_customer", "crm_contactpoint", "crm_customertag", "crm_order"):
            cursor.execute(_PEOPLE, {"organisations": ids, "total": CUSTOMERS})
            say("people")
            cursor.execute(_CONTACTS)
            cursor.execute(_TAGS)
            cursor.execute(_TAGGED)
            say("contacts and tags")
            cursor.execute(_ORDERS, {"each": ORDERS // CUSTOMERS, "total": ORDERS})
            say("orders; now their indexes")
        cursor.execute(f"""COMMENT ON DATABASE "{connections["owner"].settings_dict["NAME"]}" IS '{WHOLE}'""")
        cursor.execute("VACUUM (ANALYZE) crm_customer, crm_contactpoint, crm_customertag, crm_tag, crm_order")


@contextmanager
def bare(cursor, *tables: str) -> Iterator[None]:
    """Take indexes and foreign keys off while tables are filled: both are made far faster at once."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])", [list(tables)],
    )  # fmt: skip
    keys_ = cursor.fetchall()
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i"
        " WHERE i.indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)", [list(tables)],
    )  # fmt: skip
    indexes = cursor.fetchall()
    for table, name, _definition in keys_:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys_:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
