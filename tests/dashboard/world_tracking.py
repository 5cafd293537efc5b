"""What pages about the way of referrals need: somebody who waits, evidence, a status link, owners of stages."""

from uuid import UUID

from referrals import operations as referring

SECRET_NAME, SECRET_CONTACT = "Qwendolyn Zzyzx", "qwendolyn.zzyzx@quarantine.example"


def on_its_way(campaign_id: UUID, referrer_id: UUID, referral_id: UUID, member_id: UUID) -> dict[str, object]:
    """Make one of each; gives what addresses need, by argument name."""
    code = referring.code_for(campaign_id, referrer_id).code
    asked = referring.ask_friend(
        code=code, name=SECRET_NAME, contact=SECRET_CONTACT, language="en", note="Zzyzx likes tea"
    )  # fmt: skip
    shown = referring.hand_in_evidence(
        referral_id, "visit", text="She came on Saturday.", file_name="note.txt", content=b"seen on Saturday"
    )
    link = referring.make_status_link(referrer_id)
    referring.set_responsibility(campaign_id, "contacted", member_id=member_id, hours=8, checklist=["Note what they need"])
    return {
        "invitation_id": asked.id, "evidence_id": shown.id, "status_link_id": link.row.id, "stage": "contacted",
        "status_token": link.token,
    }  # fmt: skip
