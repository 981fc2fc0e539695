"""What to ask in place of a milestone: the outcome, with examples near to what is to be done."""

from __future__ import annotations

import re

# What is delivered: words that name it, and two measures of what it is delivered for.
_EXAMPLES = (
    (r"\b(?:docs?|documentation|handbook|guides?|tutorials?|manuals?|wiki|faq)\b",
     ("Share of readers who find their answer", "Questions asked per 100 new users")),
    (r"\b(?:train(?:ing|ings|ed|ers?)?|courses?|workshops?|lessons?|learning)\b",
     ("Share of the trained who do it without help a month later", "Errors per case before and after")),
    (r"\b(?:hire[ds]?|hiring|recruit\w*|candidates?|interviews?|staff|engineers?)\b",
     ("Days until a position is filled", "Share of new staff who stay a year")),
    (r"\b(?:polic(?:y|ies)|process(?:es)?|procedures?|playbooks?|runbooks?|workflows?|guidelines?)\b",
     ("Share of cases handled that way", "Days from request to decision")),
    (r"\b(?:plans?|strateg(?:y|ies)|roadmaps?|vision|proposals?|frameworks?)\b",
     ("Share of the plan's decisions carried out on time", "the number that the plan is to move")),
    (r"\b(?:newsletters?|posts?|blogs?|articles?|campaigns?|videos?|content|press|announc\w*)\b",
     ("Readers who try the product within a week", "Enquiries per campaign")),
    (r"\b(?:meetups?|events?|conferences?|webinars?|sessions?|meetings?|talks?)\b",
     ("Share of participants who come back", "Enquiries within a month of the event")),
    (r"\b(?:dashboards?|reports?|metrics?|analytics|monitoring|tracked|pings)\b",
     ("Decisions taken on it each month", "Hours from a fault to its discovery")),
    (r"\b(?:migrat\w*|upgrades?|refactor\w*|infrastructure|clusters?|pipelines?|deploy\w*)\b",
     ("Hours of downtime a month", "Cost per request")),
    (r"\b(?:partner\w*|alliances?|collaborat\w*)\b",
     ("Revenue that comes through partners", "Joint customers who stay a year")),
    (r"\b(?:surveys?|research|interviews?|feedback|analys[ei]s|assessments?|audits?|reviews?)\b",
     ("Share of the findings that were acted on", "the number that the findings are to move")),
    (r"\b(?:sites?|website|pages?|portals?|apps?|products?|features?|versions?|releases?|beta|mvp|tools?|systems?|sdk|api|bot)\b",
     ("Share of users who use it each week", "Minutes that a user needs for the task")),
)  # fmt: skip


# What of the catalog measures the outcome of such an output; each id is in the catalog.
_CATALOG = (
    (r"\b(?:train\w*|courses?|workshops?|seminars?|webinars?|class(?:es)?|lessons?)\b", "exam_pass_rate"),
    (r"\b(?:newsletters?|e-?mails?)\b", "email_click_rate"),
    (r"\b(?:campaigns?|posts?|articles?|press|news|videos?|talks?|conferences?|events?)\b", "lead_conversion_rate"),
    (r"\b(?:interviews?|hir\w+|recruit\w*)\b", "offer_acceptance_rate"),
    (r"\b(?:releases?|deploy\w*|versions?)\b", "change_failure_rate"),
    (r"\b(?:features?|pilots?|products?)\b", "feature_adoption_rate"),
    (r"\b(?:visits?|calls?|tickets?|cases?|consultations?)\b", "first_contact_resolution"),
    (r"\b(?:surveys?|reviews?|feedback)\b", "customer_satisfaction"),
    (r"\b(?:meetings?|presentations?|demos?|demonstrations?)\b", "win_rate"),
)


def from_catalog(text: str) -> str | None:
    """The id of the KPI in the catalog that measures what the output in ``text`` is for, or None."""
    return next((id_ for pattern, id_ in _CATALOG if re.search(pattern, text, re.IGNORECASE)), None)


def question(text: str) -> str:
    """The question that leads from the work in ``text`` to its outcome, with two examples of measures near to it."""
    for pattern, (first, second) in _EXAMPLES:
        if re.search(pattern, text, re.IGNORECASE):
            return f'what is different for whom once it is done? Measure that, e.g. "{first}" or "{second}"'
    return "what is different for whom once it is done? Measure that"
