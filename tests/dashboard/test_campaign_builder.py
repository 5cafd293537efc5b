"""The guided builder: its steps save one by one, refuse at the field, and show what will be."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.forms_terms import CountsForm, LimitsForm, RewardsForm, initial_of
from referrals.models import Campaign, GoldenCase, LegalNote, Referral, RuleVersion, Touch
from referrals.operations import begin_campaign, choose_template
from referrals.queries import planned_terms
from referrals.rules import read_terms, terms_json
from referrals.templates import TEMPLATES, default_terms
from rewards.models import Budget
from tenancy import door
from tests.conftest import NOON

GOAL = {
    "name": "Autumn friends", "aim": "revenue", "friends": "50", "revenue_minor": "5000", "starts_at": "2026-12-01T09:00",
    "ends_at": "2027-01-31T09:00", "stages": ["customer"], "to": "next",
}  # fmt: skip
COUNTS = {"event": "first_paid_order", "minimum": "50.00", "to": "next"}
LIMITS = {
    "hold": "14", "promise": "3", "click_window": "30", "order_window": "60", "refund_policy": "proportional",
    "points_worth": "100", "per_campaign": "40", "budget_limit_minor": "800.00", "to": "next",
}  # fmt: skip
POINTS = {"to": "referrer", "kind": "points", "points": 200}
COUPON = {"to": "referee", "kind": "coupon", "coupon": "WELCOME"}
MUG = {"title_zh": "马克杯", "title_en": "Mug", "cost": "2.00"}
LINES = [
    {"to": "referee", "kind": "points_rate", "rate": 2, "per": "10.00"},
    {"to": "referee", "kind": "cash", "amount": "5.00"},
    {"to": "referee", "kind": "cash_percent", "percent": "7.5", "cap": "20.00"},
    {"to": "referrer", "kind": "gift", **MUG, "pieces": 2},
    {"to": "referrer", "kind": "service_upgrade", **MUG},
    {"to": "referrer", "kind": "event", **MUG, "starts_at": "2026-12-05T18:00", "place_zh": "伦敦", "place_en": "London"},
    {"to": "referrer", "kind": "trial", **MUG, "days": 30},
    {"to": "referrer", "kind": "points", "points": 200, "group": "A"},
    {"to": "referrer", "kind": "gift", **MUG, "group": "A"},
]


def text_of(answer) -> str:
    return answer.content.decode()


def sent(*lines, **more) -> dict:
    """What a browser sends of the lines of rewards."""
    told = {f"lines-{number}-{name}": value for number, line in enumerate(lines) for name, value in line.items()}
    return {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": 0, **told, **more}


def values_of(form) -> dict:
    """What a form shows, as a browser would send it back."""
    shown = {name: field.prepare_value(form.get_initial_for_field(field, name)) for name, field in form.fields.items()}
    return {name: value for name, value in shown.items() if value is not None}


@pytest.fixture
def draft(acme):
    with door.organisation(acme.id):
        return choose_template(begin_campaign(name="Autumn", starts_at=NOON).id, "friend_coupon")


@pytest.fixture
def at_step(draft):
    return lambda step, campaign_id=draft.id: reverse("dashboard:campaign_step", args=[campaign_id, step])


def now(acme, campaign_id) -> Campaign:
    with door.organisation(acme.id):
        return Campaign.objects.select_related("budget").get(id=campaign_id)


# --- the forms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_steps_give_back_the_terms_they_were_shown(at_acme, template):
    terms = terms_json(read_terms(default_terms(TEMPLATES[template], "GBP")))
    with at_acme():
        given = {}
        for shape in (CountsForm, RewardsForm, LimitsForm):
            fresh = shape(currency="GBP", template=template, initial=initial_of(terms))
            lines = sent(*map(values_of, fresh.lines.initial_forms)) if shape is RewardsForm else {}
            form = shape(values_of(fresh) | lines, currency="GBP", template=template)
            assert form.is_valid(), form.errors
            given = form.into(given)
        assert terms_json(read_terms(given)) == terms


def test_every_kind_and_a_choice_survive_the_form(at_acme):
    base = default_terms(TEMPLATES["friend_coupon"], "GBP")
    with at_acme():
        form = RewardsForm(sent(*LINES), currency="GBP")
        assert form.is_valid(), form.lines.errors
        terms = terms_json(read_terms(form.into(base)))
        assert [line["kind"] for line in terms["rewards"]] == [line["kind"] for line in LINES[:7]] + ["choice"]
        shown = RewardsForm(currency="GBP", initial=initial_of(terms))
        again = RewardsForm(sent(*map(values_of, shown.lines.initial_forms)), currency="GBP")
        assert again.is_valid(), again.lines.errors
        assert terms_json(read_terms(again.into(base))) == terms


STEPS = {
    "to": "second_level", "kind": "points_steps",
    "steps": [{"from": {"count": 1}, "amount": {"points": 10}}, {"from": {"count": 3}, "amount": {"points": 20}}],
}  # fmt: skip
BRACKETS = {
    "to": "referrer", "kind": "cash_brackets",
    "steps": [{"from": {"minor": 0, "currency": "GBP"}, "amount": {"minor": 150, "currency": "GBP"}}],
}  # fmt: skip
MILESTONES = [
    {"key": "third", "trigger": "nth_order", "count": {"count": 3}, "rewards": [
        {"to": "referrer", "kind": "points", "amount": {"points": 50}}]},
    {"key": "won", "trigger": "deal_won", "within": {"days": 90}, "rewards": [
        {"to": "salesperson", "kind": "cash", "amount": {"minor": 500, "currency": "GBP"}}, STEPS]},
    {"key": "spent", "trigger": "amount_reached", "amount": {"minor": 9000, "currency": "GBP"}, "rewards": [
        {"to": "referee", "kind": "coupon", "coupon": "WELCOME"}]},
]  # fmt: skip
SCHEMES = [
    {"key": "london", "when": {"fact": "referrer.city", "is": "is", "value": "London"}, "rewards": [
        {"to": "referrer", "kind": "points", "amount": {"points": 900}}]},
]  # fmt: skip


def test_steps_milestones_and_schemes_survive_the_form(at_acme):
    base = default_terms(TEMPLATES["friend_coupon"], "GBP")
    terms = terms_json(read_terms({**base, "rewards": [STEPS, BRACKETS], "milestones": MILESTONES, "schemes": SCHEMES}))
    with at_acme():
        shown = RewardsForm(currency="GBP", template="friend_coupon", initial=initial_of(terms))
        data = sent(*map(values_of, shown.lines.initial_forms))
        for name, rows in shown.further.items():
            count = len(rows.initial_forms)
            data |= {f"{name}-TOTAL_FORMS": count, f"{name}-INITIAL_FORMS": count}
            data |= {f"{row.prefix}-{field}": value for row in rows.initial_forms for field, value in values_of(row).items()}
        form = RewardsForm(data, currency="GBP", template="friend_coupon", initial=initial_of(terms))
        assert form.is_valid(), (form.lines.errors, [rows.errors for rows in form.further.values()])
        assert terms_json(read_terms(form.into(terms))) == terms


def test_what_a_form_was_sent_without_is_kept(at_acme):
    conditions = {"fact": "order.channel", "is": "is", "value": "store"}
    base = default_terms(TEMPLATES["friend_coupon"], "GBP")
    terms = {**base, "milestones": MILESTONES, "success": {**base["success"], "conditions": conditions}}
    with at_acme():
        form = RewardsForm(sent(POINTS, COUPON), currency="GBP", template="friend_coupon", initial=initial_of(terms))
        assert form.is_valid() and form.into(terms)["milestones"] == MILESTONES
        counts = CountsForm({"event": "paid_order", "minimum": "5"}, currency="GBP")
        assert counts.is_valid() and counts.into(terms)["success"]["conditions"] == conditions


def test_a_milestone_and_a_group_are_added_on_the_page(acme, gus, as_staff, draft, at_step, world):
    tier = "gold"
    rows = {
        "milestones-TOTAL_FORMS": 2, "milestones-INITIAL_FORMS": 0, "milestones-0-kind": "nth_order",
        "milestones-0-number": "3",
        "milestones-0-to": "referrer", "milestones-0-given": "points", "milestones-0-points": "50", "milestones-1-kind": "",
        "milestones-1-to": "referrer", "milestones-1-given": "points", "schemes-TOTAL_FORMS": 1, "schemes-INITIAL_FORMS": 0,
        "schemes-0-kind": f"tier:{tier}", "schemes-0-to": "referrer", "schemes-0-given": "cash", "schemes-0-amount": "5",
    }  # fmt: skip
    answer = as_staff(gus).post(at_step("rewards"), sent(POINTS, COUPON, **rows, to="next"))
    assert answer.status_code == 302, text_of(answer)[-3000:]
    terms = now(acme, draft.id).draft_terms
    assert [(row["key"], row["trigger"], row["count"]) for row in terms["milestones"]] == [("m1", "nth_order", {"count": 3})]
    assert terms["schemes"][0]["when"] == {"fact": "referrer.tier", "is": "is", "value": tier}
    lacking = {**rows, "milestones-0-number": ""}
    answer = as_staff(gus).post(at_step("rewards"), sent(POINTS, COUPON, **lacking, to="next"))
    assert answer.status_code == 422 and 'id="id_milestones-0-number_error"' in text_of(answer)
    assert now(acme, draft.id).draft_terms == terms


# --- from the first step to the start --------------------------------------------------------------------


def test_a_campaign_is_built_without_javascript_and_starts(acme, gus, as_staff):
    browser = as_staff(gus)
    answer = browser.post(reverse("dashboard:campaign_new"), GOAL)
    assert answer.status_code == 302
    with door.organisation(acme.id):
        made = Campaign.objects.get()
    assert (made.state, made.template, made.target) == ("draft", "", {"stages": ["customer"]})
    assert made.goal == {"aim": "revenue", "friends": 50, "revenue_minor": 500_000}
    facts = {
        "template": {"template": "friend_coupon"}, "counts": COUNTS, "rewards": sent({**POINTS, "points": 350}, COUPON),
        "limits": LIMITS,
        "texts": {"text_headline_en": "Coffee for two", "to": "template_words"},
        "people": {"responsible": str(gus.id), "follow_up_hours": "8", "text_script_zh": "您好", "text_script_en": "Hello"},
    }  # fmt: skip
    for step, told in facts.items():
        address = reverse("dashboard:campaign_step", args=[made.id, step])
        assert browser.get(address).status_code == 200
        answer = browser.post(address, {"to": "next", **told})
        assert answer.status_code == 302, (step, text_of(answer)[-2000:])
    page = text_of(browser.get(reverse("dashboard:campaign_step", args=[made.id, "check"])))
    assert "Everything is ready. The campaign can start." in page
    browser.post(reverse("dashboard:campaign_turn", args=[made.id, "start"]))
    kept = now(acme, made.id)
    assert (kept.state, kept.budget.limit_minor, kept.responsible_id, kept.follow_up_hours) == ("running", 80_000, gus.id, 8)
    assert kept.texts["en"]["headline"] == "Coffee for two"
    assert "350 points" in kept.texts["en"]["offer"] and "£50" in kept.texts["en"]["offer"]
    with door.organisation(acme.id):
        version = RuleVersion.objects.get()
    assert (version.number, version.terms["limits"]["per_campaign"]) == (1, {"count": 40})


def test_a_link_with_a_template_goes_on_with_it(acme, gus, as_staff):
    answer = as_staff(gus).post(f"{reverse('dashboard:campaign_new')}?template=b2b_services", GOAL)
    assert answer.url.endswith("/build/counts/")
    with door.organisation(acme.id):
        assert Campaign.objects.get().template == "b2b_services"


@pytest.mark.parametrize(
    ("to", "lands"), [("next", "rewards"), ("back", "template"), ("texts", "texts"), ("nonsense", "counts")]
)
def test_a_step_is_saved_wherever_one_goes(acme, gus, as_staff, draft, at_step, to, lands):
    answer = as_staff(gus).post(at_step("counts"), {**COUNTS, "to": to})
    assert answer.url == at_step(lands)
    with door.organisation(acme.id):
        assert planned_terms(Campaign.objects.get(id=draft.id))["success"]["minimum"]["minor"] == 5000


def test_a_draft_without_terms_is_sent_to_its_template(acme, gus, as_staff):
    with door.organisation(acme.id):
        bare = begin_campaign(name="Bare", starts_at=NOON)
    answer = as_staff(gus).get(reverse("dashboard:campaign_step", args=[bare.id, "rewards"]))
    assert answer.url.endswith("/build/template/")


@pytest.mark.parametrize(
    ("step", "facts", "field"),
    [
        ("goal", {**GOAL, "name": " "}, "name"),
        ("goal", {**GOAL, "ends_at": "2026-11-01T09:00"}, "ends_at"),
        ("goal", {**GOAL, "friends": "none"}, "friends"),
        ("template", {}, "template"),
        ("counts", {**COUNTS, "minimum": "much"}, "minimum"),
        ("limits", {**LIMITS, "hold": "400"}, "hold"),
        ("limits", {**LIMITS, "budget_limit_minor": "0"}, "budget_limit_minor"),
        ("people", {"follow_up_hours": "0"}, "follow_up_hours"),
        ("rewards", sent({"to": "referrer", "kind": "points"}), "lines-0-points"),
        ("rewards", sent({"to": "referrer", "kind": "coupon", "coupon": "NONSUCH"}), "lines-0-coupon"),
        ("rewards", sent({"to": "referrer", "kind": "gift", "title_zh": "杯"}), "lines-0-title_en"),
    ],
)
def test_a_refused_step_names_the_field_and_changes_nothing(acme, gus, as_staff, draft, at_step, step, facts, field):
    before = now(acme, draft.id)
    answer = as_staff(gus).post(at_step(step), facts)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text_of(answer)
    after = now(acme, draft.id)
    assert (after.name, after.draft_terms, after.goal, after.budget_id) == (
        before.name,
        before.draft_terms,
        before.goal,
        None,
    )


def test_options_of_unequal_cost_are_refused(acme, gus, as_staff, draft, at_step):
    menu = sent({"to": "referrer", "kind": "points", "points": 100, "group": "A"}, LINES[-1])
    answer = as_staff(gus).post(at_step("rewards"), menu)
    assert answer.status_code == 422 and "have to cost the same" in text_of(answer)
    assert now(acme, draft.id).draft_terms == draft.draft_terms


def test_nobody_else_gets_in(draft, at_step, mallory, as_staff):
    assert as_staff(mallory).get(at_step("goal")).status_code == 404
    assert as_staff(mallory).post(at_step("counts"), COUNTS).status_code == 404


# --- what is shown beside it ------------------------------------------------------------------------------


def test_the_rule_is_said_while_it_is_written_and_nothing_is_kept(acme, gus, as_staff, draft):
    address = reverse("dashboard:campaign_step_preview", args=[draft.id, "rewards"])
    told = text_of(as_staff(gus).post(address, sent({**POINTS, "points": 350}, COUPON)))
    assert "350 points" in told and "350 积分" in told
    assert now(acme, draft.id).draft_terms == draft.draft_terms


def test_words_that_wechat_blocks_are_named_while_they_are_written(gus, as_staff, draft):
    address = reverse("dashboard:campaign_step_preview", args=[draft.id, "texts"])
    told = text_of(as_staff(gus).post(address, {"text_share_zh": "转发领 20 元", "is_wechat_safe": "on"}))
    assert "“转发领 20 元” promises something for sharing" in told
    assert "好友首次下单并过了退货期后" in told


def test_a_refusal_is_said_beside_with_its_field(gus, as_staff, draft):
    address = reverse("dashboard:campaign_step_preview", args=[draft.id, "limits"])
    assert "Days to wait for returns:" in text_of(as_staff(gus).post(address, {**LIMITS, "hold": "x"}))


def test_the_page_is_shown_to_staff_before_it_runs_and_notes_no_touch(acme, gus, as_staff, draft, mallory):
    address = reverse("portal:campaign_preview", args=[acme.slug, draft.id])
    answer = as_staff(gus).get(f"{address}?lang=zh-hans")
    assert (answer.status_code, answer["Content-Security-Policy"]) == (200, "frame-ancestors 'self'")
    assert "您的朋友送您一份见面礼" in text_of(answer) and "yj_visitor" not in answer.cookies
    assert "A welcome present from a friend" in text_of(as_staff(gus).get(f"{address}?lang=en"))
    with door.organisation(acme.id):
        assert (Touch.objects.count(), Referral.objects.count()) == (0, 0)
    assert Client().get(address).status_code == 404
    assert as_staff(mallory).get(address).status_code == 404
    assert as_staff(gus).post(address).status_code == 405


def test_the_page_shows_words_that_are_not_saved_to_their_writer_alone(acme, gus, as_staff, draft, staff_of):
    beside = reverse("dashboard:campaign_step_preview", args=[draft.id, "texts"])
    told = text_of(as_staff(gus).post(beside, {"text_headline_en": "Only while I write"}))
    phone = told.partition('name="phone" src="')[2].partition('"')[0]
    assert "Only while I write" in text_of(as_staff(gus).get(f"{phone}&lang=en"))
    assert "Only while I write" not in text_of(as_staff(staff_of(acme, "marketer")).get(f"{phone}&lang=en"))


# --- a campaign that runs ---------------------------------------------------------------------------------


def test_new_terms_are_published_in_the_last_step(acme, world, gus, as_staff):
    browser, campaign_id = as_staff(gus), world["campaign_id"]
    with door.organisation(acme.id):
        GoldenCase.objects.all().delete()  # they would hold the old terms fast
    counts = reverse("dashboard:campaign_step", args=[campaign_id, "counts"])
    assert "keeps its terms" in text_of(browser.get(counts))
    browser.post(counts, {**COUNTS, "minimum": "35.00"})
    with door.organisation(acme.id):
        assert RuleVersion.objects.filter(campaign_id=campaign_id).count() == 1
    assert "Written, but not in force yet" in text_of(browser.get(reverse("dashboard:campaign", args=[campaign_id])))
    check = reverse("dashboard:campaign_step", args=[campaign_id, "check"])
    assert "whichever is better for them" in text_of(browser.get(check))
    browser.post(reverse("dashboard:campaign_publish", args=[campaign_id]), {"honour": "better_of_both"})
    with door.organisation(acme.id):
        versions = RuleVersion.objects.filter(campaign_id=campaign_id).order_by("number")
        assert [(row.number, row.honour) for row in versions][-1] == (2, "better_of_both")
        assert Referral.objects.filter(campaign_id=campaign_id).first().rule_version.number == 1


def test_nothing_is_said_to_be_in_order_where_something_is_worth_a_look(acme, world, gus, as_staff):
    check, order = reverse("dashboard:campaign_step", args=[world["campaign_id"], "check"]), "Everything is in order."
    with door.organisation(acme.id):
        GoldenCase.objects.all().delete()
        Campaign.objects.filter(id=world["campaign_id"]).update(responsible=gus)
    before = text_of(as_staff(gus).get(check))
    with door.organisation(acme.id):
        Campaign.objects.filter(id=world["campaign_id"]).update(responsible=None)
    after = text_of(as_staff(gus).get(check))
    assert "worth a look" in after and order not in after
    assert ("worth a look" in before) != (order in before)


def test_a_running_campaign_keeps_its_template(world, gus, as_staff):
    assert as_staff(gus).get(reverse("dashboard:campaign_step", args=[world["campaign_id"], "template"])).status_code == 404


# --- ready? -------------------------------------------------------------------------------------------------


def test_a_draft_says_what_is_missing_and_where_to_mend_it(acme, gus, as_staff, draft, at_step):
    for address in (reverse("dashboard:campaign", args=[draft.id]), at_step("check")):
        told = text_of(as_staff(gus).get(address))
        assert "No budget is set aside." in told and at_step("limits") in told
    answer = as_staff(gus).post(reverse("dashboard:campaign_turn", args=[draft.id, "start"]))
    assert answer.status_code == 302
    assert now(acme, draft.id).state == "draft"
    with door.organisation(acme.id):
        assert Budget.objects.count() == 0


def test_the_legal_note_is_read_on_the_page(acme, gus, as_staff, draft):
    as_staff(gus).post(reverse("dashboard:campaign_legal_note", args=[draft.id]))
    with door.organisation(acme.id):
        assert LegalNote.objects.get().acknowledged_by == gus.user_id
