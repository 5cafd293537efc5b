"""Conditions and limits in the builder: written as rows, read back exactly, refused by name."""

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from crm.models import Segment
from dashboard.campaign_tracking import needs_of
from dashboard.forms_conditions import condition_rows
from dashboard.forms_terms import LimitsForm, initial_of
from referrals.models import Campaign
from referrals.operations import begin_campaign, choose_template, save_draft_terms
from referrals.queries import planned_terms
from referrals.rules.conditions import FACTS, OPERATORS
from referrals.templates import TEMPLATES, default_terms
from tenancy import door
from tests.conftest import NOON

EVERYWHERE = frozenset({"order", "deal", "answer", "people"})
COUNTS = {"event": "paid_order", "minimum": "5", "conditions-INITIAL_FORMS": 0}
KEPT = {"fact": "order.kept", "is": "at_least", "value": {"minor": 1250, "currency": "GBP"}}
CITY = {"fact": "referee.city", "is": "one_of", "value": ["London", "Leeds"]}
DAYS = {"fact": "order.days_since_signup", "is": "at_most", "value": {"days": 30}}
DEEP = {"any": [{"all": [KEPT, DAYS]}, CITY]}
ROWS = [
    {"fact": "order.kept", "operator": "at_least", "value": "12.50"},
    {"join": "any", "fact": "referee.city", "operator": "is", "value": "London\r\n Leeds \n"},
    {"join": "all", "fact": "order.days_since_signup", "operator": "at_most", "value": "30"},
]
VALUES = {"money": 1250, "count": 3, "days": 14, "score": 9}


def sent(*rows, **more) -> dict:
    told = {f"conditions-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": 0, **told, **more}


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def draft(acme):
    with door.organisation(acme.id):
        return choose_template(begin_campaign(name="Autumn", starts_at=NOON).id, "friend_coupon")


@pytest.fixture
def at_step(draft):
    return lambda step: reverse("dashboard:campaign_step", args=[draft.id, step])


def terms_of(acme, draft) -> dict:
    with door.organisation(acme.id):
        return planned_terms(Campaign.objects.get(id=draft.id))


# --- rows ------------------------------------------------------------------------------------------------


def _example(fact: str, operator: str) -> dict:
    kind = FACTS[fact].type
    if kind in VALUES:
        value = {"minor": 1250, "currency": "GBP"} if kind == "money" else {kind: VALUES[kind]}
    elif operator in ("is", "is_not"):
        value = "customer"
    else:
        value = ["monday", "friday"] if kind == "weekday" else ["gone", "as well"]
    return {"fact": fact, "is": operator, "value": value}


def test_every_fact_with_every_comparison_survives_the_rows(at_acme):
    every = [_example(fact, operator) for fact, kind in FACTS.items() for operator in OPERATORS[kind.type]]
    assert len(FACTS) == 32 and len(every) == 129
    with at_acme():
        for leaf in every:
            shown = condition_rows(None, tree=leaf, currency="GBP", known=EVERYWHERE)
            (row,) = shown.forms
            values = {name: row[name].value() for name in row.fields}
            data = MultiValueDict({name: [value] for name, value in sent(values).items()})
            if isinstance(values["value"], list):
                data.setlist("conditions-0-value", values["value"])
            again = condition_rows(data, tree=leaf, currency="GBP", known=EVERYWHERE)
            assert again.is_valid(), (leaf, again.errors)
            assert again.into() == leaf


def test_rows_become_conditions_of_the_draft_and_stand_on_the_page_again(acme, gus, as_staff, draft, at_step):
    browser = as_staff(gus)
    assert browser.post(at_step("counts"), {**COUNTS, **sent(*ROWS), "to": "next"}).status_code == 302
    tree = {"all": [{"any": [KEPT, CITY]}, DAYS]}
    assert terms_of(acme, draft)["success"]["conditions"] == tree
    page = text_of(browser.get(at_step("counts")))
    assert 'value="12.50"' in page and "London\nLeeds</textarea>" in page and '<option value="any" selected>' in page
    assert browser.post(at_step("counts"), {**COUNTS, **sent()}).status_code == 302
    assert "conditions" not in terms_of(acme, draft)["success"]


@pytest.mark.parametrize(
    ("row", "said", "field"),
    [
        ({"operator": "at_least", "value": ""}, "Condition 2, Value: This is missing.", "value"),
        ({"operator": "at_least", "value": "much"}, "Condition 2, Value: Enter an amount such as 12.50.", "value"),
        ({"operator": "has_any", "value": "5"}, "Condition 2, Comparison: Select a valid choice.", "operator"),
    ],
)
def test_a_refusal_names_the_row_and_writes_nothing(acme, gus, as_staff, draft, at_step, row, said, field):
    before = terms_of(acme, draft)
    answer = as_staff(gus).post(at_step("counts"), {**COUNTS, **sent(ROWS[2], {"fact": "order.kept", **row}), "to": "next"})
    assert answer.status_code == 422
    assert said in text_of(answer) and f'id="id_conditions-1-{field}_error"' in text_of(answer)
    assert terms_of(acme, draft) == before


