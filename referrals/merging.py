"""What becomes of codes, referrals and conversions when two customers become one.

Nobody refers themselves, and nobody is referred twice: what cannot go on with the winner is closed and stays with the stone.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.operations.merging.kit import Act, Line, Note, Pair, Question, Room, Undoing, Work, by_hand, moves, stays
from referrals.models import (
    AbuseCase,
    AbuseListing,
    Ask,
    AttributionDecision,
    Claim,
    CodeOwner,
    Conversion,
    Decision,
    FollowerPostReceiver,
    MilestoneReached,
    PromotionReceiver,
    Recognition,
    Referral,
    ReferralCode,
    ReferrerProfile,
    Share,
    SignUpTrace,
    StatusLink,
    Trace,
    Trait,
)
from referrals.operations.expecting import give_up
from referrals.operations.moves import note
from referrals.queries import rewards_of_referral
from rewards.models import Reward
from rewards.operations import Cut, expect_again, expected_of, give_again, keep_only_many

SELF, AGAIN = "self_referral", "already_referred"
REVERSE, KEEP = "reverse", "keep"
UNSETTLED_OF_SELF, SETTLED_OF_SELF = "self_referral_unsettled", "self_referral_settled"
_UNSETTLED = (Reward.State.ACCRUED, Reward.State.HELD)
_SETTLED = (Reward.State.AVAILABLE, Reward.State.PAYING, Reward.State.PAID, Reward.State.ISSUED)
_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)


def _owns(a: UUID, b: UUID) -> list[Referral]:
    """Find the referrals by which one of the two brought the other."""
    both = Q(referrer_id=a, referee_id=b) | Q(referrer_id=b, referee_id=a)
    return list(Referral.objects.filter(both).order_by("id"))


def _received(customer_id: UUID, other_id: UUID) -> Referral | None:
    return Referral.objects.filter(referee_id=customer_id).exclude(referrer_id=other_id).first()


def _later(mine: Referral | None, theirs: Referral | None) -> Referral | None:
    """Of two referrals for one friend, the earlier one counts."""
    if mine is None or theirs is None:
        return None
    return max(mine, theirs, key=lambda one: (one.confirmed_at, one.id))


def _look(pair: Pair) -> Iterable[Line | Note | Question]:
    yield Line(_("Friends they brought"), Referral.objects.filter(referrer=pair.loser).exclude(referee=pair.winner).count(),
               "referrals.referral")  # fmt: skip
    yield Line(_("Personal codes"), ReferralCode.objects.filter(referrer=pair.loser).count(), "referrals.referralcode")
    for own in _owns(pair.winner.id, pair.loser.id):
        yield Note(gettext("One of the two referred the other, which was a referral of oneself. It is closed for that."))
        yield from _about_rewards(own)
    later = _later(_received(pair.winner.id, pair.loser.id), _received(pair.loser.id, pair.winner.id))
    if later:
        yield Note(gettext("Both were referred. The earlier referral counts; the one by %(name)s is closed.")
                   % {"name": later.referrer.name})  # fmt: skip


def _about_rewards(own: Referral) -> Iterable[Question]:
    options = ((REVERSE, gettext("Take them back")), (KEEP, gettext("Leave them")))
    waiting = rewards_of_referral(own.id).filter(state__in=_UNSETTLED, kept__gt=0).count()
    settled = rewards_of_referral(own.id).filter(state__in=_SETTLED, kept__gt=0).count()
    if waiting:
        text = ngettext("One reward of it still waits.", "%(n)s rewards of it still wait.", waiting) % {"n": waiting}
        yield Question(UNSETTLED_OF_SELF, text, options, REVERSE)
    if settled:
        text = ngettext("One reward of it has been given.", "%(n)s rewards of it have been given.", settled) % {"n": settled}
        yield Question(SETTLED_OF_SELF, text, options)


# --- merging ---------------------------------------------------------------------------------------------


def _before(work: Work) -> None:
    owns = _owns(work.winner.id, work.loser.id)
    for own in owns:
        _close(work, own, SELF, every_stage=True)
        _take_rewards_back(work, own)
    _choose_received(work, owns)
    _drop_second_card(work)
    _move_codes(work)
    _move_claims(work)
    rest = Referral.objects.filter(referrer=work.loser).exclude(id__in=[own.id for own in owns])
    work.repoint(Referral, "referrer_id", list(rest.values_list("id", flat=True)), label="referrals.referral")


def _close(work: Work, referral: Referral, reason: str, *, every_stage: bool = False) -> None:
    if referral.stage not in _OPEN and not (every_stage and referral.stage != Referral.Stage.CLOSED):
        return
    work.change(Referral, {referral.id: {"stage": Referral.Stage.CLOSED, "close_reason": reason}})
    note(referral.id, axis="stage", before=referral.stage, after=Referral.Stage.CLOSED, cause=reason)
    expected = list(expected_of([referral.id]).values_list("id", flat=True))
    give_up([referral.id], cause=reason)
    work.note(Referral, Act.NOTED, [{"expected": one} for one in expected])


def _take_rewards_back(work: Work, own: Referral) -> None:
    """Reverse what was earned by referring oneself, as it was decided."""
    states = [
        state for code, group in ((UNSETTLED_OF_SELF, _UNSETTLED), (SETTLED_OF_SELF, _SETTLED))
        if work.answers.get(code) == REVERSE for state in group
    ]  # fmt: skip
    rewards = list(rewards_of_referral(own.id).filter(state__in=states, kept__gt=0))
    work.note(Referral, Act.NOTED, [{"reward": one.id, "kept": one.kept} for one in rewards])
    keep_only_many([Cut(one.id, 0, SELF, f"merge:{work.merge.id}:{one.id}") for one in rewards])


def _choose_received(work: Work, owns: list[Referral]) -> None:
    """Give the winner the one referral that counts; whatever else names the winner as the friend goes to the stone."""
    mine, theirs = _received(work.winner.id, work.loser.id), _received(work.loser.id, work.winner.id)
    if later := _later(mine, theirs):
        _close(work, later, AGAIN)
    if theirs is None or (mine and later.id == theirs.id):
        return
    values = {theirs.id: {"referee_id": work.winner.id}}
    if mine:
        values[mine.id] = {"referee_id": work.loser.id}
    for own in owns:  # both ends are one person now; the friend's place is taken by who was referred in truth
        if own.referee_id == work.winner.id:
            values[own.id] = {"referrer_id": work.winner.id, "referee_id": work.loser.id}
    _swap(work, values)


def _swap(work: Work, values: dict) -> None:
    """Change ends in one statement: `referral_one_referrer` is checked at its end."""
    rows = {row.id: row for row in Referral.objects.filter(id__in=values)}
    whole = {
        id: {"referrer_id": rows[id].referrer_id, "referee_id": rows[id].referee_id} | some for id, some in values.items()
    }
    work.change(Referral, whole)


def _drop_second_card(work: Work) -> None:
    """Of two open cards to ask one customer, the winner's stays."""
    open_cards = Ask.objects.filter(state=Ask.State.OPEN)
    if open_cards.filter(customer=work.winner).exists():
        loser = open_cards.filter(customer=work.loser).values_list("id", flat=True)
        work.change(Ask, {id: {"state": Ask.State.DROPPED} for id in loser})


