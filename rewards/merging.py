"""What becomes of accounts, rewards, coupons, gifts and payouts when two customers become one, and two again."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.operations.merging.kit import GOES, Act, Block, Line, Note, Pair, Room, Undoing, Work, by_hand, moves, stays
from rewards.models import (
    Account,
    AccountMove,
    Approval,
    Balance,
    Checkout,
    Coupon,
    CouponCounter,
    CouponGuest,
    CouponUse,
    GiftOrder,
    Lot,
    LotUse,
    PayoutAccount,
    PayoutLeftOut,
    PayoutLine,
    PayoutShare,
    Reward,
)
from rewards.operations.accounts.merging import move_customer, return_customer
from rewards.operations.coupons.counting import recount
from tenancy import door

State = Reward.State
_WAITS_FOR_PAYOUT = (PayoutLine.State.DRAFT, *PayoutLine.OPEN)


def _look(pair: Pair) -> Iterable[Line | Note | Block]:
    if PayoutLine.objects.filter(customer=pair.loser, state__in=_WAITS_FOR_PAYOUT).exists():
        yield Block(gettext("%(name)s is in a payout that is under way. Wait until it is over, or take it apart.")
                    % {"name": pair.loser.name})  # fmt: skip
    yield Line(_("Rewards"), Reward.objects.filter(beneficiary=pair.loser).count(), "rewards.reward")
    for balance in Balance.objects.filter(id__in=_accounts(pair.loser.id)):
        yield from _of_balance(balance)
    if _active_account(pair.loser) and _active_account(pair.winner):
        yield Note(
            gettext("Both have a payout account. The one of %(name)s is used from then on.") % {"name": pair.winner.name}
        )


def _of_balance(balance: Balance) -> Iterable[Line]:
    account = Account.objects.select_related("unit").get(id=balance.id)
    unit = account.unit
    has, owes = balance.available + balance.pending, -balance.arrears
    yield Line(unit.code, has, f"balance.{unit.code}")
    yield Line(_("Owed") if unit.kind == unit.Kind.POINTS else unit.code, owes, f"owed.{unit.code}")
    if unit.kind == unit.Kind.POINTS:
        lots = Lot.objects.filter(account_id=balance.id, remaining__gt=0)
        yield Line(_("Lots of points, each with its own expiry"), lots.count(), "rewards.lot")


def _accounts(customer_id: UUID) -> list[UUID]:
    return list(Account.objects.filter(customer_id=customer_id).values_list("id", flat=True))


def _active_account(customer) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(customer=customer, retired_at=None).first()


def _before(work: Work) -> None:
    """Of two payout accounts in use the winner's stays in use."""
    theirs = _active_account(work.loser)
    if theirs and _active_account(work.winner):
        work.change(PayoutAccount, {theirs.id: {"retired_at": door.moment()}})


def _after(work: Work) -> None:
    """Move the books and the rewards, and note all that is needed to bring them back."""
    accounts = _accounts(work.loser.id)
    rewards = list(Reward.objects.filter(beneficiary=work.loser).order_by("id"))
    lots = list(Lot.objects.filter(account_id__in=accounts).values_list("id", flat=True))
    counted = list(CouponCounter.objects.filter(customer_id=work.loser.id).values_list("kind_id", flat=True))
    known = set(
        CouponCounter.objects.filter(customer_id=work.winner.id, kind_id__in=counted).values_list("kind_id", flat=True)
    )
    earlier = set(AccountMove.objects.filter(source_id__in=accounts).values_list("id", flat=True))
    move_customer(work.loser.id, work.winner.id, key=f"{work.merge.id}:{work.place}")
    made = AccountMove.objects.filter(source_id__in=accounts).exclude(id__in=earlier)
    work.note(AccountMove, Act.NOTED, list(made.values_list("id", flat=True)))
    work.note(Lot, Act.NOTED, lots)
    work.note(Reward, Act.NOTED, [{"id": one.id, "account_id": one.account_id, "state": one.state} for one in rewards])
    work.note(CouponCounter, Act.NOTED, [{"kind_id": one, "was_known": one in known} for one in counted])
    if rewards:
        work.moved["rewards.reward"] = work.moved.get("rewards.reward", 0) + len(rewards)


# --- back ------------------------------------------------------------------------------------------------


def _noted_rewards(undoing: Undoing) -> dict[UUID, dict]:
    return {UUID(row["id"]): row for step in undoing.of(Reward, Act.NOTED) for row in step.rows}


def _noted(undoing: Undoing, model) -> list:
    return [row for step in undoing.of(model, Act.NOTED) for row in step.rows]


