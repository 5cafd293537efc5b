"""Who may be one person: pairs that were found, and the search for them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from crm.errors import InvalidEmail, InvalidPhone
from crm.models import ContactPoint, Customer, DuplicatePair
from crm.rules import read_contact
from crm.rules.duplicates import Person
from foundation.contacts import canonical_email, search_text
from tenancy import door
from tenancy.models import Organisation

BLOCK = 12  # people who share a trait are compared with one another, unless so many share it that it says nothing
HINTS = 5
LOOKED_UP = 200  # a millisecond or five each; the statement for everybody takes seconds however few are asked for


def open_pairs() -> QuerySet[DuplicatePair]:
    """List pairs of customers who may be one person and whom nobody has judged yet, the likeliest first."""
    return pairs().filter(state=DuplicatePair.State.OPEN)


def pairs() -> QuerySet[DuplicatePair]:
    """List all pairs, also those that somebody said are two people."""
    return DuplicatePair.objects.select_related("first", "second").order_by("-score", "-id")


def pairs_of(customer_id: UUID) -> QuerySet[DuplicatePair]:
    """List open pairs with one customer."""
    return open_pairs().filter(first_id=customer_id) | open_pairs().filter(second_id=customer_id)


def pair_of(one_id: UUID, other_id: UUID) -> DuplicatePair | None:
    """Find the pair that two customers make, if they do."""
    return pairs().filter(first_id=min(one_id, other_id), second_id=max(one_id, other_id)).first()


# --- while somebody types ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hint:
    customer: Customer
    reason: str  # code of crm/rules/duplicates.py, or phone, email, wechat: the very same contact


def hints(*, name: str = "", phone: str = "", email: str = "", wechat: str = "") -> list[Hint]:
    """Find whom somebody means who is entered just now: by the same contact, or the same name."""
    country = Organisation.objects.values_list("country", flat=True).get(id=door.organisation_id())
    found: dict[UUID, Hint] = {}
    for kind, value in (("phone", phone), ("email", email), ("wechat", wechat)):
        for customer in _by_contact(kind, value, country):
            found.setdefault(customer.id, Hint(customer, kind))
    if len(plain := search_text(name)) > 1:
        for customer in Customer.objects.filter(search_text=plain[:400]).order_by("-id")[:HINTS]:
            found.setdefault(customer.id, Hint(customer, "same_name"))
    return list(found.values())[:HINTS]


def _by_contact(kind: str, value: str, country: str) -> QuerySet[Customer]:
    try:
        contact = read_contact(kind, value, country) if value.strip() else None
    except (InvalidPhone, InvalidEmail):  # it is not all there yet
        contact = None
    if contact is None:
        return Customer.objects.none()
    forms = {contact.normalised} | ({canonical_email(contact.normalised)} if kind == "email" else set())
    points = ContactPoint.objects.filter(kind=kind, normalised__in=forms)
    return Customer.objects.filter(id__in=list(points.values_list("customer_id", flat=True)))


# --- the search --------------------------------------------------------------------------------------------


def candidates(customer_ids: Collection[UUID] | None = None) -> list[tuple[UUID, UUID]]:
    """Find pairs that share a trait, the older first: in one statement for the whole organisation, or for some of it.

    A few are looked up trait by trait in indexes; from some number on, reading everybody once is cheaper.
    """
    some = None if customer_ids is None else [str(one) for one in customer_ids]
    if some is not None and len(some) <= LOOKED_UP:
        with connection.cursor() as cursor:
            asked = [str(door.organisation_id()), some, BLOCK]
            cursor.execute("SELECT DISTINCT * FROM crm_alike_customers(%s, %s::uuid[], %s)", asked)
            return cursor.fetchall()
    with connection.cursor() as cursor, _joined_by_hash(cursor):
        cursor.execute(_PAIRS, {"organisation": str(door.organisation_id()), "some": some, "block": BLOCK})
        return cursor.fetchall()


@contextmanager
def _joined_by_hash(cursor) -> Iterator[None]:
    """Forbid nested loops: of what it has just computed the planner expects a row or two (12 minutes against seconds)."""
    cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
    yield
    cursor.execute("SET LOCAL enable_nestloop = DEFAULT; SET LOCAL jit = DEFAULT; SET LOCAL work_mem = DEFAULT")


def people(customer_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Read what is compared of customers."""
    with connection.cursor() as cursor, _joined_by_hash(cursor):
        ids = [str(one) for one in customer_ids]
        cursor.execute(_PEOPLE, {"organisation": str(door.organisation_id()), "some": ids})
        rows = cursor.fetchall()
    return {
        id: Person(plain, spelling, kind, gender, birth_date, city, company, address, tuple(phones), _mailboxes(emails))
        for id, plain, spelling, kind, gender, birth_date, city, company, address, phones, emails in rows
    }


def _mailboxes(emails: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({canonical_email(one) for one in emails}))


