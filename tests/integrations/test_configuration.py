"""Configuration as data: what is exported comes back the same, a trial leaves nothing, and one can go back."""

import json

import pytest

from crm.models import LeadForm
from crm.operations import leads as leading
from integrations.errors import BundleUnreadable, EntryMalformed, EntryRefused, SectionUnknown
from integrations.models import ConfigurationVersion
from integrations.operations.configuration import (
    apply_bundle,
    check_bundle,
    go_back,
    keep_configuration,
    read_bundle,
    try_bundle,
)
from integrations.packs import bundle_of, packs
from loyalty.models import Badge, Tier
from messaging.models import Template
from messaging.operations import save_template
from referrals.operations import create_campaign
from tenancy import configuration, door
from tests.conftest import NOON

BADGE = {"name": {"en": "Friend", "zh-hans": "好友"}, "about": {}, "icon": "heart", "colour": "#be185d", "is_active": True}


@pytest.mark.parametrize("key", sorted(packs()))
def test_every_pack_fits_a_new_organisation_and_comes_back_the_same(key, acme, globex, at_acme):
    """Export, import into an empty organisation, export: byte for byte the same."""
    with at_acme():
        trial = try_bundle(bundle_of(key))
        assert (trial.refused, trial.may_be_applied) == ([], True)
        apply_bundle(bundle_of(key), cause=f"pack:{key}")
        text = configuration.text_of(configuration.present())
        assert try_bundle(bundle_of(key)).changes == []
        assert {leading.publish_form(form.id).version for form in LeadForm.objects.all()} == {1}
    with door.organisation(globex.id):
        apply_bundle(read_bundle(text), cause="file")
        assert configuration.text_of(configuration.present()) == text


def test_campaigns_and_wording_travel_too(acme, globex, at_acme):
    with at_acme():
        create_campaign(template="friend_coupon", name="Bring a friend", starts_at=NOON)
        save_template(kind="welcome", channel="email", language="en", subject="Hello", body="Hello {name}")
        text = configuration.text_of(configuration.present())
    with door.organisation(globex.id):
        apply_bundle(read_bundle(text), cause="file")
        assert configuration.text_of(configuration.present()) == text


def test_a_trial_leaves_nothing(at_acme):
    with at_acme():
        assert len(try_bundle({"badges": {"friend": BADGE}}).changes) == 1
        assert not Badge.objects.exists()
        assert not ConfigurationVersion.objects.exists()


def test_what_does_not_fit_is_named_and_nothing_is_done(at_acme):
    broken = {"badges": {"friend": BADGE, "other": BADGE | {"icon": "skull"}}}
    with at_acme():
        trial = try_bundle(broken)
        assert [change.key for change, _why in trial.refused] == ["other"]
        with pytest.raises(EntryRefused) as refusal:
            with_nothing_kept(broken)
        assert refusal.value.facts["key"] == "other"
        assert not Badge.objects.exists()


def with_nothing_kept(bundle):
    apply_bundle(bundle, cause="file")


@pytest.mark.parametrize("entry", [{"name": 3}, {"shape": "round"}, {}, {"name": {"en": ["x"]}}])
def test_a_malformed_entry_is_refused_by_name(entry, at_acme):
    with at_acme(), pytest.raises((EntryMalformed, EntryRefused)) as refusal:
        apply_bundle({"badges": {"friend": entry}}, cause="file")
    assert refusal.value.facts["key"] == "friend"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', '{"format": "yinjian-configuration/1"}', "\x00"])
def test_what_is_no_configuration_is_refused(text, at_acme):
    with at_acme(), pytest.raises(BundleUnreadable):
        read_bundle(text)


def test_an_unknown_section_is_refused(at_acme):
    with at_acme(), pytest.raises(SectionUnknown):
        check_bundle({"spells": {}})


def test_going_back_restores_and_can_be_undone(at_acme):
    with at_acme():
        apply_bundle(bundle_of("retail"), cause="pack:retail")
        before = ConfigurationVersion.objects.latest("number")
        first = configuration.text_of(configuration.present())
        changed = {"badges": {"friend": BADGE}, "tiers": {"gold": {"threshold_minor": 20_000}}}
        apply_bundle(changed, cause="file")
        second = configuration.text_of(configuration.present())
        last = ConfigurationVersion.objects.latest("number")
        go_back(before.number)
        assert Tier.objects.get(code="gold").threshold_minor == 15_000
        assert (
            json.loads(configuration.text_of(configuration.present()))["sections"]["tiers"]
            == json.loads(first)["sections"]["tiers"]
        )
        go_back(last.number)
        assert configuration.text_of(configuration.present()) == second


def test_the_same_configuration_makes_one_version(at_acme):
    with at_acme():
        assert keep_configuration() == keep_configuration()
        save_template(kind="welcome", channel="email", language="en", subject="Hello", body="Hello {name}")
        assert keep_configuration().number == 2
        assert Template.objects.count() == 1


def test_another_organisations_versions_are_not_there(acme, globex, at_acme):
    with at_acme():
        keep_configuration()
    with door.organisation(globex.id):
        assert not ConfigurationVersion.objects.exists()
