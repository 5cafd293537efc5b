"""A simulation and a golden case of the furnished acme."""

from datetime import timedelta
from uuid import UUID

from referrals import operations as referring
from tenancy import door


def try_terms(campaign_id: UUID) -> dict[str, object]:
    now = door.moment()
    simulation = referring.start_simulation(campaign_id, since=now - timedelta(days=90), until=now)
    case = referring.keep_golden_case(
        campaign_id, name="Just enough", facts={"amount_minor": 2000}, expected={"referrer": {"points": 200}}
    )
    return {"simulation_id": simulation.id, "golden_case_id": case.id}
