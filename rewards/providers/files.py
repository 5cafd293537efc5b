"""A bank that takes a file: what we write into it, and how we read the one that comes back."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from foundation.errors import Invalid
from foundation.money import Money, to_minor
from rewards.providers.port import Accepted, Answer, NotUnderstood, Payment
from rewards.rules.payouts import Word

BOM = "\ufeff"  # or a spreadsheet reads Chinese names wrongly
HEADS = ("reference", "holder", "account", "bank", "method", "amount", "currency", "note")
LARGEST = 5 * 1024 * 1024
MOST_ROWS = 20_000
_FORMULA = tuple("=+-@\t\r＝＋－＠")  # a spreadsheet would run it

_COLUMNS = {
    "reference": ("reference", "ref", "payment reference", "流水号", "参考号", "商户订单号"),
    "status": ("status", "result", "state", "状态", "结果", "交易状态"),
    "amount": ("amount", "金额", "交易金额"),
    "currency": ("currency", "币种"),
    "reason": ("reason", "cause", "remark", "原因", "失败原因", "备注"),
    "id": ("id", "bank id", "transaction id", "银行流水号", "交易号"),
}
_STATUSES = {
    "paid": ("paid", "success", "successful", "ok", "done", "成功", "已付款", "支付成功", "交易成功"),
    "failed": ("failed", "failure", "rejected", "returned", "失败", "已退回", "退回", "拒绝", "支付失败", "交易失败"),
    "accepted": ("accepted", "pending", "processing", "处理中", "已受理"),
}  # fmt: skip
_STATUS_OF = {word: status for status, words in _STATUSES.items() for word in words}


class ResultFileInvalid(Invalid):
    code = "payout_file_invalid"
    message = "This file cannot be read: %(reason)s"
    field = "file"


@dataclass(frozen=True)
class BadRow:
    """A line of the file that says nothing we understand."""

    number: int
    reason: str  # English msgid


class FileProvider:
    """Nothing is sent: the file carries the payments, and another one brings their results."""

    def send(self, payment: Payment) -> Answer:
        return Accepted()

    def look_up(self, reference: str) -> Word | None:
        return None

    def verify_callback(self, headers: Mapping[str, str], body: bytes) -> Word:
        raise NotUnderstood


def payment_lines(payments: Iterable[Payment]) -> str:
    """Write the file for the bank."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for each in payments:
        amount = Money(each.amount_minor, each.currency).major
        writer.writerow(
            [each.reference, *map(_shown, (each.holder, each.account, each.bank)), each.method, f"{amount:f}", each.currency,
             _shown(each.note)]
        )  # fmt: skip
    return BOM + out.getvalue()


def _shown(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_results(content: bytes, *, currency: str) -> tuple[list[Word], list[BadRow]]:
    """Read a bank's result file: what it says of payments, and the rows that say nothing we understand."""
    rows = _rows(content)
    columns = _columns(next(rows, []))
    words, bad = [], []
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MOST_ROWS:
            raise ResultFileInvalid(reason=_("It has more than 20,000 lines."))
        read = _word(cells, columns, currency)
        words.append(read) if isinstance(read, Word) else bad.append(BadRow(number, read))
    return words, bad


def _rows(content: bytes):
    if len(content) > LARGEST:
        raise ResultFileInvalid(reason=_("It is larger than 5 MB."))
    text = _text(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise ResultFileInvalid(reason=_("It is no CSV file.")) from None


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ResultFileInvalid(reason=_("It is no CSV file."))


def _columns(heads: list[str]) -> dict[str, int]:
    known = {head.strip().lower(): place for place, head in reversed(list(enumerate(heads)))}
    found = {
        name: known[word] for name, words in _COLUMNS.items() for word in reversed(words) if word in known
    }  # fmt: skip
    if not {"reference", "status"} <= set(found):
        raise ResultFileInvalid(reason=_("It needs the columns “reference” and “status”."))
    return found


def _word(cells: list[str], columns: dict[str, int], currency: str) -> Word | str:
    told = {name: cells[place].strip().lstrip("'") for name, place in columns.items() if place < len(cells)}
    status = _STATUS_OF.get(told.get("status", "").lower())
    if not told.get("reference") or len(told["reference"]) > 40:
        return _("There is no payment reference.")
    if status is None:
        return _("The status is neither paid nor failed.")
    paid_in = told.get("currency", "").upper()[:3] or currency
    try:
        amount = to_minor(told["amount"], paid_in) if told.get("amount") else None
    except ValueError:
        return _("The amount is not a number.")
    return Word(
        reference=told["reference"], status=status, amount_minor=amount, currency=paid_in,
        provider_id=told.get("id", "")[:80], cause=told.get("reason", "")[:200],
    )  # fmt: skip
