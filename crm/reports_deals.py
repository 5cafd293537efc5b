"""What a list tells of deals, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from crm.reports import CustomerReference, Taken


@dataclass(frozen=True)
class DealReport:
    """A deal as another system tells it. Pipeline, stage and reason by their names in any language.

    `number` is its id there; without one the buyer, the title and the day it was opened name it.
    """

    source: str
    title: str
    customer: CustomerReference  # by a contact, or by the name of a customer we have
    number: str = ""
    company: str = ""
    amount_minor: int | None = None
    currency: str = ""
    pipeline: str = ""  # none: the first that has the stage
    stage: str = ""  # none: the first of the pipeline
    loss_reason: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    expected_close: date | None = None
    owner_id: UUID | None = None
    next_step: str = ""
    next_step_on: date | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DealsTaken:
    answers: Sequence[Taken]
    made_customers: Sequence[Taken] = ()  # for deals of people we did not know
    made_companies: Sequence[Taken] = ()
