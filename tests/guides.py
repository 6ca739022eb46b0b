#!/usr/bin/env python3
"""guides.py: follows the guides to the letter, in a clean Debian with the package and a real Asterisk.

    tests/guides.py PACKAGE.deb [GUIDE...]      # asterisk, freepbx-issabel, ...: only these

Each command and each block of a guide is taken from its text as it stands in the package: commands are run, dialplan is
put where the text says, a call is placed by sipp, and everything is undone as the text says, with a call after each step.
The commands of FreeSWITCH's guides are run, too, with a stand-in for its console, as Debian has no FreeSWITCH.
First `bina setup` installs bina, against the simulated HubSoft of `bina demo`; the seconds from `apt install` to the
prompt in a caller's ear are printed.

The Debian is unpacked into a folder of its own by mmdebstrap, from the machine's own apt sources, and removed at the end.
It has a network of its own (loopback), and a systemctl that starts and stops bina as the unit does. Needs root and mmdebstrap.
BINA_DEBIAN_MIRROR and BINA_DEBIAN_SUITES name another archive, and where to look for Asterisk 22; BINA_GUIDES_ROOT a
folder to keep it in. Ends with 1 and the step that did not hold.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SUITES = os.environ.get("BINA_DEBIAN_SUITES", "forky sid").split()
PACKAGES = "asterisk,asterisk-modules,sip-tester,curl,procps,ca-certificates"
CALLED = "3732221000"
CUSTOMER = "37988242968"
QUIET = "37999450812"
PROMPT = "bina/rompimento-fibra"
# Guide, the context of the trunk's calls, the file for dialplan, the folder of data, and the block of the way that is followed.
GUIDES = [
    ("asterisk", "entrada", "extensions.conf", "/usr/share/asterisk", "[bina-entrada]"),
    ("freepbx-issabel", "from-pstn", "extensions_custom.conf", "/var/lib/asterisk", "[bina-destino]"),
    ("freepbx-issabel", "from-pstn", "extensions_custom.conf", "/var/lib/asterisk", "[bina-entrada]"),
    ("vicidial", "trunkinbound", "extensions.conf", "/var/lib/asterisk", "[bina-entrada]"),
    ("magnusbilling", "billing", "extensions.conf", "/var/lib/asterisk", "[bina-entrada]"),
]

PJSIP = """[udp]
type = transport
protocol = udp
bind = 127.0.0.1:5060
[tronco]
type = endpoint
context = {context}
disallow = all
allow = ulaw
[tronco]
type = identify
endpoint = tronco
match = 127.0.0.1
"""
# What an administrator has before; the last part is FreePBX's Custom Destination, as its panel generates it.
DIALPLAN = """[{context}]
exten => _X.,1,NoOp(caller ${{CALLERID(num)}})
 same => n,Goto({destination})
[usual]
exten => _X.,1,Answer()
 same => n,Verbose(1,ARRIVED {context})
 same => n,Wait(0.3)
 same => n,Hangup()
[customdests]
exten => dest-1,1,NoOp(Entering Custom Destination bina)
 same => n,Gosub(bina-destino,s,1())
 same => n,NoOp(Returned from Custom Destination bina)
 same => n,Goto(usual,{called},1)