def _look_back(undoing: Undoing) -> Iterable[Note | Block]:
    rewards = _noted_rewards(undoing)
    paid = PayoutShare.objects.filter(reward_id__in=rewards, line__customer=undoing.winner, id__gt=undoing.merge.id)
    if paid.exclude(line__state=PayoutLine.State.WITHDRAWN).exists():
        yield Block(gettext("Rewards of %(name)s have gone into a payout since.") % {"name": undoing.loser.name})
    if used := len(_used_coupons(undoing)):
        yield Note(ngettext(
            "One coupon that has been used since stays with %(name)s.",
            "%(n)s coupons that have been used since stay with %(name)s.", used) % {"n": used, "name": undoing.winner.name}
        )  # fmt: skip
    if _used_lots(undoing):
        yield Note(gettext("Points that have been used since stay used; what is left of them goes back."))


def _used_lots(undoing: Undoing) -> set[UUID]:
    """Find lots that somebody used since, by more than was given back."""
    lots, entries = _noted(undoing, Lot), _entries(undoing)
    uses = LotUse.objects.filter(lot_id__in=lots, id__gt=undoing.merge.id).exclude(entry_id__in=entries)
    sums: dict[UUID, int] = {}
    for lot_id, amount in uses.values_list("lot_id", "amount"):
        sums[lot_id] = sums.get(lot_id, 0) + amount
    return {lot_id for lot_id, amount in sums.items() if amount > 0}


def _entries(undoing: Undoing) -> list[UUID]:
    made = AccountMove.objects.filter(id__in=_noted(undoing, AccountMove), entry_id__isnull=False)
    return list(made.values_list("entry_id", flat=True))


def _used_coupons(undoing: Undoing) -> list[UUID]:
    """Find coupons that the winner has used or laid on a till since; those stay where their use is."""
    used = CouponUse.objects.filter(coupon_id__in=undoing.ids(Coupon), id__gt=undoing.merge.id)
    alive = used.filter(state__in=[Checkout.State.RESERVED, Checkout.State.REDEEMED])
    return list(alive.values_list("coupon_id", flat=True))


def _undo(undoing: Undoing) -> None:
    """Bring back books and rewards; a reward of which something was used since stays with its lot."""
    noted, coupons = _noted_rewards(undoing), _used_coupons(undoing)
    undoing.keep(Coupon, coupons)
    kept = _rewards_that_stay(noted, _used_lots(undoing), coupons)
    accounts = {id: UUID(row["account_id"]) for id, row in noted.items() if id not in kept}
    staying = set(Reward.objects.filter(id__in=kept, lot_id__isnull=False).values_list("lot_id", flat=True))
    lots = [lot for lot in _noted(undoing, Lot) if UUID(lot) not in staying]
    return_customer(
        undoing.winner.id, undoing.loser.id, key=str(undoing.merge.id), lot_ids=[UUID(one) for one in lots],
        move_ids=[UUID(one) for one in _noted(undoing, AccountMove)], accounts=accounts,
    )  # fmt: skip
    undoing.after.append(_count_again)


def _rewards_that_stay(noted: Mapping[UUID, dict], used: set[UUID], coupons: list[UUID]) -> set[UUID]:
    given = Q(lot_id__in=used) | Q(coupons__id__in=coupons)
    return set(Reward.objects.filter(given, id__in=list(noted)).values_list("id", flat=True))


def _count_again(undoing: Undoing) -> None:
    """Count both customers' uses of coupons again, now that the uses are back."""
    for row in _noted(undoing, CouponCounter):
        kind_id = UUID(row["kind_id"])
        recount(kind_id, undoing.loser.id, keep_empty=True)
        recount(kind_id, undoing.winner.id, keep_empty=row["was_known"])


ROOM = Room(
    stays(Account, "customer", "the books are not rewritten: what it held is transferred"),
    by_hand(Reward, "beneficiary"),
    by_hand(CouponCounter, "customer_id"),
    moves(CouponGuest, "customer", once_with=("kind",), leftover=GOES),
    moves(Coupon, "customer", _("Coupons")),
    moves(Checkout, "customer", _("Checkouts at the till")),
    moves(CouponUse, "customer_id"),
    moves(GiftOrder, "customer", _("Gift orders")),
    moves(Approval, "customer", _("Approvals")),
    moves(PayoutAccount, "customer", _("Payout accounts")),
    moves(PayoutLine, "customer", _("Payouts"), once_with=("batch",)),
    stays(PayoutLeftOut, "customer", "says whom a payout left out"),
    look=_look, before=_before, after=_after, look_back=_look_back, undo=_undo,
)  # fmt: skip
