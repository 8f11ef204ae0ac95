# For cm_dial and cm_info: the network is the application's.
import machine


def online(wifi):
    return True


def watch(s):
    pass


def chip():
    return machine.unique_id() if hasattr(machine, 'unique_id') else b''


def cause():
    return machine.reset_cause() if hasattr(machine, 'reset_cause') else 0
