"""Cases: numbers, deadlines, pauses, ratings, figures."""

from datetime import timedelta

import pytest
from django.core import signing

from crm import operations
from crm.errors import AlreadyRated, CannotMerge, CannotRate, CaseMoved, SubjectMissing, UnknownOrder
from crm.models import Case, CaseMessage, CaseRating, Task
from crm.operations.cases import case_of_token, rating_path
from crm.queries import case_figures, case_figures_by, cases
from messaging.models import Message
from tenancy import door


def _open(ann, **facts) -> Case:
    return operations.open_case(**{"subject": "Torn bag", "customer_id": ann.id} | facts)


def _closed(at_acme, ann, hours=0) -> Case:
    with at_acme(hours=hours):
        case = _open(ann)
        operations.solve_case(case.id, resolution="A new one was sent.")
        return operations.close_case(case.id)


def test_numbers_have_no_gaps_where_something_is_refused(at_acme, ann, bea, order_of):
    with at_acme():
        order = order_of(bea)[0]
        assert _open(ann).number == 1
        for facts, error in (({"subject": " "}, SubjectMissing), ({"order_id": order.id}, UnknownOrder)):
            with pytest.raises(error):
                _open(ann, **facts)
        assert (_open(ann, key="k").number, _open(ann, key="k").number, _open(bea).number) == (2, 2, 3)
        assert Case.objects.count() == 3


def test_deadlines_go_by_priority_and_stand_still_while_we_wait(at_acme, ann):
    with at_acme():
        case = _open(ann, priority=1)
        assert (case.response_due_at, case.resolve_due_at) == (
            door.moment() + timedelta(hours=1), door.moment() + timedelta(hours=8),
        )  # fmt: skip
        due = case.resolve_due_at
    with at_acme(hours=1):
        operations.reply_to_case(case.id, "Which colour?", waits=True)
    with at_acme(hours=6):
        operations.hear_from_customer(case.id, "Red.")
        again = Case.objects.get(id=case.id)
        assert (again.status, again.resolve_due_at, again.paused_seconds) == ("open", due + timedelta(hours=5), 18_000)
        assert again.first_response_at == door.moment() - timedelta(hours=5)


def test_time_to_resolve_leaves_out_waiting_and_what_came_after(at_acme, ann):
    with at_acme():
        case, since = _open(ann), door.moment()
        operations.assign_case(case.id, None)
    for hours, step in ((2, operations.wait_for_customer), (7, operations.resume_case)):
        with at_acme(hours=hours):
            step(case.id)
    with at_acme(hours=10):
        operations.solve_case(case.id, resolution="Done")
    with at_acme(hours=50):
        operations.close_case(case.id)
        found = case_figures(cases(), since, door.moment())
    assert (found.opened, found.solved, found.median_resolution, found.in_time) == (1, 1, 5 * 3600, 1.0)
    with at_acme(hours=60):
        operations.reopen_case(case.id, "Again")
        assert case_figures(cases(), since, door.moment()).median_resolution is None
    with at_acme(hours=61):
        operations.solve_case(case.id, resolution="Done again")
        found = case_figures(cases(), since, door.moment())
        assert (found.median_resolution, found.reopened_rate) == (6 * 3600, 1.0)


def test_a_case_moves_only_where_it_may(at_acme, ann, audited):
    with at_acme():
        case = _open(ann)
        with pytest.raises(CaseMoved):
            operations.close_case(case.id)
        operations.solve_case(case.id, resolution="Done")
        with pytest.raises(CaseMoved):
            operations.reply_to_case(case.id, "Hello?")
        with pytest.raises(CaseMoved):
            operations.solve_case(case.id, resolution="Twice")
        assert Case.objects.get(id=case.id).resolution == "Done"
        assert CaseMessage.objects.count() == 0


def test_what_is_solved_closes_by_itself(at_acme, ann):
    with at_acme():
        case = _open(ann)
        operations.solve_case(case.id, resolution="Done")
    for days, closed in ((2, 0), (3, 1), (4, 0)):
        with at_acme(days=days):
            assert operations.close_solved() == closed


def test_a_double_goes_into_the_case_that_is_kept(at_acme, ann, bea):
    with at_acme():
        keep, double, other = _open(ann), _open(ann, description="It leaks."), _open(bea)
        operations.note_on_case(double.id, "Called twice")
        task = operations.add_task(key="t", title="Call", due_at=door.moment(), case_id=double.id)
        with pytest.raises(CannotMerge):
            operations.merge_cases(keep.id, other.id)
        operations.merge_cases(keep.id, double.id)
        merged = Case.objects.get(id=double.id)
        assert (merged.status, merged.merged_into_id) == ("merged", keep.id)
        assert CaseMessage.objects.get().case_id == Task.objects.get(id=task.id).case_id == keep.id
        assert "It leaks." in Case.objects.get(id=keep.id).description
        with pytest.raises(CaseMoved):
            operations.note_on_case(double.id, "More")
        with pytest.raises(CannotMerge):
            operations.merge_cases(keep.id, double.id)


