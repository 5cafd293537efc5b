"""REST: customers, orders, refunds, products, tasks."""

from django.urls import path

from crm.api import custom_fields, customers, orders, quality, segments, surveys, tasks

urlpatterns = [
    path("customers", customers.Customers.as_view()),
    path("customers/<uuid:customer_id>", customers.OneCustomer.as_view()),
    path("customers/<uuid:customer_id>/contact-points", customers.ContactPoints.as_view()),
    path("customers/<uuid:customer_id>/interactions", customers.Interactions.as_view()),
    path("customers/<uuid:customer_id>/timeline", customers.Timeline.as_view()),
    path("customers/<uuid:customer_id>/consents", customers.Consents.as_view()),
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
    *surveys.urlpatterns,
    path("segments", segments.Segments.as_view()),
    path("segments/preview", segments.PreviewSegment.as_view()),
    path("segments/<uuid:segment_id>", segments.OneSegment.as_view()),
    path("segments/<uuid:segment_id>/count", segments.CountSegment.as_view()),
    path("segments/<uuid:segment_id>/members", segments.SegmentMembers.as_view()),
    path("segments/<uuid:segment_id>/explain/<uuid:customer_id>", segments.ExplainSegment.as_view()),
    path("conditions/facts", segments.ConditionFacts.as_view()),
    path("custom-fields", custom_fields.CustomFields.as_view()),
    path("custom-fields/<uuid:field_id>", custom_fields.OneCustomField.as_view()),
    path("quality", quality.DataQuality.as_view()),
    path("lifecycle-rules", quality.LifecycleRules.as_view()),
    path("lifecycle-rules/preview", quality.LifecyclePreview.as_view()),
    path("lifecycle-rules/<uuid:rule_id>", quality.OneLifecycleRule.as_view()),
]
