"""A crowd that refers as people do, made inside the database: seeded, so that it is the same each time."""

from uuid import UUID

from django.db import connection

from tenancy import door

_MADE = """
SELECT setseed(0.42);
CREATE TEMP TABLE crowd ON COMMIT DROP AS
  SELECT n, gen_random_uuid() AS id, %(now)s::timestamptz - (%(people)s - n) * interval '10 minutes' AS at,
    -- Whoever was there before, the well connected more often.
    CASE WHEN n > 20 AND random() < 0.7 THEN 1 + floor((n - 1) * pow(random(), 2))::int END AS brought_by,
    floor(random() * %(people)s / 2.4)::int AS home, floor(random() * %(people)s / 400)::int AS campus
  FROM generate_series(1, %(people)s) AS n;
INSERT INTO crm_customer (organisation_id, id, kind, name, search_text, stage, source, language, gender, province, city,
    occupation, country, address, postal_code, income_band, interests, personal_values, note, custom, created_at, updated_at)
  SELECT %(here)s, id, 'person', 'P' || n, 'p' || n, 'customer', 'form', '', '', '', '', '', '', '', '',
    '', '', '', '', '{}', at, at FROM crowd;
INSERT INTO referrals_referral (organisation_id, id, campaign_id, rule_version_id, referrer_id, referee_id, stage,
    attribution, risk, close_reason, channel, source, confirmed_at)
  SELECT %(here)s, gen_random_uuid(), %(campaign)s, %(version)s, r.id, c.id, 'confirmed', 'accepted', 'clear', '', 'link',
    'customer', c.at
  FROM crowd AS c JOIN crowd AS r ON r.n = c.brought_by;
INSERT INTO referrals_trait (organisation_id, id, customer_id, kind, value, seen_at)
  SELECT %(here)s, gen_random_uuid(), id, kind, value, at FROM crowd CROSS JOIN LATERAL (VALUES
    ('contact', md5('c' || n)), ('home', md5('h' || home)),
    -- One in ten uses the tablet at home, the others a phone of their own.
    ('device', CASE WHEN n %% 10 = 0 THEN md5('t' || home) ELSE md5('d' || n) END),
    ('address', md5('a' || home)), ('network', md5('n' || campus))) AS t(kind, value);
"""


def grow(people: int, *, campaign_id: UUID, version_id: UUID) -> None:
    told = {
        "here": str(door.organisation_id()), "people": people, "now": door.moment(), "campaign": str(campaign_id),
        "version": str(version_id),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MADE, told)