def _move_codes(work: Work) -> None:
    """Codes go on to work; where the winner has one in the campaign, the loser's is the second."""
    mine = ReferralCode.objects.filter(referrer=work.winner, is_inherited=False, batch=None).values_list(
        "campaign_id", flat=True
    )
    codes = ReferralCode.objects.filter(referrer=work.loser)
    second = codes.filter(campaign_id__in=list(mine), is_inherited=False, batch=None).values_list("id", flat=True)
    work.change(ReferralCode, {id: {"is_inherited": True} for id in second})
    work.repoint(ReferralCode, "referrer_id", list(codes.values_list("id", flat=True)), label="referrals.referralcode")


def _move_claims(work: Work) -> None:
    """Let claims name the winner; one between the two, and a second open one about the same person, stay with the stone."""
    a, b = work.winner.id, work.loser.id
    between = Claim.objects.filter(Q(claimant=a, referee=b) | Q(claimant=b, referee=a))
    unfinished = Claim.objects.filter(state__in=["open", "proposed", "appealed"])
    closing = between.filter(id__in=unfinished).values_list("id", flat=True)
    work.change(Claim, {id: {"state": "closed", "outcome": "none", "closed_at": work.merge.merged_at} for id in closing})
    staying = list(between.values_list("id", flat=True))
    work.repoint(Claim, "claimant_id", _others(Claim.objects.filter(claimant=b), staying), label="referrals.claim")
    if unfinished.filter(referee=a).exists():
        staying += unfinished.filter(referee=b).values_list("id", flat=True)
    work.repoint(Claim, "referee_id", _others(Claim.objects.filter(referee=b), staying), label="referrals.claim")


def _others(rows, staying: list[UUID]) -> list[UUID]:
    return list(rows.exclude(id__in=staying).values_list("id", flat=True))


def _undo(undoing: Undoing) -> None:
    """Give again what was taken back, and note that referrals opened again."""
    rows = [row for step in undoing.of(Referral, Act.NOTED) for row in step.rows]
    for row in rows:
        if "reward" in row:
            key = f"merge_undone:{undoing.merge.id}:{row['reward']}"
            give_again(UUID(row["reward"]), keep=row["kept"], cause="merge_undone", key=key)
    expect_again([UUID(row["expected"]) for row in rows if "expected" in row], cause="merge_undone")
    for step in undoing.of(Referral, Act.CHANGED):
        for row in step.rows:
            if "stage" in row["before"]:
                note(UUID(row["id"]), axis="stage", before=row["after"]["stage"], after=row["before"]["stage"],
                     cause="merge_undone")  # fmt: skip


ROOM = Room(
    by_hand(ReferralCode, "referrer"),
    moves(ReferrerProfile, "customer", once_with=()),
    moves(CodeOwner, "referrer"),
    by_hand(Referral, "referrer"),
    by_hand(Referral, "referee"),
    moves(Conversion, "referrer"),
    moves(MilestoneReached, "referrer"),
    moves(AbuseCase, "referrer", once_with=("kind", "group")),
    moves(AbuseListing, "referrer"),
    moves(SignUpTrace, "referrer"),
    stays(Trait, "customer", "derived from the record; the next look derives the winner's again"),
    moves(Ask, "customer"),
    moves(PromotionReceiver, "customer", once_with=("promotion", "reminder", "key")),
    moves(FollowerPostReceiver, "customer", once_with=("post",)),
    stays(Recognition, "customer", "a consent of the one who said it: whoever remains is asked anew"),
    moves(StatusLink, "owner"),
    stays(Decision, "customer_id", "append only: says about whom it was"),
    stays(AttributionDecision, "referee_id", "append only: says about whom it was"),
    moves(Share, "referrer"),
    moves(Trace, "referrer"),
    moves(Trace, "referee"),
    by_hand(Claim, "claimant"),
    by_hand(Claim, "referee"),
    moves(Claim, "rival"),
    moves(Claim, "appellant"),
    look=_look, before=_before, undo=_undo,
)  # fmt: skip
