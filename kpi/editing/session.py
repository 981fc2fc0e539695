"""A plan that a command changes: the texts of its files as they were read, and how new ones are checked and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kpi.data import check_plan
from kpi.editing.journal import remember, write_all
from kpi.errors import InputError
from kpi.plan.loading import read_plan
from kpi.plan.yaml.round_trip import read_text
from kpi.writing import ChangedError

if TYPE_CHECKING:
    from kpi.diagnostics import Diagnostic
    from kpi.plan.checks import Checked


class RefusedError(InputError):
    """A change that would add errors to the plan. ``errors`` are all of them."""

    def __init__(self, errors: tuple[Diagnostic, ...]) -> None:
        first = errors[0]
        more = "" if len(errors) == 1 else f" ({len(errors) - 1} more)"
        super().__init__(f"nothing was written: {first.message}{more}", hint=first.hint)
        self.errors = errors


class Session(NamedTuple):
    """A plan to be changed. ``texts`` are the texts of its files by the names shown to people, as they are on disk;
    ``allowed`` are folders outside the project from which files may be read too."""

    file: Path
    checked: Checked
    texts: Mapping[str, str]
    allowed: Sequence[Path] = ()

    def text_of(self, section: str, id_: str) -> tuple[str, str]:
        """The name and text of the file in which an entry is declared."""
        name = self.checked.places.key((section, id_)).file
        return name, self.texts[name]

    def main(self) -> tuple[str, str]:
        """The name and text of the main file."""
        name = self.checked.plan.files[0]
        return name, self.texts[name]

    def tried(self, changed: Mapping[str, str]) -> tuple[Checked, tuple[Diagnostic, ...]]:
        """The plan with some texts replaced, and the errors that it has and the present one has not."""
        main = self.checked.plan.files[0]
        unsaved = {Path(name).resolve(): text.removeprefix("\ufeff") for name, text in changed.items()}
        text = changed.get(main, self.texts[main]).removeprefix("\ufeff")
        checked = check_plan(read_plan(self.file, text=text, unsaved=unsaved, allowed=self.allowed))
        before = {_identity(one) for one in self.checked.diagnostics}
        new = [one for one in checked.diagnostics if one.severity == "error" and _identity(one) not in before]
        return checked, tuple(new)

    def write(self, changed: Mapping[str, str], command: str) -> bool:
        """Write the changed texts, all or none, and remember the edit. Returns whether it can be taken back.

        Raises RefusedError where the plan would have new errors, ChangedError where a file is no longer as it was read,
        and InputError where one cannot be written.
        """
        _, new = self.tried(changed)
        if new:
            raise RefusedError(new)
        texts = {Path(name): (self.texts[name], text) for name, text in changed.items() if text != self.texts[name]}
        if not texts:
            return True
        write_all(texts)
        plan = self.checked.plan
        return remember(plan.folder, plan.root, command, texts)


def open_session(file: Path, allowed: Sequence[Path] = ()) -> Session:
    """Read a plan to change it. Raises InputError, and ChangedError where a file changes while it is read."""
    read = read_plan(file, allowed=allowed)
    texts = {name: read_text(Path(name)) for name in read.texts}
    for name, text in texts.items():
        if text.removeprefix("\ufeff") != read.texts[name]:
            raise ChangedError(f"{name} has changed while it was read", hint="run the command again")
    return Session(file, check_plan(read), texts, allowed)


def _identity(one: Diagnostic) -> tuple[str, str, str]:
    return one.code, one.subject, one.message
