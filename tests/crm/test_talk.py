"""Notes that name colleagues and can be mended, files, hand-overs, reveals."""

import pytest

from crm import errors, operations
from crm.errors import talk as refusals
from crm.models import ContactPoint, CustomerFile, EarlierText, HandOver, Interaction, Mention
from crm.operations import cases as caring
from crm.operations import deals as selling
from crm.operations import leads as leading
from crm.queries import timeline
from crm.queries.talk import hand_overs_waiting, readable
from crm.rules.talk import kind_of_file, named_in
from messaging.models import Message
from tenancy import door
from tenancy.models import AuditRecord, Membership
from tenancy.operations import change_access
from tenancy.people import save_team


@pytest.fixture
def as_(acme):
    """Work as a colleague: `with as_(sam, minutes=20): …`."""
    from datetime import timedelta

    from tests.conftest import NOON

    def enter(member, *, minutes=0):
        actor = door.Actor("user", member.user_id)
        return door.organisation(acme.id, actor=actor, moment=NOON + timedelta(minutes=minutes))

    return enter


@pytest.fixture
def sam(acme, staff_of):
    return staff_of(acme, "sales")


# --- who is named -------------------------------------------------------------------------------------------


def test_the_longest_name_is_meant():
    people = {1: "Sam", 2: "Sam Reed", 3: "陈晓"}
    assert named_in("@Sam Reed please", people) == [2]
    assert named_in("@sam please, ＠陈晓请看", people) == [1, 3]
    assert named_in("mail sam@example.com", {1: "Sue"}) == []


def test_who_is_named_is_told_once_and_may_read_it(acme, gus, sam, ann, as_, drained):
    with as_(gus):
        note = operations.record_interaction(ann.id, kind="note", text=f"@{sam.user.name} please call her")
    drained(acme)
    with as_(gus, minutes=5):
        operations.edit_interaction(note.id, f"@{sam.user.name} please call her today")
    drained(acme)
    with door.organisation(acme.id):
        assert list(Mention.objects.values_list("member_id", "customer_id")) == [(sam.id, ann.id)]
        told = Message.objects.filter(kind="mentioned", member_id=sam.id)
        assert sorted(told.values_list("channel", "link")) == [
            ("email", f"/customers/{ann.id}/"), ("in_app", f"/customers/{ann.id}/")
        ]  # fmt: skip
        assert "Ann Smith" not in told.get(channel="email").body  # a mailbox is not our house


# --- notes --------------------------------------------------------------------------------------------------


def test_a_fresh_note_is_changed_and_its_first_words_are_kept(gus, ann, as_, audited):
    with as_(gus):
        note = operations.record_interaction(ann.id, kind="note", text="Likes tea")
    with as_(gus, minutes=15):
        operations.edit_interaction(note.id, "Likes coffee")
        assert Interaction.objects.get(id=note.id).text == "Likes coffee"
        assert [row.text for row in EarlierText.objects.all()] == ["Likes tea"]
    assert [action for action, _ in audited("interaction.edited")] == ["interaction.edited"]


@pytest.mark.parametrize("minutes", [16, 600])
def test_a_note_settles_after_a_quarter_of_an_hour(gus, ann, as_, minutes):
    with as_(gus):
        note = operations.record_interaction(ann.id, kind="note", text="Likes tea")
    with as_(gus, minutes=minutes):
        for change in (lambda: operations.edit_interaction(note.id, "x"), lambda: operations.remove_interaction(note.id)):
            with pytest.raises(refusals.NoteIsSettled):
                change()
        assert Interaction.objects.get(id=note.id).text == "Likes tea"


def test_nobody_changes_a_colleagues_note(gus, sam, ann, as_):
    with as_(gus):
        note = operations.record_interaction(ann.id, kind="note", text="Likes tea")
    with as_(sam, minutes=1), pytest.raises(refusals.NoteIsSettled):
        operations.edit_interaction(note.id, "Likes wine")


def test_a_removed_note_is_told_no_more(gus, ann, as_):
    with as_(gus):
        note = operations.record_interaction(ann.id, kind="note", text="A slip")
        operations.remove_interaction(note.id)
        assert [item.kind for item in timeline(ann.id, reader=gus)] == ["customer_created"]
        assert EarlierText.objects.get().text == "A slip"


