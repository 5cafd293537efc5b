"""What stands still while deals move. Always in this sequence: a name, a stage, a deal; so nobody waits in a ring."""

from uuid import UUID

from django.db import connection

from crm.errors import DealChanged, UnknownDeal, UnknownStage
from crm.models import Deal, DealStage
from tenancy import door


def hold(name: str) -> None:
    """Let one transaction of this organisation at a time do what goes by this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"deals:{door.organisation_id()}:{name}"])


def hold_stage(stage_id: UUID) -> DealStage:
    """Hold a stage in use: what is ranked in it, and whether it is archived, cannot change meanwhile."""
    used = DealStage.objects.filter(archived_at=None, pipeline__archived_at=None)
    stage = used.select_for_update(no_key=True, of=("self",)).select_related("pipeline").filter(id=stage_id).first()
    if stage is None:
        raise UnknownStage
    return stage


def hold_deal(deal_id: UUID, *, expected_version: int | None = None, expected_stage_id: UUID | None = None) -> Deal:
    """Hold a deal; raises DealChanged when it is not what the caller saw."""
    rows = Deal.objects.select_for_update(no_key=True, of=("self",)).select_related("stage", "pipeline")
    deal = rows.filter(id=deal_id).first()
    if deal is None:
        raise UnknownDeal
    if expected_version not in (None, deal.version) or expected_stage_id not in (None, deal.stage_id):
        raise DealChanged
    return deal


def save(deal: Deal, *names: str) -> None:
    """Write columns of a held deal; whoever saw the version before is told so."""
    deal.version += 1
    deal.updated_at = door.moment()
    deal.save(update_fields=[*names, "version", "updated_at"])
