"""What each KPI of the catalog is, by hand: plain Python over the rows of a window, one function for each id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from statistics import fmean, median

from catalog.made_tables import Row, Window

Test = Callable[[Row], object]


def rate(rows: Iterable[Row], test: Test) -> float:
    kept = [bool(test(row)) for row in rows]
    return sum(kept) / len(kept)


def number(rows: Iterable[Row], test: Test) -> int:
    return sum(1 for row in rows if test(row))


def total(rows: Iterable[Row], column: str, test: Test = lambda row: True) -> float:
    return sum(getattr(row, column) for row in rows if test(row))


def people(rows: Iterable[Row], column: str = "user_id", test: Test = lambda row: True) -> int:
    return len({getattr(row, column) for row in rows if test(row)})


def waits(rows: Iterable[Row], begin: str, end: str, unit: timedelta) -> list[float]:
    return [(getattr(row, end) - getattr(row, begin)) / unit for row in rows if getattr(row, end) is not None]


def ninetieth(values: list[float]) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * 0.9
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def promoters_less_detractors(rows: list[Row]) -> float:
    return 100 * sum((row.recommend > 8) - (row.recommend < 7) for row in rows) / len(rows)


def posted(w: Window, *accounts: str) -> float:
    return total(w.ledger, "amount", lambda row: row.account in accounts)


def balance(w: Window, *items: str) -> float:
    return total(w.at_end("balance_sheet"), "amount", lambda row: row.item in items)


def within(limit: int, begin: str, end: str) -> Test:
    return lambda row: getattr(row, end) is not None and (getattr(row, end) - getattr(row, begin)).days <= limit


def paid(row: Row) -> bool:
    return row.status == "paid"


def won(row: Row) -> bool:
    return row.outcome == "won"


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


# E-commerce


def average_order_value(w: Window) -> float:
    return fmean(order.amount for order in w.orders if paid(order))


def shop_conversion_rate(w: Window) -> float:
    return number(w.orders, paid) / total(w.web_traffic, "sessions")


def cart_abandonment_rate(w: Window) -> float:
    carts = total(w.web_traffic, "carts")
    return (carts - len(w.orders)) / carts


def repurchase_rate(w: Window) -> float:
    first = w.first("orders", "customer_id")
    again = {order.customer_id for order in w.orders if order.ordered_at > first[order.customer_id]}
    return len(again) / people(w.orders, "customer_id")


def new_customer_share(w: Window) -> float:
    first = w.first("orders", "customer_id")
    customers = {order.customer_id for order in w.orders}
    return sum(w.start <= first[customer] < w.end for customer in customers) / len(customers)


def return_rate(w: Window) -> float:
    return total(w.returns, "amount") / total(w.orders, "amount", paid)


def order_cancellation_rate(w: Window) -> float:
    return rate(w.orders, lambda order: order.status == "cancelled")


def items_per_order(w: Window) -> float:
    return fmean(order.items for order in w.orders if paid(order))


def discount_share(w: Window) -> float:
    off = total(w.orders, "discount", paid)
    return off / (off + total(w.orders, "amount", paid))


def contribution_per_order(w: Window) -> float:
    return fmean(order.amount - order.cost for order in w.orders if paid(order))


def delivered_as_promised(w: Window) -> float:
    return rate((o for o in w.orders if o.delivered_on), lambda order: order.delivered_on <= order.promised_on)


def checkout_completion_rate(w: Window) -> float:
    return len(w.orders) / total(w.web_traffic, "checkouts")


# Start-ups


def net_burn(w: Window) -> float:
    return -sum(line.amount for line in w.bank if line.kind in ("operations", "investment"))


def runway(w: Window) -> float:
    return balance(w, "cash") / (net_burn(w) / 3)


def burn_multiple(w: Window) -> float:
    new = total(w.at_end("subscriptions"), "monthly_price") - total(w.at_start("subscriptions"), "monthly_price")
    return net_burn(w) / (12 * new)


def revenue_growth(w: Window) -> float:
    before = posted(w.moved(date(2026, 11, 1), date(2026, 12, 1)), "revenue")
    return (posted(w, "revenue") - before) / before


def activation_rate(w: Window) -> float:
    return rate(w.signups, within(7, "signed_up_on", "activated_on"))


def signups_per_week(w: Window) -> float:
    return len(w.signups)


def organic_signup_share(w: Window) -> float:
    return rate(w.signups, lambda user: user.channel == "organic")


def viral_coefficient(w: Window) -> float:
    invited = number(w.signups, lambda user: user.channel == "invitation")
    return invited / (len(w.signups) - invited)


def paying_conversion_rate(w: Window) -> float:
    return rate(w.signups, within(30, "signed_up_on", "paid_on"))


def problem_interviews(w: Window) -> float:
    return people(w.interviews, "person_id")


def confirmed_problem_share(w: Window) -> float:
    return rate(w.interviews, lambda talk: talk.has_problem)


def must_have_share(w: Window) -> float:
    return rate(w.product_surveys, lambda answer: answer.feeling.startswith("very"))


# Finance


def revenue(w: Window) -> float:
    return posted(w, "revenue")


def gross_margin(w: Window) -> float:
    return (posted(w, "revenue") - posted(w, "cost of sales")) / posted(w, "revenue")


def operating_margin(w: Window) -> float:
    cost = posted(w, "cost of sales") + posted(w, "operating cost") + posted(w, "depreciation")
    return (posted(w, "revenue") - cost) / posted(w, "revenue")


def ebitda_margin(w: Window) -> float:
    return (posted(w, "revenue") - posted(w, "cost of sales", "operating cost")) / posted(w, "revenue")


def profit(w: Window) -> float:
    return posted(w, "revenue") - posted(w, "cost of sales", "operating cost", "depreciation", "interest", "tax")


def net_profit_margin(w: Window) -> float:
    return profit(w) / posted(w, "revenue")


def planned(w: Window, account: str) -> float:
    return total(w.budget, "amount", lambda line: line.account == account)


def revenue_per_budget(w: Window) -> float:
    return posted(w, "revenue") / planned(w, "revenue")


def cost_against_budget(w: Window) -> float:
    plan = planned(w, "operating cost")
    return (posted(w, "operating cost") - plan) / plan


def current_ratio(w: Window) -> float:
    return balance(w, "cash", "receivables", "inventory") / balance(w, "payables", "short-term debt")


def quick_ratio(w: Window) -> float:
    return balance(w, "cash", "receivables") / balance(w, "payables", "short-term debt")


def debt_to_equity(w: Window) -> float:
    return balance(w, "short-term debt", "long-term debt") / balance(w, "equity")


def return_on_equity(w: Window) -> float:
    return profit(w) / balance(w, "equity")


def days_sales_outstanding(w: Window) -> float:
    return balance(w, "receivables") / (posted(w, "revenue") / 365)


def days_payable_outstanding(w: Window) -> float:
    return balance(w, "payables") / (posted(w, "cost of sales") / 365)


def overdue_receivables_share(w: Window) -> float:
    last_day = w.end - DAY
    late = [bill for bill in w.invoices if bill.due_on < (bill.paid_on or last_day + DAY)]
    return total(late, "amount") / total(w.invoices, "amount")


def average_days_to_pay(w: Window) -> float:
    return fmean(waits(w.invoices, "issued_on", "paid_on", DAY))


def free_cash_flow(w: Window) -> float:
    return -net_burn(w)


# Marketing


def cost_per_lead(w: Window) -> float:
    return total(w.ad_spend, "amount") / len(w.leads)


def click_through_rate(w: Window) -> float:
    return total(w.ad_spend, "clicks") / total(w.ad_spend, "impressions")


def cost_per_click(w: Window) -> float:
    return total(w.ad_spend, "amount") / total(w.ad_spend, "clicks")


def cost_per_thousand_impressions(w: Window) -> float:
    return total(w.ad_spend, "amount") / (total(w.ad_spend, "impressions") / 1000)


def return_on_ad_spend(w: Window) -> float:
    return total(w.ad_spend, "revenue") / total(w.ad_spend, "amount")


def customer_acquisition_cost(w: Window) -> float:
    return total(w.ad_spend, "amount") / number(w.leads, lambda lead: lead.became_customer)


def lead_conversion_rate(w: Window) -> float:
    return rate(w.leads, lambda lead: lead.became_customer)


def leads_per_month(w: Window) -> float:
    return len(w.leads)


def qualified_lead_share(w: Window) -> float:
    return rate(w.leads, lambda lead: lead.qualified)


def of_delivered(w: Window, column: str) -> float:
    return total(w.emails, column) / total(w.emails, "delivered")


def email_open_rate(w: Window) -> float:
    return of_delivered(w, "opened")


def email_click_rate(w: Window) -> float:
    return of_delivered(w, "clicked")


def unsubscribe_rate(w: Window) -> float:
    return of_delivered(w, "unsubscribed")


def email_delivery_rate(w: Window) -> float:
    return total(w.emails, "delivered") / total(w.emails, "sent")


def bounce_rate(w: Window) -> float:
    return total(w.web_traffic, "bounces") / total(w.web_traffic, "sessions")


def new_visitor_share(w: Window) -> float:
    return total(w.web_traffic, "new_sessions") / total(w.web_traffic, "sessions")


# SaaS


def monthly_recurring_revenue(w: Window) -> float:
    return total(w.at_end("subscriptions"), "monthly_price")


def annual_recurring_revenue(w: Window) -> float:
    return 12 * total(w.at_end("subscriptions"), "monthly_price")


def average_revenue_per_account(w: Window) -> float:
    running = w.at_end("subscriptions")
    return total(running, "monthly_price") / people(running, "account_id")


def lost(w: Window) -> list[Row]:
    return [row for row in w.at_start("subscriptions") if row.ended_on and row.ended_on < w.end]


def churn_rate(w: Window) -> float:
    return len(lost(w)) / len(w.at_start("subscriptions"))


def revenue_churn_rate(w: Window) -> float:
    return total(lost(w), "monthly_price") / total(w.at_start("subscriptions"), "monthly_price")


def net_revenue_retention(w: Window) -> float:
    since = w.first("subscriptions", "account_id")
    now = total(w.at_end("subscriptions"), "monthly_price", lambda row: since[row.account_id] < w.start)
    return now / total(w.at_start("subscriptions"), "monthly_price")


def new_recurring_revenue(w: Window) -> float:
    return total(w.subscriptions, "monthly_price")


def saas_quick_ratio(w: Window) -> float:
    return total(w.subscriptions, "monthly_price") / total(w.ended("subscriptions"), "monthly_price")


def yearly_billing_share(w: Window) -> float:
    return rate(w.at_end("subscriptions"), lambda row: row.billing == "yearly")


def trial_conversion_rate(w: Window) -> float:
    return rate(w.trials, lambda trial: trial.converted)


def running_subscriptions(w: Window) -> float:
    return len(w.at_end("subscriptions"))


def uptime(w: Window) -> float:
    return rate(w.uptime_checks, lambda check: check.is_up)


# Sales


def win_rate(w: Window) -> float:
    return rate(w.deals, won)


def average_deal_size(w: Window) -> float:
    return fmean(deal.amount for deal in w.deals if won(deal))


def sales_cycle(w: Window) -> float:
    return median(waits((deal for deal in w.deals if won(deal)), "created_on", "closed_on", DAY))


def pipeline_value(w: Window) -> float:
    return total(w.at_end("opportunities"), "amount")


def weighted_pipeline(w: Window) -> float:
    return sum(one.amount * one.probability for one in w.at_end("opportunities"))


def average_open_opportunity(w: Window) -> float:
    return fmean(one.amount for one in w.at_end("opportunities"))


def quota_attainment(w: Window) -> float:
    return total(w.deals, "amount", won) / total(w.quotas, "amount")


def deal_discount(w: Window) -> float:
    full = total(w.deals, "list_price", won)
    return (full - total(w.deals, "amount", won)) / full


def forecast_accuracy(w: Window) -> float:
    return total(w.deals, "amount", won) / total(w.deals, "forecast")


def sales_meetings(w: Window) -> float:
    return number(w.sales_activities, lambda one: one.kind not in ("call", "proposal"))


def activities_per_seller(w: Window) -> float:
    return len(w.sales_activities) / people(w.sales_activities, "seller")


def lead_response_time(w: Window) -> float:
    return median(waits(w.leads, "created_at", "contacted_at", HOUR))


def expansion_share(w: Window) -> float:
    return total(w.deals, "amount", lambda d: won(d) and d.kind == "expansion") / total(w.deals, "amount", won)


# Mobile apps


def active(w: Window) -> int:
    return people(w.app_sessions)


def monthly_active_users(w: Window) -> float:
    return active(w)


def weekly_active_users(w: Window) -> float:
    return active(w)


def returning_user_share(w: Window) -> float:
    first = w.first("app_sessions", "user_id")
    return people(w.app_sessions, test=lambda one: first[one.user_id] < w.start) / active(w)


def sessions_per_user(w: Window) -> float:
    return len(w.app_sessions) / active(w)


def session_length(w: Window) -> float:
    return median(one.minutes for one in w.app_sessions)


def crash_free_session_rate(w: Window) -> float:
    return rate(w.app_sessions, lambda one: not one.crashed)


def crash_free_user_rate(w: Window) -> float:
    return (active(w) - people(w.app_sessions, test=lambda one: one.crashed)) / active(w)


def push_opt_in_rate(w: Window) -> float:
    return people(w.app_sessions, test=lambda one: one.push_allowed) / active(w)


def uninstall_rate(w: Window) -> float:
    return rate(w.installs, within(7, "installed_on", "removed_on"))


def installs_per_week(w: Window) -> float:
    return len(w.installs)


def cost_per_install(w: Window) -> float:
    return total(w.ad_spend, "amount") / number(w.installs, lambda one: one.paid)


def store_conversion_rate(w: Window) -> float:
    return total(w.store_pages, "installs") / total(w.store_pages, "views")


def app_rating(w: Window) -> float:
    return fmean(one.stars for one in w.ratings)


def app_revenue_per_active_user(w: Window) -> float:
    return total(w.purchases, "amount") / active(w)


def paying_user_share(w: Window) -> float:
    return people(w.purchases) / active(w)


# HR


def mean_headcount(w: Window) -> float:
    return (len(w.at_start("employees")) + len(w.at_end("employees"))) / 2


def turnover_rate(w: Window) -> float:
    return len(w.ended("employees")) / mean_headcount(w)


def voluntary_turnover_rate(w: Window) -> float:
    return number(w.ended("employees"), lambda one: one.reason == "resigned") / mean_headcount(w)


def early_turnover_rate(w: Window) -> float:
    return rate(w.ended("employees"), within(365, "hired_on", "left_on"))


def headcount(w: Window) -> float:
    return len(w.at_end("employees"))


def revenue_per_employee(w: Window) -> float:
    return posted(w, "revenue") / headcount(w)


def time_to_fill(w: Window) -> float:
    return median(waits(w.hires, "opened_on", "filled_on", DAY))


def cost_per_hire(w: Window) -> float:
    return fmean(one.cost for one in w.hires)


def internal_hire_share(w: Window) -> float:
    return rate(w.hires, lambda one: one.internal)


def first_year_retention(w: Window) -> float:
    return rate(w.hires, lambda one: one.stayed_one_year)


def offer_acceptance_rate(w: Window) -> float:
    return rate(w.job_offers, lambda one: one.accepted)


def absence_rate(w: Window) -> float:
    return total(w.working_time, "sick") / total(w.working_time, "planned")


def overtime_share(w: Window) -> float:
    return total(w.working_time, "overtime") / total(w.working_time, "worked")


def training_hours_per_person(w: Window) -> float:
    return total(w.trainings, "hours") / people(w.trainings, "employee_id")


def employee_nps(w: Window) -> float:
    return promoters_less_detractors(w.staff_survey)


def engaged_share(w: Window) -> float:
    return rate(w.staff_survey, lambda one: one.engaged in (4, 5))


def women_in_leadership(w: Window) -> float:
    return rate((one for one in w.at_end("employees") if one.leader), lambda one: one.woman)


# Customer support


def first_response_time(w: Window) -> float:
    return median(waits(w.tickets, "opened_at", "first_reply_at", HOUR))


def slowest_first_responses(w: Window) -> float:
    return ninetieth(waits(w.tickets, "opened_at", "first_reply_at", HOUR))


def resolution_time(w: Window) -> float:
    return median(waits(w.tickets, "opened_at", "resolved_at", HOUR))


def answered_within_a_day(w: Window) -> float:
    return rate(w.tickets, lambda one: one.first_reply_at and one.first_reply_at - one.opened_at <= DAY)


def first_contact_resolution(w: Window) -> float:
    solved = [one for one in w.tickets if one.resolved_at]
    return rate(solved, lambda one: one.replies == 1 and not one.reopened)


def reopen_rate(w: Window) -> float:
    return rate(w.tickets, lambda one: one.reopened)


def escalation_rate(w: Window) -> float:
    return rate(w.tickets, lambda one: one.escalated)


def ticket_backlog(w: Window) -> float:
    return len(w.at_end("open_tickets"))


def backlog_change(w: Window) -> float:
    return len(w.open_tickets) / len(w.ended("open_tickets"))


def requests_per_customer(w: Window) -> float:
    return len(w.tickets) / people(w.tickets, "customer_id")


def customer_satisfaction(w: Window) -> float:
    return rate(w.customer_survey, lambda one: one.satisfied > 3)


def customer_effort_score(w: Window) -> float:
    return fmean(one.effort for one in w.customer_survey)


def net_promoter_score(w: Window) -> float:
    return promoters_less_detractors(w.customer_survey)


def call_abandonment_rate(w: Window) -> float:
    return 1 - rate(w.calls, lambda one: one.answered)


def call_service_level(w: Window) -> float:
    return rate(w.calls, lambda one: one.answered and one.wait_seconds <= 20)


def average_handle_time(w: Window) -> float:
    return fmean(one.talk_seconds + one.work_seconds for one in w.calls if one.answered)


# Operations and manufacturing


def oee(w: Window) -> float:
    shifts = w.production
    ideal = total(shifts, "ideal_minutes") * total(shifts, "good_pieces") / total(shifts, "pieces")
    return ideal / total(shifts, "planned_minutes")


def machine_availability(w: Window) -> float:
    return total(w.production, "running_minutes") / total(w.production, "planned_minutes")


def scrap_rate(w: Window) -> float:
    pieces = total(w.production, "pieces")
    return (pieces - total(w.production, "good_pieces")) / pieces


def first_pass_yield(w: Window) -> float:
    return total(w.production, "first_pass_pieces") / total(w.production, "pieces")


def mean_time_between_failures(w: Window) -> float:
    return total(w.production, "running_minutes") / (60 * len(w.failures))


def mean_time_to_repair(w: Window) -> float:
    return fmean(waits(w.failures, "stopped_at", "restarted_at", HOUR))


def on_time_in_full(w: Window) -> float:
    return rate(w.shipments, lambda one: one.complete and one.delivered_on and one.delivered_on <= one.due_on)


def damage_rate(w: Window) -> float:
    return rate(w.shipments, lambda one: one.damaged)


def freight_cost_share(w: Window) -> float:
    return total(w.shipments, "cost") / total(w.shipments, "value")


def inventory_turnover(w: Window) -> float:
    return posted(w, "cost of sales") / balance(w, "inventory")


def supplier_delivery_reliability(w: Window) -> float:
    return rate(w.supplies, lambda one: one.received_on <= one.promised_on)


def supplier_defect_rate(w: Window) -> float:
    return 1_000_000 * total(w.supplies, "defective") / total(w.supplies, "pieces")


def accident_frequency(w: Window) -> float:
    return 1_000_000 * number(w.accidents, lambda one: one.lost_days) / total(w.working_time, "worked")


# Software delivery


def deployment_frequency(w: Window) -> float:
    return len(w.deployments)


def change_lead_time(w: Window) -> float:
    return median(waits(w.deployments, "committed_at", "deployed_at", HOUR))


def change_failure_rate(w: Window) -> float:
    return rate(w.deployments, lambda one: one.failed)


def recovery_time(w: Window) -> float:
    return median(waits(w.outages, "started_at", "restored_at", HOUR))


def customer_found_outages(w: Window) -> float:
    return 1 - rate(w.outages, lambda one: one.found_by == "monitoring")


def review_wait(w: Window) -> float:
    return median(waits(w.pull_requests, "opened_at", "first_review_at", HOUR))


def change_size(w: Window) -> float:
    return median(one.lines for one in w.pull_requests)


def reviewed_share(w: Window) -> float:
    return rate(w.pull_requests, lambda one: one.reviewed)


def build_success_rate(w: Window) -> float:
    return rate(w.builds, lambda one: one.passed)


def build_duration(w: Window) -> float:
    return ninetieth([one.minutes for one in w.builds])


def escaped_bug_share(w: Window) -> float:
    return rate(w.bugs, lambda one: one.found_in == "production")


def open_severe_bugs(w: Window) -> float:
    return number(w.at_end("bugs"), lambda one: one.severity == "high")


# Product


def feature_adoption_rate(w: Window) -> float:
    return people(w.feature_use) / active(w)


def task_success_rate(w: Window) -> float:
    return rate(w.feature_use, lambda one: one.succeeded)


def uses_per_user(w: Window) -> float:
    return len(w.feature_use) / people(w.feature_use)


def onboarding_completion_rate(w: Window) -> float:
    return rate(w.signups, lambda one: one.finished_onboarding)


def time_to_value(w: Window) -> float:
    return median(waits(w.signups, "signed_up_on", "activated_on", DAY))


def new_user_share(w: Window) -> float:
    first = w.first("app_sessions", "user_id")
    return people(w.app_sessions, test=lambda one: first[one.user_id] >= w.start) / active(w)


# Education


def attendance_rate(w: Window) -> float:
    return rate(w.attendance, lambda one: one.present)


def exam_pass_rate(w: Window) -> float:
    return rate(w.exams, lambda one: one.passed)


def first_attempt_pass_rate(w: Window) -> float:
    return rate((one for one in w.exams if one.first_attempt), lambda one: one.passed)


def average_exam_score(w: Window) -> float:
    return fmean(one.score for one in w.exams)


def dropout_rate(w: Window) -> float:
    there = w.at_start("students")
    gone = [one for one in there if one.outcome == "dropped out" and one.left_on and one.left_on < w.end]
    return len(gone) / len(there)


def enrolled_students(w: Window) -> float:
    return len(w.at_end("students"))


def students_per_teacher(w: Window) -> float:
    return people(w.attendance, "student_id") / people(w.attendance, "teacher_id")


def assignments_on_time(w: Window) -> float:
    return rate(w.assignments, lambda one: one.submitted_on and one.submitted_on <= one.due_on)


def course_rating(w: Window) -> float:
    return fmean(one.rating for one in w.course_feedback)


# Health care


def nights(w: Window) -> float:
    return sum((one.discharged_on - one.admitted_on).days for one in w.stays)


def readmission_rate(w: Window) -> float:
    return rate(w.stays, lambda one: one.readmitted_within_30_days)


def average_length_of_stay(w: Window) -> float:
    return nights(w) / len(w.stays)


def bed_occupancy_rate(w: Window) -> float:
    return total(w.wards, "occupied") / total(w.wards, "beds")


def infection_rate(w: Window) -> float:
    return 1000 * number(w.stays, lambda one: one.infected) / nights(w)


def fall_rate(w: Window) -> float:
    return 1000 * total(w.stays, "falls") / nights(w)


def no_show_rate(w: Window) -> float:
    return rate(w.appointments, lambda one: one.outcome == "missed")


def appointments_we_cancelled(w: Window) -> float:
    return rate(w.appointments, lambda one: one.outcome.startswith("cancelled"))


def appointment_wait(w: Window) -> float:
    return median(waits(w.appointments, "booked_on", "day", DAY))


def emergency_wait(w: Window) -> float:
    return ninetieth(waits(w.emergency_visits, "arrived_at", "seen_at", MINUTE))


def left_without_being_seen(w: Window) -> float:
    return rate(w.emergency_visits, lambda one: not isinstance(one.seen_at, datetime))


def patient_recommendation(w: Window) -> float:
    return rate(w.patient_survey, lambda one: one.recommend in (9, 10))


def patient_understood(w: Window) -> float:
    return rate(w.patient_survey, lambda one: one.understood)


# Public services


def decision_time(w: Window) -> float:
    return median(waits(w.cases, "received_on", "decided_on", DAY))


def decided_on_time(w: Window) -> float:
    return rate(w.cases, lambda one: one.decided_on <= one.due_on)


def online_share(w: Window) -> float:
    return rate(w.cases, lambda one: one.online)


def overturned_share(w: Window) -> float:
    return rate((one for one in w.cases if one.appealed), lambda one: one.overturned)


def cost_per_case(w: Window) -> float:
    return fmean(one.cost for one in w.cases)


def repair_time(w: Window) -> float:
    return median(waits(w.citizen_reports, "reported_on", "fixed_on", DAY))


def repaired_share(w: Window) -> float:
    return rate(w.citizen_reports, within(14, "reported_on", "fixed_on"))


def emergency_response_time(w: Window) -> float:
    return ninetieth(waits(w.emergency_calls, "called_at", "arrived_at", MINUTE))


def recycling_rate(w: Window) -> float:
    return total(w.waste, "recycled_tonnes") / total(w.waste, "tonnes")


def punctuality(w: Window) -> float:
    return rate(w.departures, lambda one: not (one.cancelled or one.late_minutes > 5))


def passengers_per_departure(w: Window) -> float:
    return fmean(one.passengers for one in w.departures if not one.cancelled)


def citizen_satisfaction(w: Window) -> float:
    return rate(w.citizen_survey, lambda one: one.satisfied > 3)


def counter_wait(w: Window) -> float:
    return median(one.waited_minutes for one in w.citizen_survey)
