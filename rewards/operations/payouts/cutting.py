"""A refund meets a payout: what has not been sent yet gets smaller; what has, is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rewards.models import PayoutLine, PayoutShare, Reward
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.payouts import booking
from rewards.rules.payouts import split_cut
from tenancy import door

State = PayoutLine.State


@dataclass(frozen=True)
class LineCut:
    """A refund takes `taken` from a reward that is in a payout; the reward is locked and changed already."""

    key: str
    reward: Reward
    taken: int


def cut_lines(cuts: Sequence[LineCut]) -> dict[str, int]:
    """Take refunds out of lines that wait to be sent; say by key how much of each was there.

    The books are the caller's: what is taken from a line leaves `paying`, the rest is taken from the person.
    """
    if not cuts:
        return {}
    held = _held([cut.reward.id for cut in cuts])
    taken = {cut.key: _cut(cut, held[cut.reward.id]) for cut in cuts if cut.reward.id in held}
    released = _write(list(held.values()))
    for cut in cuts:
        if cut.reward.id in released:
            cut.reward.state = Reward.State.AVAILABLE
    return taken


def _held(reward_ids: list[UUID]) -> dict[UUID, PayoutShare]:
    """Lock the lines that hold these rewards and wait to be sent; give the shares by reward."""
    holding = PayoutShare.objects.filter(reward_id__in=reward_ids, is_held=True)
    line_ids = list(holding.values_list("line_id", flat=True))
    rows = PayoutLine.objects.select_for_update().filter(id__in=line_ids, state=State.RESERVED).order_by("id")
    lines = {line.id: line for line in rows}
    shares = holding.filter(line_id__in=lines)  # read after the lock: another refund may have been here
    found = {}
    for share in shares:
        share.line = lines[share.line_id]
        found[share.reward_id] = share
    return found


def _cut(cut: LineCut, share: PayoutShare) -> int:
    from_line, _rest = split_cut(cut.taken, in_line=share.amount)
    share.amount -= from_line
    share.is_held = cut.reward.kept > 0
    share.line.amount_minor -= from_line
    share.line.gross_minor -= cut.taken
    return from_line


def _write(shares: Sequence[PayoutShare]) -> set[UUID]:
    """Write shares and lines down; name the rewards that a line without money lets go."""
    lines: Mapping[UUID, PayoutLine] = {share.line.id: share.line for share in shares}
    empty = [line for line in lines.values() if line.amount_minor == 0]
    for line in empty:
        line.state, line.finished_at = State.WITHDRAWN, door.moment()
    PayoutShare.objects.bulk_update(shares, ["amount", "is_held"])
    PayoutLine.objects.bulk_update(lines.values(), ["amount_minor", "gross_minor", "state", "finished_at"])
    return {reward_id for line in empty for reward_id in _let_go(line)}


def _let_go(line: PayoutLine) -> list[UUID]:
    """Give back the rewards of an emptied line that have no part in its money: debts had eaten theirs.

    They are locked after the line, against the order of the house: two refunds of one
    indebted person at one moment may meet in a ring, and the database lets one of them try again.
    """
    others = list(PayoutShare.objects.filter(line=line, is_held=True))
    rewards = claim([share.reward_id for share in others])
    booking.release_rewards(others, rewards, cause="payout_withdrawn")
    return list(rewards)