def test_a_note_of_the_team_stays_in_the_team(acme, gus, sam, ann, as_, staff_of):
    ida, eve = staff_of(acme, "sales"), staff_of(acme, "service")
    with as_(gus):
        save_team(None, name="North", lead_id=None, member_ids=[sam.id, ida.id])
    with as_(sam):
        operations.record_interaction(ann.id, kind="note", text="Between us", is_team_only=True)
        readers = {name: Membership.objects.get(id=each.id) for name, each in (("ida", ida), ("eve", eve), ("gus", gus))}
        read = {name: readable(Interaction.objects.all(), reader).count() for name, reader in readers.items()}
        assert read == {"ida": 1, "eve": 0, "gus": 1}
        assert readable(Interaction.objects.all(), None).count() == 0
    with as_(eve), pytest.raises(refusals.NoTeam):
        operations.record_interaction(ann.id, kind="note", text="x", is_team_only=True)


# --- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.PNG", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("a.txt", "很好".encode("gb18030"), "text/plain; charset=utf-8"),
        ("a.pdf", b"<html>", None),
        ("a.html", b"<script>", None),
        ("a.svg", b"<svg/>", None),
        ("a.txt", b"a\x00b", None),
        ("a", b"%PDF-", None),
        ("a.pdf", b"", None),
    ],
)
def test_a_file_is_what_it_begins_as(name, content, kind):
    assert kind_of_file(name, content) == kind


def test_a_file_is_kept_once_and_thrown_away_with_a_trace(gus, ann, as_, audited):
    with as_(gus):
        file = operations.add_file(ann.id, name="..\\secret/offer.pdf", content=b"%PDF-1")
        assert operations.add_file(ann.id, name="again.pdf", content=b"%PDF-1").id == file.id
        operations.remove_file(file.id)
        operations.remove_file(file.id)
        row = CustomerFile.objects.get()
        assert (row.name, row.content, row.removed_at is None) == ("offer.pdf", None, False)
        assert {item.kind for item in timeline(ann.id)} == {"customer_created", "file_added", "file_removed"}
    assert [action for action, _ in audited("file.added", "file.removed")] == ["file.added", "file.removed"]


def test_what_is_too_large_or_unknown_is_not_kept(gus, ann, as_):
    with as_(gus):
        for name, content, refusal in (
            ("a.exe", b"MZ", refusals.FileRefused),
            ("a.pdf", b"%PDF-" + bytes(5 * 1024**2), refusals.FileTooLarge),
        ):
            with pytest.raises(refusal):
                operations.add_file(ann.id, name=name, content=content)
        assert not CustomerFile.objects.exists()


# --- hand-overs ---------------------------------------------------------------------------------------------


@pytest.fixture
def anns_task(gus, ann, as_):
    with as_(gus):
        operations.update_customer(ann.id, owner_id=gus.id)
        return operations.add_task(key="call", title="Call", due_at=door.moment(), customer_id=ann.id, assignee_id=gus.id)


def test_a_customer_is_the_receivers_once_they_say_yes(acme, gus, sam, ann, anns_task, as_, drained):
    with as_(gus):
        asked = operations.hand_over(ann.id, receiver_id=sam.id, note="Yours", checklist=["Read", "", "Call"])
    drained(acme)
    with as_(sam, minutes=9):
        assert [row.id for row in hand_overs_waiting(sam.id)] == [asked.id]
        with pytest.raises(refusals.ChecklistOpen):
            operations.accept_hand_over(asked.id, checked=1)
        ann.refresh_from_db()
        assert ann.owner_id == gus.id
        operations.accept_hand_over(asked.id, checked=2)
        ann.refresh_from_db()
        anns_task.refresh_from_db()
        assert (ann.owner_id, anns_task.assignee_id) == (sam.id, sam.id)
        with pytest.raises(refusals.HandOverIsAnswered):
            operations.decline_hand_over(asked.id)
    drained(acme)
    with door.organisation(acme.id):
        told = Message.objects.filter(channel="in_app").order_by("id").values_list("kind", "member_id")
        assert list(told) == [("hand_over_asked", sam.id), ("hand_over_answered", gus.id)]


def test_declined_changes_nothing(gus, sam, ann, anns_task, as_):
    with as_(gus):
        asked = operations.hand_over(ann.id, receiver_id=sam.id)
    with as_(sam):
        operations.decline_hand_over(asked.id, "I am away")
        ann.refresh_from_db()
        anns_task.refresh_from_db()
        assert (ann.owner_id, anns_task.assignee_id, HandOver.objects.get().answer) == (gus.id, gus.id, "I am away")


def test_tasks_stay_when_that_is_said(gus, sam, ann, anns_task, as_):
    with as_(gus):
        asked = operations.hand_over(ann.id, receiver_id=sam.id, with_tasks=False)
        operations.accept_hand_over(asked.id)
        anns_task.refresh_from_db()
        assert anns_task.assignee_id == gus.id


