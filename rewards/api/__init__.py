"""REST of the strong room, a file for each family of endpoints."""

from rewards.api import (
    books,
    budgets,
    catalogue,
    checkouts,
    closings,
    coupon_kinds,
    coupons,
    gift_orders,
    lots,
    payout_accounts,
    payout_callbacks,
    payouts,
    points,
    rewards,
    statements,
)

urlpatterns = [
    *rewards.urlpatterns,
    *points.urlpatterns,
    *lots.urlpatterns,
    *coupons.urlpatterns,
    *coupon_kinds.urlpatterns,
    *checkouts.urlpatterns,
    *budgets.urlpatterns,
    *books.urlpatterns,
    *statements.urlpatterns,
    *closings.urlpatterns,
    *catalogue.urlpatterns,
    *gift_orders.urlpatterns,
    *payouts.urlpatterns,
    *payout_accounts.urlpatterns,
    *payout_callbacks.urlpatterns,
]
