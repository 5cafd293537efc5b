"""The house wording in English: kind → channel → (subject, text)."""

WORDING = {
    "confirmation": {
        "email": (
            "{digits} is your confirmation code",
            "Your confirmation code for {organisation} is\n\n{digits}\n\n"
            "Type it on the page you have just left. Nobody from {organisation} will ever ask you for it.\n\n"
            "If this was not you, ignore this e-mail and nothing will happen.",
        ),
    },
    "member_login": {
        "email": (
            "{digits} is your sign-in code",
            "Your sign-in code for {organisation} is\n\n{digits}\n\n"
            "It works once and only for a few minutes. Nobody from {organisation} will ever ask you for it.\n\n"
            "If you did not ask for it, ignore this e-mail: without the code nobody can sign in.",
        ),
    },
    "referral_waiting": {
        "email": (
            "Your invitation to {organisation} is still open",
            "Hello,\n\nYou began to accept an invitation to {organisation}, and only the confirmation is missing. "
            "Open the page, ask for a new code, and it is done.\n\n"
            "If you have changed your mind, do nothing. We shall not remind you again, "
            "and what you entered will be deleted when the invitation runs out.",
        ),
    },
    "referral_confirmed": {
        "email": (
            "{friend} has accepted your invitation",
            "Hello {name},\n\n{friend} has accepted your invitation to “{campaign}”. Thank you for introducing us.\n\n"
            "We shall tell you when a reward is on its way. Until then you can follow it in your member centre.",
        ),
        "in_app": ("{friend} has accepted your invitation", "“{campaign}”: we shall tell you when a reward is on its way."),
    },
    "welcome": {
        "email": (
            "Welcome to {organisation}",
            "Hello {name},\n\nWelcome to {organisation}. {referrer} has introduced you to us through “{campaign}”, "
            "and we are glad you are here.\n\nYour member centre shows what you get and under which conditions.",
        ),
        "in_app": ("Welcome to {organisation}", "{referrer} has introduced you to us through “{campaign}”."),
    },
    "offer_waiting": {
        "email": (
            "Your welcome offer from {organisation} is waiting",
            "Hello {name},\n\nYour welcome offer from “{campaign}” has not been used yet. "
            "The conditions are in your member centre.\n\nIf you do not want e-mails like this one, "
            "switch them off in your preferences.",
        ),
        "in_app": ("Your welcome offer is waiting", "Your offer from “{campaign}” has not been used yet."),
    },
    "reward_accrued": {
        "email": (
            "{reward} on the way to you",
            "Hello {name},\n\nYou are getting {reward} {reason}. You can use this reward from {available_on}, "
            "unless the order is returned before then.\n\nEvery step is explained in your member centre.",
        ),
        "in_app": ("{reward} on the way", "{reason_title}. Available on {available_on}, unless the order is returned."),
    },
    "reward_settled": {
        "email": (
            "{reward} – now yours to use",
            "Hello {name},\n\nThe waiting time is over: {reward} {reason} can be used from now on.\n\n"
            "You will find everything in your member centre.",
        ),
        "in_app": ("{reward} – now yours to use", "{reason_title}. The waiting time is over."),
    },
    "reward_reversed": {
        "email": (
            "A change to your reward",
            "Hello {name},\n\n{reward} {reason} had to be taken back {cause}. "
            "Of this reward {kept} remains yours.\n\nYour member centre shows how it was worked out. "
            "If you think this is wrong, reply to this e-mail.",
        ),
        "in_app": ("{reward} taken back", "Taken back {cause}. Of this reward {kept} remains yours."),
    },
    "reward_restored": {
        "email": (
            "Your reward is back",
            "Hello {name},\n\nYou have {reward} {reason} again {cause}. The whole reward is {kept} now.\n\n"
            "Your member centre shows how it was worked out.",
        ),
        "in_app": ("{reward} given again", "It is yours again {cause}. The whole reward is {kept} now."),
    },
    "tier_changed": {
        "email": (
            "Your level is now {tier}",
            "Hello {name},\n\nYour membership level at {organisation} is now {tier}.\n\n"
            "What it brings, and what it takes to reach the next one, is in your member centre.",
        ),
        "in_app": ("Your level is now {tier}", "What it brings is in your member centre."),
    },
    "survey_invitation": {
        "email": (
            "{survey}",
            "Hello {name},\n\n{organisation} would like to know: {survey}\n\n"
            "It takes about a minute, and a person reads every answer. The button below opens your own page; "
            "it works once.",
        ),
    },
    "points_expiring": {
        "email": (
            "{points} will expire soon",
            "Hello {name},\n\n{points} in your account at {organisation} will expire at the end of {expires_on}.\n\n"
            "Your balance and how to use it are in your member centre.",
        ),
        "in_app": ("{points} will expire soon", "You can use them up to and including {expires_on}."),
    },
    "promises_late": {
        "email": (
            "Rewards past the day promised: {count}",
            "Hello {name},\n\nRewards that should have been in people's hands by now: {count}. "
            "The first was promised by {promised_on}.\n\nWhat holds them up: {causes}.",
        ),
        "in_app": ("Rewards past the day promised: {count}", "The first since {promised_on}. {causes}."),
    },
    "budget_reached": {
        "email": (
            "Budget “{budget}”: {percent} % in use",
            "Hello {name},\n\n{used} of the {limit} in the budget “{budget}” is promised, settled or spent. {outlook}",
        ),
        "in_app": ("Budget “{budget}”: {percent} % in use", "{used} of {limit}. {outlook}"),
    },
    "budget_below": {
        "email": (
            "Budget “{budget}” is below {percent} % again",
            "Hello {name},\n\nRewards were taken back or expired: {used} of the {limit} in the budget “{budget}” is in use"
            " now. {outlook}",
        ),
        "in_app": ("Budget “{budget}” is below {percent} % again", "{used} of {limit}. {outlook}"),
    },
    "texted_back": {
        "email": ("{customer} has written back", "Hello {name},\n\n{customer} has answered a text message:\n\n{text}"),
        "in_app": ("{customer} has written back", "{text}"),
    },
    "texts_used_up": {
        "email": (
            "No more text messages today",
            "Hello {name},\n\n{organisation} sends at most {count} text messages a day, and today they are used up. "
            "Codes for signing in and confirming are not sent by text until midnight; everything else waits for tomorrow "
            "morning.\n\nIf this was no campaign of yours, look at who asked for codes. The limit can be raised under "
            "“Text messages”.",
        ),
        "in_app": ("No more text messages today", "All {count} are used up. Codes are not sent by text until midnight."),
    },
    "books_broken": {
        "email": (
            "The books of {organisation} do not balance",
            "Hello {name},\n\nThe proof of the books has found something wrong. Rules that are broken: {rules}.\n\n"
            "“Check the books” names the first wrong row of each, and says what it means. "
            "Please look into it before the next payout.",
        ),
        "in_app": ("The books do not balance", "Rules that are broken: {rules}. Please look into it."),
    },
    "gift_ordered": {
        "email": (
            "{gift} – we are getting it ready",
            "Hello {name},\n\nWe are getting {gift} ready for you. Order number: {code}\n\n{next}\n\n"
            "In your member centre you can follow every step, and call it off as long as it has not left us.",
        ),
        "in_app": ("{gift} – we are getting it ready", "Order {code}. {next}"),
    },
    "gift_shipped": {
        "email": (
            "{gift} is on its way",
            "Hello {name},\n\n{gift} has just left us. {parcel}\n\nOrder number: {code}",
        ),
        "in_app": ("{gift} is on its way", "{parcel}"),
    },
    "gift_ready": {
        "email": (
            "{gift} is waiting for you",
            "Hello {name},\n\n{gift} is ready: you can pick it up at {organisation}. "
            "Show this order number when you come: {code}",
        ),
        "in_app": ("{gift} is waiting for you", "Show this order number when you pick it up: {code}"),
    },
    "gift_delivered": {
        "email": (
            "{gift} has arrived",
            "Hello {name},\n\n{gift} should be in your hands now. We hope you enjoy it.\n\n"
            "Order number: {code}\nIf something is wrong with it, or it never came, reply to this e-mail.",
        ),
        "in_app": ("{gift} has arrived", "Order {code}. If something is wrong with it, please tell us."),
    },
    "gift_issued": {
        "email": (
            "{gift} is yours",
            "Hello {name},\n\n{gift} is ready to be used. What you need for it is in your member centre, "
            "under order {code}.",
        ),
        "in_app": ("{gift} is yours", "Open it to see what you need for it."),
    },
    "gift_cancelled": {
        "email": (
            "{gift} – the order was cancelled",
            "Hello {name},\n\nThe order {code} for {gift} was cancelled. {given_back}",
        ),
        "in_app": ("{gift} – the order was cancelled", "{given_back}"),
    },
    "gift_returned": {
        "email": (
            "{gift} – we have it back",
            "Hello {name},\n\nWe have taken back {gift} (order {code}). {given_back}",
        ),
        "in_app": ("{gift} – we have it back", "{given_back}"),
    },
    "claim_opened": {
        "email": (
            "We are looking into who brought {friend}",
            "Hello {name},\n\nThank you: we have your note that you brought {friend}. We look at everything we know about "
            "it and tell you how it was decided, within a few working days.",
        ),
        "in_app": ("We are looking into who brought {friend}", "We tell you as soon as it is decided."),
    },
    "claim_contested": {
        "email": (
            "Somebody else says they brought {friend}",
            "Hello {name},\n\n{friend} counts as your friend so far. Somebody else says that they brought them. Until that "
            "is decided, what you have not been paid for it yet waits; nothing is lost.\n\nYou need not do anything. If you "
            "would like to tell us how it was, simply answer this message.",
        ),
        "in_app": ("Somebody else says they brought {friend}", "Your reward waits until it is decided."),
    },
    "claim_decided": {
        "email": (
            "It is decided who brought {friend}",
            "Hello {name},\n\n{result}\n\nThe reason stands in your member centre. If you do not agree, you can "
            "appeal there once; somebody else then looks at it.",
        ),
        "in_app": ("It is decided who brought {friend}", "{result}"),
    },
    "claim_appealed": {
        "email": (
            "Who brought {friend}: we look at it once more",
            "Hello {name},\n\nThere is an appeal against the decision on who brought {friend}. Somebody else now looks "
            "at it; their decision is final. What has not been paid yet waits until then.",
        ),
        "in_app": ("Who brought {friend}: we look at it once more", "Somebody else decides now, and that is final."),
    },
    "payout_paid": {
        "email": (
            "{amount} has been paid to you",
            "Hello {name},\n\n{amount} of cash rewards has been paid to the account that you gave us. "
            "On your statement it has the reference {reference}.\n\nWhat it was for is in your member centre.",
        ),
        "in_app": ("{amount} has been paid to you", "Paid to the account that you gave us. Reference {reference}."),
    },
    "payout_failed": {
        "email": (
            "We could not pay you {amount}",
            "Hello {name},\n\nThe payment of {amount} (reference {reference}) did not go through. The money is still yours: "
            "we shall try again with our next payout.\n\nMost often a digit of the account is wrong. "
            "Please check it in your member centre.",
        ),
        "in_app": ("We could not pay you {amount}", "The money is still yours. Please check your account for payouts."),
    },
    "payout_account_changed": {
        "email": (
            "Your account for payouts was changed",
            "Hello {name},\n\nA new account for your cash rewards was entered at {organisation}.\n\n"
            "If this was not you, tell us at once: reply to this e-mail.",
        ),
        "in_app": ("Your account for payouts was changed", "If this was not you, tell us at once."),
    },
    "lead_assigned": {
        "email": (
            "A new lead for you: {customer}",
            "Hello {name},\n\n{customer} has sent an enquiry, and it is yours.\n"
            "Please answer by {due_on}, {due_time}. What they want and what to say is on the page of the lead.",
        ),
        "in_app": ("A new lead for you: {customer}", "Answer by {due_on}, {due_time}"),
    },
    "lead_due_soon": {
        "email": (
            "{customer} is waiting for an answer",
            "Hello {name},\n\n{customer} still waits for your first answer. It is due on {due_on} at {due_time}.\n\n"
            "If you cannot do it, hand the lead over.",
        ),
        "in_app": ("{customer} is waiting for an answer", "It is due on {due_on} at {due_time}"),
    },
    "lead_overdue": {
        "email": (
            "{customer} has not been answered in time",
            "Hello {name},\n\nthe first answer to {customer} was due on {due_on} at {due_time}.\n"
            "The lead is with: {assignee}\n\nPlease see that somebody answers, or hand it over.",
        ),
        "in_app": ("Not answered in time: {customer}", "{assignee} · was due {due_on}, {due_time}"),
    },
    "lead_unassigned": {
        "email": (
            "Nobody is there for {customer}",
            "Hello {name},\n\n{customer} has sent an enquiry, but no rule has found anybody for it. It waits in the pool.\n"
            "Give it to somebody, and look at the rules.",
        ),
        "in_app": ("Nobody is there for {customer}", "The lead waits in the pool."),
    },
    "follow_up_due": {
        "email": (
            "Due soon: {task}",
            "Hello {name},\n\n“{task}” is due on {due_on} at {due_time}.\nCustomer: {customer}\n\n"
            "What to say is in the task.",
        ),
        "in_app": ("Due soon: {task}", "{customer} · {due_on}, {due_time}"),
    },
    "follow_up_overdue": {
        "email": (
            "Overdue: {task}",
            "Hello {name},\n\n“{task}” was due on {due_on} at {due_time} and is still open.\nCustomer: {customer}\n\n"
            "Please do it, or hand it to a colleague.",
        ),
        "in_app": ("Overdue: {task}", "{customer} · was due {due_on}, {due_time}"),
    },
    "follow_up_escalated": {
        "email": (
            "Overdue for long: {task}",
            "Hello {name},\n\n“{task}” was due on {due_on} at {due_time} and nobody has done it.\n"
            "Customer: {customer}\nAssigned to: {assignee}\n\nPlease see that somebody takes care of it.",
        ),
        "in_app": ("Overdue for long: {task}", "{customer} · {assignee} · was due {due_on}, {due_time}"),
    },
    "case_opened": {
        "email": (
            "We have your request {number}: {subject}",
            "Hello {name},\n\nThank you for telling us. Your request “{subject}” has the number {number}. "
            "We are looking into it and shall write to you.\n\nPlease mention {number} when you contact us about it.",
        ),
        "in_app": ("We have your request {number}", "“{subject}”: we are looking into it."),
    },
    "case_reply": {
        "email": ("Your request {number}: {subject}", "Hello {name},\n\n{text}\n\nYour request: {number}, “{subject}”"),
        "in_app": ("Your request {number}: we have answered", "{text}"),
    },
    "case_rating": {
        "email": (
            "How did we do with {number}?",
            "Hello {name},\n\nYour request “{subject}” ({number}) is closed.\n\nWhat we did: {resolution}\n\n"
            "How satisfied are you? One to five stars, it takes ten seconds and no sign-in.",
        ),
        "in_app": ("How did we do with {number}?", "“{subject}” is closed. Give it one to five stars."),
    },
    "case_given": {
        "email": (
            "Case {number} is yours: {subject}",
            "Hello {name},\n\nCase {number}, “{subject}”, was given to you.\nCustomer: {customer}",
        ),
        "in_app": ("Case {number} is yours: {subject}", "{customer}"),
    },
    "case_heard": {
        "email": (
            "Case {number}: the customer has written",
            "Hello {name},\n\n{customer} has written about case {number}, “{subject}”:\n\n{text}",
        ),
        "in_app": ("Case {number}: {customer} has written", "{text}"),
    },
    "task_handed": {
        "email": (
            "Handed over to you: {task}",
            "Hello {name},\n\n“{task}” was handed over to you. It is due on {due_on} at {due_time}.\n"
            "Customer: {customer}\n\n{note}\n\nPlease say in the task that you take it over.",
        ),
        "in_app": ("Handed over to you: {task}", "{customer} · {due_on}, {due_time}\n{note}"),
    },
    "pool_warned": {
        "email": (
            "Customers who go back to the pool soon: {count}",
            "Hello {name},\n\nIt has been quiet around some of your customers. Number: {count}. On {due_on} they go back"
            " to the pool.\nA call, a message or a visit is enough, and they stay with you.",
        ),
        "in_app": (
            "Customers who go back to the pool soon: {count}",
            "A word before {due_on} and they stay yours",
        ),
    },
    "pool_recycled": {
        "email": (
            "Customers who went back to the pool: {count}",
            "Hello {name},\n\nIt had been quiet around some of your customers for a long time. Number: {count}."
            " They are in the pool again, where a colleague may take them.",
        ),
        "in_app": ("Customers who went back to the pool: {count}", "It had been quiet around them for a long time"),
    },
    "mentioned": {
        "email": (
            "{colleague} has mentioned you",
            "Hello {name},\n\n{colleague} has mentioned you in a note about {customer}. Open the customer to read it.",
        ),
        "in_app": ("{colleague} has mentioned you", "In a note about {customer}"),
    },
    "hand_over_asked": {
        "email": (
            "{colleague} hands a customer over to you",
            "Hello {name},\n\n{colleague} would like you to look after {customer} from now on. {along}\n"
            "Open the customer to read the note, and take over or decline.",
        ),
        "in_app": ("{colleague} hands a customer over to you", "{customer} · take over or decline"),
    },
    "hand_over_answered": {
        "email": (
            "{colleague} {answer}: {customer}",
            "Hello {name},\n\n{colleague} {answer}. Customer: {customer}.",
        ),
        "in_app": ("{colleague} {answer}", "{customer}"),
    },
}
