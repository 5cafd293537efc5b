"""REST: customers, orders, refunds, products, tasks, cases, contact plans."""

from django.urls import path

from crm.api import cases, contact_plans, customers, orders, tasks

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
    path("tasks/<uuid:task_id>/result", tasks.TaskResult.as_view()),
    path("tasks/<uuid:task_id>/assign", tasks.AssignTask.as_view()),
    path("tasks/<uuid:task_id>/put-off", tasks.PutOffTask.as_view()),
    path("tasks/<uuid:task_id>/comments", tasks.TaskComments.as_view()),
    path("cases", cases.Cases.as_view()),
    path("cases/figures", cases.CaseFigures.as_view()),
    path("cases/<uuid:case_id>", cases.OneCase.as_view()),
    path("cases/<uuid:case_id>/messages", cases.CaseMessages.as_view()),
    path("cases/<uuid:case_id>/assign", cases.AssignCase.as_view()),
    path("cases/<uuid:case_id>/solve", cases.SolveCase.as_view()),
    path("cases/<uuid:case_id>/close", cases.CloseCase.as_view()),
    path("cases/<uuid:case_id>/reopen", cases.ReopenCase.as_view()),
    path("cases/<uuid:case_id>/merge", cases.MergeCase.as_view()),
    path("contact-plans", contact_plans.Plans.as_view()),
    path("contact-plans/<uuid:plan_id>/figures", contact_plans.PlanFigures.as_view()),
    path("visits", contact_plans.Visits.as_view()),
    path("visits/<uuid:visit_id>/finding", contact_plans.RecordFinding.as_view()),
]
