"""REST of the strong room, a file for each family of endpoints."""

from rewards.api import books, budgets, catalogue, closings, coupons, gift_orders, points, rewards, statements

urlpatterns = [
    *rewards.urlpatterns,
    *points.urlpatterns,
    *coupons.urlpatterns,
    *budgets.urlpatterns,
    *books.urlpatterns,
    *statements.urlpatterns,
    *closings.urlpatterns,
    *catalogue.urlpatterns,
    *gift_orders.urlpatterns,
]