def test_a_fact_of_another_place_is_not_offered(acme, gus, as_staff, draft, at_step):
    row = {"fact": "deal.amount", "operator": "at_least", "value": "5"}
    answer = as_staff(gus).post(at_step("counts"), {**COUNTS, **sent(row), "to": "next"})
    assert answer.status_code == 422 and "Condition 1, Fact: " in text_of(answer)


def test_rows_come_and_go_without_javascript_and_nothing_is_kept(acme, gus, as_staff, draft, at_step):
    browser, before = as_staff(gus), terms_of(acme, draft)
    page = text_of(browser.post(at_step("counts"), {**COUNTS, **sent(*ROWS), "minimum": "77", "rows": "add"}))
    assert 'name="conditions-TOTAL_FORMS" value="4"' in page and 'value="77"' in page and 'value="12.50"' in page
    page = text_of(browser.post(at_step("counts"), {**COUNTS, **sent(*ROWS), "rows": "remove-0"}))
    assert 'name="conditions-TOTAL_FORMS" value="2"' in page and 'value="12.50"' not in page and "Leeds" in page
    assert "field-error" not in page
    part = browser.post(at_step("counts"), {**COUNTS, **sent({"fact": "answer.score"}, {"fact": "order.weekday"}),
                                            "rows": "show"}, headers={"HX-Request": "true"})  # fmt: skip
    assert part.status_code == 200 and "<html" not in text_of(part)
    assert 'name="conditions-1-value" value="monday"' in text_of(part) and "conditions-0-value" not in text_of(part)
    assert terms_of(acme, draft) == before


def test_groups_inside_groups_are_kept_until_they_are_written_anew(acme, gus, as_staff, draft, at_step):
    terms = terms_of(acme, draft)
    with door.organisation(acme.id):
        save_draft_terms(draft.id, {**terms, "success": {**terms["success"], "conditions": DEEP}})
    browser = as_staff(gus)
    page = text_of(browser.get(at_step("counts")))
    assert "order value kept: at least £12.50" in page and 'name="conditions-kept"' in page
    browser.post(at_step("counts"), {**COUNTS, **sent(), "conditions-kept": "1", "to": "next"})
    assert terms_of(acme, draft)["success"]["conditions"] == DEEP
    page = text_of(browser.post(at_step("counts"), {**COUNTS, **sent(), "conditions-kept": "1", "rows": "anew"}))
    assert 'name="conditions-kept"' not in page and 'name="conditions-TOTAL_FORMS" value="1"' in page
    browser.post(at_step("counts"), {**COUNTS, **sent(ROWS[0]), "to": "next"})
    assert terms_of(acme, draft)["success"]["conditions"] == KEPT


def test_the_way_saves_the_step_and_the_preview_follows_the_form(gus, as_staff, draft, at_step):
    page = text_of(as_staff(gus).get(at_step("counts")))
    assert f'hx-post="{at_step("counts")}preview/"' in page
    assert '<button class="way-name" form="step" name="to" value="limits">' in page


# --- of a milestone, of a group --------------------------------------------------------------------------


@pytest.fixture
def further(acme, draft):
    """A draft with a milestone of deals and a group of its own."""
    points = [{"to": "referrer", "kind": "points", "amount": {"points": 50}}]
    with door.organisation(acme.id):
        terms = planned_terms(Campaign.objects.get(id=draft.id))
        won = {"key": "won", "trigger": "deal_won", "minimum": {"minor": 900, "currency": "GBP"}, "rewards": points}
        group = {"key": "city", "when": {"fact": "referrer.city", "is": "is", "value": "London"}, "rewards": points}
        save_draft_terms(draft.id, {**terms, "milestones": [won], "schemes": [group]})
    return lambda part, key: reverse("dashboard:campaign_conditions", args=[draft.id, part, key])


def test_a_milestone_gets_conditions_on_what_it_is_about(acme, gus, as_staff, draft, further):
    browser = as_staff(gus)
    row = {"fact": "deal.source", "operator": "is_not", "value": ["referral", "form"]}
    assert browser.get(further("milestones", "won")).status_code == 200
    assert browser.post(further("milestones", "won"), sent(row)).status_code == 302
    (milestone,) = terms_of(acme, draft)["milestones"]
    assert milestone["conditions"] == {"fact": "deal.source", "is": "none_of", "value": ["referral", "form"]}
    assert (milestone["trigger"], milestone["minimum"]) == ("deal_won", {"minor": 900, "currency": "GBP"})
    answer = browser.post(further("milestones", "won"), sent(ROWS[0]))  # no order stands behind a deal
    assert answer.status_code == 422 and terms_of(acme, draft)["milestones"] == [milestone]
    assert browser.get(further("milestones", "nothing")).status_code == 404