"""
LOGGER = "[general]\n[logfiles]\nfull.log => notice,warning,error,verbose(3)\n"

# systemctl as far as the guides use it: bina runs with the credentials that the unit hands over.
SYSTEMCTL = r"""#!/bin/bash
run=/run/bina-service
# A process that has ended stays as a zombie, as nobody waits for it here.
runs() { [ -e $run/pid ] && [ -d /proc/$(cat $run/pid) ] && ! grep -q ') Z ' /proc/$(cat $run/pid)/stat; }
start() {
    [ ! -e $run/pid ] || return 0
    mkdir -p $run/credentials /var/lib/bina
    for secret in client_secret password; do install -m 400 /etc/bina/$secret $run/credentials/$secret || exit 1; done
    CREDENTIALS_DIRECTORY=$run/credentials STATE_DIRECTORY=/var/lib/bina \
        setsid bina serve -c /etc/bina/bina.toml > /var/log/bina.log 2>&1 < /dev/null &
    echo $! > $run/pid
    for _ in $(seq 100); do
        curl -sf http://127.0.0.1:8573/healthz > /dev/null && return 0
        runs || break
        sleep 0.1
    done
    cat /var/log/bina.log >&2; rm -f $run/pid; exit 1
}
stop() {
    [ -e $run/pid ] || return 0
    kill $(cat $run/pid)
    while runs; do sleep 0.05; done
    rm -f $run/pid
}
case "$1" in
enable | start) [[ " $* " = *" bina"* ]] && start ;;
stop) stop ;;
restart) stop && start ;;
reload) bina check --quiet -c /etc/bina/bina.toml && kill -HUP $(cat $run/pid) ;;
is-active) runs ;;
*) ;;
esac
"""


# FreeSWITCH's console, as far as the guides use it.
FS_CLI = r"""#!/bin/sh
case "$2" in
"global_getvar sound_prefix") echo /usr/share/freeswitch/sounds/en/us/callie ;;
"module_exists "*) echo true ;;
uuid_dump*) echo "variable_bina_status: found" ;;
"sofia status"*) echo "Context             bina" ;;
*) echo +OK ;;
esac
"""


def fail(text):
    print(f"guides.py: {text}", file=sys.stderr)
    sys.exit(1)


def step(text):
    print(f"-- {text}", flush=True)


def mirror():
    named = os.environ.get("BINA_DEBIAN_MIRROR")
    if named:
        return named
    form = "$(COMPONENT) $(RELEASE) $(REPO_URI)"
    listed = subprocess.run(
        ["apt-get", "indextargets", "--no-release-info", "--format", form, "Identifier: Packages"],
        capture_output=True, text=True, check=True,
    ).stdout
    for line in listed.splitlines():
        component, release, address = line.split()
        if component == "main" and "security" not in release and "debian" in address:
            return address
    return fail("the host's apt sources name no Debian archive: set BINA_DEBIAN_MIRROR")


def unpack(root):
    """A Debian with Asterisk, which not every suite has."""
    for suite in SUITES:
        made = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}",
             "--aptopt=Acquire::Check-Valid-Until \"false\"", suite, str(root), mirror()],
            capture_output=True, text=True,
        )
        if made.returncode == 0:
            return
        last = made.stderr.strip().splitlines()[-3:]
        print(f"   {suite}: {' / '.join(last)}", flush=True)
        subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
    fail(f"no Debian with Asterisk could be unpacked of: {' '.join(SUITES)}")


class Machine:
    """The clean Debian, in which everything runs."""

    def __init__(self, root):
        self.root = root

    def path(self, name):
        return self.root / name.lstrip("/")

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def run(self, script, seconds=60, check=True):
        """Runs a script with bash, as an administrator types it; returns what it prints."""
        command = ["chroot", str(self.root), "/usr/bin/env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                   "LC_ALL=C.UTF-8", "HOME=/root", "bash", "-eu", "-c", script]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=seconds)
        except subprocess.TimeoutExpired:
            fail(f"not done after {seconds} s: {script}")
        if check and done.returncode != 0:
            fail(f"exit {done.returncode}: {script}\n{done.stdout}")
        return done.stdout

    def log(self):
        path = self.path("/var/log/asterisk/full.log")
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for(self, text, start, seconds=10):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            log = self.log()[start:]
            if text in log:
                return log
            time.sleep(0.05)
        return fail(f"not in Asterisk's log within {seconds} s: {text}\n{self.log()[start:]}")

    def calls(self, callers):
        """Places a call for each at the same time, and returns the recordings that each heard before it arrived."""
        start = len(self.log())
        placed = [
            f"(sed 's/sip:sipp@/sip:{caller}@/' /root/uac.xml > /root/call-{at}.xml; "
            f"sipp -sf /root/call-{at}.xml 127.0.0.1:5060 -i 127.0.0.1 -p {5080 + 10 * at} -mp {6000 + 10 * at} -s {CALLED} "
            f"-m 1 -d 30000 -timeout 40s -timeout_error -nostdin > /root/sipp-{at}.log 2>&1 || true) &"
            for at, caller in enumerate(callers)
        ]
        self.run("\n".join(placed) + "\nwait")
        until = time.monotonic() + 30
        while self.log()[start:].count("ARRIVED") < len(callers):
            if time.monotonic() > until:
                fail(f"not all calls of {callers} arrived\n{self.log()[start:]}")
            time.sleep(0.05)
        log = self.log()[start:]
        heard = {caller: [] for caller in callers}
        for channel, caller in re.findall(r'NoOp\("([^"]+)", "caller ([^"]*)"\)', log):
            played = rf"<{re.escape(channel)}> Playing '([^']+?)(?:\.\w+)?' \(language '(\w+)'\)"
            heard[caller] = re.findall(played, log)
        return [heard[caller] for caller in callers]

    def expects(self, what, prompts):
        """Three callers: one with an alert, one without, and one who withholds the number."""
        callers = [CUSTOMER, QUIET, "anonymous"]
        for caller, heard, played in zip(callers, [prompts, False, False], self.calls(callers)):
            if bool(played) != heard or any(language != "pt_BR" for _, language in played):
                fail(f"{what}: {caller} heard {played}\n{self.log()[-3000:]}")
            if heard and played[0][0] != PROMPT:
                fail(f"{what}: {caller} heard {played}")
        print(f"   {what}: {'the prompt' if prompts else 'nothing of bina'}", flush=True)


def prepare(machine, package):
    """What stands in for systemd, sudo and journalctl, and the callers."""
    machine.write("/usr/local/bin/systemctl", SYSTEMCTL, 0o755)
    machine.write("/usr/local/bin/journalctl", "#!/bin/sh\nexec cat /var/log/bina.log\n", 0o755)
    # VICIdial's own database, which a guide shows how to look into.
    machine.write("/usr/local/bin/mysql", "#!/bin/sh\n", 0o755)
    machine.write("/usr/local/bin/fs_cli", FS_CLI, 0o755)
    machine.write("/usr/local/bin/sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
    machine.write("/etc/asterisk/logger.conf", LOGGER)
    machine.run("sipp -sd uac > /root/uac.xml || grep -q INVITE /root/uac.xml")
    # A root that was kept has an older one.
    machine.run("dpkg --purge bina > /dev/null 2>&1; rm -rf /etc/bina /var/lib/bina /root/unpacked /run/bina-service", check=False)
    machine.path("/root/bina.deb").write_bytes(Path(package).read_bytes())


def asterisk_with(machine, context, data, destination=f"usual,{CALLED},1"):
    """Starts an Asterisk as an administrator has it before."""
    machine.run("asterisk -rx 'core stop now' || true; for _ in $(seq 50); do pgrep -x asterisk > /dev/null || break; sleep 0.1; done",
                check=False)
    conf = machine.path("/etc/asterisk/asterisk.conf").read_text()
    conf = re.sub(r"^;?astdatadir.*$", f"astdatadir => {data}", conf, flags=re.M)
    machine.write("/etc/asterisk/asterisk.conf", conf)
    dialplan = DIALPLAN.format(context=context, destination=destination, called=CALLED)
    machine.write("/etc/asterisk/extensions.conf", dialplan + "#tryinclude extensions_custom.conf\n")
    machine.write("/etc/asterisk/extensions_custom.conf", "")
    machine.write("/etc/asterisk/pjsip.conf", PJSIP.format(context=context))
    machine.run("rm -f /etc/asterisk/bina*.conf /etc/asterisk/extensions.ael /etc/asterisk/extensions.lua; "
                f"mkdir -p {data}/sounds; rm -rf {data}/sounds/pt_BR; cp -rn /usr/share/asterisk/. {data}/ 2> /dev/null || true; "
                "chown -R asterisk: /var/lib/asterisk")
    machine.run("setsid asterisk -f -U asterisk > /dev/null 2>&1 < /dev/null & "
                "for _ in $(seq 200); do asterisk -rx 'core waitfullybooted' > /dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1")


def blocks(text):
    """The fenced blocks of a guide: the language and the content."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)


