"""A local file that receives a step's output, readable by nobody else, and whole or not there."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from restant_tui.engine.signals import Ended
from restant_tui.engine.state import StepStatus
from restant_tui.errors import UsageProblem


class PrivateFile:
    """Takes output as it comes into `NAME.part`, mode 0600, and gives it its name when the step ended well."""

    def __init__(self, name: str) -> None:
        """Open it; raises UsageProblem if that is not possible, so that nothing is sent for nothing."""
        self._path = Path(name).expanduser()
        self._part = self._path.with_name(self._path.name + ".part")
        self._trouble = ""
        try:
            self._part.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(self._part, flags, 0o600), "wb")
        except OSError as error:
            raise UsageProblem(f"{self._path} cannot be written: {error.strerror or error}.") from None

    def write(self, data: bytes) -> None:
        """Append; trouble with the disk is told at the end."""
        if self._trouble:
            return
        try:
            self._file.write(data)
        except OSError as error:
            self._trouble = error.strerror or str(error)

    def finish(self, ended: Ended) -> Ended:
        """Close it, give it its name if all went well, and return how the step ended with that."""
        good = ended.status in (StepStatus.OK, StepStatus.WARN)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            if good and not self._trouble:
                self._part.replace(self._path)
                return ended
        except OSError as error:
            self._trouble = self._trouble or error.strerror or str(error)
        if good:
            reason = f"its output could not be kept in {self._path}: {self._trouble}"
            return replace(ended, status=StepStatus.FAILED, reason=reason)
        return replace(ended, reason=f"{ended.reason}; what came of its output is in {self._part}")
