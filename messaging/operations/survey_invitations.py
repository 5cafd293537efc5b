"""Send survey invitations when their time has come."""

from crm.models import SurveyInvitation
from crm.operations.surveys import invitation_token, sent, skipped
from crm.queries.surveys import due_invitations
from messaging.models import Message
from messaging.operations.notify import Notice, notify_many
from tenancy import door
from tenancy.models import Organisation

_AT_MOST = 500


def send_due_surveys() -> int:
    """Ask the customers whose time has come; count those who were asked. Who cannot be, is skipped with the reason."""
    due = due_invitations(door.moment(), _AT_MOST)
    closed = [each.id for each in due if each.survey.state != "open"]
    skipped(closed, "closed")
    going = [each for each in due if each.id not in set(closed)]
    if not going:
        return 0
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    notify_many([_notice(each, slug) for each in going])
    states = dict(Message.objects.filter(key__in=[_key(each) for each in going]).values_list("key", "reason"))
    sent([each.id for each in going if states.get(_key(each)) == ""])
    for each in going:
        if reason := states.get(_key(each), "no_address"):
            skipped([each.id], reason)
    return sum(reason == "" for reason in states.values())


def _notice(invitation: SurveyInvitation, slug: str) -> Notice:
    return Notice(
        kind="survey_invitation", key=_key(invitation), customer_id=invitation.customer_id,
        context={"survey": invitation.survey.title}, link=f"/o/{slug}/a/{invitation_token(invitation.id)}",
    )  # fmt: skip


def _key(invitation: SurveyInvitation) -> str:
    return f"survey_invitation:{invitation.id}"
