// [verify] as a snapshot: what the manual says of each option is what the checks are told.
#include "milters/verify/config.hpp"
#include "milters/verify/options.hpp"

#include <gmock/gmock.h>

namespace postern::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Loaded {
    Config config;
    config::Problems problems, warnings;
};

Loaded load(const std::string& options) {
    Loaded loaded;
    const auto settings = config::Settings::load_text("[verify]\n" + options, "/etc/c", sections(),
                                                      {}, loaded.problems);
    loaded.config = load_config(settings, loaded.problems, loaded.warnings);
    return loaded;
}

TEST(VerifyConfig, DefaultsAreThoseOfTheManual) {
    const Loaded loaded = load("");
    EXPECT_THAT(loaded.problems, IsEmpty());
    const Config& config = loaded.config;
    EXPECT_TRUE(config.internal_hosts.contains("localhost", IpAddress::parse("127.0.0.1")));
    EXPECT_TRUE(config.internal_hosts.contains("localhost", IpAddress::parse("::1")));
    EXPECT_FALSE(config.internal_hosts.contains("a.example", IpAddress::parse("192.0.2.1")));
    EXPECT_TRUE(config.skip_logins && config.remove_received_spf && config.iprev);
    EXPECT_TRUE(config.dkim.diagnose);
    EXPECT_FALSE(config.received_spf);
    EXPECT_THAT(config.authserv_id, IsEmpty());
    EXPECT_THAT(config.host_name, testing::Not(IsEmpty()));
    EXPECT_THAT(config.remove_headers, ElementsAre("X-Postern-Verify"));
    EXPECT_EQ(config.dkim.min_rsa_bits, 1024U);
    EXPECT_EQ(config.dkim.skew, std::chrono::minutes(5));
    EXPECT_EQ(config.dkim.limits.signatures, 10U);
    EXPECT_NE(config.spf, nullptr);
    EXPECT_THAT(config.policy.on, testing::Each(Action::Note));
    EXPECT_EQ(config.policy.author_match, AuthorMatch::Anybody);
    EXPECT_EQ(config.policy.reject_text, "{reason}");
    EXPECT_FALSE(config.policy.dkim_excuses_spf || config.policy.explanation);
    EXPECT_EQ(config.timeout, std::chrono::seconds(20));
    EXPECT_EQ(config.max_questions, 100U);
    EXPECT_EQ(config.header_limits.octets, 1U << 20);
    EXPECT_EQ(config.header_limits.fields, 2000U);
    EXPECT_EQ(config.time, std::nullopt);
}

TEST(VerifyConfig, EachConditionHasItsOwnOption) {
    for (std::size_t i = 0; i < kConditions; ++i) {
        const std::string name = "on-" + std::string(to_string(static_cast<Condition>(i)));
        const Loaded loaded = load(name + " = reject\n");
        EXPECT_THAT(loaded.problems, IsEmpty()) << name;
        for (std::size_t k = 0; k < kConditions; ++k)
            EXPECT_EQ(loaded.config.policy.on[k], k == i ? Action::Reject : Action::Note) << name;
    }
}

TEST(VerifyConfig, EachActionHasItsWord) {
    for (const auto& [word, action] :
         {std::pair{"note", Action::Note}, std::pair{"tag", Action::Tag},
          std::pair{"quarantine", Action::Quarantine}, std::pair{"tempfail", Action::TempFail},
          std::pair{"reject", Action::Reject}})
        EXPECT_EQ(load("on-dkim-fail = " + std::string(word) + "\n").config.policy.on[0], action);
}

TEST(VerifyConfig, TakesWhatIsWritten) {
    const Loaded loaded = load("authserv-id = example.org\n"
                               "remove-authserv-ids = mx1.example.org, mx2.example.org\n"
                               "remove-headers = X-Spam\ntag-header = X-Tag\n"
                               "require-author-match = strict\nspf-engine = none\n"
                               "min-rsa-bits = 8192\nmax-header-size = 64k\ntime = 1528637909\n"
                               "reject-text = \"{reason}, see https://example.org/\"\n");
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.authserv_id, "example.org");
    EXPECT_THAT(loaded.config.further_ids, ElementsAre("mx1.example.org", "mx2.example.org"));
    EXPECT_THAT(loaded.config.remove_headers, ElementsAre("X-Spam", "X-Tag"));
    EXPECT_EQ(loaded.config.policy.author_match, AuthorMatch::Strict);
    EXPECT_EQ(loaded.config.spf, nullptr);
    EXPECT_EQ(loaded.config.dkim.min_rsa_bits, 8192U);
    EXPECT_GE(loaded.config.dkim.limits.max_rsa_bits, 8192U) << "or no key would be good";
    EXPECT_EQ(loaded.config.header_limits.octets, 65536U);
    EXPECT_EQ(loaded.config.time, 1528637909);
    EXPECT_EQ(loaded.config.policy.reject_text, "{reason}, see https://example.org/");
}

TEST(VerifyConfig, TheWholeInternetIsNotInternal) {
    EXPECT_THAT(load("internal-hosts = 0.0.0.0/0\n").problems, SizeIs(1));
}

} // namespace
} // namespace postern::verify
