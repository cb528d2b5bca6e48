# shellcheck shell=bash disable=SC2034
# Debian packages, one list per purpose, and installing what is missing of them. Sourced by contrib/*, after say.sh.
#
# Installing must neither start nor configure a mail or name server on the host: while apt-get runs, policy-rc.d forbids
# starting services (restored afterwards), Postfix is preseeded with "No configuration", services that came new are disabled,
# and nothing is installed that would remove a package (another mail server, say).

packages_build=(g++ cmake ninja-build ccache pkg-config libboost-program-options-dev libexpected-dev libidn2-dev
    libldns-dev libmilter-dev libspf2-dev libssl-dev libsystemd-dev nlohmann-json3-dev)
packages_test=("${packages_build[@]}" libgtest-dev libgmock-dev libbenchmark-dev clang-14 clang-format-14 clang-tidy-14
    libclang-rt-14-dev mandoc postfix opendkim nsd swaks python3 python3-dkim python3-dnspython
    libmail-authenticationresults-perl libmail-dkim-perl libnet-dns-perl libyaml-cpp-dev openssl miltertest perl
    python3-authres python3-nacl python3-spf unbound ldnsutils util-linux)
packages_demo=("${packages_build[@]}" postfix nsd swaks python3 python3-dkim python3-dnspython python3-nacl openssl)

# Services of those packages that Debian would start and enable.
package_services=(postfix opendkim nsd unbound)

missing_packages() {
    local name
    for name in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || printf '%s\n' "$name"
    done
}

# The first error of apt-get as one line.
apt_trouble() {
    sed -n -e 's/^E: //p' -e 's/^Err:[0-9]* //p' "$1" | head -1
}

forbid_service_starts() {
    [[ ! -e /usr/sbin/policy-rc.d ]] || return 0 # the host has its own say (containers do)
    at_exit allow_service_starts
    printf '#!/bin/sh\n# Placed by Postern while it installs packages; removed afterwards.\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
}

allow_service_starts() {
    if grep -qs 'Placed by Postern' /usr/sbin/policy-rc.d; then rm -f /usr/sbin/policy-rc.d; fi
}

# install_packages ask|yes NAME...
install_packages() {
    local consent=$1 answer log service
    shift
    command -v dpkg-query >/dev/null || die "needs Debian 12 or a system with its packages (no dpkg here)"
    local -a missing fresh=()
    mapfile -t missing < <(missing_packages "$@")
    if ((${#missing[@]} == 0)); then
        note "all ${#} packages are installed"
        return
    fi
    if ((EUID != 0)); then
        die "missing packages; run: sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
    note "to install: ${missing[*]}"
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
        note "Postfix is installed without configuration (\"No configuration\") and is not started:"
        note "the tests run their own in a temporary directory, on loopback and high ports."
    fi
    if [[ $consent == ask && -t 0 ]]; then
        read -r -p "   Go on? [Y/n] " answer
        [[ ${answer:-y} == [yYjJ]* ]] || die "nothing was installed"
    fi

    log=$(mktemp /tmp/postern-apt.XXXXXX)
    at_exit "rm -f '$log'"
    export DEBIAN_FRONTEND=noninteractive
    note "apt-get update ..."
    # apt-get update ends with 0 when it could reach nothing; its Err: lines tell.
    apt-get -q -o Acquire::Retries=2 update >"$log" 2>&1 || die "apt-get update failed: $(apt_trouble "$log")"
    apt-get -s --no-install-recommends install "${missing[@]}" >"$log" 2>&1 ||
        die "cannot install: $(apt_trouble "$log")"
    if grep -q '^Remv ' "$log"; then
        die "installing would remove $(sed -n 's/^Remv \([^ ]*\).*/\1/p' "$log" | paste -sd' '), so nothing was done; use a machine without it"
    fi
    for service in "${package_services[@]}"; do
        [[ -z $(systemctl list-unit-files --no-legend "$service.service" 2>/dev/null) ]] && fresh+=("$service")
    done
    if [[ " ${missing[*]} " == *" postfix "* ]]; then
        echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ||
            die "debconf-set-selections failed"
    fi
    forbid_service_starts
    note "apt-get install ..."
    apt-get -q -y --no-install-recommends -o Acquire::Retries=2 install "${missing[@]}" </dev/null >"$log" 2>&1 ||
        die "apt-get install failed: $(apt_trouble "$log")"
    allow_service_starts
    for service in "${fresh[@]}"; do # what came new is not started at the next boot either
        systemctl disable --quiet "$service.service" >/dev/null 2>&1 || true
    done
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} == 0)) || die "still missing after installation: ${missing[*]}"
    note "installed"
}
