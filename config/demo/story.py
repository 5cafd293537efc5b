"""Found a shop, give it campaigns, let it live, and leave every kind of thing for a visitor to find."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password

from config.demo.landing import be_looked_at, build_pages
from config.demo.life import WEEKS, Life
from config.demo.open_ends import leave_ends_open
from config.demo.shops import Shop
from config.demo.suggest import Refills
from loyalty.operations import set_up_default_tiers, set_up_programme
from referrals import operations as referring
from referrals.models import Campaign
from rewards.operations import change_budget
from tenancy import door
from tenancy.models import Membership, Organisation, User
from tenancy.people import add_member, found_organisation

PASSWORD = "demo-demo"  # of every login of the demo, which refuses to run in production


def email_of(shop: Shop, mailbox: str) -> str:
    return f"{mailbox}@{shop.slug}.example"


def found(shop: Shop) -> tuple[Organisation, dict[str, Membership]]:
    """Open the shop with its staff, programme and tiers."""
    organisation = found_organisation(
        slug=shop.slug,
        name=shop.name,
        language=shop.language,
        country=shop.country,
        currency=shop.currency,
        time_zone=shop.time_zone,
        colour=shop.colour,
        clock_offset=-timedelta(weeks=WEEKS, days=1),  # it has been open for half a year
    )
    with door.organisation(organisation.id):
        members = {role: add_member(email=email_of(shop, box), name=name, role=role) for role, name, box in shop.staff}
        set_up_programme()
        set_up_default_tiers(shop.currency)
    User.objects.filter(id__in=[m.user_id for m in members.values()]).update(
        language=shop.language, password=make_password(PASSWORD)
    )
    return organisation, members


class Campaigns:
    """The shop's campaigns, in every state a campaign can be in."""

    def __init__(self, life: Life, templates: tuple[str, str, str]):
        self.life, self.templates = life, templates
        self.ended = self.running = self.second = self.paused = None
        self.refills = Refills(life)

    def of_week(self, week: int, start: datetime) -> list[UUID]:
        """Open and close campaigns as the weeks go by; give those in which friends are referred this week."""
        self.refills.live(week, start)
        if week == 3:
            self.ended = self._run(0, start, weeks=11)
        if week == 12:
            self.paused = self._run(3, start, weeks=20)
        if week == 16:
            self._pause(start)
            self.running = self._run(1, start, weeks=18, limit_minor=self.life.shop.tight_minor, policy="queue")
        if week == 20:
            self.second = self._run(2, start, weeks=12, template=1, period="month", carries_over=True)
            build_pages(self.life, self.running, self.second, start)
        return [
            c
            for c in (
                self.ended if week < 14 else None,
                self.running,
                self.running,
                self.second,
                self.paused if week < 15 else None,
            )
            if c
        ]

    def finish(self, today: datetime) -> None:
        """Leave one campaign scheduled and one in draft, and change the terms of the running one."""
        with self.life.at(today, "marketer"):
            scheduled = self._create(4, today + timedelta(days=9), weeks=6)
            referring.schedule_campaign(scheduled)
            self._create(5, today + timedelta(days=60), weeks=8, template=2)
        be_looked_at(self.life, self.running, 180 if self.life.shop.slug == "acme" else 40)

    def _pause(self, start: datetime) -> None:
        with self.life.at(start, "marketer"):
            referring.pause_campaign(self.paused)

    def _run(self, name: int, start: datetime, *, weeks: int, template: int = 0, limit_minor: int = 0, **of_budget) -> UUID:
        with self.life.at(start, "marketer"):
            campaign_id = self._create(name, start, weeks=weeks, template=template, limit_minor=limit_minor)
            referring.start_campaign(campaign_id)
        if of_budget:
            with self.life.at(start, "finance"):
                change_budget(Campaign.objects.get(id=campaign_id).budget_id, **of_budget)
        return campaign_id

    def _create(self, name: int, start: datetime, *, weeks: int, template: int = 0, limit_minor: int = 0) -> UUID:
        dearest = max(product.price_minor for product in self.life.shop.products)
        campaign = referring.create_campaign(
            template=self.templates[template],
            name=self.life.shop.campaigns[name],
            starts_at=start,
            ends_at=start + timedelta(weeks=weeks),
            budget_limit_minor=limit_minor or 20 * dearest,
            responsible_id=self.life.members["sales"].id,
        )
        return campaign.id


def tell(shop: Shop, *, today: datetime, templates: tuple[str, str, str]) -> Organisation:
    """Found the shop and live through its half year."""
    organisation, members = found(shop)
    life = Life(shop, organisation, members, today, random.Random(shop.name))
    campaigns = Campaigns(life, templates)
    life.live(campaigns.of_week)
    campaigns.finish(today)
    leave_ends_open(life, campaigns.running)
    return organisation
