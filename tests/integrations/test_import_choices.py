"""How customers of a list are recognised, what is done with those we have, and what of them is overwritten."""

from types import SimpleNamespace

import pytest

from crm.models import Consent, ContactPoint, Customer, Tag
from crm.operations import record_customer, set_tags
from integrations import custom_fields, queries
from integrations.errors import MatchColumnMissing, OptionUnknown
from integrations.models import Import, ImportIssue, ImportTrace
from integrations.operations import memory, preview, remove_template, run, save_template, start, undo, upload
from integrations.options import AS_USUAL, read_options
from referrals.models import Campaign, Referral
from tenancy import door
from tenancy.models import Delivery, Event


@pytest.fixture
def listed(acme):
    """Import text with choices: listed("Name,Phone\n…", match="phone") gives the finished import."""

    def take(text, *, kind="customers", is_dry_run=False, organisation=acme, mapping=None, **options):
        with door.organisation(organisation.id):
            imported = upload(kind=kind, file_name="list.csv", content=text.encode())
            mapping = mapping or preview(imported).mapping
            start(imported.id, mapping=mapping, is_dry_run=is_dry_run, options=options)
        assert run(organisation.id, imported.id)
        with door.organisation(organisation.id):
            return Import.objects.select_related("job").get(id=imported.id)

    return take


@pytest.fixture
def ann(acme):
    with door.organisation(acme.id):
        return record_customer(
            name="Ann", phone="07700900001", email="ann@example.com", external_id="K1", wechat="ann_wx", city="Leeds"
        )


def counted(imported) -> tuple[int, ...]:
    return tuple(imported.counts.get(name, 0) for name in ("created", "updated", "unchanged", "skipped", "failed"))


def codes(acme, imported) -> list[str]:
    with door.organisation(acme.id):
        return list(queries.issues(imported.id).values_list("code", flat=True))


ROW = {"phone": "07700900001", "email": "ann@example.com", "external": "K1", "wechat": "Ann_WX"}
STRANGER = {"phone": "07700900009", "email": "cyd@example.com", "external": "K9", "wechat": "cyd_wx"}
COLUMN = {"phone": "Phone", "email": "E-mail", "external": "External id", "wechat": "WeChat"}


@pytest.mark.parametrize("match", ["any", "phone", "email", "external", "wechat"])
@pytest.mark.parametrize(
    ("mode", "known", "stranger"),
    [
        ("upsert", "updated", "created"), ("create", "failed", "created"), ("update", "updated", "skipped"),
        ("skip", "skipped", "created"),
    ],
)  # fmt: skip
def test_each_way_to_recognise_meets_each_mode(listed, acme, ann, match, mode, known, stranger):
    kind = "phone" if match == "any" else match
    text = f"Name,{COLUMN[kind]},Occupation\nAnn,{ROW[kind]},Baker\nCyd,{STRANGER[kind]},Smith\n"
    imported = listed(text, match=match, mode=mode)
    wanted = dict.fromkeys(("created", "updated", "unchanged", "skipped", "failed"), 0)
    wanted[known] += 1
    wanted[stranger] += 1
    assert counted(imported) == tuple(wanted.values())
    with door.organisation(acme.id):
        assert Customer.objects.get(id=ann.id).occupation == ("Baker" if known == "updated" else "")
        assert Customer.objects.filter(name="Cyd").exists() == (stranger == "created")


def test_nobody_is_recognised_when_every_row_is_somebody_new(listed, acme, ann):
    imported = listed("Name,City\nAnn,York\nAnn,York\n", match="none")
    assert counted(imported) == (2, 0, 0, 0, 0)
    taken = listed("Name,Phone\nAnn again,07700900001\n", match="none")
    assert (counted(taken), codes(acme, taken)) == ((0, 0, 0, 0, 1), ["contact_taken"])


