"""REST of the strong room, a file for each family of endpoints."""

from rewards.api import books, budgets, coupons, points, rewards

urlpatterns = [
    *rewards.urlpatterns,
    *points.urlpatterns,
    *coupons.urlpatterns,
    *budgets.urlpatterns,
    *books.urlpatterns,
]
