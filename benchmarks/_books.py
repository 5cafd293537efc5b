"""Books to measure on: organisations with customers and many promised rewards, written by the owner in a few statements."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connections
from django.utils import timezone

from crm.models import Customer
from foundation.ids import new_code
from rewards import operations
from rewards.models import Reward, RewardMove
from tenancy import door
from tenancy.people import found_organisation

# What a copied promise has of its own; everything else is as in the one that was promised through the front door.
_OWN = {
    "rewards_journalentry": {"id": "f.entry", "key": "'accrue:' || f.reward"},
    "rewards_posting": {"id": "f.posting", "entry_id": "f.entry", "account_id": "f.account", "reward_id": "f.reward"},
    "rewards_reward": {
        "id": "f.reward", "key": "'bench:' || f.reward", "account_id": "f.account", "beneficiary_id": "f.customer",
    },
    "rewards_rewardmove": {"id": "f.move", "reward_id": "f.reward", "entry_id": "f.entry"},
    "rewards_duereward": {"id": "f.reward", "account_id": "f.account"},
}  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """An organisation with customers who have accounts in points."""

    id: UUID
    unit_id: UUID
    customer_ids: list[UUID]


def open_shop(*, customers: int) -> Shop:
    organisation = found_organisation(slug=f"bench-{new_code().lower()}", name="Bench", currency="GBP").id
    with door.organisation(organisation):
        unit = operations.ensure_units()["POINT"]
        now = timezone.now()
        made = Customer.objects.bulk_create(
            Customer(name=f"C{n}", search_text=f"c{n}", created_at=now) for n in range(customers)
        )
        ids = [one.id for one in made]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT ledger_open_accounts(%s, %s::uuid[], %s::uuid[])",
            [str(organisation), [str(one) for one in ids], [str(unit.id)] * customers],
        )
    return Shop(organisation, unit.id, ids)


def promise(shop: Shop, rewards: int, *, amount: int = 100) -> None:
    """Promise each customer in turn a reward whose hold has ended, as operations.accrue would, all paid by one budget."""
    with door.organisation(shop.id):
        budget = operations.open_budget(name="Bench", currency="GBP", limit_minor=10**15)
        first = operations.Promise(
            key=f"bench:{new_code(12)}", kind="points", customer_id=shop.customer_ids[0], role="referrer", amount=amount,
            hold_until=door.moment(), budget_id=budget.id,
        )  # fmt: skip
        reward = operations.accrue([first])[0]
        entry = RewardMove.objects.get(reward_id=reward.id).entry_id
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        _draw_ids(cursor, shop, rewards - 1)
        for table, own in _OWN.items():
            _copy(cursor, table, _model_row(table, shop, reward, entry), own)
        _count_in(cursor, shop, budget.id, reward, rewards - 1)
        cursor.execute("DROP TABLE bench_fill")
        cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE rewards_reward, rewards_balance, rewards_duereward, rewards_posting")


def _draw_ids(cursor, shop: Shop, rewards: int) -> None:
    cursor.execute(
        """
        CREATE TEMP TABLE bench_fill AS
        SELECT ledger_id(n) AS reward, ledger_id(n) AS entry, ledger_id(n) AS posting, ledger_id(n) AS move,
          c.id AS customer, ledger_account(%s, c.id, %s) AS account
        FROM generate_series(1, %s) AS n
        JOIN unnest(%s::uuid[]) WITH ORDINALITY AS c (id, place) ON c.place = 1 + n %% %s
        ORDER BY n
        """,
        [shop.id, shop.unit_id, rewards, [str(one) for one in shop.customer_ids], len(shop.customer_ids)],
    )


def _model_row(table: str, shop: Shop, reward: Reward, entry: UUID) -> str:
    column, value = {
        "rewards_journalentry": ("id", entry), "rewards_posting": ("entry_id", entry), "rewards_reward": ("id", reward.id),
        "rewards_rewardmove": ("reward_id", reward.id), "rewards_duereward": ("id", reward.id),
    }[table]  # fmt: skip
    return f"SELECT * FROM {table} WHERE organisation_id = '{shop.id}' AND {column} = '{value}'"


def _copy(cursor, table: str, model: str, own: dict[str, str]) -> None:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    columns = [row[0] for row in cursor.fetchall()]
    values = ", ".join(own.get(column, f"m.{column}") for column in columns)
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM bench_fill AS f, ({model}) AS m")


def _count_in(cursor, shop: Shop, budget: UUID, reward: Reward, rewards: int) -> None:
    cursor.execute(
        """
        UPDATE rewards_balance AS b SET pending = b.pending + f.amount, programme = b.programme - f.amount
        FROM (SELECT account, count(*) * %s AS amount FROM bench_fill GROUP BY account) AS f
        WHERE b.organisation_id = %s AND b.id = f.account
        """,
        [reward.amount, shop.id],
    )
    cursor.execute(
        "UPDATE rewards_budget SET reserved_minor = reserved_minor + %s WHERE organisation_id = %s AND id = %s",
        [rewards * reward.cost_minor, shop.id, budget],
    )
