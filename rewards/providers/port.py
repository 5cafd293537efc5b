"""What every way of paying money out has in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rewards.rules.payouts import Word


@dataclass(frozen=True)
class Payment:
    """One person's money on its way: all that a provider has to know."""

    reference: str
    amount_minor: int
    currency: str
    method: str
    holder: str
    account: str
    bank: str = ""
    note: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider has it and will say what came of it."""

    provider_id: str = ""


@dataclass(frozen=True)
class Rejected:
    """The provider will not pay it, for good."""

    cause: str


@dataclass(frozen=True)
class Uncertain:
    """It may have it: the answer is missing or not understood. Nobody sends it again before it was looked up."""

    cause: str


@dataclass(frozen=True)
class NotTaken:
    """It certainly has not got it: no connection was made, or it turned us away at the door."""

    cause: str


Answer = Accepted | Rejected | Uncertain | NotTaken


class NotSigned(Exception):
    """A callback that the provider did not sign, or signed too long ago."""


class NotUnderstood(Exception):
    """Signed by the provider, and yet nothing we know."""


class Provider(Protocol):
    """A way of paying money out. Its methods use the network: never call them inside a transaction."""

    def send(self, payment: Payment) -> Answer:
        """Ask for a payment. The reference makes a repetition the same payment."""
        ...

    def look_up(self, reference: str) -> Word | None:
        """Ask what became of a payment; None when nobody can say now."""
        ...

    def verify_callback(self, headers: Mapping[str, str], body: bytes) -> Word:
        """Read a callback; NotSigned or NotUnderstood when it is none."""
        ...
