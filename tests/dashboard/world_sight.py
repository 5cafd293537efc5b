"""A team, a store, a note, a file and a hand-over, for addresses that need them."""

from uuid import UUID

from crm import operations as crm
from foundation.ids import new_code
from tenancy.models import Membership, User
from tenancy.people import save_store, save_team


def of_sight(customer_id: UUID, member_id: UUID) -> dict[str, object]:
    note = crm.record_interaction(customer_id, kind="note", text="Prefers the evening.", is_pinned=True)
    file = crm.add_file(customer_id, name="offer.pdf", content=b"%PDF-1.4 offer")
    team = save_team(None, name="North", lead_id=member_id, member_ids=[])
    store = save_store(None, name="High Street", city="York")
    user = User.objects.create_user(f"{new_code().lower()}@example.com", name="Receiver")
    receiver = Membership.objects.create(user=user, role="sales")
    asked = crm.hand_over(customer_id, receiver_id=receiver.id, note="Please", checklist=["Call her"])
    return {
        "interaction_id": note.id, "file_id": file.id, "team_id": team.id, "store_id": store.id, "hand_over_id": asked.id,
    }  # fmt: skip
