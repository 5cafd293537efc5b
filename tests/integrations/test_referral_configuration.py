"""Campaigns with their sources, stages and page, and asking and honouring, travel as configuration."""

import pytest

from crm import operations as crm
from dashboard.configuration_words import written
from integrations.errors import EntryMalformed, EntryRefused
from integrations.operations.configuration import apply_bundle, go_back, keep_configuration, read_bundle
from loyalty.operations import save_badge
from referrals.models import Campaign, HonourStep, LandingPage, Reminder, Responsibility, Script, SourceRule
from referrals.operations import create_campaign
from referrals.operations.asking import save_script, set_ask_rules
from referrals.operations.honours import remove_honour_step, save_honour_step, set_honour_rules
from referrals.operations.pages import save_page
from referrals.operations.profiles import set_source_rule
from referrals.operations.reminding import set_reminder
from referrals.operations.responsibility import set_responsibility
from tenancy import configuration, door

WORDS = {language: {"subject": "Well?", "body": "{customer}: {link}"} for language in ("en", "zh-hans")}
LOYAL = {"match": "all", "conditions": [{"fact": "order_count", "op": "at_least", "value": 2}]}


@pytest.fixture
def growth(at_acme, gus) -> None:
    with at_acme():
        campaign = create_campaign(template="beauty_membership", name="Friends", starts_at=door.moment())
        set_source_rule(campaign.id, "employee", limit_30_days=5, by_payroll=True)
        set_responsibility(campaign.id, "confirmed", role="sales", hours=8, checklist=["Say who sent them"])
        set_responsibility(campaign.id, "contacted", member_id=gus.id)
        save_page(campaign.id, {"variants": {"a": {"blocks": [{"kind": "text", "text": {"en": "Come in"}}]}}})
        set_reminder(campaign.id, "bought", is_active=True, wait_days=9, texts=WORDS)
        loyal = crm.create_segment(name="Loyal", description="", conditions=LOYAL)
        save_script(name="Thanks first", text={"en": "Thank you, {customer}."}, situation="satisfied", segment_id=loyal.id)
        save_script(name="Thanks first", variant="B", text={"en": "Do you know somebody?"}, avoid={"en": "Promise money"})
        set_ask_rules(quiet_days=45)
        save_badge(code="friend", name={"en": "Friend", "zh-hans": "好友"})
        save_honour_step(friends=3, badge="friend")
        set_honour_rules(is_wall_public=True, title={"en": "Thank you"})


def test_it_comes_back_the_same_elsewhere_and_names_nobody(growth, globex, at_acme, gus):
    with at_acme():
        text = configuration.text_of(configuration.present())
    assert str(gus.id) not in text
    with door.organisation(globex.id):
        apply_bundle(read_bundle(text), cause="file", is_whole=True)
        assert configuration.text_of(configuration.present()) == text
        campaign = Campaign.objects.get(name="Friends")
        assert campaign.state == "draft"
        assert SourceRule.objects.get(campaign=campaign).limit_30_days == 5
        assert Responsibility.objects.get(campaign=campaign).role == "sales"
        assert LandingPage.objects.get(campaign=campaign).version == 0  # a person publishes it
        reminder = Reminder.objects.get(campaign=campaign)
        assert (reminder.kind, reminder.is_active, reminder.wait_days, reminder.texts) == ("bought", True, 9, WORDS)
        assert Script.objects.get(name="Thanks first", variant="A").segment.name == "Loyal"


def test_going_back_takes_out_what_came_later_and_brings_back_what_went(growth, at_acme):
    with at_acme():
        version = keep_configuration()
        before = configuration.text_of(configuration.present())
        save_script(name="Later", text={"en": "Hello"})
        save_script(
            Script.objects.get(name="Thanks first", variant="B").id,
            name="Thanks first",
            variant="B",
            text={"en": "x"},
            is_active=False,
        )
        remove_honour_step(HonourStep.objects.get().id)
        save_honour_step(friends=9, badge="friend")
        set_ask_rules(quiet_days=10)
        go_back(version.number)
        assert configuration.text_of(configuration.present()) == before
        assert not Script.objects.get(name="Later").is_active  # what was asked with it keeps its figures


@pytest.mark.parametrize(
    ("section", "key", "entry"),
    [
        ("scripts", "Hello", {"text": {"en": "x"}}),
        ("scripts", "Hello/A", {"text": "x"}),
        ("scripts", "Hello/A", {"text": {"en": "x"}, "segment": "Unheard of"}),
        ("scripts", "Hello/A", {"text": {"en": "x"}, "situation": "full_moon"}),
        ("ask_rules", "asking", {"quiet_days": 0}),
        ("ask_rules", "asking", {"quite_days": 3}),
        ("honour_rules", "honours", {"least_group": 1}),
        ("honour_steps", "three", {"badge": "friend"}),
        ("honour_steps", "3", {"badge": "unheard_of"}),
        ("campaigns", "New", {"template": "beauty_membership", "sources": {"moon": {}}}),
        ("campaigns", "New", {"template": "beauty_membership", "reminders": {"moon": {}}}),
        ("campaigns", "New", {"template": "beauty_membership", "reminders": {"bought": {"wait_days": "soon"}}}),
        ("campaigns", "New", {"template": "beauty_membership", "reminders": {"bought": {"texts": "Hello"}}}),
        ("campaigns", "New", {"template": "beauty_membership", "sources": {"partner": {"by_payroll": True}}}),
        ("campaigns", "New", {"template": "beauty_membership", "responsibilities": {"confirmed": {"role": "wizard"}}}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(section, key, entry, at_acme):
    with at_acme():
        before = configuration.present()
        with pytest.raises((EntryMalformed, EntryRefused)) as refusal:
            apply_bundle({section: {key: entry}}, cause="file")
        assert refusal.value.facts["key"] == key
        assert configuration.present() == before


def test_an_occasion_is_said_in_words():
    assert written("scripts", "situation", "satisfied", "GBP") == "After good marks"
