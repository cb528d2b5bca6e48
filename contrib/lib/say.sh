# shellcheck shell=bash
# How the scripts talk to a person: headings, one-line errors; colours on a terminal only. Sourced by contrib/*.

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' green='' plain=''
fi

heading() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '   %s\n' "$*"; }
good() { printf '%s%s%s\n' "$green" "$*" "$plain"; }
bad() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; }

# The one line that says what is wrong; ends the script.
die() {
    bad "${0##*/}: $*"
    exit 1
}

# Runs when the script ends, however it ends, last registered first: at_exit 'rm -rf "$dir"'
exit_commands=()
exit_code=0
at_exit() { exit_commands+=("$1"); }
run_exit_commands() {
    exit_code=$? # for the commands
    local index
    trap - EXIT
    trap '' INT TERM # cleaning up is not interrupted
    for ((index = ${#exit_commands[@]} - 1; index >= 0; index--)); do
        eval "${exit_commands[index]}" || true
    done
    exit "$exit_code"
}
trap run_exit_commands EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
