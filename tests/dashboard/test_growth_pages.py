"""Campaigns, referrals, rewards, budgets and the books: what their pages say and do."""

import pytest
from django.urls import reverse

from loyalty.models import Programme, Tier
from referrals.models import Campaign, Referral, ReferralCode
from rewards.models import Budget, JournalEntry, Reward, Unit
from rewards.operations import Policy, policy_of
from rewards.queries import available_points
from tenancy import door
from tenancy.models import Job


def text_of(answer) -> str:
    return answer.content.decode()


# --- campaigns --------------------------------------------------------------------------------------------


def test_a_campaign_is_paused_resumed_and_ended(acme, world, gus, as_staff):
    browser = as_staff(gus)
    for verb, state in (("pause", "paused"), ("resume", "running"), ("end", "ended")):
        answer = browser.post(reverse("dashboard:campaign_turn", args=[world["campaign_id"], verb]))
        assert answer.url == reverse("dashboard:campaign", args=[world["campaign_id"]])
        with door.organisation(acme.id):
            assert Campaign.objects.get().state == state


def test_a_customer_is_given_the_same_code_twice(acme, world, gus, as_staff):
    browser = as_staff(gus)
    address = reverse("dashboard:campaign_code", args=[world["campaign_id"], world["customer_id"]])
    pages = [text_of(browser.post(address, headers={"HX-Request": "true"})) for _ in range(2)]
    with door.organisation(acme.id):
        code = ReferralCode.objects.get(referrer_id=world["customer_id"], batch=None).code
    assert all(code in page and f"/q/{code}.svg" in page and f"/p/{code}.png" in page for page in pages)


def test_a_copy_has_a_budget_of_its_own(acme, world, gus, as_staff):
    facts = {"name": "Again", "starts_at": "2026-12-01T09:00", "ends_at": "", "budget_limit_minor": "90"}
    as_staff(gus).post(reverse("dashboard:campaign_copy", args=[world["campaign_id"]]), facts)
    with door.organisation(acme.id):
        first, copy = Campaign.objects.select_related("budget").order_by("id")
    assert (copy.name, copy.state, copy.budget.limit_minor) == ("Again", "draft", 9000)
    assert copy.budget_id != first.budget_id


# --- referrals, decisions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [("stage=converted", True), ("stage=closed", False), ("risk=clear", True), ("risk=held", False),
     ("attribution=accepted", True),
     ("reward=accrued", True), ("reward=none", False), ("q=Cleo", True), ("q=Ann", True), ("q=Nobody", False)],
)  # fmt: skip
def test_referrals_are_filtered_by_each_axis(world, gus, as_staff, filters, is_found):
    page = text_of(as_staff(gus).get(f"{reverse('dashboard:referrals')}?{filters}", headers={"HX-Request": "true"}))
    assert ("Cleo Brown" in page) is is_found


def _rewards_of(world):
    return Reward.objects.filter(referral_id=world["referral_id"])


def test_a_review_holds_rewards_and_lets_them_go(acme, world, gus, as_staff):
    browser, referral = as_staff(gus), [world["referral_id"]]
    browser.post(reverse("dashboard:referral_hold", args=referral), {"reason": "same address"})
    with door.organisation(acme.id):
        assert Referral.objects.get().risk == "held"
        assert set(_rewards_of(world).values_list("state", flat=True)) == {"held"}
    browser.post(reverse("dashboard:referral_clear", args=referral))
    with door.organisation(acme.id):
        assert Referral.objects.get().risk == "cleared"
        assert set(_rewards_of(world).values_list("state", flat=True)) == {"accrued"}


def test_abuse_takes_the_rewards_back(acme, world, gus, as_staff):
    browser, referral = as_staff(gus), [world["referral_id"]]
    browser.post(reverse("dashboard:referral_hold", args=referral), {"reason": "same address"})
    browser.post(reverse("dashboard:referral_fraud", args=referral), {"reason": "proved"})
    with door.organisation(acme.id):
        assert Referral.objects.get().risk == "confirmed"
        assert set(_rewards_of(world).values_list("state", "kept")) == {("reversed", 0)}


def test_closing_needs_a_reason_of_the_vocabulary(acme, world, gus, as_staff):
    answer = as_staff(gus).post(reverse("dashboard:referral_close", args=[world["referral_id"]]), {"reason": "because"})
    assert answer.status_code == 422
    with door.organisation(acme.id):
        assert Referral.objects.get().stage == "converted"


