"""What the strong room does when something has happened in it."""

from collections.abc import Sequence

from rewards import queries
from tenancy import events
from tenancy.models import Event


def on_settled(packs: Sequence[Event]) -> None:
    """Tell of each reward that a settlement made available."""
    news = [fact for pack in packs for fact in queries.settled(pack.subject_id, pack.payload["first"], pack.payload["last"])]
    events.publish_many("reward.settled", [(fact["id"], fact.pop("at"), _plain(fact)) for fact in news])


def _plain(fact: dict) -> dict:
    return {name: value if isinstance(value, (int, str, type(None))) else str(value) for name, value in fact.items()}
