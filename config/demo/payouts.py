"""Cash that the demo's shops pay out: a payout of last month, one that waits to be sent, one that waits for approval."""

from datetime import timedelta
from uuid import UUID

from config.demo.life import Life
from crm.models import Customer
from rewards import operations as rewarding
from rewards.models import PayoutBatch, Reward
from rewards.operations import payouts

PEOPLE = 18
NO_ACCOUNT = 5  # of them, every so many
_TAX_NOTE = {
    "en": "Rewards in money can be taxable for the person who gets them. Ask our accountant before the end of the tax year.",
    "zh-hans": "个人取得的现金奖励可能需按“偶然所得”由支付单位代扣代缴个人所得税（税率 20%）。"
    "付款前请与财务确认，具体以税务机关口径为准。",
}
_MINIMUM, _THRESHOLD = {"GBP": 500, "CNY": 2_000}, {"GBP": 6_000, "CNY": 80_000}
_BANKS = {"en": ("Acorn Bank", "Tyne Bank"), "zh-hans": ("招商银行成都分行", "中国工商银行成都分行")}


def pay_cash_out(life: Life) -> None:
    """Give cash to those who have brought friends, and pay it out, in all the ways it can go."""
    people = life.customers[:PEOPLE]
    _settle_on_terms(life)
    _give(life, people, life.today - timedelta(days=40), "autumn")
    _enter_accounts(life, people)
    _pay_last_month(life)
    _give(life, people, life.today - timedelta(days=9), "november")
    _leave(life, life.today - timedelta(days=2), approve=True)
    _give(life, people[::2], life.today - timedelta(days=1), "late")
    _leave(life, life.today - timedelta(hours=2), approve=False)
    _give(life, people[1::3], life.today - timedelta(hours=1), "today")


def _settle_on_terms(life: Life) -> None:
    with life.at(life.today - timedelta(days=45), "owner"):
        payouts.change_payout_settings(
            minimum_minor=_MINIMUM[life.shop.currency], payday=25, arrival_days=2,
            tax_threshold_minor=_THRESHOLD[life.shop.currency], tax_note=_TAX_NOTE[life.shop.language],
        )  # fmt: skip


def _give(life: Life, people: list[UUID], moment, name: str) -> None:
    """Let cash become available at a moment; the cents tell the demo's bank how to fail."""
    with life.at(moment):
        rewarding.accrue(
            [
                rewarding.Promise(
                    key=f"demo:cash:{name}:{number}", kind=Reward.Kind.CASH, customer_id=customer_id, role="referrer",
                    amount=_amount(life, number), currency=life.shop.currency, hold_until=moment,
                    promised_by=moment + timedelta(days=35),  # the next payday, and the bank's days
                )
                for number, customer_id in enumerate(people)
            ]
        )  # fmt: skip
        rewarding.settle_due()


def _amount(life: Life, number: int) -> int:
    whole = life.dice.choice([15, 20, 25, 30, 40]) * (10 if life.shop.currency == "CNY" else 1) * 100
    return whole + {3: 13, 6: 19, 8: 17, 11: 23}.get(number, 0)


def _enter_accounts(life: Life, people: list[UUID]) -> None:
    """Most have told where to send it; two have the same account, and some have not told yet."""
    with life.at(life.today - timedelta(days=38)):
        names = dict(Customer.objects.filter(id__in=people).values_list("id", "name"))
        for number, customer_id in enumerate(people):
            if number % NO_ACCOUNT != NO_ACCOUNT - 1:
                payouts.set_payout_account(customer_id, holder=names[customer_id], **_account(life, number))


def _account(life: Life, number: int) -> dict[str, str]:
    number = 1 if number == 2 else number  # a couple
    if number % 3 == 0:
        return {"method": "alipay" if life.shop.country == "CN" else "email", "account": f"payee.{number}@example.com"}
    banks = _BANKS[life.shop.language]
    return {"method": "bank", "account": f"62220212{number:04}7890{number:03}", "bank": banks[number % 2]}


def _pay_last_month(life: Life) -> None:
    """By file: two came back, and one in the bank's answer is not ours."""
    with life.at(life.today - timedelta(days=36), "finance"):
        batch = payouts.draft_payout(currency=life.shop.currency)
        payouts.submit_payout(batch.id)
    with life.at(life.today - timedelta(days=35), "owner"):
        payouts.approve_payout(batch.id)
        payouts.send_payout(batch.id)
        payouts.payout_file(batch.id, purpose="upload at the bank")
    with life.at(life.today - timedelta(days=33), "finance"):
        payouts.take_result_file(batch.id, _results(batch).encode())


def _results(batch: PayoutBatch) -> str:
    rows = ["reference,status,amount,reason"]
    for number, line in enumerate(batch.lines.order_by("id")):
        is_back = number in (4, 9)
        rows.append(f"{line.reference},{'failed' if is_back else 'paid'},,{'account closed' if is_back else ''}")
    return "\n".join([*rows, "ZX20260001,paid,42.00,"])


def _leave(life: Life, moment, *, approve: bool) -> None:
    """Leave a payout to the visitor: approved and ready to be sent, or waiting for their approval."""
    with life.at(moment - timedelta(hours=3), "finance"):
        payouts.change_payout_settings(provider="demo")
        batch = payouts.draft_payout(currency=life.shop.currency)
        payouts.submit_payout(batch.id)
    if approve:
        with life.at(moment, "owner"):
            payouts.approve_payout(batch.id)