def test_another_contact_than_the_chosen_one_recognises_nobody_and_is_not_taken_away(listed, acme, ann):
    imported = listed("Name,Phone,E-mail\nCyd,07700900009,ann@example.com\n", match="phone")
    assert (counted(imported), codes(acme, imported)) == ((0, 0, 0, 0, 1), ["contact_taken"])
    with door.organisation(acme.id):
        assert list(Customer.objects.values_list("name", flat=True)) == ["Ann"]


def test_a_column_for_the_chosen_contact_is_needed(acme):
    with door.organisation(acme.id):
        imported = upload(kind="customers", file_name="a.csv", content=b"Name,Phone\nAnn,07700900001\n")
        with pytest.raises(MatchColumnMissing):
            start(imported.id, mapping={"Name": "name", "Phone": "phone"}, is_dry_run=True, options={"match": "email"})
        with pytest.raises(OptionUnknown):
            start(imported.id, mapping={"Name": "name", "Phone": "phone"}, is_dry_run=True, options={"mode": "merge"})


@pytest.mark.parametrize(
    ("fill", "after"),
    [
        ("empty", ("Ann", "Leeds", "Baker")), ("told", ("Anna", "York", "Baker")),
        ("all", ("Anna", "York", "Baker")),
    ],
)  # fmt: skip
def test_filled_fields_are_kept_or_overwritten_as_chosen(listed, acme, ann, fill, after):
    listed("Name,Phone,City,Occupation\nAnna,07700900001,York,Baker\n", fill=fill)
    with door.organisation(acme.id):
        found = Customer.objects.get(id=ann.id)
    assert (found.name, found.city, found.occupation) == after
    assert found.search_text == after[0].lower()


@pytest.mark.parametrize(("fill", "city"), [("empty", "Leeds"), ("told", "Leeds"), ("all", "")])
def test_an_empty_cell_empties_a_field_only_where_all_is_overwritten(listed, acme, ann, fill, city):
    imported = listed("Name,Phone,City\nAnn,07700900001,\n", fill=fill)
    with door.organisation(acme.id):
        assert Customer.objects.get(id=ann.id).city == city
    assert counted(imported) == ((0, 1, 0, 0, 0) if fill == "all" else (0, 0, 1, 0, 0))


def test_tags_owner_stage_and_own_words(listed, acme, gus):
    text = (
        "Name,Phone,Tags,Owner,Stage,Company,Marketing,Consent date,Consent source\n"
        f'Ann,07700900001,"VIP, wine",{gus.user.email},Loyal customer,Tea Ltd,yes,2026-03-14,counter\n'
        "Bea,07700900002,,nobody,,,,,\nCyd,07700900003,,,,,yes,,\n"
    )
    imported = listed(text)
    with door.organisation(acme.id):
        ann = Customer.objects.get(name="Ann")
        assert (ann.owner_id, ann.stage, ann.custom, ann.company.name) == (gus.id, "loyal", {}, "Tea Ltd")
        assert sorted(link.tag.name for link in ann.tags.all()) == ["VIP", "wine"]
        consent = Consent.objects.get()
    assert (consent.purpose, consent.channel, consent.is_granted, consent.source) == ("marketing", "phone", True, "counter")
    assert f"{consent.occurred_at:%Y-%m-%d}" == "2026-03-14"
    assert sorted(codes(acme, imported)) == ["consent_unproven", "unknown_member"]
    again = listed(text)
    assert counted(again) == (0, 0, 1, 0, 2)


def test_tags_are_added_to_those_there_are(listed, acme, ann):
    with door.organisation(acme.id):
        set_tags(ann, ["old"])
    assert counted(listed("Name,Phone,Tags\nAnn,07700900001,new\n")) == (0, 1, 0, 0, 0)
    with door.organisation(acme.id):
        assert sorted(link.tag.name for link in ann.tags.select_related("tag")) == ["new", "old"]
        assert Tag.objects.count() == 2


# --- who brought whom ------------------------------------------------------------------------------------

REFERRED = "Name,Phone,Referrer's phone,Referred on\nCyd,07700900003,07700900001,2024-05-01\nDan,07700900004,07700900077,\n"


