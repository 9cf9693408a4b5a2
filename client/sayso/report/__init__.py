"""A self-contained HTML page: texts with their statements and speakers, and explanations."""

from sayso.report.page import Page, front_page, message_page, page, policy

__all__ = ["Page", "front_page", "message_page", "page", "policy"]