def test_a_decision_is_shown_in_full_and_in_both_languages(world, gus, as_staff):
    page = text_of(as_staff(gus).get(reverse("dashboard:decision", args=[world["decision_id"]])))
    assert "This order earned a reward" in page
    assert "£200.00" in page
    assert 'lang="zh-Hans"' in page


# --- rewards, coupons, budgets ----------------------------------------------------------------------------


def test_a_reward_is_held_with_a_reason_and_released(acme, world, gus, as_staff):
    browser, reward = as_staff(gus), [world["reward_id"]]
    assert browser.post(reverse("dashboard:reward_hold", args=reward), {"reason": ""}).status_code == 422
    browser.post(reverse("dashboard:reward_hold", args=reward), {"reason": "ask the shop"})
    page = text_of(browser.get(reverse("dashboard:reward", args=reward)))
    assert "ask the shop" in page
    browser.post(reverse("dashboard:reward_release", args=reward))
    with door.organisation(acme.id):
        assert Reward.objects.get(id=reward[0]).state == "accrued"


def test_a_limit_below_what_is_promised_is_refused(acme, world, gus, as_staff):
    answer = as_staff(gus).post(reverse("dashboard:budget_limit", args=[world["budget_id"]]), {"limit_minor": "0.01"})
    assert answer.status_code == 422
    with door.organisation(acme.id):
        assert Budget.objects.get().limit_minor == 100_000


def test_a_budget_is_opened(acme, gus, as_staff):
    as_staff(gus).post(reverse("dashboard:budget_new"), {"name": "Presents", "limit_minor": "250"})
    with door.organisation(acme.id):
        assert Budget.objects.values_list("name", "currency", "limit_minor").get() == ("Presents", "GBP", 25_000)


# --- points and books -------------------------------------------------------------------------------------


def test_points_by_hand_are_booked_once_however_often_they_are_sent(acme, world, gus, as_staff):
    browser, customer = as_staff(gus), world["customer_id"]
    with door.organisation(acme.id):
        before = available_points([customer])[customer]
    sent = {"amount": "30", "reason": "a mistake of ours", "key": "K1"}
    for _ in range(2):
        assert browser.post(reverse("dashboard:points_adjust", args=[customer]), sent).status_code == 302
    browser.post(reverse("dashboard:points_redeem", args=[customer]), {"amount": "10", "reason": "a mug", "key": "K2"})
    with door.organisation(acme.id):
        assert available_points([customer])[customer] == before + 20
    assert "a mistake of ours" in text_of(browser.get(reverse("dashboard:statement", args=[customer])))


def test_points_that_are_not_there_are_not_redeemed(acme, world, gus, as_staff):
    with door.organisation(acme.id):
        before = JournalEntry.objects.count()
    sent = {"amount": "999999", "reason": "a car", "key": "K3"}
    answer = as_staff(gus).post(reverse("dashboard:points_redeem", args=[world["customer_id"]]), sent)
    assert answer.status_code == 422
    with door.organisation(acme.id):
        assert JournalEntry.objects.count() == before


def test_the_books_are_checked_when_asked(world, gus, as_staff):
    browser = as_staff(gus)
    assert "The books balance." not in text_of(browser.get(reverse("dashboard:books")))
    assert "The books balance." in text_of(browser.post(reverse("dashboard:books"), follow=True))


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [("kind=adjustment", True), ("kind=expiry", False), ("unit=POINT", True), ("q=adjust:gift", True)],
)
def test_the_journal_is_filtered(world, gus, as_staff, filters, is_found):
    page = text_of(as_staff(gus).get(f"{reverse('dashboard:ledger')}?{filters}", headers={"HX-Request": "true"}))
    assert ("a gift" in page) is is_found


# --- loyalty, reports, customer value ---------------------------------------------------------------------


def test_the_programme_and_a_tier_are_changed(acme, world, gus, as_staff):
    browser = as_staff(gus)
    terms = {
        "is_active": "on",
        "points_per_unit": "2",
        "warn_days_before_expiry": "14",
        "point_cost_minor": "0.5",
    }
    browser.post(reverse("dashboard:programme_save"), terms)
    tier = {"threshold_minor": "750.00", "window_days": "180", "multiplier": "1.25"}
    browser.post(reverse("dashboard:tier_save", args=[world["tier_id"]]), tier)
    with door.organisation(acme.id):
        programme, gold = Programme.objects.get(), Tier.objects.get(id=world["tier_id"])
    assert (programme.points_per_unit, programme.warn_days_before_expiry) == (2, 14)
    assert (gold.threshold_minor, gold.window_days, str(gold.multiplier)) == (75_000, 180, "1.25")


