"""Lists of a million customers and ten million orders, beside the bare statements and handlers of the same pages.

YINJIAN_BENCH_CUSTOMERS makes it smaller (50000: half a minute to make). The crowd is kept in a database of
its own beside the one at DATABASE_URL, named after its size; drop it when it is not needed any more.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.signing import Signer
from django.db import connection, connections
from django.test import Client

from benchmarks import Case
from benchmarks._crowd import EMAIL, SECRET, Crowd, crowd
from benchmarks._http import per_second, serving
from crm.queries import search_ids
from tenancy import door
from tenancy.models import User

# Many short rounds over HTTP, and of all times the quieter quarter: else one measures what the machine does beside it.
SECONDS, ROUNDS = 0.5, 15
BARE_HTTP = "the least WSGI handler, PostgreSQL's own JSON, no policies"
NO_WALL = "the same server as a role without policies"


def cases() -> Iterator[Case]:
    there = crowd()
    yield Case("customers of the organisation asked", there.customers, "rows")
    yield from _in_sql(there)
    yield from _searching(there)
    yield from _over_http(there)


# --- statements -------------------------------------------------------------------------------------------------

_PAGE = "SELECT * FROM crm_customer WHERE organisation_id = %s ORDER BY created_at DESC, id DESC LIMIT 51"
_DEEP = (  # as tenancy.keyset writes it
    "SELECT * FROM crm_customer WHERE organisation_id = %s AND (created_at, id) < ((SELECT %s), (SELECT %s))"
    " ORDER BY created_at DESC, id DESC LIMIT 51"
)
_BY_NAME = 'SELECT * FROM crm_customer WHERE organisation_id = %s ORDER BY search_text COLLATE "C", id LIMIT 51'
_PREFIX = (
    "SELECT id FROM crm_customer WHERE organisation_id = %s"
    " AND search_text ~>=~ 'hana reed 1' AND search_text ~<~ 'hana reed 2' LIMIT 20"
)
_PHONE = (
    "SELECT customer_id FROM crm_contactpoint WHERE organisation_id = %s AND kind = 'phone'"
    " AND normalised ~>=~ '+861380001234' AND normalised ~<~ '+861380001235' LIMIT 20"
)


def _in_sql(there: Crowd) -> Iterator[Case]:
    """The pages as statements: under the policies, and as the owner whom they do not bind."""
    one = [there.organisation_id]
    place = _place_at(there, 0.95)
    for name, sql, parameters in (
        ("newest page", _PAGE, one), ("page at 95 % depth", _DEEP, [*one, *place]), ("page by name", _BY_NAME, one),
    ):  # fmt: skip
        ours, bare = _beside(there, (sql, parameters), (sql, parameters), is_bare=True)
        yield Case(f"{name}, SQL", 1 / ours, "pages/s", "the same without policies", 1 / bare, goal=0.8)
    deep, first = _beside(there, (_DEEP, [*one, *place]), (_PAGE, one), is_bare=False)
    yield Case("page at 95 % depth, SQL, beside the first", 1 / deep, "pages/s", "the first page", 1 / first, goal=1 / 1.2)
    for name, sql in (("prefix of a name", _PREFIX), ("beginning of a phone number", _PHONE)):
        ours, _bare = _beside(there, (sql, one), (sql, one), is_bare=True)
        yield Case(f"{name}, SQL", 1 / ours, "look-ups/s", "one in a millisecond", 1000, goal=1)


def _place_at(there: Crowd, share: float) -> tuple:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT created_at, id FROM crm_customer WHERE organisation_id = %s ORDER BY created_at DESC, id DESC"
            " LIMIT 1 OFFSET %s", [there.organisation_id, int(there.customers * share)],
        )  # fmt: skip
        return cursor.fetchone()


def _beside(there: Crowd, ours: tuple[str, list], other: tuple[str, list], *, is_bare: bool) -> tuple[float, float]:
    """Seconds of two statements in turn: ours under the policies, the other without them or with."""
    with door.organisation(there.organisation_id), connection.cursor() as walled, connections["owner"].cursor() as bare:
        times = [(_seconds(_ask, walled, *ours), _seconds(_ask, bare if is_bare else walled, *other)) for _ in range(300)]
    first, second = zip(*times[20:], strict=True)
    return statistics.quantiles(first)[0], statistics.quantiles(second)[0]


def _ask(cursor, sql: str, parameters: list) -> None:
    cursor.execute(sql, parameters)
    cursor.fetchall()


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


# --- search -------------------------------------------------------------------------------------------------------


def _searching(there: Crowd) -> Iterator[Case]:
    """Substrings: through the function that goes round the policies, and the same body where there are none."""
    search = _without_policies()
    words = ("wxm12345", "mith 77", "小明9", "weaver 123")
    with door.organisation(there.organisation_id):
        found = [len(search_ids(word, 1000)) for word in words]
        assert all(found), found
        times = [(_seconds(search_ids, word, 20), _seconds(search, there, word)) for _ in range(30) for word in words]
    ours, bare = (statistics.mean(sorted(each)[len(words) * 3 : -len(words) * 3]) for each in zip(*times, strict=True))
    yield Case("substring of a name", 1 / ours, "searches/s", "the same without policies", 1 / bare, goal=1 / 1.5)


def _without_policies() -> Callable[[Crowd, str], list]:
    """A copy of the function that runs as the tables' owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('crm_search_customers(uuid, text, text[], integer)'::regprocedure)")
        [text] = cursor.fetchone()
        text = text.replace("crm_search_customers", "bench_search_customers").replace(" SECURITY DEFINER", "")
        cursor.execute(text)

    def search(there: Crowd, word: str) -> list:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('app.organisation_id', %s, false)", [str(there.organisation_id)])
            cursor.execute("SELECT id FROM bench_search_customers(%s, %s, '{}'::text[], 20)", [there.organisation_id, word])
            return cursor.fetchall()

    return search


