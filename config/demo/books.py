"""What finance has done: months closed, a correction that came late, the books proved every night."""

from datetime import timedelta

from config.demo.life import Life
from rewards import ledger
from rewards.operations import close_month, ensure_units, prove_books
from rewards.queries import books_months
from tenancy import door

NIGHTS = 3


def close_the_past(life: Life) -> None:
    """Close every month but the last that is over, so that there is one to close; prove the books."""
    with life.at(life.today - timedelta(hours=2), "finance"):
        over = sorted(each.month for each in books_months() if each.is_over)
        for month in over[:-1]:
            closed = close_month(month)
        if len(over) > 1:
            _correct_late(life, closed.closing.ends_at - timedelta(days=3))
    for night in range(NIGHTS, 0, -1):
        with door.organisation(life.organisation.id, moment=life.today.replace(hour=3) - timedelta(days=night - 1)):
            prove_books()


def _correct_late(life: Life, forgotten_at) -> None:
    """Book what a shop assistant forgot in a month that is closed by now."""
    reason = {"en": "Forgotten at the till", "zh-hans": "收银台漏记"}[life.shop.language]
    unit = ensure_units()["POINT"]
    arrow = ledger.Arrow(life.customers[2], unit.id, "programme", "available", 30)
    entry = ledger.Entry("adjustment", "adjust:demo:late", (arrow,), reason=reason, occurred_at=forgotten_at)
    ledger.post([entry])
