"""What is behind a personal link, with the visit kept durably, beside the same answer with nothing kept.

A million codes, which stay in a database of their own beside the one at DATABASE_URL. YINJIAN_BENCH_CODES=10000000 makes
it ten million: some minutes to make, only looked up, and dropped at the end, for they take gigabytes.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection, connections

from benchmarks import Case
from benchmarks.__main__ import say
from benchmarks._crowd import bare, drop_own_database, own_database
from benchmarks._http import Pace, pace, serving
from crm.operations import record_customer
from foundation.ids import new_code
from referrals.operations import code_for, create_campaign, start_campaign
from referrals.operations.pages import publish_page, save_page
from tenancy import door
from tenancy.models import Organisation
from tenancy.people import found_organisation

USUAL = 1_000_000
CODES = int(os.environ.get("YINJIAN_BENCH_CODES", USUAL))
SECONDS, ROUNDS, CONNECTIONS = 1.5, 7, 16
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "Accept-Language": "en"}
UNRECORDED = "the same answer of the same server, nothing kept"


@dataclass(frozen=True)
class Street:
    """Two campaigns of one organisation: one shows the page, one leads on to the organisation's own site."""

    url: str
    organisation_id: UUID
    page: str  # a code of the campaign that shows the page
    onward: str
    many: list[tuple[str, UUID]]  # codes of the same campaign as `page`, with the ids of their rows


def cases() -> Iterator[Case]:
    there = _street()
    yield Case("codes of the organisation asked", CODES, "codes")
    yield from _looking_up(there)
    yield from _beside_few(there)
    if CODES > USUAL:  # what is kept of visits does not depend on how many codes there are
        _leave()
        return
    told = {"DATABASE_URL": there.url, "YINJIAN_MODE": "test", "RING_DOORBELL": "0"}
    with (
        serving("config.wsgi:application", workers=2, threads=4, **told) as keeping,
        serving("benchmarks._unrecorded:application", workers=2, threads=4, **told) as looking,
    ):
        yield from _over_http(there, keeping, looking)
    yield _touches(there)


def _over_http(there: Street, keeping, looking) -> Iterator[Case]:
    """Every visitor is a new one: nobody sends a cookie, so each answer of the keeping server is a touch on the disk."""
    page, onward, many = [there.page], [there.onward], [code for code, _id in there.many]
    paces = _in_turn({
        "page": lambda: _pace(keeping, page), "page unrecorded": lambda: _pace(looking, page),
        "redirect": lambda: _pace(keeping, onward, status=302),
        "redirect unrecorded": lambda: _pace(looking, onward, status=302),
        "many": lambda: _pace(keeping, many),
    })  # fmt: skip
    for name in ("page", "redirect"):
        kept, bare = paces[name], paces[f"{name} unrecorded"]
        yield Case(f"{name}, touch kept", kept.per_second, "requests/s", UNRECORDED, bare.per_second, goal=0.45)
        yield Case(f"{name}, p99", kept.p99_ms, "ms", UNRECORDED, bare.p99_ms)
    yield Case(
        "one viral code", paces["page"].per_second, "requests/s", "as many visits over many codes", paces["many"].per_second,
        goal=0.9,
    )  # fmt: skip


def _pace(server, codes: list[str], status: int = 200) -> Pace:
    paths = [f"/o/bench-street/r/{code}?ch=wechat" for code in codes]
    return pace(server, paths, seconds=SECONDS, connections=CONNECTIONS, headers=PHONE, status=status)


def _in_turn(asked: dict[str, Callable[[], Pace]]) -> dict[str, Pace]:
    """Measure all in turn, so that what the machine does beside it falls on all; the medians."""
    for ask in asked.values():
        ask()
    rounds = [{name: ask() for name, ask in asked.items()} for _ in range(ROUNDS)]
    return {
        name: Pace(
            statistics.median(each[name].per_second for each in rounds),
            statistics.median(each[name].p99_ms for each in rounds),
        )
        for name in asked
    }


_BY_CODE = "SELECT id, campaign_id FROM referrals_referralcode WHERE organisation_id = %s AND code = %s"
_BY_ID = "SELECT id, campaign_id FROM referrals_referralcode WHERE organisation_id = %s AND id = %s"
_AMONG_FEW = "SELECT id, campaign_id FROM few_codes WHERE organisation_id = %s AND code = %s"


def _looking_up(there: Street) -> Iterator[Case]:
    """The code's row as a statement, under the policies: each time another code, beside the same one again and again."""
    codes = [code for code, _id in there.many]
    with door.organisation(there.organisation_id), connection.cursor() as cursor:
        for code in codes:
            _seconds(cursor, _BY_CODE, there, code)  # what a busy server has in memory
        pairs = [(_seconds(cursor, _BY_CODE, there, code), _seconds(cursor, _BY_CODE, there, there.page)) for code in codes]
    many, one = _rates(pairs)
    yield Case(f"code look-up among {CODES:,}", many, "look-ups/s", "the same code again and again", one, goal=0.7)


