"""Payouts: how much a person gets, what a provider's word means for a line, what is shown of an account."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from foundation.contacts import mask_email, normalise_email

BANK, ALIPAY, WECHAT, EMAIL = "bank", "alipay", "wechat", "email"
OPEN = frozenset({"reserved", "sending", "accepted", "uncertain"})
_UNDER_WAY = frozenset({"sending", "accepted", "uncertain"})
_NEVER_SENT = frozenset({"draft", "reserved", "withdrawn"})
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_BANK_ACCOUNT = re.compile(r"[A-Z0-9]{6,34}")
_WALLET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{4,39}")


# --- how much -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """What a person could be paid: what their rewards keep, and what the books let them have."""

    customer_id: UUID
    gross_minor: int
    available_minor: int  # debts are repaid before anything is available
    has_account: bool

    @property
    def amount_minor(self) -> int:
        return max(min(self.gross_minor, self.available_minor), 0)


def why_left_out(claim: Claim, *, minimum_minor: int) -> str:
    """Say why a person is not paid now; empty when they are."""
    if claim.amount_minor == 0:
        return "owes"
    if claim.amount_minor < minimum_minor:
        return "too_little"
    return "" if claim.has_account else "no_account"


def split_cut(taken: int, *, in_line: int) -> tuple[int, int]:
    """Divide what a refund takes from a reward that waits in a line: from the line, and from the person."""
    from_line = min(taken, in_line)
    return from_line, taken - from_line


# --- what a provider says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """What a provider says of a payment: accepted, paid, failed, or unknown to it."""

    reference: str
    status: str
    amount_minor: int | None = None  # none: it does not say
    currency: str = ""
    provider_id: str = ""
    cause: str = ""
    message_id: str = ""  # of a callback


BOOK_PAID, BOOK_FAILED, NOTE_ACCEPTED, SEND_AGAIN, DOUBT, REPEATED = (
    "book_paid", "book_failed", "note_accepted", "send_again", "doubt", "repeated",
)  # fmt: skip
UNKNOWN_LINE, AMOUNT_DIFFERS, NEVER_SENT, PAID_AFTER_FAILED, CAME_BACK = (
    "unknown_line", "amount_differs", "never_sent", "paid_after_failed", "came_back",
)  # fmt: skip
DIFFERENCES = frozenset({UNKNOWN_LINE, AMOUNT_DIFFERS, NEVER_SENT, PAID_AFTER_FAILED, CAME_BACK})


def judge(word: Word, *, state: str | None, amount_minor: int = 0, currency: str = "") -> str:
    """Say what a provider's word means for our line: what to book, nothing new, or which difference a person decides.

    `state` is None where the reference is not ours.
    """
    if state is None:
        return UNKNOWN_LINE
    return _MEANINGS[word.status](word, state, _fits(word, amount_minor, currency))


def _fits(word: Word, amount_minor: int, currency: str) -> bool:
    return word.amount_minor in (None, amount_minor) and word.currency in ("", currency)


def _paid(word: Word, state: str, fits: bool) -> str:
    if state in _NEVER_SENT:
        return NEVER_SENT
    if state == "failed":
        return PAID_AFTER_FAILED
    if not fits:
        return AMOUNT_DIFFERS
    return BOOK_PAID if state in _UNDER_WAY else REPEATED


def _failed(word: Word, state: str, fits: bool) -> str:
    if state == "paid":
        return CAME_BACK
    return BOOK_FAILED if state in _UNDER_WAY else REPEATED


def _accepted(word: Word, state: str, fits: bool) -> str:
    return NOTE_ACCEPTED if state in ("sending", "uncertain") else REPEATED


def _unknown(word: Word, state: str, fits: bool) -> str:
    """It has no such payment: one in doubt goes again under the same reference, one that it had is in doubt."""
    if state == "uncertain":
        return SEND_AGAIN
    return DOUBT if state == "accepted" else REPEATED


_MEANINGS = {"paid": _paid, "failed": _failed, "accepted": _accepted, "unknown": _unknown}
STATUSES = frozenset(_MEANINGS)


def end_of(states: Iterable[str]) -> str:
    """Say how a batch ended by the states of its lines; empty while one of them is open."""
    seen = set(states)
    if seen & OPEN:
        return ""
    return "with_failures" if "failed" in seen else "completed"


# --- accounts -----------------------------------------------------------------------------------------


def normalise_account(method: str, text: str) -> str:
    """Write an account so that two ways of typing it are the same; ValueError when it cannot be one."""
    plain = "".join(text.split())
    if method == EMAIL or (method == ALIPAY and "@" in plain):
        return normalise_email(plain)
    if method == BANK:
        return _bank_account(plain.replace("-", "").upper())
    plain = plain.removeprefix("+")
    if not _WALLET.fullmatch(plain):
        raise ValueError("not the name of a wallet")
    return plain


def _bank_account(plain: str) -> str:
    if not _BANK_ACCOUNT.fullmatch(plain) or sum(each.isdigit() for each in plain) < 5:
        raise ValueError("not an account number")
    if _IBAN.fullmatch(plain) and not _is_iban(plain):
        raise ValueError("the check digits of the IBAN are wrong")
    return plain


def _is_iban(text: str) -> bool:
    """Check ISO 13616: the rest of the number by 97 is one."""
    moved = text[4:] + text[:4]
    return int("".join(str(int(each, 36)) for each in moved)) % 97 == 1


def mask_account(account: str) -> str:
    """Show the end of an account: •••• 4242, a***@example.com."""
    return mask_email(account) if "@" in account else f"•••• {account[-4:]}"


# --- when ---------------------------------------------------------------------------------------------


def next_payday(today: date, payday: int) -> date:
    """Give the next day of the month (1 to 28) on which payouts are made, today included."""
    if today.day <= payday:
        return today.replace(day=payday)
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return date(year, month, payday)
