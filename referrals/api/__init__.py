"""REST: campaigns, codes, touches, invitations, referrals, decisions."""

from django.urls import path

from referrals.api import campaigns, referrals, simulations, why

urlpatterns = [
    path("campaigns", campaigns.Campaigns.as_view()),
    path("campaigns/templates", campaigns.Templates.as_view()),
    path("campaigns/<uuid:campaign_id>", campaigns.OneCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/terms", campaigns.CampaignTerms.as_view()),
    path("campaigns/<uuid:campaign_id>/budget", campaigns.CampaignBudget.as_view()),
    path("campaigns/<uuid:campaign_id>/schedule", campaigns.ScheduleCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/start", campaigns.StartCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/pause", campaigns.PauseCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/resume", campaigns.ResumeCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/end", campaigns.EndCampaign.as_view()),
    path("campaigns/<uuid:campaign_id>/codes", campaigns.CampaignCodes.as_view()),
    path("campaigns/<uuid:campaign_id>/simulations", simulations.Simulations.as_view()),
    path("campaigns/<uuid:campaign_id>/simulations/<uuid:simulation_id>", simulations.OneSimulation.as_view()),
    path("campaigns/<uuid:campaign_id>/simulations/<uuid:simulation_id>/cancel", simulations.CancelSimulation.as_view()),
    path("campaigns/<uuid:campaign_id>/golden-cases", simulations.GoldenCases.as_view()),
    path("campaigns/<uuid:campaign_id>/golden-cases/try", simulations.GoldenCasesTried.as_view()),
    path("campaigns/<uuid:campaign_id>/golden-cases/from-order", simulations.GoldenCaseOfOrder.as_view()),
    path("campaigns/<uuid:campaign_id>/golden-cases/<uuid:golden_case_id>", simulations.OneGoldenCase.as_view()),
    path("codes/<str:code>", campaigns.OneCode.as_view()),
    path("touches", referrals.Touches.as_view()),
    path("invitations", referrals.Invitations.as_view()),
    path("invitations/<uuid:invitation_id>/confirm", referrals.ConfirmInvitation.as_view()),
    path("referrals", referrals.Referrals.as_view()),
    path("referrals/<uuid:referral_id>", referrals.OneReferral.as_view()),
    path("referrals/<uuid:referral_id>/move", referrals.MoveReferral.as_view()),
    path("referrals/<uuid:referral_id>/close", referrals.CloseReferral.as_view()),
    path("referrals/<uuid:referral_id>/hold", referrals.HoldReferral.as_view()),
    path("referrals/<uuid:referral_id>/clear", referrals.ClearReferral.as_view()),
    path("referrals/<uuid:referral_id>/confirm-fraud", referrals.ConfirmFraud.as_view()),
    path("referrals/<uuid:referral_id>/why", why.WhyReferral.as_view()),
    path("rewards/<uuid:reward_id>/why", why.WhyReward.as_view()),
    path("orders/<uuid:order_id>/why", why.WhyOrder.as_view()),
    path("decisions", referrals.Decisions.as_view()),
    path("decisions/<uuid:decision_id>", referrals.OneDecision.as_view()),
]
