"""What customers are told of their payouts. No account stands in a message."""

from collections.abc import Sequence
from uuid import UUID

from messaging.operations import Notice, notify_many
from messaging.rules import Amount
from tenancy import door
from tenancy.models import Event, Organisation


def on_payouts_paid(events: Sequence[Event]) -> None:
    slug = _slug()
    notify_many([_payout("payout_paid", event, f"/o/{slug}/member/rewards") for event in events])


def on_payouts_failed(events: Sequence[Event]) -> None:
    """The commonest cause is a wrong account, so that is where the link leads."""
    slug = _slug()
    notify_many([_payout("payout_failed", event, f"/o/{slug}/member/payout") for event in events])


def on_accounts_changed(events: Sequence[Event]) -> None:
    """Tell of every new account: whoever did not enter it learns of it before money goes there."""
    link = f"/o/{_slug()}/member/payout"
    notify_many(
        [
            Notice(
                kind="payout_account_changed", key=f"payout_account:{event.subject_id}",
                customer_id=UUID(event.payload["customer_id"]), link=link,
            )
            for event in events
        ]
    )  # fmt: skip


def _payout(kind: str, event: Event, link: str) -> Notice:
    facts = event.payload
    context = {"amount": Amount("cash", facts["unit"], facts["amount"]), "reference": facts["reference"]}
    return Notice(
        kind=kind, key=f"{kind}:{event.id}", customer_id=UUID(facts["customer_id"]), context=context, link=link
    )  # fmt: skip


def _slug() -> str:
    return Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