def test_where_only_milestones_earn_the_step_is_saved_and_leads_to_their_conditions(
    acme, gus, as_staff, draft, further, at_step
):
    with door.organisation(acme.id):
        terms = planned_terms(Campaign.objects.get(id=draft.id))
        save_draft_terms(draft.id, {**terms, "success": {"event": "milestones"}, "rewards": []})
    row = {"key": "won", "kind": "deal_won", "to": "referrer", "given": "points", "points": "70"}
    told = {f"milestones-0-{name}": value for name, value in row.items()}
    told |= {f"{name}-INITIAL_FORMS": 0 for name in ("lines", "milestones")} | {
        "lines-TOTAL_FORMS": 0,
        "milestones-TOTAL_FORMS": 1,
    }
    answer = as_staff(gus).post(at_step("rewards"), {**told, "to": "when-milestones-0"})
    assert answer.status_code == 302 and answer.url == further("milestones", "won")
    assert terms_of(acme, draft)["milestones"][0]["rewards"][0]["amount"] == {"points": 70}


def test_a_group_cannot_do_without_conditions(acme, gus, as_staff, draft, further):
    with door.organisation(acme.id):
        segment = Segment.objects.create(name="Regulars", is_shared=True, conditions={}, created_at=NOON, updated_at=NOON)
    browser, before = as_staff(gus), terms_of(acme, draft)["schemes"]
    answer = browser.post(further("schemes", "city"), sent())
    assert answer.status_code == 422 and "Say for whom this holds." in text_of(answer)
    assert terms_of(acme, draft)["schemes"] == before
    row = {"fact": "referrer.segments", "operator": "has_none", "value": [str(segment.id)]}
    assert browser.post(further("schemes", "city"), sent(row)).status_code == 302
    (group,) = terms_of(acme, draft)["schemes"]
    assert group["when"] == {"fact": "referrer.segments", "is": "has_none", "value": [str(segment.id)]}


# --- limits ----------------------------------------------------------------------------------------------

TIMES = {"hold": "14", "promise": "3", "click_window": "30", "order_window": "60", "refund_policy": "proportional",
         "points_worth": "100"}  # fmt: skip
SPANS = (
    "per_referrer_day",
    "per_referrer_30_days",
    "per_referrer",
    "per_campaign_day",
    "per_campaign_30_days",
    "per_campaign",
)
EVERY_LIMIT = {
    **{name: {"count": number} for number, name in enumerate(SPANS, 2)},
    **{f"{name}_cost": {"minor": 1000 * number + 50, "currency": "GBP"} for number, name in enumerate(SPANS, 2)},
}


def test_every_limit_is_shown_and_written(acme, gus, as_staff, draft, at_step):
    told = {
        name: f"{value['minor'] / 100:.2f}" if "minor" in value else value["count"] for name, value in EVERY_LIMIT.items()
    }
    browser = as_staff(gus)
    assert browser.post(at_step("limits"), {**TIMES, **told, "to": "next"}).status_code == 302
    assert terms_of(acme, draft)["limits"] == EVERY_LIMIT
    page = text_of(browser.get(at_step("limits")))
    assert all(f'value="{value}"' in page for value in told.values())
    assert "Rewards worth at most £20.50 for one referrer on one day." in page
    assert browser.post(at_step("limits"), {**TIMES, "per_campaign": "9", "to": "next"}).status_code == 302
    assert terms_of(acme, draft)["limits"] == {"per_campaign": {"count": 9}}


@pytest.mark.parametrize(
    ("name", "value"), [("per_campaign_day", "0"), ("per_referrer_cost", "0"), ("per_campaign_cost", "x")]
)
def test_a_limit_of_nothing_is_refused_at_its_field(acme, gus, as_staff, draft, at_step, name, value):
    before = terms_of(acme, draft)
    answer = as_staff(gus).post(at_step("limits"), {**TIMES, name: value, "to": "next"})
    assert answer.status_code == 422 and f'id="id_{name}_error"' in text_of(answer)
    assert terms_of(acme, draft) == before


def test_the_form_of_limits_gives_back_what_it_was_shown(at_acme):
    terms = {**default_terms(TEMPLATES["friend_coupon"], "GBP"), "limits": EVERY_LIMIT}
    with at_acme():
        fresh = LimitsForm(currency="GBP", initial=initial_of(terms))
        form = LimitsForm({name: fresh[name].value() for name in fresh.fields}, currency="GBP")
        assert form.is_valid(), form.errors
        assert form.into(terms) == terms


# --- what needs somebody ---------------------------------------------------------------------------------


def test_the_page_of_a_campaign_says_what_needs_somebody(acme, gus, as_staff, draft):
    stages = {"promptness": type("Told", (), {"overdue": 2}), "ownerless": ["First contact"]}
    with door.organisation(acme.id):
        found = Campaign.objects.get(id=draft.id)
        assert needs_of(found, stages, None, has_versions=False) == []  # before the start, the checks say it
        found.state = Campaign.State.RUNNING
        needs = needs_of(found, stages, None, has_versions=True)
    assert [need.text for need in needs] == [
        "2 friends have waited longer for a first call than was promised.", "No budget is set aside.",
        "Nobody is responsible for it.", "Nobody owns: First contact.", "New terms are written, but not in force yet.",
    ]  # fmt: skip
    assert needs[0].address == f"/referrals/?campaign={draft.id}&clock=overdue"
