"""The deployment without an account: the real `sam deploy` of the committed templates and settings, the real functions,
and ministack where AWS would be. `cargo xtask rehearse` runs it; README.md beside it lists the limitations.

Each step prints one line; the first that fails ends it, with what is known about it.
"""

import argparse
import base64
import http.client
import http.server
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

REGION = "ap-northeast-1"
STAGE = "dev"
STACK = f"portal-{STAGE}"


class Failed(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Failed(what)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Rehearsal:
    def __init__(self, root, place, sam, functions):
        self.root, self.place, self.sam, self.functions = root, place, sam, functions
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ministack = None
        self.overrides = {}
        self.api = None

    # ── the machine ─────────────────────────────────────────────────────────────────────────────────────────────

    def environment(self):
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment.update(
            HOME=str(self.place),
            NO_PROXY="*",
            SAM_CLI_TELEMETRY="0",
            AWS_ENDPOINT_URL=self.url,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_REGION=REGION,
            AWS_DEFAULT_REGION=REGION,
        )
        return environment

    def start(self):
        environment = self.environment()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.pop(name)
        environment.update(GATEWAY_PORT=str(self.port))
        log = (self.place / "ministack.log").open("w")
        program = Path(sys.executable).parent / "ministack"
        self.ministack = subprocess.Popen([program], env=environment, stdout=log, stderr=log, cwd=self.place)
        for _ in range(600):
            must(self.ministack.poll() is None, "ministack ended; see ministack.log")
            try:
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2)
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        raise Failed("ministack does not answer")

    def stop(self):
        if self.ministack:
            self.ministack.terminate()
            try:
                self.ministack.wait(20)
            except subprocess.TimeoutExpired:
                self.ministack.kill()

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def prepare(self):
        """A copy of what is deployed, so that the bridges change nothing of the checkout."""
        tree = self.place / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        (tree / "infra").mkdir(parents=True)
        for path in ["template.yaml", "samconfig.toml", *(f"infra/{file.name}" for file in (self.root / "infra").glob("*.yaml"))]:
            shutil.copy(self.root / path, tree / path)
        mail = (tree / "infra/mail.yaml").read_text()
        # Bridge: no DKIM tokens.
        mail = re.sub(r"!Sub \$\{Identity\.DkimDNSTokenName(\d)\} CNAME \$\{Identity\.DkimDNSTokenValue\d\}", r"dkim\1", mail)
        (tree / "infra/mail.yaml").write_text(mail)
        for function in sorted(path.name for path in (self.root / "functions").iterdir() if path.is_dir()):
            folder = tree / "target/lambda" / function
            folder.mkdir(parents=True)
            built = self.functions / function
            must(built.is_file(), f"{built} is not built")
            shutil.copy(built, folder / "bootstrap")
            subprocess.run(["strip", folder / "bootstrap"], check=True)
        self.tree = tree

    def deploy(self, section):
        """`sam deploy --config-env SECTION`, as it stands in samconfig.toml but for the bridges."""
        import tomllib

        settings = tomllib.loads((self.tree / "samconfig.toml").read_text())[section]["deploy"]["parameters"]
        given = dict(line.split("=", 1) for line in settings["parameter_overrides"])
        given.update(self.overrides.get(section, {}))
        log = self.place / f"deploy-{section}.log"
        with log.open("w") as output:
            done = subprocess.run(
                [self.sam / "sam", "deploy", "--config-env", section, "--no-confirm-changeset", "--region", REGION,
                 "--parameter-overrides", *(f"{name}={value}" for name, value in given.items())],
                cwd=self.tree, env=self.environment(), stdout=output, stderr=output, timeout=900, check=False,
            )
        must(done.returncode == 0, f"sam deploy --config-env {section}: {log}\n" + "\n".join(log.read_text().splitlines()[-15:]))
        self.given = given
        if section == STAGE:
            self.after_the_api(given)

    def aws(self, *arguments):
        program = Path(sys.executable).parent / "aws"
        done = subprocess.run([program, *arguments], env=self.environment(), capture_output=True, text=True, check=False)
        must(done.returncode == 0, f"aws {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    # ── bridges ─────────────────────────────────────────────────────────────────────────────────────────────────

    def resources(self, stack):
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
        }

    def after_the_api(self, given):
        self.routes(given)
        self.claims()

    def routes(self, given):
        """Bridge: the `Body` of an HTTP API is not read, so its routes are made one by one."""
        translated = self.place / "translated.json"
        subprocess.run(
            [self.sam / "python", Path(__file__).parent / "translate.py", self.tree / "template.yaml", translated,
             *(f"{name}={value}" for name, value in given.items())],
            check=True, env=self.environment(),
        )
        template = json.loads(translated.read_text())
        there = self.resources(STACK)
        gateway = self.client("apigatewayv2")

        def plain(value):
            return plain(value["Fn::If"][1]) if isinstance(value, dict) and set(value) == {"Fn::If"} else value

        for api in ("Api", "SimulatorApi"):
            known = {route["RouteKey"] for route in gateway.get_routes(ApiId=there[api])["Items"]}
            for path, methods in template["Resources"][api]["Properties"]["Body"]["paths"].items():
                for method, operation in plain(methods).items():
                    operation = plain(operation)
                    uri = plain(operation["x-amazon-apigateway-integration"]["uri"])["Fn::Sub"]
                    alias = re.search(r"functions/\$\{(\w+)\}", uri).group(1)
                    key = "$default" if path == "/$default" else f"{'ANY' if method.startswith('x-') else method.upper()} {path}"
                    if key in known:
                        continue
                    integration = gateway.create_integration(
                        ApiId=there[api], IntegrationType="AWS_PROXY", IntegrationUri=there[alias], PayloadFormatVersion="2.0"
                    )["IntegrationId"]
                    gateway.create_route(ApiId=there[api], RouteKey=key, Target=f"integrations/{integration}")
        self.api, self.simulator = there["Api"], there["SimulatorApi"]

    def claims(self):
        """Bridge: the adapter wants https, or this machine. A relay on a loopback port stands before the simulator."""
        if not hasattr(self, "relay"):
            rehearsal = self

            class Relay(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers.get("content-length") or 0))
                    status, headers, answer = rehearsal.ask(
                        rehearsal.simulator, "POST", self.path, body, {"content-type": self.headers["content-type"]}
                    )
                    self.send_response(status)
                    self.send_header("content-type", dict(headers).get("content-type", "application/json"))
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

                def log_message(self, *_):
                    pass

            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.relay = f"http://127.0.0.1:{server.server_port}"
        functions = self.client("lambda")
        for name in ("claims-auth", "security-code"):
            variables = functions.get_function_configuration(FunctionName=f"{STACK}-{name}")["Environment"]["Variables"]
            variables["CLAIMS_BASE_URL"] = self.relay
            functions.update_function_configuration(FunctionName=f"{STACK}-{name}", Environment={"Variables": variables})
            version = functions.publish_version(FunctionName=f"{STACK}-{name}")["Version"]
            functions.update_alias(FunctionName=f"{STACK}-{name}", Name="live", FunctionVersion=version)

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, api, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, path, body, {"Host": f"{api}.execute-api.localhost:{self.port}", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def mails(self, to):
        with urllib.request.urlopen(f"{self.url}/_ministack/ses/messages") as answer:
            messages = json.load(answer)["messages"]
        return [mail["BodyText"] for mails in messages.values() for mail in mails if to in mail["To"]]

    def mail(self, to, pattern):
        until = time.monotonic() + 90
        while time.monotonic() < until:
            for text in reversed(self.mails(to)):
                if found := re.search(pattern, text):
                    return found.group(1)
            time.sleep(0.5)
        raise Failed(f"no mail to {to}")

    def live(self, function):
        """The version that `live` is, its description and its environment."""
        functions = self.client("lambda")
        configuration = functions.get_function_configuration(FunctionName=f"{STACK}-{function}", Qualifier="live")
        return configuration["Version"], configuration["Description"], configuration["Environment"]["Variables"]

    def versions(self, function):
        found = self.client("lambda").list_versions_by_function(FunctionName=f"{STACK}-{function}")["Versions"]
        return {version["Version"] for version in found} - {"$LATEST"}


class Browser:
    """A person's cookies and what they send."""

    def __init__(self, rehearsal):
        self.rehearsal, self.cookies = rehearsal, {}

    def call(self, method, path, body=None, expect=200, **headers):
        sent = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        status, got, answer = self.rehearsal.ask(
            self.rehearsal.api, method, f"/api/v1{path}", json.dumps(body) if body is not None else None, sent
        )
        must(status == expect, f"{method} {path}: {status}, not {expect}: {answer[:400]}")
        for name, value in got:
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition("=")
                value = rest.split(";")[0]
                if value:
                    self.cookies[cookie] = value
                else:
                    self.cookies.pop(cookie, None)
        return json.loads(answer) if answer else {}


def find(document, name):
    """The first value of that name, wherever it stands."""
    return re.search(rf'"{name}": ?"([^"]+)"', json.dumps(document, ensure_ascii=False)).group(1)


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────────


def new_key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def data(r):
    r.deploy("dev-data")
    r.client("secretsmanager").put_secret_value(
        SecretId=f"portal/{STAGE}/keys", SecretString=json.dumps({"current": "k1", "keys": {"k1": new_key()}})
    )


def mail(r):
    r.deploy("dev-mail")


def api(r):
    # Bridges: this machine's processor; Secrets Manager's secret has its name for its ARN.
    r.overrides["dev"] = {"Architecture": "x86_64"}
    r.deploy("dev")


def observability(r):
    r.deploy("dev-observability")
    alarms = r.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"portal-{STAGE}-")["MetricAlarms"]
    must(len(alarms) > 20, f"{len(alarms)} alarms")
    for alarm in alarms:
        must(alarm["AlarmActions"], f"{alarm['AlarmName']} has no recipient")


