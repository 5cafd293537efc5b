"""Referrers of each kind, a printed batch, a payroll run."""

from datetime import date

from referrals.models import Campaign, PayrollRun
from referrals.operations.material import order_material
from referrals.operations.profiles import enrol_employee, enrol_referrer
from tenancy import door


def some_sources(member) -> dict[str, object]:
    """Make them; gives what addresses need, by argument name."""
    enrol_employee(member.id)
    partner = enrol_referrer(kind="partner", name="Pat Parker", organisation_name="Parker Ltd", terms="A tenth.")
    campaign = Campaign.objects.order_by("id").first()
    batch = order_material(campaign_id=campaign.id, profile_id=partner.id, name="Cards", kind="card", size=2)
    line = {
        "reward_id": "",
        "customer_id": str(partner.customer_id),
        "points": 5,
        "cost_minor": 5,
        "earned_on": "2026-11-01",
    }
    run = PayrollRun.objects.create(
        period_from=date(2026, 11, 1), period_to=date(2026, 11, 30), created_at=door.moment(), lines=[line]
    )
    return {
        "profile_id": partner.id, "material_id": batch.id, "code_id": batch.codes.first().id, "part": 1,
        "payroll_id": run.id, "file_kind": "csv", "source": "employee",
    }  # fmt: skip
