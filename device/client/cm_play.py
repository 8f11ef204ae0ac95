# The program's own level: runs it, gives it print and input, and makes of its end a state, a status and a traceback.
# The rest of an EXEC, which callbacks do, is cm_exec.
import builtins
import gc
import io
import sys
import cm_exec
from micropython import const

_WAITING = const(1)
_RUNNING = const(2)
_ENDING = const(3)
_SUCCEEDED = const(0)
_FAILED = const(1)
_CANCELLED = const(2)
_TAIL = const(503)

_print, _input = print, input


class _Tail(io.IOBase):
    text = b''

    def write(self, b):
        self.text = (self.text + bytes(b))[-2 * _TAIL :]
        return len(b)


def _printing(*args, **kw):
    if cm_exec.term.out and 'file' not in kw:
        kw['file'] = cm_exec.term.out
    _print(*args, **kw)
    # Nested, nothing else can end the program: it is told again and again.
    if cm_exec.stop:
        cm_exec.stop = cm_exec.nested
        raise KeyboardInterrupt


# An IN without bytes is the end of the input.
def _reading(prompt=''):
    print(prompt, end='')
    while b'\n' not in cm_exec.typed and not cm_exec.eof:
        cm_exec.wait(10)
    i = cm_exec.typed.find(b'\n') + 1 or len(cm_exec.typed)
    line, cm_exec.typed = cm_exec.typed[:i], cm_exec.typed[i:]
    if not line:
        raise EOFError
    return str(line, 'utf8').rstrip('\r\n')


def run(nested=False):
    if cm_exec.phase != _WAITING:
        return
    cm_exec.nested, cm_exec.phase = nested, _RUNNING
    builtins.print, builtins.input = _printing, _reading
    try:
        cm_exec.result = _play()
        cm_exec.phase = _ENDING
        # An interrupt that was on its way arrives here at the latest.
        cm_exec.term.ring()
        for _ in (1, 2):
            pass
    except KeyboardInterrupt:
        pass
    # The hub may have its DONE by now, and the next program be waiting.
    if cm_exec.phase == _RUNNING:
        cm_exec.phase = _ENDING
    builtins.print, builtins.input = _print, _input
    gc.collect()
    cm_exec.term.ring()


# A namespace of its own, and of what it imports nothing stays: the next program finds the memory and the files as they are.
def _play():
    ns = {'__name__': '__main__'}
    before = set(sys.modules)
    failure = None
    state, status = _SUCCEEDED, 0
    try:
        if cm_exec.stop:
            cm_exec.stop = False
            raise KeyboardInterrupt
        exec(cm_exec.source, ns)
    except SystemExit as e:
        code = e.args[0] if e.args else 0
        status = int(code or 0) & 255 if code is None or isinstance(code, int) else 1
        state = _FAILED if status else _SUCCEEDED
        if status and not isinstance(code, int):
            failure = e
    except KeyboardInterrupt as e:
        state, status, failure = _CANCELLED, 1, e
    except BaseException as e:
        state, status, failure = _FAILED, 1, e
    cm_exec.source = None
    ns.clear()
    for name in set(sys.modules) - before:
        if name[:3] != 'cm_':
            sys.modules.pop(name, None)
    gc.collect()
    return state, status, _trace(failure) if failure else b''


# From the program's own first line on: the frames above are ours.
def _trace(failure):
    t = _Tail()
    sys.print_exception(failure, t)
    text = t.text
    i = text.find(b'  File "<string>"')
    if i > 0:
        text = b'Traceback (most recent call last):\n' + text[i:]
    return text[-_TAIL:]
