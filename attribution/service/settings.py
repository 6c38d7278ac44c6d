"""The limits of the service."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOOPBACK_HOSTS", "MAX_NAME", "Settings"]

#: What a browser on the same machine calls it, as it stands in a Host header.
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
#: Most characters of a title or publisher.
MAX_NAME = 1_000
#: Bytes of one character, however it is escaped: %F0%9F%90%88 in a form, \ud83d\udc08 in JSON.
_ESCAPED = 12
#: Bytes of what is around the values of a form or JSON object, and around each article of several.
_FRAME, _FRAME_EACH = 4_096, 256


@dataclass(frozen=True)
class Settings:
    """How much the service takes on. Every limit holds for the whole service.

    Args:
        max_characters: Most characters of an article, and of all articles of one request.
        timeout: Seconds for one request, waiting included, from the moment it is all there.
        concurrency: Requests scored at the same time, each on a thread of its own.
        queue: Further requests that may wait.
        receive_timeout: Seconds within which an article must be there.
        allowed_hosts: Host headers that are answered, without port; empty for any.
        max_articles: Most articles of one request.

    Raises:
        ValueError: A limit that lets nothing through.
    """

    max_characters: int = 100_000
    timeout: float = 60.0
    concurrency: int = 1
    queue: int = 16
    receive_timeout: float = 20.0
    allowed_hosts: tuple[str, ...] = LOOPBACK_HOSTS
    max_articles: int = 32

    def __post_init__(self) -> None:
        for name in ("max_characters", "timeout", "concurrency", "receive_timeout", "max_articles"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.queue < 0:
            raise ValueError(f"queue must be 0 or more, not {self.queue}")

    @property
    def max_bytes(self) -> int:
        """Most bytes of one article's body: room for the longest article, however it is escaped."""
        return _ESCAPED * (self.max_characters + 2 * MAX_NAME) + _FRAME

    @property
    def max_batch_bytes(self) -> int:
        """Most bytes of several articles' body: likewise."""
        characters = self.max_characters + 2 * MAX_NAME * self.max_articles
        return _ESCAPED * characters + _FRAME + _FRAME_EACH * self.max_articles

    @property
    def places(self) -> int:
        """Requests that the service works on or lets wait at the same time."""
        return self.concurrency + self.queue