def test_past_relations_are_remembered_and_pay_nothing(listed, acme, ann):
    imported = listed(REFERRED)
    assert (counted(imported), codes(acme, imported)) == ((2, 0, 0, 0, 0), ["referrer_unknown"])
    with door.organisation(acme.id):
        referral = Referral.objects.select_related("campaign", "referee").get()
        assert Event.objects.filter(kind="referral.confirmed").count() == 0
    assert (referral.referrer_id, referral.referee.name, referral.source) == (ann.id, "Cyd", "import")
    assert (referral.stage, referral.close_reason, referral.campaign.state) == ("closed", "past_relation", "ended")
    assert f"{referral.confirmed_at:%Y-%m-%d}" == "2024-04-30"  # midnight in London, which had summer time


def test_an_order_of_a_remembered_friend_earns_nothing(listed, acme, ann, drained):
    from crm.operations import CustomerReference, OrderReport, record_order
    from referrals.models import Decision
    from rewards.models import Reward

    listed(REFERRED)
    with door.organisation(acme.id):
        record_order(OrderReport("shop", "1", "GBP", 99900, customer=CustomerReference(phone="07700900003")))
    drained(acme)
    with door.organisation(acme.id):
        assert (Decision.objects.get().outcome, Reward.objects.count()) == ("declined", 0)


def test_a_relation_told_again_is_the_same_and_another_referrer_is_refused(listed, acme, ann):
    listed(REFERRED)
    with door.organisation(acme.id):
        record_customer(name="Eve", phone="07700900005")
    again = listed("Name,Phone,Referrer's phone\nCyd,07700900003,07700900005\nAnn,07700900001,07700900001\n")
    assert codes(acme, again) == ["other_referrer_known", "referrer_is_friend"]
    with door.organisation(acme.id):
        assert (Referral.objects.count(), Campaign.objects.count()) == (1, 1)


# --- quiet, remembered, foretold ----------------------------------------------------------------------------


def test_nobody_outside_hears_of_an_import_unless_asked(listed, acme):
    listed("Name,Phone\nAnn,07700900001\n")
    with door.organisation(acme.id):
        assert Event.objects.filter(kind="customer.created").count() == 1
        assert not Delivery.objects.filter(listener="webhooks.customer.created").exists()
    listed("Name,Phone\nBea,07700900002\n", is_loud=True)
    with door.organisation(acme.id):
        assert Delivery.objects.filter(listener="webhooks.customer.created").count() == 1


def test_what_follows_from_a_quiet_order_is_quiet_too(listed, acme, drained):
    listed("Name,Phone\nAnn,07700900001\n")
    listed("Order no,Amount,Date,Customer phone\n1,10,2026-03-14,07700900001\n", kind="orders")
    with door.organisation(acme.id):
        heard = set(Delivery.objects.filter(event__kind="order.changed").values_list("listener", flat=True))
    assert heard == {"loyalty.points", "referrals.orders", "rewards.checkouts", "crm.lifecycle", "crm.stragglers"}


def test_the_same_columns_are_read_as_last_time(listed, acme):
    text = "Who,Tel,Nickname\nAnn,07700900001,Sis\n"
    mapping = {"name": "Who", "phone": "Tel", "note": "Nickname"}
    listed(text, mapping=mapping, fill="told")
    with door.organisation(acme.id):
        other = upload(kind="customers", file_name="b.csv", content=b"Tel,Nickname,Who,Error\n07700900002,Bee,Bea,\n")
        seen = preview(other)
    assert (dict(seen.mapping), seen.is_remembered, seen.options.fill) == (mapping, True, "told")


def test_a_template_is_kept_under_its_name(acme, globex):
    with door.organisation(acme.id):
        first = save_template("customers", "Till", {"name": "Who"}, AS_USUAL)
        second = save_template("customers", "Till", {"name": "Name"}, read_options({"mode": "skip"}))
        assert first.id == second.id
        [kept] = memory.templates("customers")
        assert (kept.mapping, kept.options["mode"]) == ({"name": "Name"}, "skip")
    with door.organisation(globex.id):
        assert list(memory.templates("customers")) == []
    with door.organisation(acme.id):
        remove_template(first.id)
        assert list(memory.templates("customers")) == []


