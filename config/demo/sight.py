"""Teams and stores, colleagues who see only some customers, notes that name them, a file, and hand-overs."""

from datetime import timedelta

from django.db.models import Count

from config.demo.life import Life
from config.demo.shops import Shop
from crm import operations as crm
from crm.models import ContactPoint, Customer
from tenancy import door
from tenancy.models import Membership, User
from tenancy.operations import change_access
from tenancy.people import add_member, place_member, save_store, save_team

_WORDS = {
    "en": {
        "teams": ("Roastery shop", "Offices and cafés"),
        "stores": (("Camden", "London", "12 Chalk Farm Road"), ("Northern Quarter", "Manchester", "4 Tib Street")),
        "people": (("Olga Finch", "olga"), ("Tim Barker", "tim")),
        "notes": (
            "Asked for a quote for twelve people. @{a} can you send it by Friday?",
            "She would like to speak to somebody about an invoice. @{b} please call her.",
            "Spoke about the spring workshop; she brings two friends.",
        ),
        "pinned": "Deliveries to the back door, before nine.",
        "hand": "You know the coffee machines better than I do. She is thinking about a second grinder.",
        "checklist": ("Read the last three notes", "Call to introduce yourself", "Check the open order"),
        "declined": "I am away until the end of the month.",
        "file": ("quote-office-subscription.txt", "Office subscription, twelve people\n1 kg a week, 34.00 a kilo\n"),
        "company": "Harbour Studio Ltd", "facts": ("filter coffee, cycling", "quality, fair trade", "7 Canal Walk", "M4 1LE"),
    },
    "zh-hans": {
        "teams": ("门店组", "企业客户组"),
        "stores": (("春熙路店", "成都", "春熙路南段 8 号"), ("来福士店", "重庆", "朝天门接圣街 8 号")),
        "people": (("吴倩", "wuqian"), ("唐宇", "tangyu")),
        "notes": (
            "需要一份六十人的礼盒报价，@{a} 周五前能发出吗？", "她想了解发票事宜，@{b} 请给她回个电话。", "聊了春季护肤课，会带两位朋友一起来。",
        ),
        "pinned": "只在晚上八点以后联系。",
        "hand": "企业礼盒你更熟悉，她正在考虑追加一批。",
        "checklist": ("看完最近三条跟进记录", "打电话自我介绍", "核对未完成的订单"),
        "declined": "我月底前都在外地。",
        "file": ("企业礼盒报价.txt", "企业礼盒，六十份\n每份 399.00 元\n"),
        "company": "锦里文化传媒有限公司", "facts": ("护肤、徒步", "品质、环保", "人民南路 21 号", "610041"),
    },
}  # fmt: skip


def show_sight(life: Life) -> None:
    """Leave every interesting state: own, team and all; a hand-over that waits, one that was accepted, one declined."""
    shop, organisation, today = life.shop, life.organisation, life.today
    words = _WORDS[shop.language]
    with door.organisation(organisation.id, moment=today):
        people = _people(shop, words)
        mine = _share_out(people)
        company = crm.record_customer(name=words["company"], kind="company", city=shop.places[0][1])
        _complete(mine[0], company, words)
    _talk(organisation, people, mine, words, today)
    _pass_on(organisation, people, mine, words, today)


def _people(shop: Shop, words: dict) -> dict[str, Membership]:
    people = {each.role: each for each in Membership.objects.select_related("user")}
    for role, (name, box) in zip(("own", "team"), words["people"], strict=True):
        people[role] = add_member(email=f"{box}@{shop.slug}.example", name=name, role="sales")
        password = people["sales"].user.password  # the demo's, hashed already
        User.objects.filter(id=people[role].user_id).update(language=shop.language, password=password)
    stores = [save_store(None, name=name, city=city, address=address) for name, city, address in words["stores"]]
    first = save_team(
        None, name=words["teams"][0], lead_id=people["sales"].id, member_ids=[people["own"].id, people["team"].id]
    )
    save_team(None, name=words["teams"][1], lead_id=people["marketer"].id, member_ids=[people["service"].id])
    place_member(people["own"].id, sight="own", team_id=first.id, store_id=stores[0].id)
    place_member(people["team"].id, sight="team", team_id=first.id, store_id=stores[1].id)
    change_access("fields", {"auditor": {"income": "hidden", "character": "hidden"}})
    change_access("largest_export", 5000)
    return people


def _share_out(people: dict[str, Membership]) -> list[Customer]:
    """Give some of the salesperson's customers to the two new ones."""
    bought = Customer.objects.filter(owner=people["sales"], orders__status="paid")
    rows = list(bought.annotate(n=Count("referrals_made", distinct=True)).order_by("-n", "-id")[:36])
    for place, row in enumerate(rows):
        heir = (people["own"], people["team"], people["sales"])[place % 3]
        Customer.objects.filter(id=row.id).update(owner=heir)
    return [row for place, row in enumerate(rows) if place % 3 == 0] or list(Customer.objects.order_by("-id")[:6])


def _complete(customer: Customer, company: Customer, words: dict) -> None:
    interests, values, address, code = words["facts"]
    crm.update_customer(
        customer.id, company_id=company.id, income_band="upper", interests=interests, personal_values=values,
        address=address, postal_code=code,
    )  # fmt: skip


def _talk(organisation, people, mine, words, today) -> None:
    names = {"a": people["team"].user.name, "b": people["service"].user.name}
    moments = (today - timedelta(days=2), today - timedelta(hours=5), today - timedelta(minutes=4))
    for moment, text, kind in zip(moments, words["notes"], ("meeting", "call", "note"), strict=True):
        actor = door.Actor("user", people["own"].user_id)
        with door.organisation(organisation.id, actor=actor, moment=moment):
            call = {"minutes": 6, "result": "reached"} if kind == "call" else {}
            crm.record_interaction(mine[0].id, kind=kind, text=text.format(**names), **call)
    with door.organisation(organisation.id, actor=door.Actor("user", people["own"].user_id), moment=today):
        crm.record_interaction(mine[0].id, kind="note", text=words["pinned"], is_pinned=True)
        name, text = words["file"]
        crm.add_file(mine[0].id, name=name, content=text.encode())
        point = ContactPoint.objects.filter(customer=mine[0], kind__in=["phone", "email"]).first()
        if point:
            crm.reveal_contact(point.id, "call")
            crm.reveal_contact(point.id, "other: " + words["checklist"][1])
        crm.note_look(mine[0].id, people["own"])
        due = {"due_at": today + timedelta(hours=3), "customer_id": mine[0].id, "assignee_id": people["own"].id}
        crm.add_task(key="sight:next", title=words["checklist"][1], **due)


def _pass_on(organisation, people, mine, words, today) -> None:
    """One waits for the salesperson, one was accepted, one declined."""
    asked = []
    with door.organisation(organisation.id, actor=door.Actor("user", people["own"].user_id), moment=today):
        for customer in mine[:3]:
            asked.append(
                crm.hand_over(
                    customer.id,
                    receiver_id=people["sales"].id,
                    note=words["hand"],
                    checklist=list(words["checklist"]),
                    with_deals=True,
                    with_cases=True,
                )
            )
    with door.organisation(organisation.id, actor=door.Actor("user", people["sales"].user_id), moment=today):
        if len(asked) > 1:
            crm.accept_hand_over(asked[1].id, checked=3)
        if len(asked) > 2:
            crm.decline_hand_over(asked[2].id, words["declined"])
