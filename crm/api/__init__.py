"""REST: customers, leads, orders, refunds, products, tasks."""

from django.urls import path

from crm.api import customers, leads, orders, tasks

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
    path("leads", leads.Leads.as_view()),
    path("leads/<uuid:lead_id>", leads.OneLead.as_view()),
    path("leads/<uuid:lead_id>/moves", leads.LeadMoves.as_view()),
    path("leads/<uuid:lead_id>/assign", leads.AssignLead.as_view()),
    path("leads/<uuid:lead_id>/contact", leads.ContactLead.as_view()),
    path("leads/<uuid:lead_id>/qualify", leads.QualifyLead.as_view()),
    path("leads/<uuid:lead_id>/disqualify", leads.DisqualifyLead.as_view()),
    path("leads/<uuid:lead_id>/convert", leads.ConvertLead.as_view()),
    path("leads/<uuid:lead_id>/claim", leads.ClaimLead.as_view()),
    path("leads/<uuid:lead_id>/release", leads.ReleaseLead.as_view()),
    path("leads/<uuid:lead_id>/reopen", leads.ReopenLead.as_view()),
    path("lead-forms", leads.LeadForms.as_view()),
    path("lead-rules/try", leads.TryRules.as_view()),
    path("lead-response-times", leads.ResponseTimes.as_view()),
    path("tasks", tasks.Tasks.as_view()),
    path("tasks/<uuid:task_id>", tasks.OneTask.as_view()),
    path("tasks/<uuid:task_id>/complete", tasks.CompleteTask.as_view()),
]
