# shellcheck shell=bash
# Configuring and building a preset. Sourced by contrib/*, after say.sh, in the top directory of the tree.

export NINJA_STATUS='   [%f/%t %es] '
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS

# Under sudo: what was built belongs to the person, who goes on without it.
give_build_back() {
    if [[ -n ${SUDO_UID:-} && -d build ]]; then chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" build; fi
}
at_exit give_build_back

# build_preset PRESET JOBS [TARGET...]; ninja shows progress on one line on a terminal.
build_preset() {
    local preset=$1 jobs=$2 said
    shift 2
    if ! said=$(cmake --preset "$preset" 2>&1); then
        printf '%s\n' "$said" >&2
        return 1
    fi
    local -a targets=()
    (($# == 0)) || targets=(--target "$@")
    cmake --build --preset "$preset" -j "$jobs" "${targets[@]}"
}
