"""Pictures as PNG. The only importer of resvg."""

from __future__ import annotations

import resvg_py

from kpi.errors import InputError

_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9">{}</svg>'


def png_of(svg: str) -> bytes:
    """An SVG as PNG, in its own size. Raises InputError where its text would be missing, because the machine has no
    font that it can be drawn with."""
    style = svg.partition("<style>")[2].partition("</style>")[0]
    text = f'<style>{style}</style><text x="1" y="8">8</text>'
    if _drawn(_PROBE.format(text)) == _drawn(_PROBE.format("")):
        raise InputError(
            "no font was found on this machine, so the picture would have no text",
            hint="install one, such as fonts-dejavu-core or dejavu-sans-fonts, or write it as svg",
        )
    return _drawn(svg)


def _drawn(svg: str) -> bytes:
    # Nothing is loaded from elsewhere: a picture has no link and no image.
    return bytes(resvg_py.svg_to_bytes(svg_string=svg))
