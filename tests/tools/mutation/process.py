"""Runs a program under limits of time, memory and output, and reports how it ended."""
import dataclasses
import os
import resource
import select
import signal
import subprocess
import tempfile

ADDRESS_SPACE_KIB = 8 << 20  # far above the limit that is judged; only protects the machine
FILE_BLOCKS = 4 << 20        # largest file that a program may write, in units of 512 bytes
SHELL = f'ulimit -v {ADDRESS_SPACE_KIB} -f {FILE_BLOCKS} -c 0; exec "$0" "$@"'
KEPT_OUTPUT = 1 << 20


@dataclasses.dataclass
class Ended:
    """How a program ended. `code` is negative for a signal; `hung`: it was killed at its time
    limit."""
    code: int
    stdout: str
    stderr: str
    seconds: float
    peak_bytes: int
    hung: bool

    @property
    def text(self):
        return self.stdout + self.stderr


def _wait(pid, seconds):
    """Waits for a child and returns (status, resources, hung). After `seconds`, its process group
    is killed."""
    descriptor = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    hung = not poll.poll(seconds * 1000)
    if hung:
        os.killpg(pid, signal.SIGKILL)
    os.close(descriptor)
    _, status, used = os.wait4(pid, 0)
    return status, used, hung


def _peak_bytes(used):
    """Returns a child's peak memory in bytes. The system's figure includes the child's memory
    before exec, when it is a copy of this process; returns 0 if that may explain all of it."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used.ru_maxrss * 1024 if used.ru_maxrss > own else 0


def _text(stream):
    stream.seek(0)
    return stream.read(KEPT_OUTPUT).decode("utf-8", "replace")


def run(argv, folder, environment, seconds, user=None):
    """Runs a program. `user` is the id of a user and group to run it as; None: those of this
    process."""
    rights = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(["/bin/bash", "-c", SHELL, *map(str, argv)], cwd=folder,
                                 env=environment, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err, start_new_session=True, **rights)
        status, used, hung = _wait(child.pid, seconds)
        child.returncode = os.waitstatus_to_exitcode(status)
        return Ended(child.returncode, _text(out), _text(err), used.ru_utime + used.ru_stime,
                     _peak_bytes(used), hung)
