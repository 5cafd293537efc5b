"""What is reported to us about customers, orders and refunds, on whatever path; and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from foundation.errors import DomainError


@dataclass(frozen=True)
class CustomerReport:
    """A person or company as told; `fields` are further columns of the customer (city, language, owner_id …).

    A customer may have many external ids. Systems whose ids could meet write their name before them: shop:123, pos:77.
    """

    name: str
    phone: str = ""
    email: str = ""
    external_id: str = ""
    wechat: str = ""
    source: str = "staff"
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()  # added to those the customer has
    consents: Sequence["ConsentReport"] = ()
    company: str = ""  # by name, for whom a person works; companies_of finds or makes it


@dataclass(frozen=True)
class ConsentReport:
    """A yes or no that was said elsewhere, and where and when."""

    purpose: str
    channel: str
    is_granted: bool
    source: str
    occurred_at: datetime | None = None


@dataclass(frozen=True)
class CustomerReference:
    """Whose order it is: our id, or contacts. With a name, an unknown customer is made; without, refused."""

    customer_id: UUID | None = None
    phone: str = ""
    email: str = ""
    external_id: str = ""
    wechat: str = ""
    name: str = ""

    @property
    def has_contact(self) -> bool:
        return bool(self.phone or self.email or self.external_id or self.wechat)

    @property
    def is_anonymous(self) -> bool:
        return self.customer_id is None and not self.has_contact


ANONYMOUS = CustomerReference()


@dataclass(frozen=True)
class OrderLineReport:
    sku: str = ""
    name: str = ""
    category: str = ""
    quantity: int = 1
    unit_minor: int = 0
    amount_minor: int = 0


@dataclass(frozen=True)
class OrderReport:
    """An order as its source tells it. No `placed_at`: now. Paid without `paid_at`: when it was placed."""

    source: str
    external_id: str
    currency: str
    total_minor: int
    customer: CustomerReference = ANONYMOUS
    status: str = "paid"  # placed, paid, cancelled
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    channel: str = "online"
    lines: Sequence[OrderLineReport] = ()
    customer_source: str = "api"  # the source a customer gets who is made for this order

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.external_id


@dataclass(frozen=True)
class RefundReport:
    """Money given back, told by the order's source under an id of its own. No `refunded_at`: now."""

    source: str
    external_id: str
    order_external_id: str
    currency: str
    amount_minor: int
    refunded_at: datetime | None = None
    reason: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.source, self.external_id

    @property
    def order_key(self) -> tuple[str, str]:
        return self.source, self.order_external_id


@dataclass(frozen=True)
class Recorded:
    """It is in the books: `row` is the first answer, `is_new` says whether this report made it."""

    row: Any
    is_new: bool


@dataclass(frozen=True)
class Handling:
    """How customers of a list meet those we have.

    `match`: any known contact, one kind of contact, or none. `mode`: create, update, upsert, or skip those we have.
    `fill`: of what is told, only what is empty with us, all that is not empty there, or all; `told` names what has a column.
    """

    match: str = "any"  # any, phone, email, external, wechat, none
    mode: str = "upsert"  # create, update, upsert, skip
    fill: str = "empty"  # empty, told, all
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Taken:
    """What became of one row of a list: created, updated, unchanged, skipped, refused, or repeated.

    `changes` holds [earlier value, new value] by column, of a new row its print; `added` the ids of what stands beside it.
    """

    verdict: str
    id: UUID | None = None
    error: DomainError | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    added: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    first: int | None = None  # of a repetition: the place of the first


@dataclass(frozen=True)
class CustomersTaken:
    """What became of each customer of a list, and which companies were made for the people who work there."""

    answers: Sequence[Taken]
    made_companies: Mapping[str, Taken] = field(default_factory=dict)  # by name as it is searched


@dataclass(frozen=True)
class SheetTaken:
    """What became of rows that were taken in by columns. `left` are the places of those that must go one by one.

    `traces` is a query of this transaction for what was made: key, row, id, before and added, as Taken would tell them;
    `advanced` is one for who became a customer by an order: key, id and changes.
    """

    created: int = 0
    unchanged: int = 0
    left: Sequence[int] = ()
    traces: str = ""
    advanced: str = ""


@dataclass(frozen=True)
class ToUndo:
    """What a list made or changed, as Taken told it."""

    id: UUID
    verdict: str  # created, updated
    changes: Mapping[str, Any] = field(default_factory=dict)
    added: Mapping[str, Sequence[UUID]] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """It is not in the books, and nothing else of it is."""

    error: DomainError
