"""Run a simulation: at once where there are few referrals, in chunks by a worker where there are many.

Everything is read in a transaction that PostgreSQL itself keeps from writing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction

from foundation.ids import new_id
from referrals.errors import SimulationPeriodInvalid, SimulationRunning, TermsMissing
from referrals.models import Campaign, Referral, RuleVersion, Simulation, SimulationPart
from referrals.operations.giving import coupon_costs, refuse_unknown_rewards
from referrals.operations.simulating import summing
from referrals.operations.simulating.ledger import budget_had, ledger_of, referrers_of
from referrals.operations.simulating.replaying import Money, Played, Player
from referrals.operations.simulating.stories import Story, stories_of, terms_in
from referrals.queries import current_version
from referrals.rules import Terms, read_terms, terms_json
from rewards.models import Budget, CouponKind
from rewards.operations import open_purses
from tenancy import audit, door, events, jobs
from tenancy.calendar import own_zone
from tenancy.models import Job, User

KIND = "simulation"
AT_ONCE = 2000  # referrals that a request simulates itself
CHUNK = 500
LONGEST = timedelta(days=732)
FORGOTTEN_AFTER = timedelta(minutes=5)
_KEPT = 20  # simulations of a campaign; older ones are forgotten


@contextmanager
def read_only() -> Iterator[None]:
    """Let nothing be written inside: the database refuses it. What stood open before may write again after."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def simulate(campaign_id: UUID, terms: Mapping[str, Any] | None, *, since: datetime, until: datetime) -> dict[str, Any]:
    """Say what a draft would have given for what happened in [since, until); None: the terms in force.

    Limits and budgets are played from the campaign's first day, whatever the period.
    """
    with read_only():
        campaign = Campaign.objects.get(id=campaign_id)
        told = terms if terms is not None else _in_force(campaign_id).terms
        groups = list(_groups(campaign_id))
        chunks = [_gather(campaign, told, ids) for ids in groups]
        return _result(campaign, told, chunks, since, until)


def _in_force(campaign_id: UUID) -> RuleVersion:
    version = current_version(campaign_id)
    if version is None:
        raise TermsMissing
    return version


# --- what is asked for ----------------------------------------------------------------------------------


def start_simulation(
    campaign_id: UUID, terms: Mapping[str, Any] | None = None, *, since: datetime, until: datetime,
    created_by: User | None = None,
) -> Simulation:  # fmt: skip
    """Try terms on the past; the answer is there at once, or a worker sees to it."""
    campaign = Campaign.objects.get(id=campaign_id)
    if not since < until <= since + LONGEST:
        raise SimulationPeriodInvalid
    read = read_terms(terms if terms is not None else _in_force(campaign_id).terms)
    refuse_unknown_rewards(read)
    if campaign.simulations.filter(state=Simulation.State.RUNNING).exists():
        raise SimulationRunning
    _forget_old(campaign)
    simulation = Simulation(
        campaign=campaign, terms=terms_json(read), since=since, until=until, created_by=created_by,
        created_at=door.moment(),
    )  # fmt: skip
    if Referral.objects.filter(campaign=campaign).count() > AT_ONCE:
        _hand_over(simulation)
    else:
        simulation.result = simulate(campaign_id, simulation.terms, since=since, until=until)
        simulation.state = Simulation.State.DONE
        simulation.save()
    audit.record("campaign.simulated", campaign, {"simulation_id": str(simulation.id)})
    return simulation


def _forget_old(campaign: Campaign) -> None:
    kept = list(campaign.simulations.order_by("-id").values_list("id", flat=True)[: _KEPT - 1])
    campaign.simulations.exclude(id__in=kept).delete()


def _hand_over(simulation: Simulation) -> None:
    simulation.job = Job.objects.create(kind=KIND, total=1, created_by=simulation.created_by)
    simulation.save()
    organisation_id, id = str(door.organisation_id()), str(simulation.id)
    task = current_app.signature("referrals.tasks.run_simulation")
    door.once_after_commit(f"simulation:{id}", lambda: events.ring(task, organisation_id, id))


def cancel_simulation(simulation_id: UUID) -> Simulation:
    """Stop a simulation that a worker runs; what it gathered is thrown away."""
    simulation = Simulation.objects.select_for_update(no_key=True).get(id=simulation_id)
    if simulation.state == Simulation.State.RUNNING:
        simulation.state = Simulation.State.CANCELLED
        simulation.save(update_fields=["state"])
        simulation.parts.all().delete()
        jobs.request_cancel(simulation.job_id)
    return simulation


# --- by a worker ----------------------------------------------------------------------------------------


def run_simulation(organisation_id: UUID, simulation_id: UUID) -> None:
    """Gather chunk by chunk, each in its own transaction, then play; goes on where another worker stopped."""
    with door.organisation(organisation_id):
        simulation = Simulation.objects.filter(id=simulation_id, state=Simulation.State.RUNNING).first()
        groups = list(_groups(simulation.campaign_id)) if simulation else []
    if simulation is None or not jobs.begin(organisation_id, simulation.job_id, total=len(groups) + 1):
        return
    try:
        for number, ids in enumerate(groups):
            with door.organisation(organisation_id):
                _gather_part(simulation, number, ids)
        with door.organisation(organisation_id):
            _finish(simulation)
    except jobs.Cancelled:
        _end(organisation_id, simulation, Simulation.State.CANCELLED)
    except Exception as error:  # who watches the job must learn of it, whatever it is
        _end(organisation_id, simulation, Simulation.State.FAILED, error=type(error).__name__)
        raise
    else:
        jobs.finish(organisation_id, simulation.job_id)


