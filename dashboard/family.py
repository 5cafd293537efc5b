"""Who brought a customer and whom they brought, two steps each way, as a list and as a small picture."""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext

from crm.models import Customer
from dashboard.sight import seen
from referrals.models import Referral
from rewards.models import Reward

MOST = 60  # friends of one person that are shown
SPACE, STEP = 34, 54


@dataclass
class Node:
    customer_id: UUID
    name: str
    link: bool  # whether this reader may open them
    referral: Referral | None = None
    reward: Reward | None = None
    children: list["Node"] = field(default_factory=list)
    x: int = 0
    y: int = 0
    is_self: bool = False


@dataclass(frozen=True)
class Family:
    root: Node
    is_alone: bool
    width: int
    height: int
    dots: list[Node]
    edges: list[tuple[int, int, int, int]]
    made: int
    succeeded: int


def family(principal, customer: Customer) -> Family:
    """Read the tree around a customer in at most seven statements; of colleagues' customers only the nearest are named."""
    up = list(_upwards(customer.id))
    below = list(_referrals(referrer_id=customer.id)[:MOST])
    further = list(_referrals(referrer_id__in=[row.referee_id for row in below])[: MOST * 2]) if below else []
    rows = [*up, *below, *further]
    people = {each.id: each for row in rows for each in (row.referrer, row.referee)} | {customer.id: customer}
    visible = set(seen(principal, Customer.objects.filter(id__in=people)).values_list("id", flat=True))
    rewards = _rewards([row.id for row in rows]) if principal.may("rewards:read") else {}

    direct = {row.referee_id for row in below} | {row.referrer_id for row in up[:1]}  # named on the referral's own page

    def node(customer_id: UUID, referral: Referral | None = None) -> Node:
        is_seen = customer_id in visible
        name = people[customer_id].name if is_seen or customer_id in direct else gettext("A colleague's customer")
        return Node(customer_id, name, is_seen, referral, rewards.get(referral.id) if referral else None)

    return _drawn(_tree(customer.id, up, below, further, node), customer.id, below)


def _upwards(customer_id: UUID):
    """Follow who brought them, and who brought those."""
    for _step in range(2):
        found = _referrals(referee_id=customer_id).first()
        if found is None:
            return
        yield found
        customer_id = found.referrer_id


def _referrals(**whose):
    rows = Referral.objects.filter(**whose).select_related("referrer", "referee", "campaign")
    return rows.order_by("-confirmed_at", "-id")


def _rewards(referral_ids: list[UUID]) -> dict[UUID, Reward]:
    """Give the referrer's newest reward of each referral."""
    rows = Reward.objects.filter(referral_id__in=referral_ids, role="referrer", successor_id=None)
    return {row.referral_id: row for row in rows.select_related("unit", "coupon_kind").order_by("id")}


def _tree(customer_id: UUID, up, below, further, node) -> Node:
    me = node(customer_id, up[0] if up else None)
    me.is_self = True
    by_friend: dict[UUID, list[Node]] = {}
    for row in further:
        by_friend.setdefault(row.referrer_id, []).append(node(row.referee_id, row))
    for row in below:
        friend = node(row.referee_id, row)
        friend.children = by_friend.get(row.referee_id, [])
        me.children.append(friend)
    root = me
    for place, row in enumerate(up):
        parent = node(row.referrer_id, up[place + 1] if place + 1 < len(up) else None)
        parent.children, root = [root], parent
    return root


def _drawn(root: Node, customer_id: UUID, below: list[Referral]) -> Family:
    """Give each a place: leaves beside each other, parents above the middle of their children."""
    dots: list[Node] = []
    edges: list[tuple[int, int, int, int]] = []
    leaves = 0

    def place(node: Node, depth: int) -> None:
        nonlocal leaves
        for child in node.children[:24]:
            place(child, depth + 1)
        shown = node.children[:24]
        if shown:
            node.x = (shown[0].x + shown[-1].x) // 2
        else:
            node.x, leaves = SPACE // 2 + leaves * SPACE, leaves + 1
        node.y = STEP // 2 + depth * STEP
        dots.append(node)
        edges.extend((node.x, node.y, child.x, child.y) for child in shown)

    place(root, 0)
    succeeded = sum(row.stage == Referral.Stage.CONVERTED for row in below)
    height = max(dot.y for dot in dots) + STEP // 2
    return Family(root, len(dots) == 1, leaves * SPACE, height, dots, edges, len(below), succeeded)
