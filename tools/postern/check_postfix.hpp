// Does Postfix hand postern-sign the mail it is to sign, and can it reach its sockets? Pure: the
// Postfix configuration, ours and the machine are arguments.
#pragma once

#include "tools/postern/finding.hpp"
#include "tools/postern/host.hpp"
#include "tools/postern/postfix_config.hpp"

#include <span>
#include <string>
#include <vector>

namespace postern::tool {

/// What of [sign] matters to Postfix.
struct SignFacts {
    std::vector<SocketAddress> listen;
    config::Origin listen_origin;
    /// Values of {daemon_name} that make mail ours to sign; see sign-macros.
    std::vector<std::string> daemon_names;
    bool sign_logins = true;
    bool sign_local = true;
};

/// Is this milter one of our sockets, for a service that runs chrooted in the queue directory or
/// does not? Postfix takes a relative path from the queue directory, and a chrooted process takes
/// an absolute one from there, too.
bool is_ours(const MilterEntry& entry, const SignFacts& sign, const std::string& queue_directory,
             bool chroot, const Host& host);

/// How Postfix has to write a socket of ours so that a process chrooted or not finds it; nothing
/// when a chrooted one cannot.
std::optional<std::string> spelling(const SocketAddress& address,
                                    const std::string& queue_directory, bool chroot,
                                    const Host& host);

Findings check_postfix(const PostfixConfig& postfix, const SignFacts& sign, const Host& host);

/// Each socket of a daemon ("postern-sign"): there, a socket, and a milter behind it? `where` they
/// are written.
Findings check_sockets(const std::string& program, std::span<const SocketAddress> listen,
                       const config::Origin& where, const Host& host);

} // namespace postern::tool
