// The macros Postfix would have for this mail: smtpd knows them up to DATA, cleanup knows fewer of
// them afterwards, and for mail that did not come by SMTP cleanup plays both.
#pragma once

#include "common/base/text.hpp"
#include "common/postfix/milter_client.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace postern::replay {

/// Who answers for the macros.
enum class Phase : std::uint8_t {
    Smtpd,
    Cleanup,    ///< after DATA of a mail that came by SMTP
    Submission, ///< cleanup, for mail from sendmail(1): it knows the envelope too
};

class MailMacros final : public postfix::Macros {
public:
    using Assignment = std::pair<std::string, std::string>;

    /// `extra`: values from the command line; they win. Names in no list of Postfix are sent at
    /// CONNECT and MAIL, as if main.cf had them in milter_connect_macros and milter_mail_macros.
    explicit MailMacros(const std::vector<Assignment>& extra = {});

    void set(std::string_view name, std::string value);
    void clear(std::string_view name);
    void phase(Phase phase) noexcept { phase_ = phase; }

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override;
    [[nodiscard]] std::string_view names(postfix::MacroStage stage) const override;

    /// "i", "{i}" and "auth_type" in the one spelling used here: in braces.
    static std::string braced(std::string_view name);

private:
    using Table = std::unordered_map<std::string, std::string, TextHash, std::equal_to<>>;
    Table values_, extra_;
    std::array<std::string, postfix::kMacroStages> names_;
    Phase phase_ = Phase::Smtpd;
};

} // namespace postern::replay
