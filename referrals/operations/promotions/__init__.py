"""Tell customers of a campaign: plan it, send it in batches, stop it, let it go on."""

from referrals.operations.promotions.bubbles import Bubble, bubbles
from referrals.operations.promotions.estimating import Estimate, TextCost, estimate, estimate_for
from referrals.operations.promotions.followers import followers_again, note_arrivals, post_to_followers, would_get
from referrals.operations.promotions.planning import (
    Wanted,
    plan_promotion,
    resume_promotion,
    stop_promotion,
)
from referrals.operations.promotions.posting import post_again, post_waiting, promotions_to_post_again
from referrals.operations.promotions.sending import due_promotions, run_promotion
from referrals.operations.promotions.trying import Shown, send_promotion_test, send_promotion_text_test, shown_to
from referrals.operations.promotions.wording import check_texts, default_texts, group_words, needed, readable, ready_to_post

__all__ = [
    "Bubble",
    "Estimate",
    "Shown",
    "TextCost",
    "Wanted",
    "bubbles",
    "check_texts",
    "default_texts",
    "due_promotions",
    "estimate",
    "estimate_for",
    "followers_again",
    "group_words",
    "needed",
    "note_arrivals",
    "plan_promotion",
    "post_again",
    "post_to_followers",
    "post_waiting",
    "promotions_to_post_again",
    "readable",
    "ready_to_post",
    "resume_promotion",
    "run_promotion",
    "send_promotion_test",
    "send_promotion_text_test",
    "shown_to",
    "stop_promotion",
    "would_get",
]
