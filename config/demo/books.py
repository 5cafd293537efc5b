"""What finance has done: months closed, a correction that came late, the books proved every night."""

from datetime import timedelta

from config.demo.life import Life
from rewards.operations import adjust_points, close_month, prove_books
from rewards.queries import books_months
from tenancy import door

NIGHTS = 3


def close_the_past(life: Life) -> None:
    """Close every month but the last that is over, so that there is one to close; prove the books."""
    closed = None
    with life.at(life.today - timedelta(hours=2), "finance"):
        over = sorted(each.month for each in books_months() if each.is_over)
        for month in over[:-1]:
            closed = close_month(month)
    if closed:
        _correct_late(life, closed.closing.ends_at - timedelta(days=3))
    for night in range(NIGHTS, 0, -1):
        with door.organisation(life.organisation.id, moment=life.today.replace(hour=3) - timedelta(days=night - 1)):
            prove_books()


def _correct_late(life: Life, forgotten_at) -> None:
    """Book what a shop assistant forgot in a month that is closed by now."""
    reason = {"en": "Forgotten at the till", "zh-hans": "收银台漏记"}[life.shop.language]
    with life.at(forgotten_at, "finance"):
        adjust_points(life.customers[2], amount=30, reason=reason, key="demo:late")
