"""What the rules of the books say, what it means when one is broken, and where its row can be looked at."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rewards.models import (
    Account,
    Budget,
    CatalogueItem,
    Coupon,
    GiftOrder,
    JournalEntry,
    Lot,
    LotUse,
    Posting,
    Reward,
    RewardMove,
)

# Rule (rewards/queries/books.py) -> its name, and what somebody should think of who reads that it is broken.
WORDS = {
    "a balance is the sum of its postings": (
        _("A balance is the sum of its postings"),
        _("A balance was changed without an entry, or an entry without its balance. Compare both sides, compartment by "
          "compartment; the journal is what counts."),
    ),
    "an arrow is on the account of its reward": (
        _("An arrow is on the account of its reward"), _("Units of a reward were booked to another customer or unit."),
    ),
    "what left a customer reached another": (
        _("What left a customer reached another"), _("A transfer between customers was written on one side only."),
    ),
    "an entry has postings, and a posting its entry": (
        _("An entry has postings, and a posting its entry"), _("A part of an entry is missing."),
    ),
    "the rests of lots are what is available": (
        _("What is left of lots is what is available"),
        _("The customer's lots do not add up to what they can use, so the wrong units would expire or be spent."),
    ),
    "the uses of a lot are what it lost": (
        _("The uses of a lot are what it lost"),
        _("Units left a lot, or came back to it, without a note of which entry did it."),
    ),
    "an entry opens and uses lots as its postings say": (
        _("An entry opens and uses lots as its postings say"), _("Units became available or were used without their lots."),
    ),
    "a lot is opened by its arrow": (
        _("A lot is opened by its arrow"), _("A lot does not come from the entry that it names."),
    ),
    "pending is what waiting rewards keep": (
        _("Pending is what waiting rewards keep"),
        _("The customer is shown more or less on the way than their rewards promise."),
    ),
    "who may settle is accrued, and nobody else": (
        _("Who waits to be settled is accrued, and nobody else"),
        _("A reward would never be settled, or be settled though it is held or taken back."),
    ),
    "the moves of a reward lead to its state": (
        _("The moves of a reward lead to its state"), _("Somebody changed a reward's state without writing down why."),
    ),
    "a reward keeps what its moves left": (
        _("A reward keeps what its moves left"), _("A reward's amount was changed without writing down why."),
    ),
    "a settlement moved what the reward then had": (
        _("A settlement moved what the reward then had"), _("A reward counts as settled, but the journal does not say so."),
    ),
    "a move's entry moved what it says": (
        _("A move's entry moved what it says"), _("The history of a reward and the journal tell different amounts."),
    ),
    "a budget is what its rewards cost": (
        _("A budget is what its rewards cost"), _("A budget shows more or less reserved or spent than its rewards need."),
    ),
    "a lot lives as long as it was told": (
        _("A lot lives as long as it was told"), _("A lot's expiry was moved without a note of why."),
    ),
    "a budget is over its limit by what it says": (
        _("A budget is over its limit by what it says"), _("A budget hides that it was exceeded."),
    ),
    "what is spent of a reward is what its lots say": (
        _("What is spent of a reward is what its lots say"), _("A budget's spent figure is not what customers used."),
    ),
    "what waits for money is held and has no budget yet": (
        _("What waits for money is held and has no budget yet"),
        _("A reward waits for a budget, and is paid from one already."),
    ),
    "a stock is what came in less what went out": (
        _("A stock is what came in less what went out"), _("A gift's stock was changed without a move."),
    ),
    "stock and ordered pieces are what was put in": (
        _("Stock and ordered pieces are what was put in"), _("Gifts are missing, or were ordered twice."),
    ),
    "an order holds the stock that it took": (
        _("An order of a gift holds the stock that it took"),
        _("A cancelled order kept its piece, or an open one has none."),
    ),
    "an order's points are in the books": (
        _("The points of a gift order are in the books"),
        _("A gift was ordered without its points, or points were taken twice."),
    ),
    "the moves of an order lead to its state": (
        _("The moves of a gift order lead to its state"), _("Somebody changed an order's state without writing it down."),
    ),
    "a voucher code belongs to an order of its item": (
        _("A voucher code belongs to an order of its item"), _("A code was handed out for another gift."),
    ),
    "a payout line pays what its rewards have in it": (
        _("A payout line pays what its rewards have in it"), _("Somebody would be paid more or less than their rewards."),
    ),
    "a reward is being paid, or paid, when a payout line says so": (
        _("A reward is being paid, or paid, when a payout line says so"),
        _("A reward and its payout tell different stories."),
    ),
    "a payout is where its lines are": (
        _("A payout is where its lines are"), _("A payout counts as done though lines are open, or the other way round."),
    ),
    "what is being paid is what open payout lines say": (
        _("What is being paid is what open payout lines say"), _("Money is under way without a line of a payout."),
    ),
    "what was paid is what paid payout lines say": (
        _("What was paid is what paid payout lines say"), _("Money was booked as paid without a line of a payout."),
    ),
    "an expectation costs nothing and is in no book": (
        _("An expectation costs nothing and is in no book"), _("What is only expected was booked as if it were promised."),
    ),
    "a reward is the option that was chosen": (
        _("A reward is the option that was chosen"), _("A customer gets something else than what they chose."),
    ),
    "a reward that was exchanged for another option is nothing itself": (
        _("A reward that was exchanged is nothing itself"), _("A customer would get both options."),
    ),
    "what waits for a second person is held": (
        _("What waits for a second person is held"), _("A reward that needs approval could settle without it."),
    ),
    "a question was answered as its answer says": (
        _("A question was answered as its answer says"), _("An approval was changed without an answer."),
    ),
    "a redeemed coupon of a reward has its redemption in the books": (
        _("A redeemed coupon has its redemption in the books"), _("A coupon was used that the books know as unused."),
    ),
    "a coupon is held by the uses that stand": (
        _("A coupon is held by the uses that stand"), _("A coupon is blocked without a use, or used twice."),
    ),
    "a counter of coupons is the number of uses that stand": (
        _("A coupon's counter is the number of its uses"), _("A limit of uses would be reached too early or too late."),
    ),
    "a checkout's uses take off what it says": (
        _("A checkout takes off what its coupons say"), _("A till took off more or less than was calculated."),
    ),
    "points at the till are in the books while they are used": (
        _("Points used at the till are in the books"), _("A till took points that the books do not know of."),
    ),
    "a closed month is what was sealed": (
        _("A closed month is what was sealed"),
        _("An entry of a closed month, its figures or its seal were changed after the month was closed. Nobody can do that "
          "through the house: somebody had the rights of the database's owner. Do not repair it before it is explained."),
    ),
}  # fmt: skip


def name_of(rule: str) -> str:
    return str(WORDS[rule][0]) if rule in WORDS else gettext(rule).capitalize()


def meaning_of(rule: str) -> str:
    return str(WORDS[rule][1]) if rule in WORDS else gettext("Two records of the same thing do not agree.")


def link_to_row(row_id: UUID) -> str:
    """Find the page that shows a wrong row: of its customer's account, its entry, its reward; or nothing."""
    for find in (_account, _entry, _reward, _other):
        if link := find(row_id):
            return link
    return ""


