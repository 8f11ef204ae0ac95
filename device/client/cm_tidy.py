# When nothing was asked for a while: forgets what was imported for it. After a minute without a restart it says so to the store.
import gc
import sys
import cm_core
from cm_wire import tv
from micropython import const

_HEALTHY_S = const(60)
_NEVER = const(0x3FFFFFFF)
_KEPT = ('cm_core', 'cm_wire')


# `a`: a session begins, and INFO tells what is free now.
def tidy(a):
    well = cm_core.uptime >= _HEALTHY_S
    if well and not cm_core.well:
        cm_core.well = True
        __import__('cm_store').healthy()
    # What a program runs with is found by name, and by its own prints.
    if not cm_core.run:
        f = sys.modules.get('cm_files')
        # What is staged stays in flash, and PUT resumes it.
        if f:
            f.close()
        for name in list(sys.modules):
            if 'cm_' == name[:3] and name not in _KEPT and sys.modules[name] is not cm_core.port:
                del sys.modules[name]
    gc.collect()
    cm_core.tidy = _NEVER if well else _HEALTHY_S
    if a:
        n = gc.mem_free()
        tv[26:28] = b'\0\0'
        cm_core.late('cm_info').send(n)
