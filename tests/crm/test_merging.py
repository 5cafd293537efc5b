"""Two customers become one, and two again."""

import pytest

from crm import operations as crm
from crm.errors import AlreadyMerged, CannotUndoMerge, MergedWithItself, MergeUndoneAlready, TooLateToUndo, UnknownMergeField
from crm.models import ContactPoint, Customer, CustomerTag, Interaction, Merge, MergeStep, Order, Task
from crm.queries import customers, has_consented, search_ids
from rewards.queries import verify_books
from tenancy import door
from tests.crm.merging_world import books, difference, fingerprints, two_of_one


@pytest.fixture
def two(at_acme):
    with at_acme():
        return two_of_one()


def test_everything_of_the_one_is_the_others(at_acme, two, order_of, told):
    shop, site = two
    with at_acme():
        order, _ = order_of(site, status="paid")
        merge = crm.merge_customers(shop.id, site.id)
        one = Customer.objects.get(id=shop.id)
        assert (one.city, one.gender, str(one.birth_date)) == ("Leeds", "female", "1990-02-03")
        assert one.note == "Likes oat milk.\n\nWrites at night."
        assert Order.objects.get(id=order.id).customer_id == shop.id
        assert {p.value for p in ContactPoint.objects.filter(customer=one)} == {
            "+447700900101", "+447700900102", "ann.smith@gmail.com", "site:77",
        }  # fmt: skip
        primary = ContactPoint.objects.filter(customer=one, is_primary=True, kind="phone")
        assert [p.value for p in primary] == ["+447700900101"]
        tags = CustomerTag.objects.filter(customer=one).values_list("tag__name", flat=True)
        assert sorted(tags) == ["coffee", "newsletter", "vip"]
        assert (Interaction.objects.get().customer_id, Task.objects.get().customer_id) == (shop.id, shop.id)
        assert not has_consented(shop.id, purpose="marketing")  # the stricter of the two
    [(subject, payload)] = told("customer.merged")
    assert (subject, payload) == (shop.id, {"winner_id": str(shop.id), "loser_id": str(site.id), "merge_id": str(merge.id)})


def test_the_stone_is_in_no_list_search_or_count(at_acme, two):
    shop, site = two
    with at_acme():
        crm.merge_customers(shop.id, site.id)
        assert list(customers()) == [shop]
        assert search_ids("Ann S") == [shop.id]
        assert search_ids("ann.smith@gm") == [shop.id]
        assert not Customer.objects.filter(id=site.id).exists()
        assert Customer.every.get(id=site.id).merged_into_id == shop.id


def test_fields_are_chosen(at_acme, two):
    shop, site = two
    with at_acme():
        plan = crm.plan_merge(shop.id, site.id)
        assert {c.name: c.default for c in plan.fields} == {
            "name": "loser", "gender": "loser", "birth_date": "loser", "city": "winner", "note": "both", "tags": "both",
        }  # fmt: skip
        crm.merge_customers(shop.id, site.id, fields={"name": "winner", "note": "loser", "tags": "winner"})
        one = Customer.objects.get(id=shop.id)
        assert (one.name, one.note) == ("Ann Smith", "Writes at night.")
        assert sorted(CustomerTag.objects.filter(customer=one).values_list("tag__name", flat=True)) == ["coffee", "vip"]


def test_a_plan_writes_nothing(at_acme, two):
    shop, site = two
    with at_acme():
        before = fingerprints()
        plan = crm.plan_merge(shop.id, site.id)
        assert difference(before, fingerprints()) == {}
        assert ({line.code: line.count for line in plan.lines}, plan.blocks) == (
            {"crm.contactpoint": 3, "crm.consent": 1, "crm.interaction": 1, "crm.task": 1}, [],
        )  # fmt: skip


@pytest.mark.parametrize("fields", [{"shoe_size": "loser"}, {"city": "both"}, {"city": "left"}])
def test_what_cannot_be_chosen_is_refused(at_acme, two, fields):
    shop, site = two
    with at_acme():
        with pytest.raises(UnknownMergeField):
            crm.merge_customers(shop.id, site.id, fields=fields)
        assert not Merge.objects.exists()


