"""Addresses of public pages, below /o/<organisation>/."""

from django.urls import path

from portal.views import account, catalogue, confirmation, landing, login, member, payout, pictures, privacy, reward, share

app_name = "portal"
urlpatterns = [
    path("", member.start, name="start"),
    path("r/<str:code>", landing.landing, name="landing"),
    path("c/<uuid:invitation_id>", confirmation.confirm, name="confirm"),
    path("c/<uuid:invitation_id>/again", confirmation.send_again, name="confirm_again"),
    path("c/<uuid:invitation_id>/done", confirmation.welcome, name="welcome"),
    path("q/<str:code>.svg", pictures.qr, name="qr"),
    path("p/<str:code>.png", pictures.poster, name="poster"),
    path("member/login", login.login, name="member_login"),
    path("member/login/code", login.login_code, name="member_login_code"),
    path("member/login/again", login.send_again, name="member_login_again"),
    path("member/logout", login.logout, name="member_logout"),
    path("member", member.start),
    path("member/", member.home, name="member_home"),
    path("member/share/<uuid:campaign_id>", share.share, name="member_share"),
    path("member/rewards", member.rewards, name="member_rewards"),
    path("member/rewards/<uuid:reward_id>", reward.reward, name="member_reward"),
    path("member/rewards/<uuid:reward_id>/choose", reward.reward_choose, name="member_reward_choose"),
    path("member/payout", payout.payout, name="member_payout"),
    path("member/payout/forget", payout.payout_forget, name="member_payout_forget"),
    path("member/catalogue", catalogue.catalogue, name="member_catalogue"),
    path("member/catalogue/<uuid:item_id>", catalogue.item, name="member_item"),
    path("member/gifts", catalogue.gifts, name="member_gifts"),
    path("member/gifts/<uuid:gift_order_id>", catalogue.gift, name="member_gift"),
    path("member/gifts/<uuid:gift_order_id>/cancel", catalogue.gift_cancel, name="member_gift_cancel"),
    path("member/gifts/<uuid:gift_order_id>/address", catalogue.gift_address, name="member_gift_address"),
    path("g/<uuid:item_id>/<str:version>.webp", catalogue.gift_picture, name="gift_picture"),
    path("member/referrals", member.referrals, name="member_referrals"),
    path("member/referrals/<uuid:referral_id>", reward.referral, name="member_referral"),
    path("member/history", account.history, name="member_history"),
    path("member/history.csv", account.history_file, name="member_history_file"),
    path("member/coupons", member.coupons, name="member_coupons"),
    path("member/preferences", member.preferences, name="member_preferences"),
    path("unsubscribe/<str:token>", privacy.unsubscribe, name="unsubscribe"),
    path("privacy", privacy.privacy, name="privacy"),
    path("<path:rest>", privacy.nothing_here),
]
