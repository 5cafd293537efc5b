"""Write down what was said or done, name colleagues in it, and mend it while it is fresh."""

from datetime import datetime
from uuid import UUID

from crm.errors.talk import NoTeam, NoteIsSettled, TextMissing
from crm.models import Customer, EarlierText, Interaction, Mention
from crm.operations.identity import check_member
from crm.rules.talk import CHANGEABLE_FOR, named_in
from tenancy import audit, door, events
from tenancy.models import Membership
from tenancy.people import present_member


def record_interaction(
    customer_id: UUID,
    *,
    kind: str,
    text: str,
    occurred_at: datetime | None = None,
    author_id: UUID | None = None,
    minutes: int | None = None,
    result: str = "",
    is_team_only: bool = False,
    is_pinned: bool = False,
) -> Interaction:
    """Record what was said or done with a customer; the author is whoever works now unless named.

    Colleagues named with an @ are told. A note of the team is seen by the author's team (and owners) only.
    """
    customer = Customer.objects.get(id=customer_id)
    check_member(author_id, field="author")
    author = Membership.objects.get(id=author_id) if author_id else present_member()
    if is_team_only and not (author and author.team_id):
        raise NoTeam
    now = door.moment()
    interaction = Interaction.objects.create(
        customer=customer,
        kind=kind,
        text=text.strip(),
        author=author,
        occurred_at=occurred_at or now,
        recorded_at=now,
        minutes=minutes,
        result=result,
        team_id=author.team_id if is_team_only else None,
        is_team_only=is_team_only,
        pinned_at=now if is_pinned else None,
    )
    audit.record("interaction.recorded", interaction, {"customer_id": str(customer_id), "kind": kind})
    _mention(interaction)
    return interaction


def edit_interaction(interaction_id: UUID, text: str) -> Interaction:
    """Correct what one has just written; what it said before is kept."""
    if not text.strip():
        raise TextMissing
    interaction = _fresh(interaction_id)
    if interaction.text != text.strip():
        _keep_earlier(interaction)
        interaction.text, interaction.edited_at = text.strip(), door.moment()
        interaction.save(update_fields=["text", "edited_at"])
        audit.record("interaction.edited", interaction, {"customer_id": str(interaction.customer_id)})
        _mention(interaction)
    return interaction


def remove_interaction(interaction_id: UUID) -> Interaction:
    """Take back what one has just written; the record of it stays."""
    interaction = _fresh(interaction_id)
    _keep_earlier(interaction)
    interaction.removed_at, interaction.pinned_at = door.moment(), None
    interaction.save(update_fields=["removed_at", "pinned_at"])
    audit.record("interaction.removed", interaction, {"customer_id": str(interaction.customer_id)})
    return interaction


def pin_interaction(interaction_id: UUID, *, is_pinned: bool) -> Interaction:
    """Keep a note on top of the customer's page, or let it go back to its day."""
    rows = Interaction.objects.filter(id=interaction_id, removed_at=None, pinned_at__isnull=is_pinned)
    moved = rows.update(pinned_at=door.moment() if is_pinned else None)
    interaction = Interaction.objects.get(id=interaction_id, removed_at=None)
    if moved:
        verb = "pinned" if is_pinned else "unpinned"
        audit.record(f"interaction.{verb}", interaction, {"customer_id": str(interaction.customer_id)})
    return interaction


def _fresh(interaction_id: UUID) -> Interaction:
    """Lock one's own note while it may still be changed."""
    interaction = Interaction.objects.select_for_update(of=("self",)).get(id=interaction_id, removed_at=None)
    author = present_member()
    is_own = author is not None and interaction.author_id == author.id
    is_new = interaction.recorded_at is not None and door.moment() - interaction.recorded_at <= CHANGEABLE_FOR
    if not (is_own and is_new):
        raise NoteIsSettled(minutes=int(CHANGEABLE_FOR.total_seconds() // 60))
    return interaction


def _keep_earlier(interaction: Interaction) -> None:
    EarlierText.objects.create(
        interaction=interaction, text=interaction.text, replaced_by=present_member(), replaced_at=door.moment()
    )


def _mention(interaction: Interaction) -> None:
    """Note who is named, and tell those who were not before."""
    if "@" not in interaction.text and "＠" not in interaction.text:
        return
    people = Membership.objects.filter(is_active=True).exclude(id=interaction.author_id)
    named = named_in(interaction.text, dict(people.values_list("id", "user__name")))
    known = set(Mention.objects.filter(interaction=interaction).values_list("member_id", flat=True))
    fresh = [member_id for member_id in named if member_id not in known]
    Mention.objects.bulk_create(
        Mention(interaction=interaction, customer_id=interaction.customer_id, member_id=member_id) for member_id in fresh
    )
    for member_id in fresh:
        customer_id = str(interaction.customer_id)
        events.publish("member.mentioned", interaction.id, customer_id=customer_id, member_id=str(member_id))
