# Cloudmanager's. Nothing here may raise: MicroPython would then skip main.py. Your program is /app/main.py.
