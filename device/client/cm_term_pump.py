# The terminal of a program inside a loop: print is heard, sys.stdout is not.
import io
import cm_core


class _Term(io.IOBase):
    def write(self, b):
        if cm_core.run:
            cm_core.run.write(b)
        return len(b)


out = _Term()
wake = ring = lambda n=0: None
