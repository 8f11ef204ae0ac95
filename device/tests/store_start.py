# Starts of a board: main.py with a client that only notes that it was started. argv as store.py.
import os
import sys

CLIENT, TESTS = sys.argv[1:3]
sys.path[:] = [CLIENT, TESTS]

import store_flash

import cm_slot
import cm_store
import cm_why

with open(CLIENT + '/main.py') as f:
    MAIN_PY = f.read()

log = []


class Reset(Exception):
    pass


class Machine:
    class Timer:
        ONE_SHOT = 0

        def __init__(self, number):
            pass

        def init(self, mode, period, callback):
            log.append('guard')
            Machine.check = callback

    @staticmethod
    def reset():
        raise Reset()


sys.modules['machine'] = Machine
sys.modules['board_log'] = log


def write(path, data):
    with open(path, 'wb') as f:
        f.write(data)


def start():
    del log[:]
    out = []
    sys.modules.pop('cm_core', None)
    sys.path[:] = ['']
    names = {'__name__': '__main__'}
    cm_why.print = names['print'] = lambda *a, end='\n': out.append(' '.join([str(x) for x in a]) + end)
    try:
        exec(MAIN_PY, names)
    except Reset:
        log.append('reset')
    return log[:], ''.join(out), names


CORE = b"import board_log\napp = False\ndef start(): board_log.append('%s')\n"


def test_the_client_starts_before_the_program():
    write('/app/helper.py', b'x = 5\n')
    write('/app/main.py', b"import board_log, helper\ny = helper.x\nboard_log.append(__name__)\nimport cm_core\nboard_log.append(cm_core.app)\nprint('hi', y)\n")
    done, out, names = start()
    assert done == ['a', '__main__', True] and out == 'hi 5\n' and names['y'] == 5 and not cm_store.safe
    assert not sys.modules['cm_core'].app and '_start' not in names


def test_a_traceback_looks_as_if_the_program_had_been_started_alone_and_is_kept():
    write('/app/main.py', b'def f():\n    1 / 0\n\nf()\n')
    out = start()[1]
    expected = (
        'Traceback (most recent call last):\n'
        '  File "/app/main.py", line 4, in <module>\n'
        '  File "/app/main.py", line 2, in f\n'
        'ZeroDivisionError: divide by zero\n'
    )
    assert not sys.modules['cm_core'].app
    assert out == expected and cm_store.read('/cm/why').decode() == expected, out
    write('/app/main.py', b'x = = 1\n')
    assert 'SyntaxError' in start()[1]
    write('/app/main.py', b'raise KeyboardInterrupt\n')
    assert start()[1].endswith('KeyboardInterrupt: \n')


def test_three_unhealthy_starts_lead_to_safe_mode_and_a_healthy_minute_out_of_it():
    write('/app/main.py', b"import board_log\nboard_log.append('app')\n")
    for _ in range(3):
        assert start()[0] == ['a', 'app']
    for _ in range(300):
        assert start()[0] == ['a'] and cm_store.safe
    cm_store.healthy()
    assert start()[0] == ['a', 'app'] and not cm_store.safe


def test_a_board_that_sleeps_after_seconds_does_not_end_in_safe_mode():
    write('/app/main.py', b"import board_log\nboard_log.append('app')\n")
    Machine.DEEPSLEEP_RESET = 5
    Machine.reset_cause = staticmethod(lambda: 5)
    for _ in range(10):
        assert start()[0] == ['a', 'app']
    Machine.reset_cause = staticmethod(lambda: 6)
    assert start()[0] == ['a', 'app'] and cm_store.boot()[4] == 1


def test_without_program_or_without_client_the_rest_works():
    assert start()[0] == ['a']
    os.remove('/cm/a/cm_core.py')
    write('/app/main.py', b"import board_log\nboard_log.append('app')\n")
    assert start()[0] == ['app']


def test_a_new_client_that_does_not_load_gives_way_at_once():
    cm_slot.idle()
    write('/cm/b/cm_core.py', b"raise ValueError('broken')\n")
    cm_slot.switch()
    assert start()[0] == ['reset']
    assert start()[0] == ['a'] and cm_store.boot()[5:7] == b'\0a'


def test_a_new_client_that_does_not_reach_the_hub_gives_way_after_three_starts():
    cm_slot.idle()
    write('/cm/b/cm_core.py', CORE % b'b')
    cm_slot.switch()
    for _ in range(3):
        assert start()[0] == ['guard', 'b']
        try:
            Machine.check(None)
            raise AssertionError('the timer must restart a board that has not reached the hub')
        except Reset:
            pass
    assert start()[0] == ['a']


def test_a_new_client_that_reaches_the_hub_stays():
    cm_slot.idle()
    write('/cm/b/cm_core.py', CORE % b'b')
    cm_slot.switch()
    start()
    cm_store.confirm(1)
    Machine.check(None)
    for _ in range(5):
        assert start()[0] == ['b']


def test_a_full_disk_does_not_keep_the_client_from_starting():
    class Full:
        def __enter__(self):
            raise OSError(28)

        def __exit__(self, *a):
            pass

    def refuse(path, mode='r'):
        return Full() if 'w' in mode else open(path, mode)

    names = {'__name__': '__main__', 'open': refuse, 'print': lambda *a: None}
    del log[:]
    sys.modules.pop('cm_core', None)
    exec(MAIN_PY, names)
    assert log == ['a']


for name, test in sorted(globals().items()):
    if name.startswith('test_'):
        store_flash.begin(64)
        for folder in ('/app', '/cm', '/cm/a'):
            os.mkdir(folder)
        write('/cm/a/cm_core.py', CORE % b'a')
        sys.modules.pop('helper', None)
        test()
        print('ok', name[5:].replace('_', ' '))
