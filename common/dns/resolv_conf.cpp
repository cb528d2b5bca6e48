#include "common/dns/resolv_conf.hpp"

#include "common/base/file.hpp"
#include "common/base/ip.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace postern::dns {
namespace {

constexpr std::size_t kMaxServers = 3; // MAXNS of <resolv.h>
constexpr unsigned kMaxTimeout = 30;   // RES_MAXRETRANS
constexpr unsigned kMaxAttempts = 5;   // RES_MAXRETRY
constexpr std::size_t kMaxFile = std::size_t{1} << 20;

/// An address, for IPv6 perhaps with its zone; glibc knows zones of link-local addresses only.
bool is_server(std::string_view text) {
    if (text.starts_with('[') || istarts_with(text, "IPv6:")) return false;
    const auto halves = cut(text, '%');
    if (!halves) return IpAddress::parse(text).has_value();
    const auto address = IpAddress::parse(halves->before);
    return address && !address->is_v4() && !halves->after.empty();
}

std::optional<unsigned> number_after(std::string_view word, std::string_view name, unsigned most) {
    if (!word.starts_with(name)) return std::nullopt;
    const auto number = parse_number<unsigned>(word.substr(name.size()));
    if (!number) return std::nullopt;
    return std::clamp(*number, 1U, most);
}

void read_option(std::string_view word, ResolvConf& conf) {
    if (const auto seconds = number_after(word, "timeout:", kMaxTimeout))
        conf.timeout = std::chrono::seconds(*seconds);
    if (const auto attempts = number_after(word, "attempts:", kMaxAttempts))
        conf.attempts = *attempts;
    if (word == "trust-ad") conf.trust_ad = true;
}

/// Words between spaces and tabs.
std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at;
        while (end < line.size() && !is_space(line[end]))
            ++end;
        if (end > at) words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

} // namespace

ResolvConf parse_resolv_conf(std::string_view text) {
    ResolvConf conf;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        // A keyword begins its line; a comment is a line whose first character says so.
        if (line.empty() || is_space(line.front()) || line.front() == '#' || line.front() == ';')
            continue;
        const std::vector<std::string_view> words = words_of(line);
        if (words.size() < 2) continue;
        if (words[0] == "nameserver" && conf.nameservers.size() < kMaxServers &&
            is_server(words[1]))
            conf.nameservers.emplace_back(words[1]);
        if (words[0] == "options")
            for (std::size_t i = 1; i < words.size(); ++i)
                read_option(words[i], conf);
    }
    if (conf.nameservers.empty()) conf.nameservers.emplace_back("127.0.0.1");
    return conf;
}

ResolvConf read_resolv_conf(const std::string& path) {
    const Result<FileContent> file = read_file(path, kMaxFile);
    return parse_resolv_conf(file ? std::string_view(file->text) : std::string_view());
}

} // namespace postern::dns