def change(machine, name, edit):
    path = machine.path(f"/etc/asterisk/{name}")
    path.write_text(edit(path.read_text()))


def reload(machine):
    machine.run("asterisk -rx 'dialplan reload'; asterisk -rx 'module reload res_pjsip.so'")


def typed_at_console(machine, content):
    for line in content.splitlines():
        if line.startswith("sudo asterisk -rx"):
            shown = machine.run(line)
            if "no existence" in shown:
                fail(f"{line}\n{shown}")
        elif line.startswith("*CLI> channel originate"):
            start = len(machine.log())
            command = line.removeprefix("*CLI> ").split("  ")[0].replace("'", "")
            machine.run(f"asterisk -rx '{command}'")
            machine.wait_for("bina: found", start)


def follow(machine, guide, language, context, file, data, way):
    name = f"{guide}{language}.md"
    step(f"{name}, {way}")
    asterisk_with(machine, context, data)
    before = machine.path(f"/etc/asterisk/{file}").read_text()
    text = machine.path(f"/usr/share/bina/dialplan/guides/{name}").read_text()
    line = "context = bina-entrada\n"
    added = ran = 0
    for kind, content in blocks(text):
        if kind == "sh":
            # To stop bina is tried once calls go through it.
            if "systemctl stop" not in content:
                machine.run(content)
                ran += 1
        elif content.startswith("[bina-"):
            if content.startswith(way):
                change(machine, file, lambda old, block=content: f"{old}{block}")
                added += 1
        elif "*CLI>" in content and added:
            typed_at_console(machine, content)
            ran += 1
        elif content == line:
            ran += 1
    if added != 1 or ran == 0:
        fail(f"{name}: {added} blocks {way}, {ran} others")
    if "*CLI>" not in text:
        fail(f"{name}: it does not say how to try it")
    machine.run("asterisk -rx 'dialplan reload'")
    machine.expects("copied, and no call uses it", False)

    # Switched on: the trunk's context, or the inbound route's destination in FreePBX's panel.
    if way == "[bina-destino]":
        change(machine, "extensions.conf", lambda old: old.replace(f"n,Goto(usual,{CALLED},1)", "n,Goto(customdests,dest-1,1)", 1))
    else:
        anchor = f"context = {context}\n"
        change(machine, "pjsip.conf", lambda old: old.replace(anchor, anchor + line, 1))
    reload(machine)
    machine.expects("switched on", True)
    for content in (content for kind, content in blocks(text) if kind == "sh" and "systemctl stop" in content):
        machine.run(content)
        machine.expects("bina is stopped", False)
        machine.run("systemctl start bina")
        machine.expects("started again", True)

    # Undone, in the order of the guide: first what switched it on, then what was copied.
    if way == "[bina-destino]":
        change(machine, "extensions.conf", lambda old: old.replace("n,Goto(customdests,dest-1,1)", f"n,Goto(usual,{CALLED},1)", 1))
    else:
        change(machine, "pjsip.conf", lambda old: old.replace(line, "", 1))
    reload(machine)
    machine.expects("switched off", False)
    change(machine, file, lambda _: before)
    machine.run("asterisk -rx 'dialplan reload'")
    machine.expects("deleted", False)


