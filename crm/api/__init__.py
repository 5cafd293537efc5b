"""REST: customers, orders, refunds, products, tasks."""

from django.urls import path

from crm.api import customers, merging, orders, tasks

urlpatterns = [
    path("customers", customers.Customers.as_view()),
    path("customers/<uuid:customer_id>", customers.OneCustomer.as_view()),
    path("customers/<uuid:customer_id>/contact-points", customers.ContactPoints.as_view()),
    path("customers/<uuid:customer_id>/interactions", customers.Interactions.as_view()),
    path("customers/<uuid:customer_id>/timeline", customers.Timeline.as_view()),
    path("customers/<uuid:customer_id>/consents", customers.Consents.as_view()),
    path("customers/<uuid:customer_id>/merge", merging.MergeCustomer.as_view()),
    path("duplicates", merging.Duplicates.as_view()),
    path("duplicates/<uuid:pair_id>/dismiss", merging.DismissDuplicate.as_view()),
    path("duplicates/<uuid:pair_id>/reopen", merging.ReopenDuplicate.as_view()),
    path("merges", merging.Merges.as_view()),
    path("merges/<uuid:merge_id>/undo", merging.UndoMerge.as_view()),
    path("orders", orders.Orders.as_view()),
    path("orders/<uuid:order_id>", orders.OneOrder.as_view()),
    path("orders/<uuid:order_id>/pay", orders.PayOrder.as_view()),
    path("orders/<uuid:order_id>/cancel", orders.CancelOrder.as_view()),
    path("orders/<uuid:order_id>/refunds", orders.OrderRefunds.as_view()),
    path("refunds", orders.Refunds.as_view()),
    path("refunds/<uuid:refund_id>/cancel", orders.CancelRefund.as_view()),
    path("products", orders.Products.as_view()),
    path("tasks", tasks.Tasks.as_view()),
    path("tasks/<uuid:task_id>", tasks.OneTask.as_view()),
    path("tasks/<uuid:task_id>/complete", tasks.CompleteTask.as_view()),
]
