#!/usr/bin/env bash
# 初回利用登録とログインを、curl だけで最後まで — the whole journey of the README, checked step by step.
#
#   docs/tour.sh [BASE]        BASE is http://localhost:8080 unless given; /api/v1 and a slash at its end are fine
#
# Requires a newly started local stack (`cargo xtask dev`): an office can be registered once. Prints each step and
# the screen after it, and exits with 1 at the first unexpected answer.
set -euo pipefail

base=${1:-http://localhost:8080}
base=${base%/}
base=${base%/api/v1}
base=${base%/}
api=$base/api/v1
dev=$base/_dev

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
headers=$scratch/headers
body=$scratch/body

# The cookies, one file each. curl could keep them, too; but they are Secure, and not every curl sends such cookies over
# http, and never to another machine. Read from the headers, they are sent to any BASE.
cookies=$scratch/cookies
mkdir "$cookies"

say() { printf '%s\n' "$*"; }

fail() {
  say "  ✗ $*" >&2
  if [[ -s $body ]]; then
    say "    $(<"$body")" >&2
  fi
  exit 1
}

keep_cookies() {
  local line name value
  while IFS= read -r line; do
    line=${line%$'\r'}
    line=${line#*: }
    name=${line%%=*}
    value=${line#*=}
    value=${value%%;*}
    if [[ -n $value ]]; then
      printf '%s' "$value" >"$cookies/$name"
    else
      rm -f "$cookies/$name"
    fi
  done < <(grep -i '^set-cookie: ' "$headers" || true)
}

# The Cookie header, if there are any.
cookie_header() {
  local file all=
  for file in "$cookies"/*; do
    if [[ -f $file ]]; then
      all+="${all:+; }${file##*/}=$(<"$file")"
    fi
  done
  printf '%s' "$all"
}

# call STATUS METHOD PATH [JSON [HEADER]]: sends a request, and requires this status.
call() {
  local wanted=$1 method=$2 path=$3 json=${4-} header=${5-} status kept
  local options=(--silent --show-error --max-time 60 --request "$method" --dump-header "$headers" --output "$body")
  kept=$(cookie_header)
  if [[ -n $kept ]]; then
    options+=(--header "Cookie: $kept")
  fi
  if [[ -n $json ]]; then
    options+=(--header 'Content-Type: application/json' --data-binary "$json")
  fi
  if [[ -n $header ]]; then
    options+=(--header "$header")
  fi
  : >"$body"
  status=$(curl "${options[@]}" --write-out '%{http_code}' "$api$path") || fail "$method $path: no answer from $base"
  keep_cookies
  say "  $method $path → $status"
  [[ $status == "$wanted" ]] || fail "expected $wanted"
}

# text NAME: the first text field of this name in the last response.
text() {
  local found
  found=$({ grep -o "\"$1\":\"[^\"]*\"" "$body" || true; } | sed -n '1{s/^"[^"]*":"//;s/"$//;p;}')
  [[ -n $found ]] || fail "the answer has no $1"
  printf '%s' "$found"
}

# at NEXT: requires this screen.
at() {
  local next
  next=$(text next)
  [[ $next == "$1" ]] || fail "expected to be at $1, not at $next"
  say "    next: $next"
}

# mailed ADDRESS PATTERN: waits for a mail to the address that matches; prints the newest match.
mailed() {
  local found attempt
  for attempt in {1..100}; do
    found=$(curl --silent --show-error --max-time 10 --get --data-urlencode "to=$1" "$dev/mails" \
      | { grep -o "$2" || true; } | sed -n 1p)
    if [[ -n $found ]]; then
      printf '%s' "$found"
      return
    fi
    sleep 0.3
  done
  fail "no mail to $1 came ($attempt looks)"
}

# code ADDRESS: the one-time code of the mail whose 照合記号 is the one on the screen.
code() {
  local label
  label=$(text label)
  mailed "$1" "ワンタイムパスワード：[0-9]\{6\}\\\\n照合記号：$label" | grep -o '[0-9]\{6\}'
}

# The part of 初回利用登録 that every office shares, from ワンタイムパスワード認証 on.
# finish CLAIMS-ADDRESS EMAIL NAME KANA
finish() {
  local claims_address=$1 email=$2 name=$3 kana=$4 otp draft initial version
  say "ワンタイムパスワード認証（$claims_address のメールから）"
  otp=$(code "$claims_address")
  call 200 POST /registration/otp "{\"code\":\"$otp\"}"
  if [[ $(text next) == already-registered ]]; then
    fail "this office is registered already: stop the stack, start it again, and take the tour once more"
  fi
  at profile

  say "新規ユーザ登録情報の入力"
  call 200 PUT /registration/profile \
    "{\"email\":\"$email\",\"name\":\"$name\",\"nameKana\":\"$kana\",\"phone\":\"03-1234-5678\"}"
  at confirm
  draft=$(text draft)

  say "入力情報の確認（登録する）"
  call 201 POST /registration/confirm "{\"draft\":\"$draft\"}" "Idempotency-Key: tour-$RANDOM-$RANDOM-$(date +%s)"
  at completed
  initial=$(mailed "$email" '初期パスワード：[a-z2-9]\{20\}')
  initial=${initial#*：}
  say "    初期パスワード: ${#initial} characters, mailed to $email"

  say "ログイン情報の入力"
  call 200 POST /login "{\"email\":\"$email\",\"password\":\"$initial\"}"
  at otp

  say "ワンタイムパスワード認証（$email のメールから）"
  otp=$(code "$email")
  call 200 POST /login/otp "{\"code\":\"$otp\"}"
  at new-password

  say "介護情報基盤ポータル利用規約"
  call 200 GET /terms
  version=$(text version)
  call 200 POST /login/terms/shown "{\"version\":\"$version\"}"
  at new-password

  say "パスワードを変更する"
  call 200 POST /login/password \
    "{\"newPassword\":\"four ripe persimmons, 2 crows\",\"agreedTerms\":{\"version\":\"$version\"}}"
  at my-page

  say "マイページ"
  call 200 GET /me
  say "    $(<"$body")"
  [[ $(text email) == "$email" ]] || fail "this is another person's page"

  say "ログアウト"
  call 204 POST /logout
  call 401 GET /me
}

say "== 見本訪問介護ステーション: no security code"
say "電子請求受付システム認証"
call 200 POST /registration '{"userId":"KJ000000000001","password":"Mihon0001"}'
at otp
finish kaigo1@example.jp hanako@example.jp "見本　花子" "みほん　はなこ"

rm -f "$cookies"/*
say
say "== 見本デイサービスさくら: a security code is set"
say "電子請求受付システム認証"
call 200 POST /registration '{"userId":"ｋｊ0000-0000-0002","password":"Mihon0002"}'
at security-code
say "セキュリティコードの入力"
call 200 POST /registration/security-code '{"securityCode":"20260002"}'
at otp
finish kaigo2@example.jp taro@example.jp "介護 太郎" "ｶｲｺﾞ ﾀﾛｳ"

say
say "Both offices are registered, and both people came to マイページ."