def test_the_points_policy_is_said_in_sentences_and_saved(acme, world, gus, as_staff):
    browser = as_staff(gus)
    told = {
        "expiry": "years",
        "expires_after_years": "1",
        "extends_on_activity": "on",
        "shortfall": "owe",
        "owed_limit": "500",
    }
    words = text_of(browser.get(reverse("dashboard:points_policy_words"), told))
    with door.organisation(acme.id):
        last = f"31 December {door.moment().year + 1}"
    assert f"can be used up to and including {last}." in words
    assert f"would let all unexpired points live until {last}." in words
    assert "Nobody owes more than 500" in words
    browser.post(reverse("dashboard:points_policy_save"), told)
    with door.organisation(acme.id):
        policy = policy_of(Unit.objects.get(code="POINT"))
    assert policy == Policy(expires_after_years=1, extends_on_activity=True, owed_limit=500)
    assert last in text_of(browser.get(reverse("dashboard:loyalty")))


def test_a_points_policy_without_its_months_is_refused(acme, world, gus, as_staff):
    answer = as_staff(gus).post(reverse("dashboard:points_policy_save"), {"expiry": "months", "shortfall": "forgive"})
    assert answer.status_code == 422
    assert "Say after how many months." in text_of(answer)
    with door.organisation(acme.id):
        assert policy_of(Unit.objects.get(code="POINT")) == Policy(expires_after_months=12)


def test_a_tier_above_the_next_one_is_refused(acme, world, gus, as_staff):
    tier = {"threshold_minor": "99999.00", "window_days": "180", "multiplier": "1.25"}
    answer = as_staff(gus).post(reverse("dashboard:tier_save", args=[world["tier_id"]]), tier)
    assert answer.status_code == 422
    assert "A higher tier needs a higher threshold." in text_of(answer)
    with door.organisation(acme.id):
        assert Tier.objects.get(id=world["tier_id"]).threshold_minor == 50_000


@pytest.mark.parametrize(
    "dates",
    ["", "since=2026-01-01&until=2026-06-30", "since=nonsense", "since=2026-09-01&until=2026-08-01", "since=1990-01-01"],
)
def test_reports_stand_any_dates(world, gus, as_staff, dates):
    assert as_staff(gus).get(f"{reverse('dashboard:reports')}?{dates}").status_code == 200


def test_scoring_is_asked_for_once_watched_and_stopped(acme, world, gus, as_staff):
    browser = as_staff(gus)
    for _ in range(2):
        browser.post(reverse("dashboard:rfm_run"))
    with door.organisation(acme.id):
        job = Job.objects.get(kind="rfm")
    assert "Waiting for a worker" in text_of(browser.get(reverse("dashboard:rfm_progress", args=[job.id])))
    browser.post(reverse("dashboard:rfm_cancel", args=[job.id]))
    with door.organisation(acme.id):
        job.refresh_from_db()
        assert job.is_cancel_requested
        Job.objects.filter(id=job.id).update(state=Job.State.CANCELLED)
    assert browser.get(reverse("dashboard:rfm_progress", args=[job.id]))["HX-Refresh"] == "true"


def test_unknown_segments_and_cells_are_not_found(world, gus, as_staff):
    browser = as_staff(gus)
    assert browser.get(reverse("dashboard:rfm_segment", args=["nonsense"])).status_code == 404
    assert browser.get(reverse("dashboard:rfm_cell", args=[6, 1])).status_code == 404


def test_who_may_not_write_sees_no_buttons(acme, world, staff_of, as_staff):
    browser = as_staff(staff_of(acme, "auditor"))
    for page, button in (
        (reverse("dashboard:campaign", args=[world["campaign_id"]]), "/turn/pause/"),
        (reverse("dashboard:referral", args=[world["referral_id"]]), "/hold/"),
        (reverse("dashboard:reward", args=[world["reward_id"]]), "/hold/"),
        (reverse("dashboard:budgets"), "/limit/"),
        (reverse("dashboard:statement", args=[world["customer_id"]]), "/points/adjust/"),
        (reverse("dashboard:loyalty"), "/loyalty/programme/"),
        (reverse("dashboard:rfm"), "/rfm/run/"),
    ):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert button not in text_of(answer)