def smoke(r):
    browser = Browser(r)
    must("version" in browser.call("GET", "/terms"), "no terms")
    browser.call("GET", "/nowhere", expect=404)
    wrong = {"email": f"unknown-{secrets.token_hex(6)}@example.jp", "password": "not a password of anyone"}
    browser.call("POST", "/login", wrong, expect=401)


PASSWORD = "four ripe persimmons, 2 crows"


def journey(r):
    browser = Browser(r)
    document = browser.call("POST", "/registration", {"userId": "KJ000000000001", "password": "Mihon0001"})
    code = r.mail("kaigo1@example.jp", r"ワンタイムパスワード：([0-9]{6})\n照合記号：" + find(document, "label"))
    browser.call("POST", "/registration/otp", {"code": code})
    profile = {"email": "hanako@example.jp", "name": "見本　花子", "nameKana": "みほん　はなこ", "phone": "03-1234-5678"}
    document = browser.call("PUT", "/registration/profile", profile)
    key = {"idempotency_key": "rehearsal-of-hanako-0001"}
    browser.call("POST", "/registration/confirm", {"draft": find(document, "draft")}, expect=201, **key)
    password = r.mail("hanako@example.jp", r"初期パスワード：([a-z2-9]{20})")
    log_in(r, browser, password)
    version = browser.call("GET", "/terms")["version"]
    browser.call("POST", "/login/terms/shown", {"version": version})
    browser.call("POST", "/login/password", {"newPassword": PASSWORD, "agreedTerms": {"version": version}})
    browser.call("GET", "/me")
    browser.call("POST", "/logout", expect=204)


