"""REST: imports, exports, webhooks, events."""

from django.urls import path

from integrations.api import configuration, exports, finance_exports, imports, webhooks

urlpatterns = [
    path("imports", imports.Imports.as_view()),
    path("imports/<uuid:import_id>", imports.OneImport.as_view()),
    path("imports/<uuid:import_id>/preview", imports.PreviewImport.as_view()),
    path("imports/<uuid:import_id>/start", imports.StartImport.as_view()),
    path("imports/<uuid:import_id>/cancel", imports.CancelImport.as_view()),
    path("imports/<uuid:import_id>/issues", imports.Issues.as_view()),
    path("imports/<uuid:import_id>/errors.csv", imports.ErrorFile.as_view()),
    path("imports/<uuid:import_id>/errors.xlsx", imports.ErrorWorkbook.as_view()),
    path("imports/<uuid:import_id>/read", imports.ReadImport.as_view()),
    path("imports/<uuid:import_id>/undo", imports.UndoImport.as_view()),
    path("imports/<uuid:import_id>/changes", imports.Changes.as_view()),
    path("imports/template.xlsx", imports.TemplateFile.as_view()),
    path("exports/customers.csv", exports.ExportCustomers.as_view()),
    path("exports/orders.csv", exports.ExportOrders.as_view()),
    path("exports/referrals.csv", exports.ExportReferrals.as_view()),
    path("exports/rewards.csv", exports.ExportRewards.as_view()),
    path("exports/journal.csv", finance_exports.ExportJournal.as_view()),
    path("exports/roll-forward.csv", finance_exports.ExportRollForward.as_view()),
    path("exports/trial-balance.csv", finance_exports.ExportTrialBalance.as_view()),
    path("exports/ageing.csv", finance_exports.ExportAgeing.as_view()),
    path("exports/customers/<uuid:customer_id>/statement.csv", finance_exports.ExportStatement.as_view()),
    path("webhook-endpoints", webhooks.Endpoints.as_view()),
    path("webhook-endpoints/<uuid:endpoint_id>", webhooks.OneEndpoint.as_view()),
    path("webhook-endpoints/<uuid:endpoint_id>/rotate-secret", webhooks.RotateSecret.as_view()),
    path("webhook-endpoints/<uuid:endpoint_id>/test", webhooks.TestEndpoint.as_view()),
    path("webhook-deliveries", webhooks.Deliveries.as_view()),
    path("webhook-deliveries/<uuid:delivery_id>/retry", webhooks.RetryDelivery.as_view()),
    path("events", webhooks.Events.as_view()),
    *configuration.urlpatterns,
]
