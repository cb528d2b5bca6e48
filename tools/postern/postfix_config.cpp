#include "tools/postern/postfix_config.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <array>

namespace postern::tool {
namespace {

template <class F> void for_each_line(std::string_view text, F use) {
    int number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end), ++number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

struct Assignment {
    std::string_view name, value;
};
std::optional<Assignment> parse_assignment(std::string_view line) {
    const auto halves = cut(line, '=');
    if (!halves) return std::nullopt;
    const Assignment result{trim(halves->before), trim(halves->after)};
    // "postconf: warning: ..." and the like have blanks where a name has none.
    if (result.name.empty() || result.name.find_first_of(" \t") != std::string_view::npos)
        return std::nullopt;
    return result;
}

/// The next word of a line of master.cf; { } keep a word together.
std::string_view next_word(std::string_view& rest) {
    rest = trim(rest);
    std::size_t at = 0;
    int depth = 0;
    for (; at < rest.size(); ++at) {
        if (rest[at] == '{') ++depth;
        if (rest[at] == '}') --depth;
        if (depth <= 0 && is_space(rest[at])) break;
    }
    const std::string_view word = rest.substr(0, at);
    rest.remove_prefix(at);
    return word;
}

bool chroot_by_default(std::string_view compatibility_level) {
    // "-" in master.cf meant "y" before Postfix 3.0 and still does at level 0.
    return compatibility_level == "0";
}

std::optional<PostfixService> parse_service(std::string_view line, bool default_chroot) {
    std::array<std::string_view, 8>
        column; // service type private unpriv chroot wakeup maxproc command
    for (std::string_view& word : column)
        word = next_word(line);
    if (column.back().empty()) return std::nullopt;
    PostfixService service;
    service.name = column[0];
    service.type = column[1];
    service.chroot = column[4] == "y" || (column[4] == "-" && default_chroot);
    service.command = column[7];
    return service;
}

/// Finds the lines of master.cf where services and their -o options stand.
void locate(std::string_view master_cf, std::vector<PostfixService>& services) {
    PostfixService* current = nullptr;
    for_each_line(master_cf, [&](std::string_view line, int number) {
        if (line.empty() || line.front() == '#') return;
        std::string_view rest = line;
        if (!is_wsp(line.front())) {
            const std::string_view name = next_word(rest), type = next_word(rest);
            const auto found = std::find_if(services.begin(), services.end(), [&](auto& service) {
                return service.name == name && service.type == type;
            });
            current = found == services.end() ? nullptr : &*found;
            if (current != nullptr && current->line == 0) current->line = number;
        }
        if (current == nullptr) return;
        for (const auto& [name, value] : current->overrides) {
            const std::size_t at = rest.find(name);
            if (at == std::string_view::npos) continue;
            const std::string_view behind = trim(rest.substr(at + name.size()));
            const bool begins = at == 0 || is_wsp(rest[at - 1]) || rest[at - 1] == '{';
            if (begins && behind.starts_with('=')) current->override_lines.emplace(name, number);
        }
    });
}

/// Splits at commas and white space outside braces.
std::vector<std::string_view> split_outside_braces(std::string_view list) {
    std::vector<std::string_view> pieces;
    std::size_t start = 0;
    int depth = 0;
    for (std::size_t at = 0; at <= list.size(); ++at) {
        const char c = at < list.size() ? list[at] : ',';
        if (c == '{') ++depth;
        if (c == '}') --depth;
        const bool ends = at == list.size() || (depth <= 0 && (c == ',' || is_space(c)));
        if (!ends) continue;
        if (at > start) pieces.push_back(list.substr(start, at - start));
        start = at + 1;
    }
    return pieces;
}

} // namespace

PostfixConfig PostfixConfig::parse(const PostconfText& text) {
    PostfixConfig config;
    config.directory_ = text.directory;
    for_each_line(text.parameters, [&](std::string_view line, int) {
        if (const auto found = parse_assignment(line))
            config.parameters_[std::string(found->name)] = found->value;
    });
    const bool default_chroot = chroot_by_default(config.value("compatibility_level"));
    for_each_line(text.services, [&](std::string_view line, int) {
        if (auto service = parse_service(line, default_chroot))
            config.services_.push_back(std::move(*service));
    });
    for_each_line(text.overrides, [&](std::string_view line, int) {
        const auto found = parse_assignment(line);
        if (!found) return;
        const std::size_t slash = found->name.rfind('/');
        if (slash == std::string_view::npos) return;
        const std::string_view label = found->name.substr(0, slash);
        for (PostfixService& service : config.services_)
            if (service.label() == label)
                service.overrides[std::string(found->name.substr(slash + 1))] = found->value;
    });
    for_each_line(text.main_cf, [&](std::string_view line, int number) {
        if (line.empty() || line.front() == '#' || is_wsp(line.front())) return;
        if (const auto found = parse_assignment(line))
            config.lines_[std::string(found->name)] = number; // the last one counts
    });
    locate(text.master_cf, config.services_);
    return config;
}

std::string PostfixConfig::value(std::string_view name) const {
    const auto found = parameters_.find(name);
    return found == parameters_.end() ? std::string() : found->second;
}

std::string PostfixConfig::value(const PostfixService& service, std::string_view name) const {
    const auto found = service.overrides.find(name);
    return found == service.overrides.end() ? value(name) : found->second;
}

const PostfixService* PostfixConfig::find(std::string_view name, std::string_view type) const {
    for (const PostfixService& service : services_)
        if (service.name == name && service.type == type) return &service;
    return nullptr;
}

config::Origin PostfixConfig::origin(std::string_view name) const {
    const auto found = lines_.find(name);
    return {.file = directory_ + "/main.cf", .line = found == lines_.end() ? 0 : found->second};
}

config::Origin PostfixConfig::origin(const PostfixService& service) const {
    return {.file = directory_ + "/master.cf", .line = service.line};
}

config::Origin PostfixConfig::origin(const PostfixService& service, std::string_view name) const {
    if (service.overrides.find(name) == service.overrides.end()) return origin(name);
    const auto found = service.override_lines.find(name);
    return {.file = directory_ + "/master.cf",
            .line = found == service.override_lines.end() ? service.line : found->second};
}

PostfixConfig::Version PostfixConfig::version() const {
    const std::string text = value("mail_version"); // 3.7.11, 3.11-20251208
    const auto halves = cut(text, '.');
    if (!halves) return {};
    const std::size_t digits =
        std::min(halves->after.find_first_not_of("0123456789"), halves->after.size());
    return {.major = parse_number<int>(halves->before).value_or(0),
            .minor = parse_number<int>(halves->after.substr(0, digits)).value_or(0)};
}

std::vector<MilterEntry> parse_milters(std::string_view list) {
    std::vector<MilterEntry> entries;
    for (std::string_view piece : split_outside_braces(list)) {
        PostfixParameters options;
        if (piece.starts_with('{')) {
            piece.remove_prefix(1);
            if (piece.ends_with('}')) piece.remove_suffix(1);
            const auto words = split_outside_braces(piece);
            if (words.empty()) continue;
            // "name = value" with blanks only works in braces of its own; both are seen in files.
            for (std::size_t i = 1; i < words.size(); ++i) {
                std::string_view word = words[i];
                if (word.starts_with('{')) word.remove_prefix(1);
                if (word.ends_with('}')) word.remove_suffix(1);
                if (const auto option = parse_assignment(word))
                    options[std::string(option->name)] = option->value;
            }
            piece = words.front();
        }
        entries.push_back({.text = std::string(piece),
                           .endpoint = SocketAddress::parse(piece),
                           .options = std::move(options)});
    }
    return entries;
}

std::optional<long> parse_postfix_time(std::string_view text) {
    if (text.empty()) return std::nullopt;
    long unit = 1;
    switch (ascii_lower(text.back())) {
    case 's':
        break;
    case 'm':
        unit = 60;
        break;
    case 'h':
        unit = 3600;
        break;
    case 'd':
        unit = 86400;
        break;
    case 'w':
        unit = 604800;
        break;
    default:
        unit = 0;
    }
    if (unit != 0) text.remove_suffix(1);
    const auto number = parse_number<int>(text); // int: the product fits a long
    if (!number || *number < 0) return std::nullopt;
    return *number * (unit == 0 ? 1 : unit);
}

} // namespace postern::tool
