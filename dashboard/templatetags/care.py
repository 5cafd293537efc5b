"""Filters of the pages of cases."""

from django import template

from dashboard.views.case_figures import hours

register = template.Library()
register.filter("took", hours)
