"""Reads of the WeChat official account: the account, its templates, who follows it."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from messaging.models import WechatAccount, WechatCode, WechatFollower, WechatTemplate


def wechat_account() -> WechatAccount | None:
    """Give the account that is in use."""
    return WechatAccount.objects.filter(is_active=True).first()


def has_wechat() -> bool:
    return WechatAccount.objects.filter(is_active=True).exists()


def wechat_templates() -> Mapping[str, WechatTemplate]:
    """Give the templates of the account in use, by kind."""
    return {row.kind: row for row in WechatTemplate.objects.filter(account__is_active=True)}


def used_templates(kinds: Collection[str]) -> Mapping[str, WechatTemplate]:
    """Give by which templates some kinds of messages go now, by kind."""
    rows = WechatTemplate.objects.filter(kind__in=kinds, account__is_active=True).exclude(use=WechatTemplate.Use.OFF)
    return {row.kind: row for row in rows}


def with_wechat(organisations: QuerySet) -> QuerySet:
    """Add to organisations whether anything of theirs goes over WeChat (`has_wechat`), in the same statement."""
    rows = WechatTemplate.objects.filter(account__is_active=True).exclude(use=WechatTemplate.Use.OFF)
    return organisations.annotate(has_wechat=Exists(rows))


def wechat_counts(account: WechatAccount) -> dict[str, int]:
    """Count who follows, as far as WeChat has told us, and how many of them are known customers."""
    follows = Q(unfollowed_at=None)
    return account.followers.aggregate(
        following=Count("id", filter=follows), bound=Count("id", filter=follows & ~Q(customer=None))
    )


def follower_of(customer_id: UUID) -> WechatFollower | None:
    """Give the WeChat that was bound to a customer last; they may have stopped following."""
    return WechatFollower.objects.filter(customer_id=customer_id, account__is_active=True).order_by("-bound_at").first()


def follows(customer_id: UUID) -> bool:
    """Say whether a customer can be reached over WeChat."""
    return bool(openids([customer_id]))


def openids(customer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Say where customers can be reached over WeChat; who has not bound theirs, or stopped following, is missing."""
    rows = WechatFollower.objects.filter(
        customer_id__in=list(customer_ids), account__is_active=True, unfollowed_at=None
    ).order_by("bound_at")
    return dict(rows.values_list("customer_id", "openid"))


def may_follow(customer_id: UUID) -> bool:
    """Say whether there is an account that this customer does not follow yet."""
    mine = WechatFollower.objects.filter(account=OuterRef("id"), customer_id=customer_id, unfollowed_at=None)
    return WechatAccount.objects.filter(~Exists(mine), is_active=True).exists()


def code_of(customer_id: UUID) -> WechatCode | None:
    """Give the newest code made for a customer."""
    rows = WechatCode.objects.filter(customer_id=customer_id, account__is_active=True)
    return rows.order_by("-asked_at", "-id").first()
