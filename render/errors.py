"""What can go wrong, each with the exit code of the command line. A message is one sentence."""

from __future__ import annotations


class EigenreelError(Exception):
    """A failure with a cause the user can understand; `exit_code` is the command's."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in a notebook: the message says what to do, and lines of this program do not."""
        return [f"{type(self).__name__}: {self}"]


class RenderError(EigenreelError):
    """The film could not be computed or drawn."""


class UsageError(EigenreelError):
    """A name or an option makes no sense."""

    exit_code = 2


class InputError(EigenreelError):
    """A file or the matrices in it were refused."""

    exit_code = 3


class EncodeError(EigenreelError):
    """ffmpeg is missing, failed, or wrote something else than was asked."""

    exit_code = 4


class OutputError(EigenreelError):
    """A file could not be written."""

    exit_code = 5
