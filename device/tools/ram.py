# What the client's modules keep of the heap. argv: folder of the built client, then module names in order of import;
# a leading '-' marks a module that is imported for a moment: measured and dropped. Two that import each other
# count for the one that comes first.
# Prints one JSON line.
import gc
import json
import sys

# Everything this script and its measuring need exists before the first measurement; so does what boards have built in.
import binascii, hashlib, io, os, select, socket, struct, time
import cryptolib
import micropython


def settled():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def measure(name):
    late = name[0] == '-'
    name = name.lstrip('-')
    before = settled()
    known = set(sys.modules)
    __import__(name)
    used = settled() - before
    if late:
        for other in list(sys.modules):
            if other not in known:
                del sys.modules[other]
    return {'module': name, 'late': late, 'bytes': used}


# What a board has and this machine not; nothing is started, so any answer will do.
class Absent:
    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kw):
        return self


for name in ('network', 'esp', 'machine'):
    sys.modules[name] = Absent()
sys.path.insert(0, sys.argv[1])
rows = []
for name in sys.argv[2:]:
    rows.append(None)
    rows[-1] = measure(name)
print(json.dumps(rows))
