"""An ffmpeg that fails as ``FAKE_FFMPEG`` says; what it does not do itself, the one in ``REAL_FFMPEG`` does."""

import os
import signal
import subprocess
import sys
import threading
import time

MODE = os.environ["FAKE_FFMPEG"]
REAL = os.environ["REAL_FFMPEG"]
ARGUMENTS = sys.argv[1:]
TARGET = ARGUMENTS[-1].removeprefix("file:")


def say(content):
    """Write all bytes to standard error, past Python's buffer."""
    while content:
        content = content[os.write(2, content) :]


def read_frames(count):
    """Read so many frames of raw yuv420p from standard input."""
    width, height = map(int, ARGUMENTS[ARGUMENTS.index("-video_size") + 1].split("x"))
    return sys.stdin.buffer.read(count * width * height * 3 // 2)


def drain():
    """Read standard input to its end."""
    while sys.stdin.buffer.read(2**20):
        pass


def hang():
    """Do nothing for long, in a child process as well: both have to be ended."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]):
        time.sleep(60)


def become_real():
    """Go on as the real ffmpeg."""
    os.execv(REAL, [REAL, *ARGUMENTS])


def encode():
    """Fail, or encode, as told; return the exit status."""
    if MODE == "exit at once":
        say(b"first words\nConversion failed!\n")
        return 1
    if MODE == "leaves a child":
        # It holds the pipe for frames, and reads none.
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        return 1
    if MODE == "not UTF-8":
        say(b"\xb0\xa1\xff\xfe broken\n")
        return 1
    if MODE == "no encoder":
        say(b"Unknown encoder 'libx264'\n")
        return 8
    if MODE == "killed":
        read_frames(10)
        os.kill(os.getpid(), signal.SIGKILL)
    if MODE == "stops early":
        read_frames(10)
        return 0
    if MODE == "drops frames":
        frames = read_frames(10)
        drain()
        return subprocess.run([REAL, *ARGUMENTS], input=frames).returncode
    if MODE == "writes nothing":
        drain()
        return 0
    if MODE == "truncates":
        status = subprocess.run([REAL, *ARGUMENTS]).returncode
        os.truncate(TARGET, os.path.getsize(TARGET) // 2)
        return status
    if MODE == "hangs at the start":
        hang()
    if MODE == "hangs at the end":
        drain()
        hang()
    if MODE == "talks first":
        say(b"x" * 79 + b"\n")
        say(b"a warning of many\n" * (2**18 // 18))
    if MODE == "never stops talking":
        return encode_talking()
    if MODE == "fills the disk":
        fill(os.environ["FAKE_FFMPEG_FILLS"])
    become_real()


def encode_talking():
    """Encode while 16 MiB go to standard error, and note how large it was in the end."""
    done = threading.Event()

    def talk():
        for _ in range(256):
            say(b"warning: this is the same as before\n" * 1820)
            time.sleep(0.004)
        done.set()

    threading.Thread(target=talk).start()
    status = subprocess.run([REAL, *ARGUMENTS]).returncode
    done.wait()
    time.sleep(0.5)
    with open(os.environ["FAKE_FFMPEG_NOTES"], "w") as file:
        file.write(str(os.fstat(2).st_blocks * 512))
    return status


def fill(path):
    """Write zeros to a file until the disk is full."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    for size in (2**16, 1):
        try:
            while os.write(file, bytes(size)):
                pass
        except OSError:
            pass


def main():
    """Tell the three ways in which ffmpeg is used apart."""
    if "-pixel_format" in ARGUMENTS:
        return encode()
    if "-version" in ARGUMENTS and MODE == "mute":
        hang()
    if "-encoders" in ARGUMENTS and MODE == "no encoder":
        print("Encoders:\n V..... = Video\n ------\n V....D gif                  GIF (Graphics Interchange Format)")
        return 0
    if "framecrc" in ARGUMENTS and MODE == "hangs while decoding":
        hang()
    if "framecrc" in ARGUMENTS and MODE == "decodes to nonsense":
        print("#dimensions 0: axb\n0, x, \xff")
        return 0
    if "framecrc" in ARGUMENTS and MODE == "decodes without end":
        while True:
            os.write(1, bytes(2**16))
    become_real()


if __name__ == "__main__":
    sys.exit(main())
