"""Sends a message to chats and mail. The only importer of Apprise.

An address holds passwords and tokens, so nothing that Apprise or a library below it says is shown.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat

from kpi.errors import InputError
from kpi.render.digest import Form

SECONDS = 60


class Receiver:
    """Whom an address leads to. ``name`` is the service, such as ``Slack``; ``form`` what it shows best.

    Raises InputError for an address that is none; the message does not repeat it, and ``label`` says which it is.
    """

    def __init__(self, address: str, label: str) -> None:
        self._label = label
        asset = AppriseAsset(storage_mode="memory", app_id="kpi", app_desc="kpi", image_url_mask="", image_url_logo="")
        self._apprise = Apprise(asset=asset)  # without pictures, which chats would load from elsewhere
        with _silent():
            known = self._apprise.add(address)
        services: list[Any] = list(self._apprise)
        if not known or len(services) != 1:
            hint = "https://appriseit.com/services/ lists them, such as slack://… and mailto://…"
            raise InputError(f"{label} is not the address of a service", hint=hint)
        (service,) = services
        self.name = str(service.service_name)
        formats: Any = service.notify_format  # one, or several with the best first
        best = formats if isinstance(formats, str) else formats[0]
        self.form: Form = "html" if NotifyFormat(best) is NotifyFormat.HTML else "text"
        self._joins_lines = "workflows" in service.schemas()  # Microsoft Teams

    def send(self, title: str, bodies: Mapping[Form, str]) -> None:
        """Send a message, of which ``bodies`` has each form. Raises InputError if it was not accepted."""
        body = _paragraphs(bodies[self.form]) if self._joins_lines else bodies[self.form]
        with _silent():
            try:
                sent = bool(
                    self._apprise.notify(body=body, title=title, body_format=NotifyFormat(self.form), timeout=SECONDS)
                )
            except Exception as fault:  # whatever a service raises may hold its address
                raise InputError(f"{self._label}: {self.name}: {type(fault).__name__}") from None
        if not sent:
            hint = "the service was not reached, or it refused the message; try the address with the command apprise"
            raise InputError(f"{self._label}: {self.name} did not take the message", hint=hint)


def _paragraphs(text: str) -> str:
    """A text with a paragraph for each line, for a service that shows lines without a blank one between them as one."""
    return "\n\n".join(line.strip().removeprefix("- ") for line in text.splitlines() if line.strip())


@contextmanager
def _silent() -> Iterator[None]:
    """Without a word of any library: messages repeat addresses."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
