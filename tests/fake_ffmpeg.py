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
# How the real one ends on a disk that is full, where a file may not be so large, or nobody may have more.
ENDS = {
    "full by its status": (228, b"Conversion failed!\n"),
    "too large by its status": (229, b"Conversion failed!\n"),
    "quota in words": (134, b"Error writing trailer: Disk quota exceeded\n"),
}
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
    if MODE == "orders the terminal about":
        say(b"\x1b[2J\x1b]0;title\x07" + b"red " * 500 + b"\x9b31m\n")
        return 1
    if MODE == "not UTF-8":
        say(b"\xb0\xa1\xff\xfe broken\n")
        return 1
    if MODE == "escape codes":
        say(b"\x1b[31mIt is\x1b[0m broken\x07here\x1b]0;title\x07\n")
        return 1
    if MODE == "aborts":
        # What a shell makes of SIGABRT, which is also what a full quota would be.
        say(b"Assertion failed\n")
        return 134
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
    if MODE in ENDS:
        read_frames(1)
        say(ENDS[MODE][1])
        return ENDS[MODE][0]
    if MODE == "removes its file":
        os.unlink(TARGET)
        say(b"No such file or directory\n")
        return 254
    if MODE == "fills the disk":
        fill(os.environ["FAKE_FFMPEG_FILLS"])
    become_real()


def encode_talking():
    """Encode while 16 MiB go to standard error."""

    def talk():
        for _ in range(256):
            say(b"warning: this is the same as before\n" * 1820)

    talking = threading.Thread(target=talk)
    talking.start()
    status = subprocess.run([REAL, *ARGUMENTS]).returncode
    talking.join()
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


def list_no(kind):
    """List encoders or decoders of which there is only one."""
    print(f"{kind}:\n V..... = Video\n ------\n V....D gif                  GIF (Graphics Interchange Format)")
    return 0


def be_of_version(version, library, known, unknown):
    """Be an ffmpeg of another version: it has one of two names of an option, and refuses the other."""
    if "-version" in ARGUMENTS:
        print(f"ffmpeg version {version} Copyright (c) the FFmpeg developers\nlibavutil      {library}")
        return 0
    if unknown in ARGUMENTS:
        say(f"Unrecognized option '{unknown[1:]}'.\n".encode())
        return 8
    os.execv(REAL, [REAL, *("-fps_mode" if word == known else word for word in ARGUMENTS)])


def main():
    """Tell the three ways in which ffmpeg is used apart."""
    if MODE == "old":
        return be_of_version("4.2.2", "56. 31.100 / 56. 31.100", "-vsync", "-fps_mode")
    if MODE == "new":
        return be_of_version("9.0.2", "61.  1.100 / 61.  1.100", "-fps_mode", "-vsync")
    if "-pixel_format" in ARGUMENTS:
        return encode()
    if "-version" in ARGUMENTS and MODE == "mute":
        hang()
    if "-encoders" in ARGUMENTS and MODE == "no encoder":
        return list_no("Encoders")
    if "-decoders" in ARGUMENTS and MODE == "no decoder":
        return list_no("Decoders")
    if "framecrc" in ARGUMENTS and MODE == "no decoder":
        return 183
    if "framecrc" in ARGUMENTS and MODE == "hangs while decoding":
        hang()
    if "copy" in ARGUMENTS and MODE == "hangs while timing":
        hang()
    if "rgb24" in ARGUMENTS and MODE == "hangs while showing":
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