def test_nobody_is_merged_with_themselves_or_twice(at_acme, two, bea):
    shop, site = two
    with at_acme():
        with pytest.raises(MergedWithItself):
            crm.merge_customers(shop.id, shop.id)
        crm.merge_customers(shop.id, site.id)
        with pytest.raises(AlreadyMerged):
            crm.merge_customers(bea.id, site.id)
        with pytest.raises(Customer.DoesNotExist):
            crm.merge_customers(shop.id, Merge.objects.get().id)
        assert Merge.objects.count() == 1


def test_undoing_is_as_if_nothing_had_been(at_acme, two, order_of):
    shop, site = two
    with at_acme():
        order_of(site, status="paid")
        before = fingerprints()
        merge = crm.merge_customers(shop.id, site.id)
        assert difference(before, fingerprints()) != {}
        crm.undo_merge(merge.id)
        assert difference(before, fingerprints()) == {}
        assert has_consented(shop.id, purpose="marketing")
        assert not has_consented(site.id, purpose="marketing")


def test_what_came_since_stays_with_the_winner(at_acme, two, order_of):
    shop, site = two
    with at_acme():
        merge = crm.merge_customers(shop.id, site.id)
    with at_acme(days=1):
        crm.record_interaction(shop.id, kind="note", text="Came by.")
        crm.update_customer(shop.id, city="York")
        order_of(shop)
        plan = crm.plan_undo(merge.id)
        assert {(line.label, line.count) for line in plan.stays} == {("Conversations", 1), ("Orders", 1)}
        assert plan.notes == ["Facts that were changed since the merge stay as they are."] or plan.notes == []
        crm.undo_merge(merge.id)
        assert Interaction.objects.get(text="Came by.").customer_id == shop.id
        assert Interaction.objects.get(text="Asked for beans.").customer_id == site.id
        assert Customer.objects.get(id=shop.id).city == "York"
        assert Customer.objects.get(id=site.id).birth_date is not None
        with pytest.raises(MergeUndoneAlready):
            crm.undo_merge(merge.id)


def test_merges_lie_on_one_another(at_acme, two, bea):
    shop, site = two
    with at_acme():
        before = fingerprints()
        first = crm.merge_customers(shop.id, site.id)
        second = crm.merge_customers(bea.id, shop.id)
        assert Customer.every.get(id=site.id).merged_into_id == bea.id
        with pytest.raises(CannotUndoMerge):
            crm.undo_merge(first.id)
        crm.undo_merge(second.id)
        crm.undo_merge(first.id)
        assert difference(before, fingerprints()) == {}


def test_after_thirty_days_it_is_for_good(at_acme, two):
    shop, site = two
    with at_acme():
        merge = crm.merge_customers(shop.id, site.id)
    with at_acme(days=31):
        with pytest.raises(TooLateToUndo):
            crm.undo_merge(merge.id)
        assert Merge.objects.get().undone_at is None


def test_orders_told_for_the_old_id_or_again_are_the_winners(at_acme, two, order_of):
    shop, site = two
    with at_acme():
        order_of(site, external_id="7")
        crm.merge_customers(shop.id, site.id)
        again, is_new = order_of(site, external_id="7")
        assert (again.customer_id, is_new) == (shop.id, False)
        later, is_new = order_of(site, external_id="8")
        assert (later.customer_id, is_new) == (shop.id, True)


def test_what_was_written_for_the_loser_meanwhile_follows(at_acme, acme, two, order_of, drained):
    shop, site = two
    with at_acme():
        order_of(shop, external_id="9")
        merge = crm.merge_customers(shop.id, site.id)
        Order.objects.filter(external_id="9").update(customer_id=site.id)  # as one who looked before the merge wrote it
    drained(acme)
    with at_acme():
        assert Order.objects.get(external_id="9").customer_id == shop.id
        assert [row for step in MergeStep.objects.filter(table="crm.order") for row in step.rows]
        crm.undo_merge(merge.id)
        assert Order.objects.get(external_id="9").customer_id == site.id


def test_another_organisations_customers_are_not_there(at_acme, globex, two):
    shop, site = two
    with door.organisation(globex.id), pytest.raises(Customer.DoesNotExist):
        crm.merge_customers(shop.id, site.id)
    with at_acme():
        assert not Merge.objects.exists()
        assert verify_books().wrong == ()
        assert books()["lots"] == {}
