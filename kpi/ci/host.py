"""What a step needs of the service that runs it, and what may go wrong there."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class StepError(Exception):
    """What keeps a step from doing its work, in words for people."""


class AccessDeniedError(StepError):
    """The service does not let this token do it."""


class Comment(NamedTuple):
    """A comment of ours on a pull request; the oldest has the smallest id."""

    id: int
    body: str


class Host(Protocol):
    """The service that runs the steps."""

    @property
    def limit(self) -> int:
        """How long a comment may be, in bytes; the services count characters, which are never more."""

    def base(self) -> str | None:
        """The commit that the change is compared with; None where there is no change to look at.

        Raises StepError when it is not here and cannot be fetched.
        """

    def lint(self, options: list[str]) -> int:
        """Runs ``kpi lint`` in this service's format; its exit code."""

    @staticmethod
    def tell(level: str, message: str) -> None:
        """Says something: an ``error``, a ``warning`` or a ``notice``."""

    def quote(self, text: str) -> None:
        """Prints what may hold text of the pull request, so that the service takes nothing in it for a command."""

    def keep(self, name: str, text: str) -> None:
        """Shows Markdown beside the run: in the step summary, or as a file of the name ``kpi-NAME.md``."""

    def drop(self, name: str) -> None:
        """Takes away what ``keep`` would replace, so that nothing of the pull request is shown as ours."""

    def finish(self, code: int, **outputs: object) -> int:
        """Leaves what a step has found; the exit code that it is to end with."""

    def number(self) -> int | None:
        """The number of the pull request; None when there is none."""

    def is_foreign(self) -> bool:
        """Whether the pull request comes from a fork."""

    def commit(self) -> str:
        """The commit that is looked at."""

    def comments(self, marker: str) -> list[Comment]:
        """Our comments that begin with ``marker``, oldest first. Anybody can write the marker, so authors count."""

    def create(self, body: str) -> None:
        """Writes a comment."""

    def update(self, id_: int, body: str) -> None:
        """Replaces the text of a comment."""

    def delete(self, id_: int) -> None:
        """Removes a comment."""