def _gather_part(simulation: Simulation, number: int, ids: Sequence[UUID]) -> None:
    if not simulation.parts.filter(number=number).exists():
        with read_only():
            stories = _gather(simulation.campaign, simulation.terms, ids)
        SimulationPart.objects.create(simulation=simulation, number=number, stories=stories)
    jobs.advance(simulation.job_id, done=number + 1)


def _finish(simulation: Simulation) -> None:
    with read_only():
        chunks = [part.stories for part in simulation.parts.order_by("number")]
        result = _result(simulation.campaign, simulation.terms, chunks, simulation.since, simulation.until)
    running = Simulation.objects.filter(id=simulation.id, state=Simulation.State.RUNNING)
    if running.update(result=result, state=Simulation.State.DONE):
        simulation.parts.all().delete()


def _end(organisation_id: UUID, simulation: Simulation, state: str, **result: Any) -> None:
    with door.organisation(organisation_id):
        Simulation.objects.filter(id=simulation.id).update(state=state)
        simulation.parts.all().delete()
    jobs.finish(organisation_id, simulation.job_id, state, **result)


def forgotten_simulations() -> list[UUID]:
    """Name simulations whose doorbell was lost, or whose worker died."""
    before = door.moment() - FORGOTTEN_AFTER
    rows = Simulation.objects.filter(state=Simulation.State.RUNNING, job__isnull=False, created_at__lt=before)
    return list(rows.values_list("id", flat=True))


# --- how ------------------------------------------------------------------------------------------------


def _groups(campaign_id: UUID) -> Iterator[list[UUID]]:
    """Split referrals into chunks; all of a referrer in one, since a friend's place depends on the others."""
    rows = Referral.objects.filter(campaign_id=campaign_id).order_by("referrer_id", "id")
    group: list[UUID] = []
    last = None
    for id, referrer in rows.values_list("id", "referrer_id"):
        if len(group) >= CHUNK and referrer != last:
            yield group
            group = []
        group.append(id)
        last = referrer
    if group:
        yield group


def _gather(campaign: Campaign, terms: Mapping[str, Any], ids: Sequence[UUID]) -> list[list[Story]]:
    """Gather stories twice: under the draft, and under the terms that each came in under, for the proof."""
    rows = Referral.objects.select_related("campaign", "rule_version").filter(id__in=ids).order_by("id")
    referrals = list(rows)
    draft = RuleVersion(id=new_id(), campaign=campaign, number=0, terms=dict(terms), published_at=campaign.created_at)
    drafted = stories_of(referrals, draft)
    for story in drafted:
        story["version"] = ""
    return [drafted, stories_of(list(rows.all()), None)]


def _result(
    campaign: Campaign, terms: Mapping[str, Any], chunks: Sequence[list[list[Story]]], since: datetime, until: datetime
) -> dict[str, Any]:
    draft, version = read_terms(terms), current_version(campaign.id)
    ledger, people = ledger_of(campaign.id), referrers_of(campaign.id)
    known = terms_in(campaign.id)
    played = _play(campaign, {"": draft}, [story for chunk in chunks for story in chunk[0]])
    again = _play(campaign, known, [story for chunk in chunks for story in chunk[1]])
    result = summing.summed(summing.rows_of(played, ledger, since, until), people, own_zone())
    result["proof"] = summing.proof(summing.rows_of(again, ledger, since, until))
    result["complexity"] = summing.complexities(read_terms(version.terms) if version else None, draft)
    result["currency"] = draft.currency
    result["earlier_terms"] = Referral.objects.filter(campaign=campaign).exclude(rule_version=version).count()
    result["in_force"] = bool(version) and version.terms == terms_json(draft)
    if campaign.budget_id:
        left = Budget.objects.get(id=campaign.budget_id).left_minor
        result["budget"] = summing.outlook(result, left, since, until, until.astimezone(own_zone()).date())
    return result


def _play(campaign: Campaign, terms: Mapping[str, Terms], stories: Sequence[Story]) -> list[Played]:
    kinds = {kind.code: kind for kind in CouponKind.objects.all()}
    player = Player(terms, campaign.id, coupon_costs(kinds), _money(campaign), own_zone())
    return player.play(stories)


def _money(campaign: Campaign) -> Money | None:
    """Give the budget as it was before the campaign's first reward: what is left now, and all that was taken since."""
    if not campaign.budget_id:
        return None
    budget = Budget.objects.get(id=campaign.budget_id)
    limit = budget.limit_minor + budget.earlier_minor
    had = limit - budget.reserved_minor - budget.committed_minor - budget.spent_minor + budget_had(campaign.id)
    purse = open_purses({budget.id})[budget.id]
    over = purse.over_minor + budget.overrun_minor if budget.policy == Budget.Policy.APPROVE else 0
    return Money(
        type(purse)(
            left_minor=max(had, 0), policy=purse.policy, least_percent=purse.least_percent, over_minor=over,
        ),
        limit,
    )  # fmt: skip
