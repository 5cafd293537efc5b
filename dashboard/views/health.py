"""Two addresses for load balancers: is the process alive, and can it serve."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache

LONGEST_WAIT = 120  # seconds that an event may lie in the outbox before workers are thought to be gone


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Check database, Redis, migrations and the outbox; 503 names what is wrong."""
    checks = {"database": _database(), "redis": _redis()}
    if checks["database"] == "ok":
        checks |= {"migrations": _migrations(), "events": _events()}
    is_ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "not reachable"
    return "ok"


def _redis() -> str:
    try:
        cache.set("readyz", 1, 10)
        return "ok" if cache.get("readyz") == 1 else "does not keep what is set"
    except Exception:  # the client has several families of errors; each means the same here
        return "not reachable"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} not applied" if missing else "ok"


def _events() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oldest_due_event()")
        oldest = cursor.fetchone()[0]
    return "ok" if oldest is None or oldest < LONGEST_WAIT else f"oldest waits {int(oldest)} s"


urls = [path("healthz", healthz, name="healthz"), path("readyz", readyz, name="readyz")]
