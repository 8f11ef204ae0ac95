/** Code to begin with. Each runs on any board unless `hardware` says that it needs pins or a radio. */
export interface Example {
  readonly name: string;
  readonly note: string;
  readonly code: string;
  readonly hardware?: boolean;
}

export const firstCode = `# This runs on the board, in real MicroPython. Press Run.
import gc
import os
import time

print("Hello from", os.uname()[4])

for n in (3, 2, 1):
    print(n, "…")
    time.sleep(0.5)

print("Done.", gc.mem_free(), "bytes of heap are free.")
`;

export const examples: readonly Example[] = [
  { name: 'Hello', note: 'Output comes while the program runs.', code: firstCode },
  {
    name: 'Ask a question',
    note: 'The program waits for a line from you.',
    code: `name = input("What is your name? ")
print("Nice to meet you,", name)
`,
  },
  {
    name: 'Run until interrupted',
    note: 'Interrupt stops it, as Ctrl-C does.',
    code: `import time

n = 0
try:
    while True:
        n += 1
        print("tick", n)
        time.sleep(1)
except KeyboardInterrupt:
    print("Stopped after", n, "ticks.")
`,
  },
  {
    name: 'Look at the files',
    note: 'What is on the board’s flash.',
    code: `import os

def show(path, indent=""):
    for entry in sorted(os.ilistdir(path)):
        name, kind = entry[0], entry[1]
        folder = kind == 0x4000
        print(indent + name + ("/" if folder else ""))
        if folder:
            show(path.rstrip("/") + "/" + name, indent + "  ")

show("/")
`,
  },
  {
    name: 'Fail on purpose',
    note: 'A traceback leads back to the line.',
    code: `def divide(a, b):
    return a / b

print(divide(6, 3))
print(divide(1, 0))
`,
  },
  {
    name: 'Blink',
    note: 'The LED of most ESP8266 boards, pin 2.',
    hardware: true,
    code: `import time
from machine import Pin

led = Pin(2, Pin.OUT)
for n in range(10):
    led.value(n % 2)
    time.sleep(0.3)
`,
  },
  {
    name: 'Scan for Wi-Fi',
    note: 'Networks that the board can hear.',
    hardware: true,
    code: `import network

station = network.WLAN(network.STA_IF)
station.active(True)
for ssid, bssid, channel, rssi, security, hidden in station.scan():
    print(rssi, "dBm", "channel", channel, ssid.decode())
`,
  },
];

/** The way out of safe mode: look first; the lines that remove the program wait to be uncommented. */
export const repairCode = `# The board skipped /app/main.py after three failed starts. This shows it.
with open("/app/main.py") as program:
    print(program.read())

# To start without it, remove it and reset the board:
# import os, machine
# os.remove("/app/main.py")
# machine.reset()
`;
