"""What is reported to us about an enquiry, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class LeadReport:
    """An enquiry as told. `key` is its business key; the person is told by contacts or by `customer_id`."""

    key: str
    source: str  # Lead.Source
    name: str = ""
    phone: str = ""
    email: str = ""
    wechat: str = ""
    external_id: str = ""
    customer_id: UUID | None = None
    province: str = ""
    city: str = ""
    language: str = ""
    channel: str = ""
    campaign: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    product: str = ""  # SKU or name
    interest: str = ""
    message: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)  # own fields of leads
    referrer_id: UUID | None = None
    form_id: UUID | None = None
    entry_id: UUID | None = None
    owner_id: UUID | None = None  # no rule is asked


@dataclass(frozen=True)
class Captured:
    """`lead` is in the books; `is_new`: by this report; `is_known`: of somebody who was there before."""

    lead: Any
    is_new: bool
    is_known: bool
