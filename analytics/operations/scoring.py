"""Score all customers of an organisation by recency, frequency and money, in one statement."""

import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection
from django.utils import timezone

from analytics.models import RfmRun
from analytics.queries.kept import KEPT_ORDERS
from analytics.rules import CUTS, segment_table
from crm.models import Order
from tenancy import audit, door, events, jobs
from tenancy.models import Job, Organisation, User

JOB = "rfm"
EVERY = timedelta(hours=20)
FORGOTTEN_AFTER = timedelta(minutes=15)  # above the time limit of a task

# UUIDv7 (RFC 9562) whose twelve bits behind the version count, so that a batch keeps its order.
_NEW_ID = """encode(
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
      || int2send((28672 | ({place} & 4095))::int2) || substring(uuid_send(gen_random_uuid()) FROM 9),
    'hex')::uuid"""

# width_bucket(x - 1, cuts) counts the cut points below x: equal customers get equal marks, which ntile() does not give.
# Every part of the statement sees the scores as they were before it.
_SCORE = f"""
WITH {KEPT_ORDERS},
facts AS MATERIALIZED (
  SELECT customer_id,
    GREATEST(0, floor(extract(epoch FROM %(as_of)s - MAX(paid_at)) / 86400))::int AS recency_days,
    COUNT(*)::int AS frequency,
    COALESCE(SUM(kept_minor) FILTER (WHERE currency = %(currency)s), 0)::bigint AS monetary_minor
  FROM kept_orders
  WHERE kept_minor > 0 AND customer_id IS NOT NULL AND paid_at <= %(as_of)s
  GROUP BY customer_id
),
cuts AS (
  SELECT percentile_disc(%(cuts)s::float8[]) WITHIN GROUP (ORDER BY recency_days) AS r,
    percentile_disc(%(cuts)s::float8[]) WITHIN GROUP (ORDER BY frequency) AS f,
    percentile_disc(%(cuts)s::float8[]) WITHIN GROUP (ORDER BY monetary_minor) AS m
  FROM facts
),
marks AS (
  SELECT facts.*, 5 - width_bucket(recency_days - 1, cuts.r) AS r, 1 + width_bucket(frequency - 1, cuts.f) AS f,
    1 + width_bucket(monetary_minor - 1, cuts.m) AS m
  FROM facts CROSS JOIN cuts
),
scored AS MATERIALIZED (
  SELECT *, (%(segments)s::text[])[(r - 1) * 25 + (f - 1) * 5 + m] AS segment, row_number() OVER () AS place
  FROM marks
),
saved AS (
  INSERT INTO analytics_rfmscore AS old
    (organisation_id, id, customer_id, run_id, recency_days, frequency, monetary_minor, r, f, m, segment)
  SELECT %(organisation)s, {_NEW_ID.format(place="place")}, customer_id, %(run)s,
    recency_days, frequency, monetary_minor, r, f, m, segment
  FROM scored
  ON CONFLICT (organisation_id, customer_id) DO UPDATE
  SET run_id = EXCLUDED.run_id, recency_days = EXCLUDED.recency_days, frequency = EXCLUDED.frequency,
    monetary_minor = EXCLUDED.monetary_minor, r = EXCLUDED.r, f = EXCLUDED.f, m = EXCLUDED.m, segment = EXCLUDED.segment
  WHERE (old.recency_days, old.frequency, old.monetary_minor, old.r, old.f, old.m, old.segment) IS DISTINCT FROM
    (EXCLUDED.recency_days, EXCLUDED.frequency, EXCLUDED.monetary_minor,
      EXCLUDED.r, EXCLUDED.f, EXCLUDED.m, EXCLUDED.segment)
  RETURNING 1
),
gone AS (
  DELETE FROM analytics_rfmscore old
  WHERE old.organisation_id = %(organisation)s
    AND NOT EXISTS (SELECT FROM scored WHERE scored.customer_id = old.customer_id)
  RETURNING old.customer_id, old.segment
),
moves AS (
  SELECT scored.customer_id, COALESCE(old.segment, '') AS before, scored.segment AS after, scored.r, scored.f, scored.m
  FROM scored
  LEFT JOIN analytics_rfmscore old ON old.organisation_id = %(organisation)s AND old.customer_id = scored.customer_id
  WHERE old.segment IS DISTINCT FROM scored.segment
  UNION ALL
  SELECT customer_id, segment, '', 0, 0, 0 FROM gone
),
moved AS (
  INSERT INTO analytics_rfmmove (organisation_id, id, run_id, customer_id, before, after, r, f, m, occurred_at)
  SELECT %(organisation)s, {_NEW_ID.format(place="row_number() OVER ()")}, %(run)s, customer_id,
    before, after, r, f, m, %(as_of)s
  FROM moves
  RETURNING 1
)
SELECT (SELECT COUNT(*) FROM scored), (SELECT COUNT(*) FROM saved), (SELECT COUNT(*) FROM moved), cuts.r, cuts.f, cuts.m
FROM cuts
"""


