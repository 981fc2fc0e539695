"""The word for: what was remembered is not enough."""


class NotRememberedError(Exception):
    """Something was asked that days alone cannot answer: the run starts again and reads everything."""