def follow_freeswitch(machine, guide, language):
    """Runs the commands, and the undo: what is copied is where the text says, and gone afterwards."""
    name = f"{guide}{language}.md"
    step(f"{name}, its commands (no FreeSWITCH runs)")
    machine.run("rm -rf /etc/freeswitch /usr/share/freeswitch; mkdir -p /etc/freeswitch/dialplan/public "
                "/etc/freeswitch/autoload_configs /usr/share/freeswitch/sounds")
    text = machine.path(f"/usr/share/bina/dialplan/guides/{name}").read_text()
    commands = [content for kind, content in blocks(text) if kind == "sh"]
    for content in commands:
        machine.run(content)
        if "systemctl stop" in content:
            machine.run("systemctl start bina")
    copied = machine.run("find /etc/freeswitch /usr/share/freeswitch -type f").split()
    wanted = re.findall(r"(/etc/freeswitch/\S+\.xml)", "\n".join(commands))
    for path in wanted:
        if path not in copied:
            fail(f"{name}: {path} was not copied")
    if not any(path.endswith("/bina/rompimento-fibra.wav") for path in copied):
        fail(f"{name}: the recordings were not copied")
    undo = re.findall(r"`(sudo rm /etc/freeswitch[^`]*)`", text)
    if wanted and not undo:
        fail(f"{name}: no undo")
    for command in undo:
        machine.run(command)
    left = machine.run("find /etc/freeswitch/dialplan/public -name '*bina*'").strip()
    if left:
        fail(f"{name}: the undo leaves {left}")
    print(f"   {len(commands)} blocks of commands, {len(copied)} files copied, {len(undo)} commands to undo", flush=True)