def score_rfm(organisation_id: UUID, job_id: UUID | None = None, *, moment: datetime | None = None) -> RfmRun | None:
    """Score the customers who have kept orders; opens the door itself. None when the job was cancelled before it began.

    Marks are quintiles of the organisation's own customers; the cut points are kept in the
    run. Money counts in the organisation's currency, orders in any. Repeatable.
    """
    if job_id and not jobs.begin(organisation_id, job_id, total=1):
        return None
    try:
        with door.organisation(organisation_id, moment=moment):
            run, result = _score(job_id)
    except Exception as error:  # the one who watches the job must learn of it, whatever it is
        if job_id:
            jobs.finish(organisation_id, job_id, Job.State.FAILED, error=type(error).__name__)
        raise
    if job_id:
        jobs.finish(organisation_id, job_id, **result)
    return run


def _score(job_id: UUID | None) -> tuple[RfmRun, dict[str, Any]]:
    started = time.perf_counter()
    organisation = Organisation.objects.get(id=door.organisation_id())
    run = RfmRun.objects.create(as_of=door.moment(), job_id=job_id)
    facts = {
        "organisation": organisation.id, "currency": organisation.currency, "run": run.id, "as_of": run.as_of,
        "cuts": list(CUTS), "segments": segment_table(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rfm:{organisation.id}"])
        cursor.execute("SET LOCAL work_mem = '128MB'")  # a million customers are sorted in memory
        cursor.execute(_SCORE, facts)
        customers, saved, moved, r, f, m = cursor.fetchone()
    run.customers = customers
    run.cut_points = {"recency_days": r or [], "frequency": f or [], "monetary_minor": m or []}
    run.seconds = round(time.perf_counter() - started, 3)
    run.save(update_fields=["customers", "cut_points", "seconds"])
    if job_id:
        jobs.advance(job_id, done=1)
    return run, {"run_id": str(run.id), "customers": customers, "changed": saved, "moved": moved, "seconds": run.seconds}


def start_scoring(*, created_by: User | None = None) -> Job:
    """Ask a worker to score all customers; the job shows when it is done."""
    job = Job.objects.create(kind=JOB, total=1, created_by=created_by)
    audit.record("rfm.started", job)
    organisation_id, job_id = str(door.organisation_id()), str(job.id)
    task = current_app.signature("analytics.tasks.score_rfm_of")
    door.once_after_commit(f"rfm:{job_id}", lambda: events.ring(task, organisation_id, job_id))
    return job


def is_scoring_due() -> tuple[bool, UUID | None]:
    """Say whether to score now, and for which waiting job (whose doorbell was lost)."""
    forgotten = Job.objects.filter(
        kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING], created_at__lt=timezone.now() - FORGOTTEN_AFTER
    ).first()
    if forgotten:
        return True, forgotten.id
    now = door.moment()
    if RfmRun.objects.filter(as_of__gt=now - EVERY, as_of__lte=now).exists():
        return False, None
    return Order.objects.filter(status=Order.Status.PAID).exists(), None