# --- over HTTP ------------------------------------------------------------------------------------------------------


def _over_http(there: Crowd) -> Iterator[Case]:
    """Rounds in turn at three servers: ours, the least there can be, and ours without the wall."""
    told = {"DATABASE_URL": there.url, "YINJIAN_MODE": "test", "API_RATE": "100000000/min", "RING_DOORBELL": "0"}
    with (
        serving("config.wsgi:application", **told) as ours,
        serving("benchmarks._bare:application", **told) as least,
        serving("benchmarks._unwalled:application", **told, SERVING_DATABASE_URL=there.url) as unwalled,
    ):
        yield from _api(there, ours, least, unwalled)
        yield from _pages(there, ours, least)


def _api(there: Crowd, ours, least, unwalled) -> Iterator[Case]:
    key = {"Authorization": f"Bearer {SECRET}"}
    deep = quote(Signer(salt="cursor").sign(str(_place_at(there, 0.95)[1])))
    for name in ("customers", "orders"):
        asked = {
            "api": lambda name=name: per_second(ours, f"/api/v1/{name}", seconds=SECONDS, headers=key),
            "least": lambda name=name: per_second(least, f"/{name}?{there.organisation_id}", seconds=SECONDS),
            "unwalled": lambda name=name: per_second(unwalled, f"/api/v1/{name}", seconds=SECONDS, headers=key),
        }
        rates = _in_turn(asked)
        yield Case(f"API list of {name}", rates["api"], "requests/s", BARE_HTTP, rates["least"], goal=0.5)
        yield Case(f"API list of {name}, the wall", rates["api"], "requests/s", NO_WALL, rates["unwalled"], goal=0.8)
    asked = {
        "first": lambda: per_second(ours, "/api/v1/customers", seconds=SECONDS, headers=key),
        "deep": lambda: per_second(ours, f"/api/v1/customers?after={deep}", seconds=SECONDS, headers=key),
        "filtered": lambda: per_second(ours, "/api/v1/customers?stage=loyal&tag=vip", seconds=SECONDS, headers=key),
        "search": lambda: per_second(ours, "/api/v1/customers?q=weaver%20123", seconds=SECONDS, headers=key),
        "least": lambda: per_second(least, f"/customers?{there.organisation_id}", seconds=SECONDS),
    }
    rates = _in_turn(asked)
    first = "the first page"
    yield Case("API list at 95 % depth", rates["deep"], "requests/s", first, rates["first"], goal=1 / 1.2)
    yield Case("API list, filtered", rates["filtered"], "requests/s", BARE_HTTP, rates["least"])
    yield Case("API search", rates["search"], "requests/s", BARE_HTTP, rates["least"])


def _pages(there: Crowd, ours, least) -> Iterator[Case]:
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_session(there)}"}
    customer = _place_at(there, 0.5)[1]
    paths = {
        "list page": "/customers/", "filtered list page": "/customers/?stage=loyal&tag=vip",
        "search page": "/customers/?q=weaver%20123", "record page": f"/customers/{customer}/",
        "order list page": "/orders/",
    }  # fmt: skip
    asked = {
        name: (lambda path=path: per_second(ours, path, seconds=SECONDS, headers=cookie)) for name, path in paths.items()
    }
    asked["least"] = lambda: per_second(least, f"/customers?{there.organisation_id}", seconds=SECONDS)
    rates = _in_turn(asked)
    for name in paths:
        yield Case(name, rates[name], "requests/s", BARE_HTTP, rates["least"])


def _in_turn(asked: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Measure all in turn, some rounds of it after one to warm up."""
    for ask in asked.values():
        ask()
    rounds = [{name: ask() for name, ask in asked.items()} for _ in range(ROUNDS)]
    return {name: statistics.quantiles(each[name] for each in rounds)[2] for name in asked}


def _session(there: Crowd) -> str:
    client = Client()
    client.force_login(User.objects.get(email=EMAIL), backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["organisation"] = str(there.organisation_id)
    session.save()
    return session.session_key