# search_text is the name; a Chinese one is followed by its pinyin and initials (foundation.contacts.search_text).
_READ = """
people AS MATERIALIZED (
  SELECT c.id, c.kind, c.gender, c.birth_date, lower(c.city) AS city,
    coalesce(c.company_id::text, '') AS company,
    lower(coalesce(nullif(c.address, ''), c.custom ->> 'address', '')) AS address,
    CASE WHEN t.is_chinese THEN array_to_string(t.words[:cardinality(t.words) - 2], ' ') ELSE c.search_text END AS plain,
    CASE WHEN t.is_chinese THEN t.words[cardinality(t.words) - 1] ELSE replace(c.search_text, ' ', '') END AS spelling
  FROM crm_customer AS c
  CROSS JOIN LATERAL (
    SELECT c.search_text ~ '[㐀-鿿]' AS is_chinese, string_to_array(c.search_text, ' ') AS words
  ) AS t
  WHERE c.organisation_id = %(organisation)s AND c.merged_into_id IS NULL {only}
)"""
# canonical_email in the words of the database, as far as it makes candidates; who is who is decided on the true one.
_PAIRS = f"""
WITH {_READ.format(only="")},
points AS MATERIALIZED (
  SELECT p.customer_id AS id, p.kind, p.normalised,
    replace(split_part(split_part(p.normalised, '@', 1), '+', 1), '.', '') AS box
  FROM crm_contactpoint AS p
  WHERE p.organisation_id = %(organisation)s AND p.kind IN ('phone', 'email')
),
named AS MATERIALIZED (
  SELECT p.*, (
    SELECT string_agg(w, ' ' ORDER BY w)
    FROM unnest(string_to_array(p.plain, CASE WHEN p.plain ~ ' |^[ -~]*$' THEN ' ' END)) AS w
  ) AS sorted
  FROM people AS p WHERE p.plain <> ''
),
keys AS MATERIALIZED (
  SELECT id, 'name ' || sorted AS key FROM named
  UNION SELECT id, 'sound ' || spelling FROM named
  UNION SELECT id, 'name and city ' || sorted || ' ' || city FROM named WHERE city <> ''
  UNION SELECT id, 'name and birth ' || sorted || ' ' || birth_date FROM named WHERE birth_date IS NOT NULL
  UNION SELECT id, 'sound and birth ' || spelling || ' ' || birth_date FROM named WHERE birth_date IS NOT NULL
  UNION SELECT id, 'birth ' || birth_date || ' ' || left(spelling, 1) FROM named WHERE birth_date IS NOT NULL
  UNION SELECT id, 'company ' || company || ' ' || left(spelling, 1) FROM named WHERE company <> ''
  UNION SELECT id, 'address ' || address || ' ' || left(spelling, 1) FROM named WHERE address <> ''
  UNION SELECT n.id, 'name and four ' || n.sorted || ' ' || right(o.normalised, 4)
    FROM named AS n JOIN points AS o ON o.id = n.id AND o.kind = 'phone'
  UNION SELECT n.id, 'sound and four ' || n.spelling || ' ' || right(o.normalised, 4)
    FROM named AS n JOIN points AS o ON o.id = n.id AND o.kind = 'phone'
  UNION SELECT n.id, 'letter and four ' || left(n.spelling, 1) || ' ' || right(o.normalised, 4)
    FROM named AS n JOIN points AS o ON o.id = n.id AND o.kind = 'phone'
  UNION SELECT n.id, 'eight ' || right(o.normalised, 8)
    FROM named AS n JOIN points AS o ON o.id = n.id AND o.kind = 'phone' AND length(o.normalised) > 8
  UNION SELECT n.id, 'box ' || o.box
    FROM named AS n JOIN points AS o ON o.id = n.id AND o.kind = 'email' AND length(o.box) > 4
),
shared AS (
  SELECT key FROM keys
  WHERE %(some)s::uuid[] IS NULL OR key IN (SELECT k.key FROM keys AS k WHERE k.id = ANY(%(some)s::uuid[]))
  GROUP BY key HAVING count(*) BETWEEN 2 AND %(block)s
),
blocks AS MATERIALIZED (
  SELECT k.key, k.id FROM keys AS k JOIN shared AS s ON s.key = k.key
)
SELECT DISTINCT a.id, b.id FROM blocks AS a JOIN blocks AS b ON b.key = a.key AND a.id < b.id
WHERE %(some)s::uuid[] IS NULL OR a.id = ANY(%(some)s::uuid[]) OR b.id = ANY(%(some)s::uuid[])
"""
_PEOPLE = f"""
WITH {_READ.format(only="AND c.id = ANY(%(some)s::uuid[])")},
points AS MATERIALIZED (
  SELECT p.customer_id AS id, coalesce(array_agg(p.normalised) FILTER (WHERE p.kind = 'phone'), '{{}}') AS phones,
    coalesce(array_agg(p.normalised) FILTER (WHERE p.kind = 'email'), '{{}}') AS emails
  FROM crm_contactpoint AS p
  WHERE p.organisation_id = %(organisation)s AND p.kind IN ('phone', 'email') AND p.customer_id = ANY(%(some)s::uuid[])
  GROUP BY p.customer_id
)
SELECT p.id, p.plain, p.spelling, p.kind, p.gender, p.birth_date, p.city, p.company, p.address,
  coalesce(o.phones::text[], '{{}}'), coalesce(o.emails::text[], '{{}}')
FROM people AS p LEFT JOIN points AS o ON o.id = p.id
"""
