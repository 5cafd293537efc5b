"""People who came twice: pairs to judge, one that was judged, a merge that can be undone and one that was."""

from datetime import timedelta

from config.demo.life import Life
from crm.models import ContactPoint, Customer, DuplicatePair
from crm.operations import (
    dismiss_pair,
    find_duplicates,
    merge_customers,
    record_customer,
    record_interaction,
    set_tags,
    undo_merge,
)

_SAID = {
    "en": ("Came by the shop and asked for the member price.", "Ordered by phone."),
    "zh-hans": ("到店咨询会员价。", "电话下单。"),
}


def come_twice(life: Life) -> None:
    """Let some customers be recorded again as another till or a form knows them, and work through a few of the pairs."""
    with life.at(life.today - timedelta(days=6), "sales"):
        people = list(Customer.objects.filter(id__in=life.customers[12:18]).order_by("id"))
        copies = [_again(life, one, number) for number, one in enumerate(people)]
        find_duplicates()
    with life.at(life.today - timedelta(days=4), "marketer"):
        merge_customers(people[0].id, copies[0].id)
        dismiss_pair(DuplicatePair.objects.get(first=people[1], second=copies[1]).id)
    with life.at(life.today - timedelta(days=3), "marketer"):
        wrong = merge_customers(people[2].id, copies[2].id)
    with life.at(life.today - timedelta(days=2), "owner"):
        undo_merge(wrong.id)
        find_duplicates()


def _again(life: Life, one: Customer, number: int) -> Customer:
    """Record somebody a second time: with another number, another spelling, another mailbox."""
    email = ContactPoint.objects.filter(customer=one, kind="email").values_list("normalised", flat=True).first() or ""
    phone = ContactPoint.objects.filter(customer=one, kind="phone").values_list("normalised", flat=True).first() or ""
    prefix = "+4478" if life.shop.country == "GB" else "+86139"
    ending = phone[-8:] if number % 2 and phone else f"{1000 + number}{phone[-4:] or '0000'}"
    facts = {"city": one.city, "province": one.province} if number != 3 else {}
    if number in (1, 4) and not one.birth_date:
        facts["birth_date"] = "1988-05-17"
    copy = record_customer(
        name=one.name if number != 4 else _swapped(one.name), phone=f"{prefix}{ending}",
        email=email.replace("@", f"+{number}@").replace("example.com", "mail.example"), source="store", **facts,
    )  # fmt: skip
    record_interaction(copy.id, kind="visit", text=_SAID[life.shop.language][number % 2])
    set_tags(copy, [life.shop.tags[number % len(life.shop.tags)]])
    return copy


def _swapped(name: str) -> str:
    words = name.split()
    return " ".join(reversed(words)) if len(words) > 1 else name[1:] + name[:1]