def log_in(r, browser, password):
    document = browser.call("POST", "/login", {"email": "hanako@example.jp", "password": password})
    code = r.mail("hanako@example.jp", r"ワンタイムパスワード：([0-9]{6})\n照合記号：" + find(document, "label"))
    browser.call("POST", "/login/otp", {"code": code})


def come_back(r):
    browser = Browser(r)
    log_in(r, browser, PASSWORD)
    browser.call("GET", "/me")


def acts(r):
    """The journey is in the audit."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        items = r.client("dynamodb").scan(TableName=f"portal-audit-{STAGE}")["Items"]
        words = {item.get("act", {}).get("S") for item in items}
        if {"registration-begun", "member-registered", "password-changed", "session-ended"} <= words:
            return
        time.sleep(1)
    raise Failed(f"the audit has only {words}")


def settings_only(r):
    """A release that changes settings only reaches `live`, and the version before is still there."""
    before, _, _ = r.live("login")
    r.overrides["dev"]["Revision"] = "2"
    r.deploy("dev")
    after, description, _ = r.live("login")
    must(after != before, f"live is still version {before}")
    must(description.startswith("2 "), f"live is described as {description}")
    must(before in r.versions("login"), f"version {before} is gone: {r.versions('login')}")
    smoke(r)


def roll_back(r):
    """One function, to the version before."""
    now, _, _ = r.live("login")
    before = str(max(int(version) for version in r.versions("login") if int(version) < int(now)))
    functions = r.client("lambda")
    functions.update_alias(FunctionName=f"{STACK}-login", Name="live", FunctionVersion=before)
    come_back(r)
    functions.update_alias(FunctionName=f"{STACK}-login", Name="live", FunctionVersion=now)


def ring_key(r):
    """A new key, made the current one, while passwords rest on the old one."""
    vault = r.client("secretsmanager")
    name = f"portal/{STAGE}/keys"
    for revision, change in (("3", "add"), ("4", "use")):
        ring = json.loads(vault.get_secret_value(SecretId=name)["SecretString"])
        if change == "add":
            ring["keys"]["k2"] = new_key()
        else:
            ring["current"] = "k2"
        vault.put_secret_value(SecretId=name, SecretString=json.dumps(ring))
        r.overrides["dev"]["Revision"] = revision
        r.deploy("dev")
        come_back(r)


def ring_arn(r):
    """The ring moves to another secret; nothing but the parameter changes, and `live` reads the new one."""
    vault, parameters = r.client("secretsmanager"), r.client("ssm")
    ring = vault.get_secret_value(SecretId=f"portal/{STAGE}/keys")["SecretString"]
    arn = vault.create_secret(Name=f"portal/{STAGE}/keys-moved", SecretString=ring)["ARN"]
    parameters.put_parameter(Name=f"/portal/{STAGE}/ring-arn", Value=arn, Type="String", Overwrite=True)
    r.deploy("dev")
    _, _, variables = r.live("login")
    must(variables["PORTAL_KEYS_SECRET"] == arn, f"live reads {variables['PORTAL_KEYS_SECRET']}, not {arn}")
    come_back(r)


def second_creation(r):
    """The stack of the API may be deleted and created again, and every account stays."""
    formation = r.client("cloudformation")
    formation.delete_stack(StackName=STACK)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            status = formation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
            if status == "DELETE_COMPLETE":
                break
        except ClientError:
            break
        time.sleep(1)
    r.deploy("dev")
    come_back(r)


STEPS = [
    ("the data, and a first key", data),
    ("the mail", mail),
    ("the API and the functions", api),
    ("the alarms, each with a recipient", observability),
    ("three questions", smoke),
    ("a whole journey", journey),
    ("its acts are kept", acts),
    ("a release of settings only", settings_only),
    ("a roll-back by alias", roll_back),
    ("a new key of the ring", ring_key),
    ("a new place of the ring", ring_arn),
    ("deletion and second creation", second_creation),
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--root", type=Path, required=True, help="the checkout")
    arguments.add_argument("--place", type=Path, required=True, help="where logs and copies go")
    arguments.add_argument("--sam", type=Path, required=True, help="the folder with sam and its python")
    arguments.add_argument("--functions", type=Path, required=True, help="the folder with the functions' binaries")
    given = arguments.parse_args()
    shutil.rmtree(given.place, ignore_errors=True)
    given.place.mkdir(parents=True)
    rehearsal = Rehearsal(given.root, given.place, given.sam, given.functions)
    passed, began = 0, time.monotonic()
    try:
        rehearsal.prepare()
        rehearsal.start()
        for name, step in STEPS:
            at = time.monotonic()
            try:
                step(rehearsal)
            except (Failed, ClientError, subprocess.SubprocessError, OSError) as error:
                print(f"FAILED {name}: {error}", flush=True)
                break
            passed += 1
            print(f"passed {name} ({time.monotonic() - at:.1f} s)", flush=True)
    finally:
        rehearsal.stop()
    failed = len(STEPS) - passed
    print(f"{time.monotonic() - began:.0f} s; {passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