def test_the_preview_says_what_would_become_of_each_row_and_changes_nothing(acme, ann):
    text = "Name,Phone,Occupation\nAnn,07700900001,Baker\nCyd,07700900003,\nDan,12,\nAnn,07700900001,\n"
    with door.organisation(acme.id):
        imported = upload(kind="customers", file_name="a.csv", content=text.encode())
        seen = preview(imported)
        assert [(one.verdict, list(one.changes)) for one in seen.verdicts] == [
            ("updated", ["occupation"]), ("created", []), ("refused", []), ("skipped", []),
        ]  # fmt: skip
        assert (Customer.objects.count(), ImportIssue.objects.count(), ImportTrace.objects.count()) == (1, 0, 0)


def test_anothers_customers_are_never_recognised(listed, acme, globex, ann):
    imported = listed("Name,Phone\nAnn,07700900001\n", organisation=globex, mode="update")
    assert counted(imported) == (0, 0, 0, 1, 0)
    imported = listed("Name,Phone,City\nAnn,07700900001,York\n", organisation=globex, fill="all")
    assert counted(imported) == (1, 0, 0, 0, 0)
    with door.organisation(acme.id):
        assert Customer.objects.get().city == "Leeds"
        assert ContactPoint.objects.count() == 4
        with pytest.raises(Exception, match="no such import"):
            undo(imported.id)


def test_the_name_of_two_people_is_nobodys(listed, acme, staff_of):
    staff_of(acme, "sales")
    staff_of(acme, "sales")
    imported = listed("Name,Phone,Owner\nAnn,07700900001,Sales\n")
    assert codes(acme, imported) == ["unclear_member"]


# --- own fields, of a shape that the customer room gives them -------------------------------------------------------


@pytest.fixture
def own_fields(monkeypatch):
    def one(key, kind, english, choices=()):
        return SimpleNamespace(key=key, kind=kind, label={"en": english, "zh-hans": english}, choices=choices)

    sizes = [{"value": "s", "en": "Small", "zh-hans": "小"}, {"value": "l", "en": "Large", "zh-hans": "大"}]
    found = [
        one("shoe_size", "number", "Shoe size"), one("since", "date", "Member since"), one("cup", "choice", "Cup", sizes),
        one("cups", "choices", "Cups", sizes), one("wants_post", "yes_no", "Wants post"), one("limit", "money", "Limit"),
    ]  # fmt: skip
    monkeypatch.setattr(custom_fields, "own_fields", lambda kind: found)


def test_own_fields_are_targets_found_by_their_names(listed, acme, own_fields):
    text = (
        "Name,Phone,Shoe size,Member since,Cup,Cups,Wants post,Limit\n"
        'Ann,07700900001,38.5,1/2/2024,大,"Large;s",是,12.50\nBea,07700900002,big,,Huge,,,\n'
    )
    imported = listed(text)
    with door.organisation(acme.id):
        assert Customer.objects.get().custom == {
            "shoe_size": 38.5, "since": "2024-02-01", "cup": "l", "cups": ["s", "l"], "wants_post": True, "limit": 1250,
        }  # fmt: skip
    assert sorted(codes(acme, imported)) == ["bad_choice", "bad_number"]


def test_own_fields_are_merged_key_by_key(listed, acme, own_fields):
    listed("Name,Phone,Shoe size,Cup\nAnn,07700900001,38,s\n")
    listed("Name,Phone,Shoe size,Cup,Limit\nAnn,07700900001,39,,5\n", fill="told")
    with door.organisation(acme.id):
        assert Customer.objects.get().custom == {"shoe_size": 39, "cup": "s", "limit": 500}
    listed("Name,Phone,Cup\nAnn,07700900001,\n", fill="all")
    with door.organisation(acme.id):
        assert Customer.objects.get().custom == {"shoe_size": 39, "limit": 500}