def test_figures_are_parted_by_category(at_acme, ann):
    with at_acme():
        topic, since = operations.create_category("topic", "Delivery"), door.moment()
        late = _open(ann, category_id=topic.id)
        _open(ann)
    with at_acme(days=9):
        operations.solve_case(late.id, resolution="Found")
        rows = case_figures_by(cases(), since, door.moment(), "category")
        found = {row.label: (row.opened, row.solved, row.in_time) for row in rows}
        assert found == {"": (1, 0, None), "Delivery": (1, 1, 0.0)}


# --- ratings -----------------------------------------------------------------------------------------------------


def test_a_round_is_rated_once(at_acme, ann, told):
    case = _closed(at_acme, ann)
    with at_acme(hours=1):
        operations.rate_case(case.id, 0, stars=5)
        with pytest.raises(AlreadyRated):
            operations.rate_case(case.id, 0, stars=1)
        operations.reopen_case(case.id)
        with pytest.raises(CannotRate):
            operations.rate_case(case.id, 1, stars=4)
        operations.solve_case(case.id, resolution="Again")
        operations.close_case(case.id)
        operations.rate_case(case.id, 1, stars=3)
        assert list(CaseRating.objects.order_by("round").values_list("stars", flat=True)) == [5, 3]
        assert (Case.objects.get(id=case.id).rating, Task.objects.count()) == (3, 0)
    assert [payload["stars"] for _, payload in told("case.rated")] == [5, 3]


def test_a_low_rating_makes_a_task_or_reopens(at_acme, ann):
    first, second = _closed(at_acme, ann), _closed(at_acme, ann)
    with at_acme(hours=1):
        operations.rate_case(first.id, 0, stars=2, comment="Slow")
        task = Task.objects.get()
        assert (task.title, task.description, task.case_id) == (
            "Low rating of case #1: ask what went wrong",
            "Slow",
            first.id,
        )
        operations.set_care_policy(low_rating="reopen")
        operations.rate_case(second.id, 0, stars=1)
        again = Case.objects.get(id=second.id)
        assert (again.status, again.reopened, Task.objects.count()) == ("open", 1, 1)


def test_the_link_of_the_letter_rates_once_without_sign_in(client, acme, globex, at_acme, ann, drained):
    case = _closed(at_acme, ann)
    drained(acme)
    with at_acme():
        letter = Message.objects.get(kind="case_rating", channel="email")
        assert letter.subject == "How did we do with #1?"
    page = client.get(letter.link, HTTP_ACCEPT_LANGUAGE="zh")
    assert (page.status_code, 'lang="zh-Hans"' in page.content.decode()) == (200, True)
    assert client.post(letter.link, {"stars": "9"}).status_code == 422
    assert client.post(letter.link, {"stars": "4", "comment": "Fine"}).status_code == 200
    again = client.post(letter.link, {"stars": "1"})
    assert "You gave 4 of 5 stars" in again.content.decode()
    with at_acme():
        rating = CaseRating.objects.get()
        assert (rating.case_id, rating.stars, rating.comment) == (case.id, 4, "Fine")
    assert client.get(letter.link.replace(acme.slug, globex.slug)).status_code == 404
    assert client.get(letter.link[:-2] + "xx").status_code == 404


def test_a_token_is_of_one_organisation(acme, globex, at_acme, ann):
    case = _closed(at_acme, ann)
    token = rating_path(acme, case.id, 0).rpartition("/")[2]
    with at_acme():
        assert case_of_token(token) == (case.id, 0)
    with door.organisation(globex.id), pytest.raises(signing.BadSignature):
        case_of_token(token)


def test_what_is_said_reaches_the_customer_and_notes_do_not(acme, at_acme, ann, drained):
    with at_acme():
        case = _open(ann)
        operations.note_on_case(case.id, "She is upset")
        operations.reply_to_case(case.id, "A new one is on its way.")
    drained(acme)
    with at_acme():
        mail = {row.kind: row.body for row in Message.objects.filter(channel="email")}
    assert set(mail) == {"case_opened", "case_reply"}
    assert "A new one is on its way." in mail["case_reply"]
    assert not any("upset" in body for body in mail.values())
