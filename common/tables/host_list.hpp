// internal-hosts: clients whose mail is ours. Addresses, networks, names, ".suffix", each negated
// by
// '!'; OpenDKIM's syntax and order of lookup.
//
//     auto hosts = HostList::load("127.0.0.1,::1,!10.0.0.66,10.0.0.0/8,.lan.example.org", ...);
//     hosts.contains("mx.lan.example.org", address);
//
// Order: the client's name, then each ".suffix" of it, then the address, then its networks from the
// longest prefix; at each step '!' first. The first hit decides for its half: a name that hits is
// enough, a negated name still lets the address hit.
//
// Unlike in OpenDKIM, IPv6 addresses may be written in any of their spellings, and clients without
// a verified name ("unknown") are never in by name.
#pragma once

#include "common/base/ip.hpp"
#include "common/base/text.hpp"
#include "common/tables/pattern_list.hpp"
#include "common/tables/table_spec.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::tables {

enum class OpenHosts : std::uint8_t { Refused, Allowed };

class HostList {
public:
    /// Contains nothing.
    HostList() = default;
    /// A list as postern.conf has it: words separated by commas or blanks, "file:/p" or
    /// "refile:/p". Networks that mean everybody are a problem unless allowed; entries that match
    /// nothing (host bits set, "*.example.com") are warnings that propose what was meant.
    static HostList load(std::string_view value, OpenHosts open, Report& report);
    static HostList load(const Table& table, OpenHosts open, Report& report);

    /// `name`: the client's verified name; empty, "unknown" or "[address]" without one.
    [[nodiscard]] bool contains(std::string_view name,
                                const std::optional<IpAddress>& address) const;

    static constexpr std::string_view kDefault = "127.0.0.1,::1";

private:
    struct AddressHash {
        std::size_t operator()(const IpAddress& address) const noexcept;
    };
    /// Of all spellings of one network the one OpenDKIM asks for first.
    struct Entry {
        int rank = 0;
        bool negated = false;
    };
    struct Level {
        int prefix = 0;
        std::unordered_map<IpAddress, Entry, AddressHash> networks;
    };

    void add(std::string_view word, const config::Origin& origin, Report& report);
    void add_network(const Network& network, Entry entry);
    void add_name(std::string_view name, bool negated, const config::Origin& origin,
                  Report& report);
    void check_open(const std::string& name, OpenHosts open, Report& report) const;
    [[nodiscard]] bool contains_name(std::string_view name) const;
    [[nodiscard]] bool contains_address(const IpAddress& address) const;
    [[nodiscard]] std::optional<bool> probe(std::string_view text) const;
    [[nodiscard]] bool walk_address(const IpAddress& address) const;

    std::vector<Level> v4_, v6_; ///< longest prefix first
    /// Host names and ".suffix"; true: negated.
    std::unordered_map<std::string, bool, CaseInsensitiveHash, CaseInsensitiveEqual> names_;
    std::optional<PatternList> patterns_; ///< refile: matched against each spelling in turn
};

} // namespace postern::tables
