"""From the rows of a file to deals as another system tells them, or to problems with a column and a reason. Pure."""

from collections.abc import Iterable, Iterator

from crm.reports import CustomerReference
from crm.reports_deals import DealReport
from integrations import repeats, values
from integrations.reading import RawRow
from integrations.repeats import EVERY, Suspects
from integrations.rows import NEGATIVE_AMOUNT, Cells, Item, Reading, own_values, read_member

NOBODY = ("no_identity", "The row does not say whose deal it is.")
REPEATED = ("repeated", "The same deal number stands in line %(line)s already.")


def read_deals(rows: Iterable[RawRow], reading: Reading, suspects: Suspects = EVERY) -> Iterator[Item]:
    """Give an item for each row: one deal."""
    seen: dict[str, int] = {}
    for row in rows:
        cells = Cells(row, reading)
        deal = _deal(cells)
        if not cells.problems and deal.number and deal.number in seen:
            cells.complain(REPEATED, "deal_id", is_skip=True, line=seen[deal.number])
        if deal.number and repeats.mark("deal_id", deal.number) in suspects:
            seen.setdefault(deal.number, row.line)
        yield Item((row,), cells.problems) if cells.problems else Item((row,), deals=(deal,))


def _deal(cells: Cells) -> DealReport:
    habits, reading = cells.reading.habits, cells.reading
    currency = cells.take("currency", values.read_currency, empty=habits.currency)
    return DealReport(
        source=reading.source,
        title=cells.text("title", 200, is_needed=True),
        customer=_customer(cells),
        number=cells.text("deal_id", 80),
        company=cells.text("company", 120),
        amount_minor=_amount(cells, currency),
        currency=currency,
        pipeline=cells.text("pipeline", 120),
        stage=cells.text("stage", 120),
        loss_reason=cells.text("loss_reason", 200),
        opened_at=cells.moment("opened_at"),
        closed_at=cells.moment("closed_at"),
        expected_close=_day(cells, "expected_close"),
        owner_id=cells.take("owner", lambda text: read_member(text, reading), empty=None),
        next_step=cells.text("next_step", 200),
        next_step_on=_day(cells, "next_step_on"),
        custom={key: value for key, value in own_values(cells).items() if value is not None},
    )


def _customer(cells: Cells) -> CustomerReference:
    who = CustomerReference(
        phone=cells.take("customer_phone", lambda text: values.read_phone(text, cells.reading.habits)),
        email=cells.take("customer_email", values.read_email),
        external_id=cells.text("customer_id", 254),
        name=cells.text("customer_name", 120),
    )
    if not cells.problems and who.is_anonymous and not who.name:
        cells.complain(NOBODY)
    return who


def _amount(cells: Cells, currency: str) -> int | None:
    amount = cells.take("amount", lambda text: values.read_minor(text, currency), empty=None)
    if amount is not None and amount < 0:
        cells.complain(NEGATIVE_AMOUNT, "amount")
    return amount


def _day(cells: Cells, name: str):
    return cells.take(name, lambda text: values.read_date(text, cells.reading.habits), empty=None)