def _account(row_id: UUID) -> str:
    lot = Lot.objects.filter(id=row_id).values_list("account_id", flat=True).first()
    account = Account.objects.select_related("unit").filter(id=lot or row_id).first()
    if account is None:
        return ""
    return f"{reverse('dashboard:statement', args=[account.customer_id])}?unit={account.unit.code}"


def _entry(row_id: UUID) -> str:
    of_part = [model.objects.filter(id=row_id).values_list("entry_id", flat=True).first() for model in (Posting, LotUse)]
    entry_id = next((one for one in of_part if one), row_id)
    found = JournalEntry.objects.filter(id=entry_id).exists()
    return f"{reverse('dashboard:ledger')}?q={entry_id}" if found else ""


def _reward(row_id: UUID) -> str:
    move = RewardMove.objects.filter(id=row_id).values_list("reward_id", flat=True).first()
    reward_id = move or row_id
    return reverse("dashboard:reward", args=[reward_id]) if Reward.objects.filter(id=reward_id).exists() else ""


def _other(row_id: UUID) -> str:
    if Budget.objects.filter(id=row_id).exists():
        return reverse("dashboard:budgets")
    if GiftOrder.objects.filter(id=row_id).exists():
        return reverse("dashboard:gift_order", args=[row_id])
    if CatalogueItem.objects.filter(id=row_id).exists():
        return reverse("dashboard:item", args=[row_id])
    coupon = Coupon.objects.filter(id=row_id).values_list("customer_id", flat=True).first()
    return reverse("dashboard:customer", args=[coupon]) if coupon else ""
