# The esp module: what describes the flash.
import _host


def osdebug(*_):
    pass


def flash_size():
    return _host.flash_bytes()


def flash_id():
    return {1: 0x1440EF, 2: 0x1540EF}.get(flash_size() >> 20, 0x1640EF)


def flash_user_start():
    return _host.files_at()
