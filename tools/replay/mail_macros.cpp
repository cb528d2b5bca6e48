#include "tools/replay/mail_macros.hpp"

#include <algorithm>

namespace postern::replay {

namespace {

/// What only smtpd knows.
constexpr std::array<std::string_view, 12> kSmtpdOnly = {
    "{tls_version}", "{cipher}",         "{cipher_bits}", "{cert_subject}",
    "{cert_issuer}", "{mail_host}",      "{mail_mailer}", "{rcpt_host}",
    "{rcpt_mailer}", "{client_resolve}", "{if_name}",     "{client_connections}"};

bool is_hidden(std::string_view name, Phase phase) {
    if (phase == Phase::Smtpd) return false;
    if (phase == Phase::Cleanup && (name == "{mail_addr}" || name == "{rcpt_addr}")) return true;
    return std::find(kSmtpdOnly.begin(), kSmtpdOnly.end(), name) != kSmtpdOnly.end();
}

bool is_listed(std::string_view name) {
    for (const std::string_view list : postfix::kDefaultMacros)
        for (const std::string_view known : split_list(list))
            if (MailMacros::braced(known) == name) return true;
    return false;
}

} // namespace

MailMacros::MailMacros(const std::vector<Assignment>& extra) {
    for (std::size_t stage = 0; stage < names_.size(); ++stage)
        names_[stage] = postfix::kDefaultMacros[stage];
    for (const auto& [name, value] : extra) {
        const std::string key = braced(name);
        if (extra_.insert_or_assign(key, value).second && !is_listed(key))
            for (const auto stage : {postfix::MacroStage::Connect, postfix::MacroStage::Mail})
                names_[static_cast<std::size_t>(stage)].append(" ").append(key);
    }
}

std::string MailMacros::braced(std::string_view name) {
    return name.starts_with('{') ? std::string(name) : "{" + std::string(name) + "}";
}

void MailMacros::set(std::string_view name, std::string value) {
    values_.insert_or_assign(braced(name), std::move(value));
}

void MailMacros::clear(std::string_view name) { values_.erase(braced(name)); }

std::optional<std::string_view> MailMacros::find(std::string_view name) const {
    if (const auto found = extra_.find(name); found != extra_.end()) return found->second;
    if (is_hidden(name, phase_)) return std::nullopt;
    if (const auto found = values_.find(name); found != values_.end()) return found->second;
    return std::nullopt;
}

std::string_view MailMacros::names(postfix::MacroStage stage) const {
    return names_[static_cast<std::size_t>(stage)];
}

} // namespace postern::replay
