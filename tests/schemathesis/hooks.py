"""Hooks for Schemathesis: knowledge of the portal that openapi.yaml does not contain.

Its credentials are cookies that only the server gives, each at the end of some steps: here they are walked, so that an
operation is met at its own step. What a check would say wrongly of us is said rightly here, not left out.
"""

import itertools
import json
import os
import time
import urllib.parse
import urllib.request

import schemathesis

ORIGIN = os.environ["PORTAL_STACK_URL"].rstrip("/")
PASSWORD = "Himitsu2026"
SECURITY_CODE = "20260401"
OWN_PASSWORD = "あおい空と しろい雲 二〇二六"
NUMBERS = itertools.count(int(time.time()) % 100_000 * 1_000)


class Browser:
    """A person at a browser: cookies are kept."""

    def __init__(self):
        self.cookies = {}
        # A proxy of the caller cannot reach this machine.
        self.http = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def sends(self, method, path, body=None):
        headers = {"Idempotency-Key": "schemathesis-0001"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(ORIGIN + path, data=data, method=method, headers=headers)
        with self.http.open(request, timeout=30) as response:
            for line in response.headers.get_all("Set-Cookie") or []:
                name, value = line.split(";")[0].split("=", 1)
                if value:
                    self.cookies[name] = value
                else:
                    self.cookies.pop(name, None)
            text = response.read()
        return json.loads(text) if text else None

    def calls(self, method, path, body=None):
        return self.sends(method, "/api/v1" + path, body)

    def mailed(self, address, beginning):
        """The line with this prefix in the newest mail; waits for the mail."""
        query = urllib.parse.urlencode({"to": address})
        for _ in range(200):
            for mail in self.sends("GET", f"/_dev/mails?{query}"):
                for line in mail["text"].splitlines():
                    if line.startswith(beginning):
                        return line.removeprefix(beginning)
            time.sleep(0.05)
        raise TimeoutError(f"no mail to {address}")


class Person(Browser):
    """A person with a separate office, so that limits of other cases do not apply."""

    def __init__(self, security_code=None):
        super().__init__()
        number = next(NUMBERS)
        self.user_id = f"KJ8{number:011}"
        self.claims_address = f"office-{number}@example.jp"
        self.email = f"person-{number}@example.jp"
        office = {
            "password": PASSWORD,
            "mailAddress": self.claims_address,
            "officeNumber": f"13{number:08}",
            "officeName": "見本介護ステーション",
        }
        if security_code:
            office["securityCode"] = security_code
        self.sends("PUT", f"/_dev/offices/{self.user_id}", office)

    def authenticates(self):
        self.calls("POST", "/registration", {"userId": self.user_id, "password": PASSWORD})
        return self

    def proves(self):
        self.authenticates()
        code = self.mailed(self.claims_address, "ワンタイムパスワード：")
        self.calls("POST", "/registration/otp", {"code": code})
        return self

    def profiles(self):
        self.proves()
        profile = {"email": self.email, "name": "介護 太郎", "nameKana": "カイゴ タロウ", "phone": "0312345678"}
        self.draft = self.calls("PUT", "/registration/profile", profile)["draft"]
        return self

    def registers(self):
        self.profiles()
        self.calls("POST", "/registration/confirm", {"draft": self.draft})
        return self

    def is_pending(self):
        """A second registration of a registered office, at the screen that says so."""
        self.registers()
        self.cookies.clear()
        self.authenticates()
        self.calls("POST", "/registration/otp", {"code": self.newest_code()})
        return self

    def newest_code(self):
        # Wait for the second mail to the office.
        query = urllib.parse.urlencode({"to": self.claims_address})
        for _ in range(200):
            mails = self.sends("GET", f"/_dev/mails?{query}")
            if len(mails) == 2:
                return mails[0]["text"].splitlines()[0].split("：")[1]
            time.sleep(0.05)
        raise TimeoutError("no second mail")

    def logs_in(self):
        self.registers()
        password = self.mailed(self.email, "初期パスワード：")
        self.calls("POST", "/login", {"email": self.email, "password": password})
        return self

    def passes_the_code(self):
        self.logs_in()
        self.calls("POST", "/login/otp", {"code": self.mailed(self.email, "ワンタイムパスワード：")})
        self.version = self.calls("GET", "/terms")["version"]
        self.calls("POST", "/login/terms/shown", {"version": self.version})
        return self

    def arrives(self):
        self.passes_the_code()
        agreed = {"newPassword": OWN_PASSWORD, "agreedTerms": {"version": self.version}}
        self.calls("POST", "/login/password", agreed)
        return self


# The stage that each operation requires.
WALKS = {
    "start-registration": Person,
    "start-login": lambda: Person().registers(),
    "show-registration": lambda: Person().authenticates(),
    "cancel-registration": lambda: Person().authenticates(),
    "enter-security-code": lambda: Person(SECURITY_CODE).authenticates(),
    "enter-registration-otp": lambda: Person().authenticates(),
    "resend-registration-otp": lambda: Person().authenticates(),
    "enter-profile": lambda: Person().proves(),
    "confirm": lambda: Person().profiles(),
    "resend-initial-password": lambda: Person().registers(),
    "reissue-initial-password": lambda: Person().is_pending(),
    "show-login": lambda: Person().logs_in(),
    "cancel-login": lambda: Person().logs_in(),
    "enter-login-otp": lambda: Person().logs_in(),
    "resend-login-otp": lambda: Person().logs_in(),
    "mark-terms-shown": lambda: Person().passes_the_code(),
    "change-initial-password": lambda: Person().passes_the_code(),
    "renew-session": lambda: Person().arrives(),
    "log-out": lambda: Person().arrives(),
    "show-me": lambda: Person().arrives(),
}

# Values that no schema can generate: the valid input for each operation.
RIGHT = {
    "start-registration": lambda person: {"userId": person.user_id, "password": PASSWORD},
    "enter-security-code": lambda person: {"securityCode": SECURITY_CODE},
    "enter-registration-otp": lambda person: {
        "code": person.mailed(person.claims_address, "ワンタイムパスワード：")
    },
    "confirm": lambda person: {"draft": person.draft},
    "start-login": lambda person: {
        "email": person.email,
        "password": person.mailed(person.email, "初期パスワード："),
    },
    "enter-login-otp": lambda person: {"code": person.mailed(person.email, "ワンタイムパスワード：")},
    "mark-terms-shown": lambda person: {"version": person.version},
    "change-initial-password": lambda person: {
        "newPassword": OWN_PASSWORD,
        "agreedTerms": {"version": person.version},
    },
}
DRAWN = itertools.count()

# Answers that do not change the person's stage.
SPENT_NOTHING = {"invalid-fields", "unreadable-request", "unsupported-media-type", "too-large", "foreign-origin",
                 "idempotency-key-missing", "not-found"}
STANDING = {}


def operation_id(case):
    return case.operation.definition.raw.get("operationId")


@schemathesis.auth(refresh_interval=None)
class Cookies:
    """The cookie of a person at the operation's step."""

    def get(self, case, context):
        name = operation_id(case)
        if name not in WALKS:
            return None
        if name not in STANDING:
            STANDING[name] = WALKS[name]()
        return STANDING[name]

    def set(self, case, person, context):
        for requirement in case.operation.definition.raw.get("security", []):
            for scheme in requirement:
                cookie = f"__Host-{scheme}"
                if cookie in person.cookies:
                    case.cookies = {**(case.cookies or {}), cookie: person.cookies[cookie]}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces every other valid body by the right one, so that successful answers are checked, too."""
    name = operation_id(case)
    is_good = case.meta is not None and case.meta.generation.mode.is_positive
    if is_good and name in RIGHT and isinstance(case.body, dict) and next(DRAWN) % 2 == 0:
        if name in STANDING:
            case.body = RIGHT[name](STANDING[name])


@schemathesis.hook
def after_call(context, case, response):
    """Does not reuse a person who has advanced, or spent a try."""
    try:
        code = response.json().get("code")
    except ValueError:
        code = None
    if response.status_code < 300 or code not in SPENT_NOTHING:
        STANDING.pop(operation_id(case), None)


@schemathesis.check
def undeclared_methods_are_not_found(ctx, response, case):
    """docs/api.md 1: any other path or method is 404 `not-found` (Schemathesis' own check wants 405)."""
    declared = {method.upper() for method in case.operation.schema[case.operation.path]}
    if response.request.method not in declared and response.request.method != "HEAD":
        assert response.status_code == 404, f"{response.request.method} is answered {response.status_code}"
        assert response.json()["code"] == "not-found"


@schemathesis.check
def every_answer_is_kept_to_itself(ctx, response, case):
    """docs/api.md 1: no answer may be cached, framed, sniffed, or sent to other sites as a referrer."""
    # A page with a form has to let the browser name its origin.
    is_page = operation_id(case) in PAGES and "text/html" in response.headers.get("content-type", [""])[0]
    for name, value in {
        "cache-control": ["no-store"],
        "x-content-type-options": ["nosniff"],
        "referrer-policy": ["same-origin" if is_page else "no-referrer"],
    }.items():
        assert response.headers.get(name) == value, f"{name}: {response.headers.get(name)}"


# What a plain form calls is answered with a page, which shows the form again as it was typed, escaped.
PAGES = {"send-inquiry-form"}

# The long names of fields, which occur in pointers.
FIELDS = {
    "acceptLockRisk",
    "agreedTerms",
    "currentPassword",
    "department",
    "institutionKind",
    "newPassword",
    "officeNumber",
    "organisationName",
    "organisationNumber",
    "prefecture",
    "securityCode",
    "subcategory",
}


@schemathesis.check
def nothing_that_was_sent_comes_back(ctx, response, case):
    """docs/api.md 1: a refusal never echoes, not even a field's name."""
    if response.status_code < 400 or not isinstance(case.body, dict) or operation_id(case) in PAGES:
        return
    told = response.content.decode()
    try:
        # A refusal with progress names the flow's own draft (docs/api.md 2), which the request may name as well.
        draft = response.json()["progress"]["draft"]
        told = told.replace(json.dumps({"draft": draft}, separators=(",", ":"))[1:-1], "", 1)
    except (ValueError, KeyError, TypeError):
        pass
    for name, value in case.body.items():
        for sent in (name, value):
            # Field names occur in pointers; short texts occur in any text.
            if isinstance(sent, str) and len(sent) > 8 and sent.isalnum():
                assert sent in FIELDS or sent not in told, f"{sent} is echoed"
