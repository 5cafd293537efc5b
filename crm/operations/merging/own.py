"""What the customer room itself does when two customers become one."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from crm.models import (
    Case,
    Consent,
    ContactPoint,
    ContactVisit,
    Customer,
    CustomerFile,
    CustomerLook,
    CustomerMove,
    CustomerTag,
    Deal,
    DuplicatePair,
    Enrolment,
    HandOver,
    Interaction,
    Lead,
    Mention,
    Merge,
    Order,
    SegmentMember,
    SegmentStay,
    SurveyAnswer,
    SurveyInvitation,
    Task,
)
from crm.operations.merging import fields
from crm.operations.merging.kit import GOES, Act, Line, Note, Pair, Room, Undoing, Work, by_hand, moves, stays
from crm.queries.customers import present_consents
from tenancy import door

MERGED, UNDONE = "merge", "merge_undone"  # sources of consents


def _look(pair: Pair) -> Iterable[Line | Note]:
    yield Line(_("Ways to reach them"), ContactPoint.objects.filter(customer=pair.loser).count(), "crm.contactpoint")
    stricter = _stricter(pair)
    if stricter:
        yield Line(_("Consents"), len(stricter), "crm.consent")


def _before(work: Work) -> None:
    _unite_contacts(work)
    _unite_tags(work)
    _unite_consents(work)
    _take_off_pairs(work)


def _after(work: Work) -> None:
    """Write what was chosen on the winner, and make a stone of the loser."""
    if work.loser.merged_into_id:
        return
    values = fields.new_values(Pair(work.winner, work.loser), work.fields)
    if "name" in values:
        values["search_text"] = work.loser.search_text
    changes = {work.winner.id: values} if values else {}
    work.change(Customer, changes | {work.loser.id: {"merged_into_id": work.winner.id, "search_text": ""}})


def _unite_contacts(work: Work) -> None:
    """The winner's preferred contact of a kind stays the preferred one."""
    points = ContactPoint.objects.filter(customer=work.loser)
    has = set(ContactPoint.objects.filter(customer=work.winner, is_primary=True).values_list("kind", flat=True))
    second = points.filter(is_primary=True, kind__in=has).values_list("id", flat=True)
    work.change(ContactPoint, {id: {"is_primary": False} for id in second})
    work.repoint(ContactPoint, "customer_id", list(points.values_list("id", flat=True)), label="crm.contactpoint")


def _unite_tags(work: Work) -> None:
    way = work.fields.get("tags", fields.BOTH)
    if way == fields.LOSER:
        work.remove(CustomerTag, list(CustomerTag.objects.filter(customer=work.winner).values_list("id", flat=True)))
    if way != fields.WINNER:
        work.move(moves(CustomerTag, "customer", once_with=("tag",)))


def _stricter(pair: Pair) -> list[Consent]:
    """Find the loser's words that are to count for the winner: each no, and a yes where the winner has said nothing."""
    mine, theirs = present_consents(pair.winner.id), present_consents(pair.loser.id)
    return [
        one for key, one in theirs.items()
        if (known := mine.get(key)) is None or (known.is_granted and not one.is_granted)
    ]  # fmt: skip


def _unite_consents(work: Work) -> None:
    before = present_consents(work.winner.id)
    said = _stricter(Pair(work.winner, work.loser))
    again = [_say_again(one, work.winner, is_granted=one.is_granted, source=MERGED) for one in said]
    Consent.objects.bulk_create(again)
    noted = [
        {"id": new.id, "before": known.id if (known := before.get((new.purpose, new.channel))) else None} for new in again
    ]
    work.note(Consent, Act.NOTED, noted)
    if noted:
        work.moved["crm.consent"] = len(noted)


def _say_again(one: Consent, customer: Customer, *, is_granted: bool, source: str) -> Consent:
    return Consent(
        customer=customer, purpose=one.purpose, channel=one.channel, is_granted=is_granted, text_version=one.text_version,
        language=one.language, source=source, occurred_at=door.moment(),
    )  # fmt: skip


def _take_off_pairs(work: Work) -> None:
    """The stone is nobody's duplicate any more."""
    with_loser = DuplicatePair.objects.filter(first=work.loser) | DuplicatePair.objects.filter(second=work.loser)
    work.remove(DuplicatePair, list(with_loser.values_list("id", flat=True)))


def _undo(undoing: Undoing) -> None:
    """Say again what the winner had said, where nothing was said since; of two preferred contacts one is enough."""
    newest = {one.id: one for one in present_consents(undoing.winner.id).values()}
    noted = [row for step in undoing.of(Consent) for row in step.rows]
    earlier = Consent.objects.in_bulk([row["before"] for row in noted if row["before"]])
    by_id = {str(id): one for id, one in earlier.items()}
    back = []
    for row in noted:
        one = next((each for id, each in newest.items() if str(id) == row["id"]), None)
        if one is not None:
            known = by_id.get(row["before"] or "")
            granted = known.is_granted if known else one.purpose == Consent.Purpose.REMINDERS
            back.append(_say_again(known or one, undoing.winner, is_granted=granted, source=UNDONE))
    Consent.objects.bulk_create(back)


def give_each_a_primary(undoing: Undoing) -> None:
    """After the contacts went back: whoever has contacts of a kind has a preferred one."""
    for customer in (undoing.winner, undoing.loser):
        points = list(ContactPoint.objects.filter(customer=customer).order_by("id"))
        has = {point.kind for point in points if point.is_primary}
        for point in points:
            if point.kind not in has:
                has.add(point.kind)
                ContactPoint.objects.filter(id=point.id).update(is_primary=True)


ROOM = Room(
    by_hand(ContactPoint, "customer", _("Ways to reach them")),
    by_hand(CustomerTag, "customer", _("Tags")),
    stays(Consent, "customer", "append only: what is to count is said again for the winner"),
    moves(Interaction, "customer", _("Conversations")),
    moves(Order, "customer", _("Orders")),
    moves(Task, "customer", _("Tasks")),
    moves(Lead, "customer", _("Enquiries")),
    moves(Lead, "referrer"),
    moves(Deal, "customer", _("Deals")),
    moves(Deal, "company"),
    moves(Case, "customer", _("Cases")),
    moves(Enrolment, "customer", _("Contact plans")),
    moves(ContactVisit, "customer", _("Return visits")),
    moves(SurveyInvitation, "customer"),
    moves(SurveyAnswer, "customer", _("Answers to surveys")),
    moves(SegmentMember, "customer", _("Segments"), once_with=("segment",), leftover=GOES),
    moves(SegmentStay, "customer", once_with=("segment",), leftover=GOES),
    moves(Mention, "customer"),
    moves(CustomerFile, "customer", _("Files")),
    moves(HandOver, "customer", once_with=("state",)),
    moves(CustomerLook, "customer", once_with=("member", "day")),
    stays(CustomerMove, "customer", "append only: says who had them"),
    moves(Customer, "company", _("People who work there")),
    moves(Customer, "merged_into", _("Earlier merges")),
    stays(Merge, "winner", "says what was"),
    stays(Merge, "loser", "says what was"),
    by_hand(DuplicatePair, "first"),
    by_hand(DuplicatePair, "second"),
    look=_look, before=_before, after=_after, undo=_undo,
)  # fmt: skip
