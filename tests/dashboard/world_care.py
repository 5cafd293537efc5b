"""A case, its category, a contact plan with somebody on it."""

from datetime import timedelta
from uuid import UUID

from crm import operations as crm
from crm.models import ContactVisit
from crm.operations.cases import rating_path
from tenancy import door
from tenancy.models import Organisation


def cared_for(customer_id: UUID, member_id: UUID) -> dict[str, object]:
    topic = crm.create_category("topic", "Delivery")
    case = crm.open_case(subject="Lid arrived broken", customer_id=customer_id, category_id=topic.id, owner_id=member_id)
    crm.reply_to_case(case.id, "A new one is on its way.")
    closed = crm.open_case(subject="Late parcel", customer_id=customer_id)
    crm.solve_case(closed.id, resolution="It came.")
    crm.close_case(closed.id)
    organisation = Organisation.objects.get(id=door.organisation_id())
    steps = [
        crm.StepReport(day=0, title="Ask how it goes", questions=("Which grind?",)),
        crm.StepReport(day=30, title="Again"),
    ]
    plan = crm.create_plan(name="After an order", trigger="order_paid", steps=steps)
    enrolment = crm.enrol(plan, case.customer, cause="test", started_at=door.moment() - timedelta(hours=1))
    crm.turn_plans()
    return {
        "case_id": case.id, "case_status": "open", "category_id": topic.id, "plan_id": plan.id, "enrolment_id": enrolment.id,
        "visit_id": ContactVisit.objects.filter(enrolment=enrolment).order_by("due_at").first().id,
        "rating_path": rating_path(organisation, closed.id, 0),
    }  # fmt: skip
