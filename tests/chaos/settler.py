"""What the chaos tests do in processes of their own, so that these can be killed: python -m tests.chaos.settler VERB …"""

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import django

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DUE = NOON + timedelta(days=14)
PEOPLE = 40


def found() -> str:
    """Found an organisation; give its id."""
    from tenancy.people import found_organisation

    return str(found_organisation(slug=f"o{os.getpid()}", name="O", currency="GBP").id)


def promise(organisation: str, count: str) -> None:
    """Promise so many rewards of ten points to forty people, some of whom owe something by now."""
    from crm.operations import record_customer
    from rewards import operations
    from tenancy import door

    with door.organisation(UUID(organisation), moment=NOON):
        people = [record_customer(name=f"P {n}", email=f"p{n}@example.com").id for n in range(PEOPLE)]
        budget = operations.open_budget(name="B", currency="GBP", limit_minor=10**9).id
    for start in range(0, int(count), 1000):
        with door.organisation(UUID(organisation), moment=NOON):
            operations.accrue(
                [
                    operations.Promise(
                        key=f"r{n}", kind="points", customer_id=people[n % PEOPLE], role="referrer", amount=10,
                        hold_until=DUE, budget_id=budget,
                    )
                    for n in range(start, start + 1000)
                ]
            )  # fmt: skip
    with door.organisation(UUID(organisation), moment=NOON):
        for person in people[:5]:
            [origin] = operations.earn_points([operations.Grant(person, 25, f"g{person}", "order")])
            operations.redeem_points(person, amount=25, reason="mug", key=f"m{person}")
            operations.take_back_points([operations.TakeBack(person, 25, f"t{person}", "refund", (origin,))])


def settle(organisation: str, chunk: str) -> None:
    """Settle what is due, a transaction a chunk; say after each commit how many are settled in all."""
    from rewards import operations
    from tenancy import door

    print("ready", flush=True)
    sys.stdin.readline()
    done = -1
    while done:
        with door.organisation(UUID(organisation), moment=DUE):
            done = operations.settle_due(limit=int(chunk))
        print(done, flush=True)


def listen(organisation: str) -> None:
    """Work off the events, once somebody says so."""
    print("ready", flush=True)
    sys.stdin.readline()
    drain(organisation)


def drain(organisation: str) -> None:
    """Work off all events; what a killed process had leased is taken again at once."""
    from tenancy import door, events
    from tenancy.models import Delivery

    with door.organisation(UUID(organisation)):
        Delivery.objects.filter(state="due").update(leased_until=None)
    while events.drain(UUID(organisation)):
        pass


def prove(organisation: str) -> str:
    """Tell how often each reward was settled and told of, and whether the books are whole."""
    from rewards.models import Balance, DueReward, Lot, Posting, Reward
    from rewards.queries import verify_books
    from tenancy import door
    from tenancy.models import Event

    with door.organisation(UUID(organisation), moment=DUE):
        arrows = Posting.objects.filter(source="pending").exclude(target="arrears").values_list("reward_id", flat=True)
        repaid = Posting.objects.filter(source="pending", target="arrears").values_list("amount", flat=True)
        told = Counter(Event.objects.filter(kind="reward.settled").values_list("subject_id", flat=True))
        return json.dumps(
            {
                "settled": Reward.objects.filter(state="available").count(),
                "waiting": Reward.objects.filter(state="accrued").count(),
                "due": DueReward.objects.count(),
                "most_arrows": max(Counter(arrows).values(), default=0),
                "told": len(told),
                "most_told": max(told.values(), default=0),
                "left": sum(Lot.objects.values_list("remaining", flat=True)),
                "available": sum(Balance.objects.values_list("available", flat=True)),
                "repaid": sum(repaid),
                "wrong": [str(row) for row in verify_books().wrong],
            }
        )


if __name__ == "__main__":
    django.setup()
    verb, *arguments = sys.argv[1:]
    if answer := {one.__name__: one for one in (found, promise, settle, listen, drain, prove)}[verb](*arguments):
        print(answer)
