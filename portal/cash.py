"""A member's cash rewards on their way to the account: how far each has come, and when the money is to be there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.calendar import WorkingCalendar
from portal import wording
from rewards.models import PayoutAccount, PayoutLine, PayoutSettings, Reward
from rewards.queries import balances
from rewards.queries.payouts import account_of, last_failures, lines_of_rewards, payout_settings
from rewards.rules.payouts import next_payday
from tenancy import door

State = Reward.State
_SET_ASIDE = (PayoutLine.State.RESERVED,)


@dataclass(frozen=True)
class CashNews:
    """What a member is told of one cash reward."""

    state: str
    tone: str
    when: str
    needs_account: bool = False


@dataclass(frozen=True)
class CashCard:
    """What a member could be paid, where to and when."""

    sums: list[str]  # one for each currency
    account: PayoutAccount | None
    when: str


def cash_news(member_id: UUID, rewards: Sequence[Reward]) -> dict[UUID, CashNews]:
    """Say of cash rewards that are settled how far their money has come, by reward."""
    settled = (State.AVAILABLE, State.PAYING, State.PAID)
    cash = [each for each in rewards if each.kind == Reward.Kind.CASH and each.kept and each.state in settled]
    if not cash:
        return {}
    ids = [each.id for each in cash]
    desk = _Desk(payout_settings(), account_of(member_id), lines_of_rewards(ids), last_failures(ids))
    return {each.id: desk.news(each) for each in cash}


def cash_card(member_id: UUID) -> CashCard | None:
    """Sum what waits to be paid; None for a member who has never had cash and has entered no account."""
    held = [line for line in balances(member_id) if line.kind == "money"]
    account = account_of(member_id)
    if not held and account is None:
        return None
    sums = [wording.money(line.available, line.unit) for line in held if line.available]
    return CashCard(sums, account, _next_payout(payout_settings()))


@dataclass(frozen=True)
class _Desk:
    settings: PayoutSettings
    account: PayoutAccount | None
    lines: dict[UUID, PayoutLine]
    failures: dict[UUID, PayoutLine]

    def news(self, reward: Reward) -> CashNews:
        line = self.lines.get(reward.id)
        if line is None or reward.state == State.AVAILABLE:
            return self._waiting(reward)
        if reward.state == State.PAID:
            told = {"day": wording.day(line.finished_at or door.moment()), "account": line.account.masked_account}
            return CashNews(_("Paid"), "good", _("Paid on %(day)s to %(account)s") % told)
        if line.state in _SET_ASIDE:
            return CashNews(_("Being paid out"), "wait", _("In our next payout, which is being prepared"))
        told = {"day": wording.day(self._arrival(line)), "account": line.account.masked_account}
        return CashNews(_("On its way"), "wait", _("On its way to %(account)s, there by %(day)s") % told)

    def _waiting(self, reward: Reward) -> CashNews:
        if self.account is None:
            return CashNews(_("Yours"), "wait", _("Tell us where to send the money"), needs_account=True)
        failed = self.failures.get(reward.id)
        if failed and failed.account_id == self.account.id:
            words = _("The payment to %(account)s did not go through. Please check the account")
            return CashNews(_("Yours"), "wait", words % {"account": failed.account.masked_account}, needs_account=True)
        return CashNews(_("Yours"), "good", _next_payout(self.settings))

    def _arrival(self, line: PayoutLine) -> datetime:
        calendar = WorkingCalendar(timezone.get_current_timezone())
        return calendar.end_of(line.attempted_at or door.moment(), days=self.settings.arrival_days)


def _next_payout(settings: PayoutSettings) -> str:
    if not settings.payday:
        return _("Will be paid with our next payout")
    day = next_payday(timezone.localdate(door.moment()), settings.payday)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_current_timezone())
    return _("Will be paid out around %(day)s") % {"day": wording.day(noon)}
