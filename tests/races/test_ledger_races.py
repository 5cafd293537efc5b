"""Real threads and commits against the books: postings."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from crm.operations import record_customer
from rewards import ledger, operations, queries
from rewards.errors.general import GivesBackTooMuch, InsufficientBalance
from rewards.models import Coupon, JournalEntry, Lot, LotUse, RewardMove
from tenancy import door
from tenancy.models import Event


def promise(customer, key, amount=10, **facts):
    return operations.Promise(
        key=key, kind="points", customer_id=customer.id, role="referrer", amount=amount,
        hold_until=door.moment() + timedelta(days=14), **facts,
    )  # fmt: skip


def points(customer):
    return queries.balances(customer.id)[0]


def give(customer, *amounts):
    grants = [operations.Grant(customer.id, amount, f"given {n}", "order") for n, amount in enumerate(amounts)]
    operations.earn_points(grants)


def test_forty_posts_of_one_key_are_one_entry(race, at_acme, ann):
    ids = race(40, lambda _: operations.earn_points([operations.Grant(ann.id, 50, "same", "order")])[0])
    assert len(set(ids)) == 1
    with at_acme():
        assert JournalEntry.objects.count() == 1
        assert points(ann).available == 50
        assert Event.objects.filter(kind="points.earned").count() == 1


def test_forty_promises_of_one_key_are_one_reward(race, at_acme, ann):
    ids = race(40, lambda _: operations.accrue([promise(ann, "same")])[0].id)
    assert len(set(ids)) == 1
    with at_acme():
        assert points(ann).pending == 10
        assert RewardMove.objects.count() == 1


def test_fifty_redemptions_of_a_balance_that_covers_seventeen(race, at_acme, ann):
    with at_acme():
        give(ann, 10, 20, 30, 20, 5)  # 85: seventeen times five
    got = race(50, lambda n: operations.redeem_points(ann.id, amount=5, reason="", key=str(n)).kind)
    assert Counter(got) == {"redemption": 17, InsufficientBalance: 33}
    with at_acme():
        assert points(ann).available == 0
        assert LotUse.objects.count() >= 17


def test_accounts_are_opened_once_by_whoever_comes_first(race, at_acme, ann, bea):
    race(40, lambda n: operations.earn_points([operations.Grant((ann, bea)[n % 2].id, 1, f"k{n}", "order")]))
    with at_acme():
        assert (points(ann).available, points(bea).available) == (20, 20)


def test_batches_in_any_order_do_not_wait_in_a_ring(race, at_acme, ann, bea):
    """Half of them name ann first, half bea; each gives to both and takes from both, in one call."""
    with at_acme():
        unit = operations.ensure_units()["POINT"]
        give(ann, 1000)
        operations.earn_points([operations.Grant(bea.id, 1000, "bea", "order")])

    def work(number):
        people = (ann, bea) if number % 2 else (bea, ann)
        down = [ledger.Arrow(one.id, unit.id, "available", "redeemed", 3) for one in people]
        up = [ledger.Arrow(one.id, unit.id, "programme", "available", 2) for one in reversed(people)]
        entries = {"redemption": down, "earning": up}
        ledger.post([ledger.Entry(kind, f"{kind} {number}", tuple(arrows)) for kind, arrows in entries.items()])

    race(80, work)
    with at_acme():
        assert (points(ann).available, points(bea).available) == (920, 920)


def test_credits_and_debits_of_one_account_for_three_seconds(racing, acme, at_acme, ann):
    """Sixteen threads give and take; not one unit is lost, and nobody waits in a ring."""
    with at_acme():
        give(ann, 1000)
    count = Counter()

    def work(number):
        count[number] += 1
        key = f"{number}:{count[number]}"
        if number % 2:
            operations.earn_points([operations.Grant(ann.id, 7, key, "order")])
            return 7
        operations.redeem_points(ann.id, amount=5, reason="", key=key)
        return -5

    got = racing.over_and_over(acme, work, seconds=3, threads=16)
    moved = [one for one in got if one is not InsufficientBalance]
    assert {7, -5} <= set(moved)
    with at_acme():
        assert points(ann).available == 1000 + sum(moved)
        assert JournalEntry.objects.count() == 1 + len(moved)
        assert queries.verify_books().wrong == ()


def test_two_returns_of_one_redemption_give_back_what_was_taken(race, at_acme, ann):
    with at_acme():
        give(ann, 60, 40)
        entry = operations.redeem_points(ann.id, amount=100, reason="mug", key="1")
    got = race(12, lambda n: operations.return_redemption(entry.id, amount=60, reason="broken", key=str(n)).kind)
    assert Counter(got) == {"return": 1, GivesBackTooMuch: 11}
    with at_acme():
        assert points(ann).available == 60


def test_two_reversers_of_one_reward_take_it_once(race, at_acme, ann):
    with at_acme():
        [reward] = operations.accrue([promise(ann, "r", 100)])
    race(1, lambda _: operations.settle_due(limit=1), days=14)
    kept = race(16, lambda n: operations.keep_only(reward.id, keep=40, cause="refund", key=f"refund {n}").kept, days=15)
    assert set(kept) == {40}
    with at_acme():
        assert points(ann).available == 40
        assert JournalEntry.objects.filter(kind="reversal").count() == 1


def test_reversers_and_restorers_of_one_reward_leave_what_the_last_one_said(race, at_acme, ann):
    with at_acme():
        [reward] = operations.accrue([promise(ann, "r", 100)])
    race(1, lambda _: operations.settle_due(limit=1), days=14)

    def work(number):
        change = operations.keep_only if number % 2 else operations.give_again
        return change(reward.id, keep=(30, 80)[number % 2 == 0], cause="refund", key=f"k{number}").kept

    got = race(24, work, days=15)
    assert set(got) <= {30, 80, 100}
    with at_acme(days=16):
        reward.refresh_from_db()
        assert points(ann).available == reward.kept
        assert operations.keep_only(reward.id, keep=0, cause="refund", key="end").kept == 0
        assert points(ann).available == 0


def test_taking_back_and_earning_at_once_leaves_no_debt_beside_points(race, at_acme, ann):
    """Who owes has nothing: every credit repays first, whoever comes first."""
    with at_acme():
        [origin] = operations.earn_points([operations.Grant(ann.id, 400, "first", "order")])
        operations.redeem_points(ann.id, amount=400, reason="mug", key="1")

    def work(number):
        if number % 2:
            operations.take_back_points([operations.TakeBack(ann.id, 20, f"take {number}", "refund", (origin,))])
        else:
            operations.earn_points([operations.Grant(ann.id, 15, f"give {number}", "order")])

    race(40, work)
    with at_acme():
        assert (points(ann).available, points(ann).owed) == (0, 20 * 20 - 20 * 15)


def test_expiry_and_redemption_share_a_lot_exactly(race, at_acme, ann):
    with at_acme():
        operations.set_points_expiry(1)
        operations.earn_points([operations.Grant(ann.id, 5, f"g{n}", "order") for n in range(20)])
        operations.set_points_expiry(12)
        operations.earn_points([operations.Grant(ann.id, 5, f"h{n}", "order") for n in range(20)])

    def work(number):
        if number % 2:
            return operations.expire_lots(limit=6)
        return operations.redeem_points(ann.id, amount=5, reason="", key=str(number)).kind

    got = race(40, work, days=31)
    assert sum(one for one in got if isinstance(one, int)) == 20
    assert got.count("redemption") == 20
    with at_acme():
        assert points(ann).available == 0


def test_expiry_races_a_clawback_of_the_same_lots(race, at_acme, ann):
    """What was taken back and what expired are together what there was, in whatever order they came."""
    with at_acme():
        operations.set_points_expiry(1)
        origins = operations.earn_points([operations.Grant(ann.id, 5, f"g{n}", "order") for n in range(20)])

    def work(number):
        if number % 2:
            return operations.expire_lots(limit=3)
        take = operations.TakeBack(ann.id, 5, f"t{number}", "refund", (origins[number // 2],))
        return operations.take_back_points([take])

    race(40, work, days=31)
    with at_acme(days=31):
        operations.expire_lots()
        assert (points(ann).available, points(ann).owed) == (0, 0)
        assert not Lot.objects.filter(remaining__gt=0).exists()
        assert {line.account: line.amount for line in queries.trial_balance()} == {}


def test_two_organisations_at_once_do_not_meet(racing, acme, globex, at_acme, ann):
    """The same keys, the same moments, sixteen threads on each: each has its own, and all of it."""
    with door.organisation(globex.id):
        gwen = record_customer(name="Gwen", email="gwen@example.com")

    def earn(number):
        customer, organisation = ((ann, acme), (gwen, globex))[number % 2]
        grant = operations.Grant(customer.id, 3, f"same {number // 2}", "order")
        return racing.apart(organisation, lambda: operations.earn_points([grant]))

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(earn, range(120)))
    for organisation, customer in ((acme, ann), (globex, gwen)):
        with door.organisation(organisation.id):
            assert points(customer).available == 180
            assert JournalEntry.objects.count() == 60
            assert queries.verify_books().wrong == ()


def test_one_coupon_is_used_by_one_of_many_tills(race, at_acme, ann):
    with at_acme():
        kind = operations.ensure_coupon_kind(code="W", name={}, currency="GBP", value_minor=500)
        operations.accrue(
            [
                operations.Promise(
                    key="c", kind="coupon", customer_id=ann.id, role="referee", hold_until=door.moment(),
                    coupon_kind_id=kind.id,
                )
            ]
        )  # fmt: skip
        operations.settle_due(limit=1)
        code = Coupon.objects.get().code
    till = {"source": "shop", "order_minor": 900, "currency": "GBP"}
    got = race(20, lambda n: operations.redeem_coupon(code, external_id=str(n), **till).discount_minor)
    assert got.count(500) == 1
    with at_acme():
        assert JournalEntry.objects.filter(kind="redemption").count() == 1


def test_a_move_to_another_customer_takes_along_what_is_promised_meanwhile(race, at_acme, ann, bea):
    """What is promised before it is hers, what is promised after it stays; and nothing is lost between them."""

    def work(number):
        if number == 15:
            return operations.move_customer(ann.id, bea.id, key="one person").is_new
        return operations.accrue([promise(ann, f"r{number}")])[0].kept

    assert Counter(race(30, work)) == {10: 29, True: 1}
    with at_acme():
        assert points(ann).pending + points(bea).pending == 290
        assert points(bea).pending > 0
