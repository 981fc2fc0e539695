"""The interface between the steps and the CI service that runs them."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class StepError(Exception):
    """A step cannot do its work; the message says why."""


class AccessDeniedError(StepError):
    """The token does not have permission for the request."""


class Comment(NamedTuple):
    """A comment of kpi on a pull request. The oldest one has the smallest id."""

    id: int
    body: str


class Host(Protocol):
    """The CI service that runs the steps."""

    @property
    def limit(self) -> int:
        """The maximum length of a comment in bytes. The services count characters, which are never more than bytes."""

    def base(self) -> str | None:
        """The commit to compare with; None if the run is not for a pull request.

        Raises StepError if the commit is missing and cannot be fetched.
        """

    def lint(self, options: list[str]) -> int:
        """Run ``kpi lint`` with the output format of this service and return its exit code."""

    @staticmethod
    def tell(level: str, message: str) -> None:
        """Report a message. ``level`` is ``error``, ``warning`` or ``notice``."""

    def quote(self, text: str) -> None:
        """Print text that may come from the pull request, so that the service executes no command in it."""

    def keep(self, name: str, text: str) -> None:
        """Publish Markdown with the run: in the step summary, or as the file ``kpi-NAME.md``."""

    def drop(self, name: str) -> None:
        """Remove the file that ``keep`` would replace, so that no file of the pull request is shown in its place."""

    def finish(self, code: int, **outputs: object) -> int:
        """Save the results of a step and return the exit code with which it ends."""

    def number(self) -> int | None:
        """The number of the pull request; None if there is none."""

    def is_foreign(self) -> bool:
        """Whether the pull request comes from a fork."""

    def commit(self) -> str:
        """The commit that is checked."""

    def comments(self, marker: str) -> list[Comment]:
        """The comments that begin with ``marker`` and whose author is the owner of the token, oldest first."""

    def create(self, body: str) -> None:
        """Create a comment."""

    def update(self, id_: int, body: str) -> None:
        """Replace the text of a comment."""

    def delete(self, id_: int) -> None:
        """Delete a comment."""