def _beside_few(there: Street) -> Iterator[Case]:
    """The same without policies, which a copy has not: beside a copy of some codes, and beside the rows' primary key."""
    with connections["owner"].cursor() as cursor:
        _copy_few(cursor, [code for code, _id in there.many])
        rounds = [
            (
                _seconds(cursor, _BY_CODE, there, code), _seconds(cursor, _AMONG_FEW, there, code),
                _seconds(cursor, _BY_ID, there, id),
            )
            for code, id in there.many * 2
        ]  # fmt: skip
    many, few, by_id = _rates(rounds[len(there.many) :])  # once all are in memory
    name = f"code look-up among {CODES:,}, no policies"
    yield Case(name, many, "look-ups/s", f"the same among {len(there.many):,}", few, goal=0.7)
    yield Case(name, many, "look-ups/s", "the rows' primary key", by_id, goal=0.7)


def _rates(rounds: list[tuple[float, ...]]) -> list[float]:
    return [1 / statistics.median(each) for each in zip(*rounds, strict=True)]


def _copy_few(cursor, codes: list[str]) -> None:
    cursor.execute("CREATE TEMP TABLE few_codes (LIKE referrals_referralcode INCLUDING ALL)")
    cursor.execute("INSERT INTO few_codes SELECT * FROM referrals_referralcode WHERE code = ANY (%s)", [codes])
    cursor.execute("ANALYZE few_codes")


def _seconds(cursor, sql: str, there: Street, key: str | UUID) -> float:
    begun = time.perf_counter()
    cursor.execute(sql, [str(there.organisation_id), str(key)])
    assert cursor.fetchone()
    return time.perf_counter() - begun


def _touches(there: Street) -> Case:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM referrals_touch WHERE organisation_id = %s", [str(there.organisation_id)])
        return Case("touches kept while measuring", cursor.fetchone()[0], "touches")


# --- making it -------------------------------------------------------------------------------------------------------

_SOME = """
SELECT code, id FROM (SELECT code, id FROM referrals_referralcode TABLESAMPLE SYSTEM (1) WHERE is_inherited) AS few
ORDER BY md5(code) LIMIT 2000
"""
_MANY = """
INSERT INTO referrals_referralcode (organisation_id, id, campaign_id, referrer_id, code, is_active, is_inherited, created_at)
SELECT organisation_id, gen_random_uuid(), campaign_id, referrer_id,
  'B' || lpad((n::bigint * 829348951 %% 10000000019)::text, 11, '0'), true, true, created_at
FROM referrals_referralcode, generate_series(1, %s) AS n WHERE code = %s
"""


_ENDING = f"landing_{CODES // 1000}k"


def _street() -> Street:
    """Take the street of this size, or make it; Django's connections lead to its database from here on."""
    url = own_database(_ENDING)
    for name in ("default", "owner"):
        connections[name].close()
        connections[name].settings_dict["NAME"] = urlsplit(url).path[1:]
    organisation = Organisation.objects.filter(slug="bench-street").first()
    if organisation is None:
        organisation = _make()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT code FROM referrals_referralcode WHERE NOT is_inherited ORDER BY id")
        page, onward = [code for (code,) in cursor.fetchall()]
        cursor.execute(_SOME)
        return Street(url, organisation.id, page, onward, cursor.fetchall())


def _leave() -> None:
    for name in ("default", "owner"):
        connections[name].close()
        connections[name].settings_dict["NAME"] = urlsplit(os.environ["DATABASE_URL"]).path[1:]
    drop_own_database(_ENDING)


def _make() -> Organisation:
    say(f"making {CODES:,} codes; they are {'kept' if CODES <= USUAL else 'dropped at the end'}")
    made = found_organisation(slug=f"bench-{new_code().lower()}", name="Bench", language="en", country="GB", currency="GBP")
    with door.organisation(made.id):
        ann = record_customer(name="Ann Smith", email="ann@example.com")
        page = _code(ann)
        onward = _code(ann)
        form = {
            "variants": {"a": {"blocks": [{"kind": "hero"}, {"kind": "form"}]}},
            "elsewhere": "https://shop.example/friends",
        }
        save_page(onward.campaign_id, form)
        publish_page(onward.campaign_id)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        with bare(cursor, "referrals_referralcode"):
            cursor.execute(_MANY, [CODES, page.code])
        cursor.execute("UPDATE tenancy_organisation SET slug = 'bench-street' WHERE id = %s", [str(made.id)])  # it is whole
        name = connections["owner"].settings_dict["NAME"]
        cursor.execute(f"""COMMENT ON DATABASE "{name}" IS 'a whole crowd'""")
        cursor.execute("VACUUM (ANALYZE) referrals_referralcode")
    return Organisation.objects.get(id=made.id)


def _code(ann):
    campaign = create_campaign(
        template="friend_coupon", name="Friends", starts_at=door.moment(), budget_limit_minor=10_000_000
    )
    return code_for(start_campaign(campaign.id).id, ann.id)
