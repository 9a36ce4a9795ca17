#!/usr/bin/env bash
# docs/lines.sh [COMMIT]: lines of Rust, blank ones and comments included, by purpose.
# Tests are the files under a `tests` folder, files named `tests.rs`, and the modules under `#[cfg(test)]` that end a
# file.
set -euo pipefail
cd "$(dirname "$0")/.."
commit=${1:-HEAD}
git archive "$commit" | tar --extract --to-command='
    case $TAR_REALNAME in *.rs) ;; *) cat > /dev/null; exit ;; esac
    awk -v file="$TAR_REALNAME" '\''
        function kind() {
            if (file ~ /^tests\/model\//) return "model"
            if (file ~ /^fuzz\//) return "tests"
            if (file ~ /(^|\/)tests\// || file ~ /^shared\/testkit\// || file ~ /(^|\/)tests\.rs$/) return "tests"
            if (file ~ /^xtask\/reference\/|^shared\/platform\/(examples\/|src\/openapi)/) return "generators"
            if (file ~ /^xtask\//) return "tools"
            if (file ~ /^local\/|^functions\/claims-simulator\//) return "local stack and simulator"
            return "product"
        }
        BEGIN { of = kind() }
        /^mod [a-z_]+ \{$/ && before == "#[cfg(test)]" { of = "tests" }
        { before = $0 }
        { lines[of]++ }
        END { for (each in lines) print lines[each] "\t" each }
    '\''
' | awk -F '\t' '
    { lines[$2] += $1; all += $1 }
    END {
        split("product,generators,local stack and simulator,tools,model,tests", order, ",")
        for (at = 1; at <= 6; at++) printf "%-28s %7d\n", order[at], lines[order[at]]
        printf "%-28s %7d\n", "all", all
    }
'