def journey(machine, hubsoft):
    """From nothing to the first prompt, by `bina setup`."""
    step("bina setup, from nothing to the first prompt")
    asterisk_with(machine, "entrada", "/usr/share/asterisk")
    machine.write("/root/answers.toml", f"""base_url = "{hubsoft['base_url']}"
client_id = "{hubsoft['client_id']}"
client_secret = "{hubsoft['client_secret']}"
username = "{hubsoft['username']}"
password = "{hubsoft['password']}"
default_ddd = "37"
try = true
pbx = "asterisk"
snippet = true
include = true
write = true
reload = true
lookup = "{CUSTOMER}"
service = true
""", 0o600)
    start = time.monotonic()
    commands = ["apt-get install -qy --no-install-recommends /root/bina.deb", "sudo bina setup --answers /root/answers.toml"]
    for command in commands:
        began = time.monotonic()
        shown = machine.run(command, 180)
        print(f"   {time.monotonic() - began:5.1f} s  {command}", flush=True)
    for text in ["DIALPLAN_EXISTS(bina,s,1)", "rompimento"]:
        if text not in shown:
            fail(f"bina setup does not say {text}:\n{shown}")
    line = next(line for line in shown.splitlines() if "DIALPLAN_EXISTS(bina,s,1)" in line)
    usual = "exten => _X.,1,NoOp(caller ${CALLERID(num)})\n"
    change(machine, "extensions.conf", lambda old: old.replace(usual, f"{usual}{line}\n", 1))
    machine.run("sudo asterisk -rx 'dialplan reload'")
    machine.run("systemctl is-active bina")
    [played] = machine.calls([CUSTOMER])
    if not played or played[0][0] != PROMPT:
        fail(f"the caller heard {played}")
    print(f"   {time.monotonic() - start:5.1f} s  {len(commands)} commands and one line: the caller hears {played[0][0]}", flush=True)
    machine.expects("by setup", True)
    # The undo that setup names.
    change(machine, "extensions.conf", lambda old: old.replace(f"{line}\n", "", 1))
    machine.run("sudo asterisk -rx 'dialplan reload'")
    machine.expects("the line is deleted", False)


def demo(machine):
    """The simulated HubSoft, and how to reach it."""
    machine.run("dpkg-deb -x /root/bina.deb /root/unpacked; "
                "setsid /root/unpacked/usr/bin/bina demo --quiet --listen 127.0.0.1:18573 > /root/demo.log 2>&1 < /dev/null & "
                "for _ in $(seq 200); do grep -q Ctrl-C /root/demo.log && exit 0; sleep 0.1; done; cat /root/demo.log; exit 1")
    text = machine.path("/root/demo.log").read_text()
    keys = ["base_url", "client_id", "client_secret", "username", "password"]
    return {key: re.search(rf'^{key} = "([^"]*)"$', text, flags=re.M)[1] for key in keys}


def inside(root, package, *only):
    machine = Machine(Path(root))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for kind, folder in [("proc", "proc"), ("tmpfs", "run")]:
        subprocess.run(["mount", "-t", kind, kind, str(machine.path(folder))], check=True)
    machine.run("mkdir -p /run/systemd/system /run/asterisk && chown asterisk: /run/asterisk")
    prepare(machine, package)
    journey(machine, demo(machine))
    for guide, *rest in (row for row in GUIDES if not only or row[0] in only):
        for language in ["", ".pt-BR"]:
            follow(machine, guide, language, *rest)
    for guide in (guide for guide in ["freeswitch", "fusionpbx"] if not only or guide in only):
        for language in ["", ".pt-BR"]:
            follow_freeswitch(machine, guide, language)
    step("the guides hold")


def main():
    if sys.argv[1:2] == ["--inside"]:
        return inside(*sys.argv[2:])
    if len(sys.argv) < 2:
        fail("usage: tests/guides.py PACKAGE.deb [GUIDE...] (systemd/package.sh builds it)")
    package = Path(sys.argv[1]).resolve()
    if not package.is_file():
        fail(f"no package {package}: run systemd/package.sh first")
    kept = os.environ.get("BINA_GUIDES_ROOT")
    with tempfile.TemporaryDirectory(prefix="bina-guides-") as scratch:
        root = Path(kept) if kept else Path(scratch) / "root"
        if not (root / "usr/sbin/asterisk").exists():
            step("a clean Debian with Asterisk")
            unpack(root)
        command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", sys.executable,
                   os.path.abspath(__file__), "--inside", str(root), str(package), *sys.argv[2:]]
        done = subprocess.run(command)
        if not kept:
            subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=False)
    sys.exit(done.returncode)


main()
