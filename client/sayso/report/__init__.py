"""One self-contained HTML page: texts with their statements, who speaks where, and why."""

from sayso.report.page import page

__all__ = ["page"]
