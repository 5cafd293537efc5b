"""Take deals of a list in: each once, at the stage where it stands, with the end it came to."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from crm.models import Deal, DealStage
from crm.operations.deals.buyers import Buyers, traces_of
from crm.operations.deals.create import create_deal
from crm.operations.deals.locks import hold
from crm.operations.deals.moves import lose_deal, win_deal
from crm.operations.deals.naming import Ways
from crm.operations.identity import here
from crm.reports import Taken
from crm.reports_deals import DealReport, DealsTaken
from foundation.errors import DomainError
from tenancy import door


def take_deals(reports: Sequence[DealReport]) -> DealsTaken:
    """Take deals in, and say of each what became of it, in the order of the reports. What we have already stays as it is."""
    if not reports:
        return DealsTaken([])
    hold("import")  # two lists at once would make a deal twice
    buyers, ways = Buyers(reports), Ways()
    answers = [_take(report, buyers, ways) for report in reports]
    return DealsTaken(answers, traces_of(buyers.made_customers), traces_of(buyers.made_companies))


def _take(report: DealReport, buyers: Buyers, ways: Ways) -> Taken:
    try:
        with transaction.atomic():
            answer = _make(report, buyers, ways)
    except DomainError as error:
        buyers.drop()
        return Taken("refused", error=error)
    buyers.keep()
    return answer


def _make(report: DealReport, buyers: Buyers, ways: Ways) -> Taken:
    buyer_id = buyers.customer(report.customer)
    key = _key(report, buyer_id)
    if known := Deal.objects.filter(source=Deal.Source.IMPORT, source_id=key).values_list("id", flat=True).first():
        return Taken("unchanged", known)
    stage = ways.stage(report.pipeline, report.stage)
    ended = _ended(report) if stage.kind != "open" else None
    opened = min((at for at in (report.opened_at, ended) if at), default=None)
    reason_id = ways.reason(report.loss_reason) if stage.kind == "lost" else None
    deal = create_deal(
        title=report.title, customer_id=buyer_id, stage_id=ways.begin(stage).id, company_id=buyers.company(report.company),
        amount_minor=report.amount_minor, currency=report.currency, opened_at=opened, expected_close=report.expected_close,
        owner_id=report.owner_id, next_step=report.next_step, next_step_on=report.next_step_on,
        source=Deal.Source.IMPORT, source_id=key, custom=dict(report.custom),
    )  # fmt: skip
    deal = _end(deal, stage, ended, reason_id)
    return Taken("created", deal.id, changes={"version": deal.version})


def _key(report: DealReport, buyer_id: UUID) -> UUID:
    opened = f"{report.opened_at:%Y-%m-%d}" if report.opened_at else ""
    told = f"number:{report.number}" if report.number else f"told:{buyer_id}:{report.title.strip()}:{opened}"
    return uuid5(door.organisation_id(), f"deal:{report.source}:{told}")


def _end(deal: Deal, stage: DealStage, ended: datetime | None, reason_id: UUID | None) -> Deal:
    if stage.kind == "won":
        return win_deal(deal.id, closed_at=ended)
    if stage.kind == "lost" and reason_id:
        return lose_deal(deal.id, reason_id=reason_id, closed_at=ended)
    return deal


def _ended(report: DealReport) -> datetime:
    """Take when it ended: as told, else when it was to be closed, since many systems have one column for both."""
    now = door.moment()
    if report.closed_at is None and report.expected_close:
        return min(datetime.combine(report.expected_close, time(12), ZoneInfo(here().time_zone)), now)
    return min(report.closed_at or now, now)
