"""What is done with contact plans: saved, customers enrolled, contacts made due, findings written down."""

from crm.operations.plans.enrol import enrol, stop_enrolment
from crm.operations.plans.find import record_finding
from crm.operations.plans.save import StepReport, create_plan, save_plan, switch_plan
from crm.operations.plans.turn import enrol_by_calendar, turn_plans

__all__ = [
    "StepReport",
    "create_plan",
    "enrol",
    "enrol_by_calendar",
    "record_finding",
    "save_plan",
    "stop_enrolment",
    "switch_plan",
    "turn_plans",
]