def test_one_hand_over_at_a_time_and_not_to_the_owner(gus, sam, ann, anns_task, as_):
    with as_(gus):
        with pytest.raises(refusals.HandOverToSelf):
            operations.hand_over(ann.id, receiver_id=gus.id)
        operations.hand_over(ann.id, receiver_id=sam.id)
        with pytest.raises(refusals.HandOverWaits):
            operations.hand_over(ann.id, receiver_id=sam.id)
        assert HandOver.objects.count() == 1


@pytest.fixture
def anns_work(gus, ann, anns_task, as_):
    """Deal, lead and case of Gus with Ann, and a case of nobody."""
    with as_(gus):
        deal = selling.create_deal(title="Beans", customer_id=ann.id, owner_id=gus.id)
        told = leading.LeadReport(key="k", source="api", customer_id=ann.id, owner_id=gus.id)
        case = caring.open_case(customer_id=ann.id, subject="Lid", key="c", owner_id=gus.id)
        free = caring.open_case(customer_id=ann.id, subject="Cup", key="d")
        return deal, leading.capture_lead(told).lead, case, free


def owners(rows) -> list:
    return [type(row).objects.get(id=row.id).owner_id for row in rows]


def test_open_deals_leads_and_cases_go_along_when_asked(acme, gus, sam, ann, anns_work, as_, drained):
    with as_(gus):
        asked = operations.hand_over(ann.id, receiver_id=sam.id, note="Yours", with_deals=True, with_cases=True)
    drained(acme)
    with as_(sam):
        operations.accept_hand_over(asked.id)
        assert owners(anns_work) == [sam.id, sam.id, sam.id, None]
        noted = AuditRecord.objects.get(action="hand_over.accepted").changes
        taken = [noted[kind] for kind in ("tasks", "deals", "leads", "cases")]
        assert taken == [2, 1, 1, 1]  # of the tasks one is the answer to the lead
        move = anns_work[0].moves.get(kind="handed_over")
        assert (move.from_owner_id, move.to_owner_id, move.note) == (gus.id, sam.id, "Yours")
    drained(acme)
    with door.organisation(acme.id):
        told = Message.objects.filter(member_id=sam.id)
        assert set(told.values_list("kind", flat=True)) == {"hand_over_asked"}
        assert "Comes along: 2 tasks, 1 deal, 1 lead, 1 case." in told.get(channel="email").body


def test_what_was_not_asked_for_stays(gus, sam, ann, anns_work, as_):
    with as_(gus):
        asked = operations.hand_over(ann.id, receiver_id=sam.id, with_tasks=False, with_cases=True)
    with as_(sam):
        operations.accept_hand_over(asked.id)
        assert owners(anns_work[:3]) == [gus.id, gus.id, sam.id]


def test_who_leaves_hands_everything_over(gus, sam, ann, bea, anns_task, anns_work, as_):
    with as_(gus):
        assert operations.hand_over_all(gus.id, sam.id) == {"customers": 1, "tasks": 2, "deals": 1, "leads": 1, "cases": 1}
        assert owners(anns_work) == [sam.id, sam.id, sam.id, None]
        ann.refresh_from_db()
        anns_task.refresh_from_db()
        assert (ann.owner_id, anns_task.assignee_id) == (sam.id, sam.id)


# --- reveals ------------------------------------------------------------------------------------------------


def test_a_reveal_wants_a_purpose_and_knows_a_limit(gus, ann, as_):
    with as_(gus):
        change_access("reveals_per_hour", 2)
        point = ContactPoint.objects.get(customer=ann, kind="email")
        with pytest.raises(refusals.PurposeMissing):
            operations.reveal_contact(point.id, " ")
        for _time in range(2):
            assert operations.reveal_contact(point.id, "call") == "ann@example.com"
        with pytest.raises(refusals.TooManyReveals):
            operations.reveal_contact(point.id, "call")
        assert AuditRecord.objects.filter(action="contact_point.revealed").count() == 2
    with as_(gus, minutes=61):
        assert operations.reveal_contact(point.id, "call") == "ann@example.com"


# --- facts --------------------------------------------------------------------------------------------------


def test_people_work_at_companies_only(gus, ann, bea, as_):
    with as_(gus):
        firm = operations.record_customer(name="Harbour Studio", kind="company")
        operations.update_customer(ann.id, company_id=firm.id, income_band="upper", interests="tea")
        for wrong in (bea.id, gus.id):
            with pytest.raises(errors.UnknownCompany):
                operations.update_customer(ann.id, company_id=wrong)
        with pytest.raises(errors.UnknownCompany):
            operations.record_customer(name="Carl", company_id=bea.id)
        assert [each.name for each in firm.employees.all()] == ["Ann Smith"]
