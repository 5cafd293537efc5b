"""Real threads at the board: each card has one place, each receipt counts once."""

from crm.errors import ReceiptTooLarge
from crm.models import Deal
from crm.operations import deals as selling
from crm.operations import record_customer
from crm.queries.deal_money import kept_of
from crm.queries.deals import stages_of


def test_cards_dropped_at_once_have_places_of_their_own(racing, acme, at_acme):
    with at_acme():
        buyer = record_customer(name="Ann Smith", email="ann@example.com")
        first, second = stages_of(selling.ensure_pipeline().id)[:2]
        deals = [selling.create_deal(title=str(n), customer_id=buyer.id) for n in range(12)]
        anchor = selling.create_deal(title="anchor", customer_id=buyer.id, stage_id=second.id)
        Deal.objects.filter(id=anchor.id).update(rank=1)
        below = selling.create_deal(title="below", customer_id=buyer.id, stage_id=second.id)
        Deal.objects.filter(id=below.id).update(rank=2)  # no room between: the first to come spreads the column out
    moves = [lambda deal=deal: selling.move_deal(deal.id, second.id, after_id=anchor.id).id for deal in deals]
    assert set(racing.run(acme, moves)) == {deal.id for deal in deals}
    with at_acme():
        column = list(Deal.objects.filter(stage=second).order_by("rank", "id").values_list("title", "rank"))
        assert (column[0][0], column[-1][0]) == ("anchor", "below")
        assert len({rank for _, rank in column}) == 14
        assert not Deal.objects.filter(stage=first).exists()


def test_money_told_at_once_counts_once_and_never_beyond_the_amount(racing, acme, at_acme):
    with at_acme():
        buyer = record_customer(name="Ann Smith", email="ann@example.com")
        deal = selling.create_deal(title="Coffee", customer_id=buyer.id, amount_minor=1_000)

    def pay(number):
        told = {"source": "bank", "external_id": str(number // 2), "amount_minor": 300}
        return selling.record_receipt(deal.id, **told)[1]

    got = racing.run(acme, [lambda number=number: pay(number) for number in range(12)])
    with at_acme():
        assert kept_of(deal.id) == 900
    assert (got.count(True), got.count(ReceiptTooLarge)) == (3, 6)
