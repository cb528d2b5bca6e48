// What a Postfix is configured to do, parsed from what postconf(1) prints; a value like any other,
// so that tests write the text and need no Postfix.
#pragma once

#include "common/base/result.hpp"
#include "common/base/socket_address.hpp"
#include "common/config/problem.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::tool {

/// The output of three runs, and the two files for line numbers.
struct PostconfText {
    std::string parameters; ///< postconf -x: "name = value"
    std::string services;   ///< postconf -M: the columns of master.cf
    std::string overrides;  ///< postconf -x -P: "service/type/name = value"
    std::string main_cf, master_cf;
    std::string directory = "/etc/postfix"; ///< where both files are
};

using PostfixParameters = std::map<std::string, std::string, std::less<>>;

/// A row of master.cf.
struct PostfixService {
    std::string name, type; ///< "submission", "inet"
    std::string command;    ///< "smtpd"
    bool chroot = false;
    PostfixParameters overrides; ///< -o name=value
    int line = 0;                ///< in master.cf; 0: not found
    std::map<std::string, int, std::less<>> override_lines;

    /// "submission/inet", as postconf -P calls it.
    [[nodiscard]] std::string label() const { return name + "/" + type; }
};

class PostfixConfig {
public:
    /// Lines that are none of postconf's are passed over: it also prints warnings.
    static PostfixConfig parse(const PostconfText& text);

    /// A parameter in main.cf or its default; empty when unknown.
    [[nodiscard]] std::string value(std::string_view name) const;
    /// The same as one service sees it.
    [[nodiscard]] std::string value(const PostfixService& service, std::string_view name) const;
    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }
    [[nodiscard]] const std::vector<PostfixService>& services() const noexcept { return services_; }
    [[nodiscard]] const PostfixService* find(std::string_view name, std::string_view type) const;

    /// Where the parameter is written; line 0 when it stands at its default.
    [[nodiscard]] config::Origin origin(std::string_view name) const;
    [[nodiscard]] config::Origin origin(const PostfixService& service) const;
    /// The -o line if the service has one, else as origin(name).
    [[nodiscard]] config::Origin origin(const PostfixService& service, std::string_view name) const;

    /// mail_version as {3, 7}; {0, 0} when unknown.
    struct Version {
        int major = 0, minor = 0;
        friend auto operator<=>(const Version&, const Version&) = default;
    };
    [[nodiscard]] Version version() const;

private:
    std::string directory_;
    PostfixParameters parameters_;
    std::vector<PostfixService> services_;
    std::map<std::string, int, std::less<>> lines_; ///< of parameters in main.cf
};

/// One milter of smtpd_milters and the like: "inet:host:port" or "{ unix:path, name=value ... }".
struct MilterEntry {
    std::string text;               ///< the endpoint as written
    Result<SocketAddress> endpoint; ///< a relative path stays relative
    PostfixParameters options;      ///< default_action, content_timeout ...
};
/// The entries of a list, separated by commas and white space outside braces.
std::vector<MilterEntry> parse_milters(std::string_view list);

/// "30", "30s", "5m", "1h", "1d", "1w" in seconds; nothing for other text.
std::optional<long> parse_postfix_time(std::string_view text);

/// Runs postconf, with `-c directory` unless empty, and reads both files. The error says when there
/// is no Postfix, or what postconf said.
Result<PostfixConfig> read_postfix_config(const std::string& directory);

} // namespace postern::tool
