"""One guard against asking too much: a question put by staff, a promotion and a reminder know of each other."""

import pytest

from crm import operations as crm
from crm.operations import record_customer
from referrals.errors import MayNotAsk
from referrals.models import AbuseListing, Ask, Promotion, PromotionReceiver
from referrals.operations.asking import Occasion, answer_ask, ask_now, offer_cards, set_ask_rules
from referrals.operations.reminding import set_reminder
from referrals.queries.asking import ask_rules, bars_for, bars_of_cards, cards, held_cards
from referrals.queries.guard import barred, guarded
from referrals.queries.promotions import audience
from tenancy import door
from tenancy.models import Job

QUIET = 30


@pytest.fixture
def told(at_acme, campaign):
    """Let a promotion have told somebody: told(ann, days=3)."""

    def tell(customer, *, days=0):
        with at_acme(days=days):
            job = Job.objects.create(kind="promotion", total=0)
            now = door.moment()
            promotion = Promotion.objects.create(campaign=campaign, send_at=now, job=job, created_at=now)
            return PromotionReceiver.objects.create(promotion=promotion, customer=customer, state="told", told_at=now)

    return tell


@pytest.fixture
def reminded(at_acme, campaign):
    """Let a reminder have written to somebody."""

    def tell(customer, *, days=0):
        with at_acme(days=days):
            reminder = set_reminder(campaign.id, "bought")
            now = door.moment()
            return PromotionReceiver.objects.create(
                reminder=reminder, customer=customer, state="told", told_at=now, key=str(now), due_at=now, until=now
            )

    return tell


@pytest.mark.parametrize("way", ["told", "reminded"])
def test_who_was_written_to_is_not_asked_by_staff(way, request, ann, campaign, at_acme):
    request.getfixturevalue(way)(ann)
    with at_acme(days=1):
        assert [(each.bar, round(each.days)) for each in bars_for([ann.id], ask_rules())[ann.id]] == [("told_lately", 29)]
        with pytest.raises(MayNotAsk) as refusal:
            ask_now(ann.id, key="k")
        assert refusal.value.facts["why"] == "we wrote to them about a campaign lately; again in 29 days"
        assert offer_cards([Occasion(ann.id, "satisfied", "o")]) == []
        assert not Ask.objects.exists()
    with at_acme(days=QUIET + 1):
        assert len(offer_cards([Occasion(ann.id, "satisfied", "o")])) == 1


@pytest.mark.parametrize("way", ["told", "reminded"])
def test_a_card_waits_once_its_customer_was_written_to(way, request, ann, campaign, at_acme):
    with at_acme():
        card = ask_now(ann.id, key="k")
        assert list(cards()) == [card] and not held_cards().exists()
    request.getfixturevalue(way)(ann, days=1)
    with at_acme(days=2):
        assert not cards().exists() and list(held_cards()) == [card]
        assert bars_of_cards([card], ask_rules())[card.id].bar == "told_lately"


def test_who_was_asked_by_staff_is_not_written_to(ann, campaign, at_acme):
    with at_acme():
        answer_ask(ask_now(ann.id, key="k").id, answer="later")
    with at_acme(days=1):
        assert audience(campaign).left_out["no_consent"] == 1  # looked at first
        assert guarded(type(ann).objects.filter(id=ann.id)).filter(barred(ask_rules())["asked_lately"]).exists()


def test_questions_of_every_way_count_towards_the_most(ann, told, reminded, campaign, at_acme):
    with at_acme():
        set_ask_rules(quiet_days=10, most_in_90_days=3)
        answer_ask(ask_now(ann.id, key="k").id, answer="accepted")
    told(ann, days=15)
    with at_acme(days=30):
        assert bars_for([ann.id], ask_rules())[ann.id] == ()
    reminded(ann, days=30)
    with at_acme(days=45):
        assert [each.bar for each in bars_for([ann.id], ask_rules())[ann.id]] == ["asked_often"]
    with at_acme(days=92):
        assert bars_for([ann.id], ask_rules())[ann.id] == ()


def test_words_and_sql_agree_on_everybody(ann, bea, told, campaign, at_acme):
    told(ann)
    with at_acme():
        cleo, dora = (record_customer(name=name, email=f"{name}@example.com") for name in ("cleo", "dora"))
        AbuseListing.objects.create(
            referrer=cleo, side="block", kind="referrer", value=str(cleo.id), reason="r", added_at=door.moment(),
            added_by_kind="system",
        )  # fmt: skip
        answer_ask(ask_now(bea.id, key="b").id, answer="refused", reason="privacy")
        ask_now(dora.id, key="d")
    for days in (0, 29, 31, 179, 181):
        with at_acme(days=days):
            ids, rules = [ann.id, bea.id, cleo.id, dora.id], ask_rules()
            said = {id: {each.bar for each in found} for id, found in bars_for(ids, rules).items()}
            rows = guarded(type(ann).objects.filter(id__in=ids))
            asked = {name: set(rows.filter(q).values_list("id", flat=True)) for name, q in barred(rules).items()}
            assert said == {id: {name for name, people in asked.items() if id in people} for id in ids}, days


def test_the_other_organisations_questions_do_not_count(ann, told, globex, at_acme):
    told(ann)
    with door.organisation(globex.id):
        assert bars_for([ann.id], ask_rules())[ann.id] == ()
        assert not PromotionReceiver.objects.exists()


def test_who_became_one_has_been_asked_as_often_as_both(ann, bea, reminded, campaign, at_acme):
    reminded(bea)
    reminded(ann, days=5)
    with at_acme(days=6):
        merge = crm.merge_customers(bea.id, ann.id)
    with at_acme(days=33):
        assert [each.bar for each in bars_for([bea.id], ask_rules())[bea.id]] == ["told_lately", "asked_often"]
        crm.undo_merge(merge.id)
        assert bars_for([bea.id], ask_rules())[bea.id] == ()
