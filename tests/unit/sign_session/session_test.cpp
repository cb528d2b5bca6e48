// postern-sign's decisions, step by step, without libmilter: what is answered, what is edited, what
// the log says.
#include "common/base/text.hpp"
#include "milters/sign/session.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/recorded_actions.hpp"

#include <gmock/gmock.h>

#include <map>

namespace postern::sign {
namespace {

using milter::Answer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_support::CapturedLog;
using testing_support::RecordedActions;

/// Keys by domain, as the test says.
class FixedKeys final : public KeySource {
public:
    std::map<std::string, Selection> by_domain;
    [[nodiscard]] Selection select(const message::Mailbox& from) const override {
        const auto found = by_domain.find(from.domain);
        return found != by_domain.end() ? found->second
                                        : Selection{.keys = {}, .why = "no key for " + from.domain};
    }
};

class SignSessionTest : public testing::Test {
protected:
    SignSessionTest() {
        keys_->by_domain["example.org"] = {
            .keys =
                {{.domain = "example.org", .selector = "ed", .identity = "", .key = ed25519()},
                 {.domain = "example.org", .selector = "ed2", .identity = "", .key = ed25519()}},
            .why = ""};
        keys_->by_domain["broken.example"] = {
            .keys = {}, .why = "/keys/x.pem: Permission denied", .broken = true};
        config_.keys = keys_;
        tables::Report report;
        config_.origin.internal_hosts =
            tables::HostList::load("192.0.2.0/24", tables::OpenHosts::Refused, report);
        config_.header_limits.fields = 10;
        config_.header_limits.octets = 1000;
    }

    static std::shared_ptr<const crypto::PrivateKey> ed25519() {
        auto key = crypto::PrivateKey::generate(crypto::KeyType::Ed25519);
        return std::make_shared<const crypto::PrivateKey>(std::move(*key));
    }

    void guard(LoginGuard guard, std::string_view table) {
        tables::Report report;
        config_.login_guard = guard;
        config_.logins = LoginMap::parse(table, "logins", "", report);
    }

    SignSession& session() {
        if (!session_) {
            auto snapshot = std::make_shared<const Config>(std::move(config_));
            session_.emplace([snapshot] { return snapshot; }, clock_, log_.log());
        }
        return *session_;
    }

    void connect(std::string_view address) {
        session().connect(
            {.name = "client.example", .address = IpAddress::parse(address), .port = 4711},
            actions_);
    }
    Answer mail() { return session().mail("sender@example.org", {}, actions_); }
    /// Headers of a small message, then end of headers.
    Answer headers(std::initializer_list<std::pair<const char*, const char*>> fields) {
        for (const auto& [name, value] : fields)
            EXPECT_EQ(session().header(name, value, actions_), Answer::Continue);
        actions_.macros["i"] = "4ZxQ1m2Jz9";
        return session().end_of_headers(actions_);
    }
    Answer rest() {
        session().body("hello\r\n", actions_);
        return session().end_of_message(actions_);
    }

    std::shared_ptr<FixedKeys> keys_ = std::make_shared<FixedKeys>();
    Config config_;
    FixedClock clock_{1'790'000'000};
    CapturedLog log_;
    RecordedActions actions_;
    std::optional<SignSession> session_;
};

constexpr std::pair<const char*, const char*> kFrom{"From", " Ann <ann@example.org>"};
constexpr std::pair<const char*, const char*> kDate{"Date", " Sat, 21 Nov 2026 05:00:00 +0000"};
constexpr std::pair<const char*, const char*> kId{"Message-ID", " <1@example.org>"};

TEST_F(SignSessionTest, SignsInternalMailWithEveryKeyOfTheDomain) {
    connect("192.0.2.7");
    EXPECT_EQ(mail(), Answer::Continue);
    EXPECT_EQ(headers({kFrom, kDate, kId}), Answer::Continue);
    EXPECT_EQ(rest(), Answer::Continue);
    ASSERT_EQ(actions_.edits.size(), 2U);
    EXPECT_THAT(actions_.edits[0],
                StartsWith("insert-header 0 DKIM-Signature: v=1; a=ed25519-sha256;"));
    EXPECT_THAT(actions_.edits[0], HasSubstr("t=1790000000"));
    EXPECT_THAT(log_.last(), StartsWith("info 4ZxQ1m2Jz9: action=signed d=example.org s=ed,ed2 "
                                        "a=ed25519-sha256,ed25519-sha256 fields="));
    EXPECT_THAT(log_.last(),
                HasSubstr(" body=7 from=<ann@example.org> origin=internal-hosts ms=0.0"));
    EXPECT_EQ(log_.lines().size(), 1U) << "one line per message";
}

TEST_F(SignSessionTest, AcceptsUntrustedMailAtOnceAndSaysWhy) {
    connect("203.0.113.9");
    EXPECT_EQ(mail(), Answer::Accept);
    EXPECT_THAT(log_.last(), StartsWith("info action=skipped why=\"not from us"));
    EXPECT_THAT(log_.last(),
                HasSubstr("sender=<sender@example.org> client=client.example[203.0.113.9]"));
    EXPECT_TRUE(actions_.edits.empty());
}

TEST_F(SignSessionTest, OnlyWhatPostfixShowsAsLocalSubmissionIsOne) {
    // cleanup(8) says localhost[127.0.0.1], port 0; XCLIENT and PROXY without a port say 0 as well.
    session().connect({.name = "localhost", .address = IpAddress::parse("127.0.0.1"), .port = 0},
                      actions_);
    EXPECT_EQ(mail(), Answer::Continue);
    session().connect({.name = "localhost", .address = IpAddress::parse("::1"), .port = 0},
                      actions_);
    EXPECT_EQ(mail(), Answer::Continue);
    session().connect(
        {.name = "stranger.example", .address = IpAddress::parse("203.0.113.9"), .port = 0},
        actions_);
    EXPECT_EQ(mail(), Answer::Accept);
    session().connect({.name = "localhost", .address = std::nullopt, .port = 0}, actions_);
    EXPECT_EQ(mail(), Answer::Accept);
    session().connect({.name = "localhost", .address = IpAddress::parse("127.0.0.1"), .port = 4711},
                      actions_);
    EXPECT_EQ(mail(), Answer::Accept);
}

TEST_F(SignSessionTest, ALoginMakesMailOurs) {
    connect("203.0.113.9");
    actions_.macros["{auth_type}"] = "PLAIN";
    actions_.macros["{auth_authen}"] = "ann";
    EXPECT_EQ(mail(), Answer::Continue);
    EXPECT_EQ(headers({kFrom}), Answer::Continue);
    EXPECT_EQ(rest(), Answer::Continue);
    EXPECT_THAT(log_.last(), HasSubstr("fragile=no-date,no-message-id from=<ann@example.org> "
                                       "origin=login login=ann"));
}

TEST_F(SignSessionTest, SecondMessageOfAConnectionStartsAnew) {
    connect("192.0.2.7");
    mail();
    headers({kFrom, kDate, kId});
    session().abort();
    EXPECT_EQ(mail(), Answer::Continue);
    EXPECT_EQ(headers({{"From", " bob@example.net"}}), Answer::Accept);
    EXPECT_THAT(log_.last(),
                StartsWith("info 4ZxQ1m2Jz9: action=skipped why=\"no key for example.net\""));
}

struct Unsigned {
    const char* name;
    std::vector<std::pair<const char*, const char*>> fields;
    const char* why;
};
class SignSessionUnsigned : public SignSessionTest, public testing::WithParamInterface<Unsigned> {};

TEST_P(SignSessionUnsigned, IsPassedWithItsReason) {
    connect("192.0.2.7");
    mail();
    for (const auto& [name, value] : GetParam().fields)
        session().header(name, value, actions_);
    EXPECT_EQ(session().end_of_headers(actions_), Answer::Accept);
    EXPECT_THAT(log_.last(), HasSubstr(GetParam().why));
    EXPECT_THAT(log_.last(), HasSubstr("action=skipped"));
    EXPECT_TRUE(actions_.edits.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Table, SignSessionUnsigned,
    testing::Values(Unsigned{"no_from", {{"Subject", " x"}}, "why=\"no From field\""},
                    Unsigned{"two_from", {kFrom, kFrom}, "why=\"several From fields\""},
                    Unsigned{"garbage_from", {{"From", " a@b@c"}}, "why=\"From: "},
                    Unsigned{"empty_group", {{"From", " undisclosed:;"}}, "why=\"From: "},
                    Unsigned{"many_fields",
                             {kFrom, kFrom, kFrom, kFrom, kFrom, kFrom, kFrom, kFrom, kFrom, kFrom,
                              kFrom},
                             "why=\"too many header fields\""}),
    [](const auto& row) { return row.param.name; });

TEST_F(SignSessionTest, TooLargeAHeaderIsPassedUnsigned) {
    connect("192.0.2.7");
    mail();
    session().header("X-Large", std::string(2000, 'x'), actions_);
    EXPECT_EQ(headers({kFrom}), Answer::Accept);
    EXPECT_THAT(log_.last(), HasSubstr("why=\"header fields too large\""));
}

TEST_F(SignSessionTest, MailThatShouldBeSignedAndCannotWaits) {
    connect("192.0.2.7");
    mail();
    EXPECT_EQ(headers({{"From", " a@broken.example"}}), Answer::TempFail);
    EXPECT_THAT(
        log_.last(),
        StartsWith("error 4ZxQ1m2Jz9: action=tempfail why=\"/keys/x.pem: Permission denied\""));
    EXPECT_THAT(actions_.edits, testing::ElementsAre(StartsWith("set-reply 451 4.7.5 ")));
}

struct GuardCase {
    const char* name;
    LoginGuard guard;
    const char* login;
    Answer answer;
    const char* log;
};
class SignSessionGuard : public SignSessionTest, public testing::WithParamInterface<GuardCase> {};

TEST_P(SignSessionGuard, HoldsLoginAgainstAuthor) {
    guard(GetParam().guard, "ann@example.org ann, admin\n");
    connect("203.0.113.9");
    actions_.macros["{auth_type}"] = "PLAIN";
    actions_.macros["{auth_authen}"] = GetParam().login;
    mail();
    EXPECT_EQ(headers({kFrom, kDate, kId}), GetParam().answer);
    if (GetParam().answer == Answer::Continue) rest();
    EXPECT_THAT(log_.last(), HasSubstr(GetParam().log));
}
INSTANTIATE_TEST_SUITE_P(
    Table, SignSessionGuard,
    testing::Values(GuardCase{"no_name_owns_nothing", LoginGuard::Reject, "", Answer::Reject,
                              "action=rejected"},
                    GuardCase{"owner", LoginGuard::Reject, "ann", Answer::Continue,
                              "action=signed"},
                    GuardCase{"other_is_logged", LoginGuard::Log, "bob", Answer::Continue,
                              "login=bob login-match=no"},
                    GuardCase{"other_is_not_signed", LoginGuard::NoSignature, "bob", Answer::Accept,
                              "action=skipped why=\"From does not belong to the login\""},
                    GuardCase{"other_is_rejected", LoginGuard::Reject, "bob", Answer::Reject,
                              "action=rejected"}),
    [](const auto& row) { return row.param.name; });

/// The entries of h= of a recorded signature, in their order.
std::vector<std::string> signed_names(std::string_view edit) {
    const std::size_t start = edit.find(" h=") + 3;
    std::vector<std::string> names;
    for (const std::string_view name :
         split(edit.substr(start, edit.find(';', start) - start), ':'))
        names.push_back(to_lower(name));
    return names;
}

TEST_F(SignSessionTest, ResultsThatClaimToBeOursGoBeforeTheSignature) {
    config_.remove_results = true;
    config_.authserv_ids = {"example.org"};
    config_.signing.selection =
        *dkim::HeaderSelection::parse("From,Authentication-Results,Received-SPF", "From");
    connect("192.0.2.7");
    mail();
    actions_.macros["j"] = "mx1.host.example";
    headers({{"Authentication-Results", " example.org; dkim=pass header.d=bank.example"},
             kFrom,
             {"authentication-results", " MX1.(x)host.example; spf=pass"},
             {"Authentication-Results", " relay.example.net; spf=pass"},
             {"Received-SPF", " pass"},
             {"Authentication-Results", " \"mx1.host.example\" 1; dmarc=pass"},
             kDate,
             kId});
    EXPECT_EQ(rest(), Answer::Continue);
    ASSERT_EQ(actions_.edits.size(), 6U);
    EXPECT_EQ(actions_.edits[0], "delete-header Authentication-Results[4]");
    EXPECT_EQ(actions_.edits[1], "delete-header Received-SPF[1]");
    EXPECT_EQ(actions_.edits[2], "delete-header authentication-results[2]");
    EXPECT_EQ(actions_.edits[3], "delete-header Authentication-Results[1]");
    EXPECT_THAT(signed_names(actions_.edits[4]),
                testing::UnorderedElementsAre("from", "from", "authentication-results"))
        << "what stays is signed, once";
    EXPECT_THAT(log_.last(), HasSubstr(" removed=4 "));
}

TEST_F(SignSessionTest, ResultsStayWhereSoConfiguredAndInMailThatIsNotSigned) {
    constexpr std::pair<const char*, const char*> kForged{"Authentication-Results",
                                                          " mx1.host.example; dkim=pass"};
    config_.remove_results = true;
    actions_.macros["j"] = "mx1.host.example";
    connect("192.0.2.7");
    mail();
    EXPECT_EQ(headers({kForged, {"From", " bob@example.net"}}), Answer::Accept);
    EXPECT_TRUE(actions_.edits.empty());
    EXPECT_THAT(log_.last(), Not(HasSubstr("removed")));

    mail();
    headers({kForged, kFrom, kDate, kId});
    rest();
    EXPECT_THAT(actions_.edits, testing::Contains("delete-header Authentication-Results[1]"));
}

TEST_F(SignSessionTest, NothingIsRemovedWithoutRemoveAuthres) {
    actions_.macros["j"] = "mx1.host.example";
    connect("192.0.2.7");
    mail();
    headers({{"Authentication-Results", " mx1.host.example; dkim=pass"}, kFrom, kDate, kId});
    rest();
    EXPECT_EQ(actions_.edits.size(), 2U) << "two signatures";
    EXPECT_THAT(log_.last(), Not(HasSubstr("removed")));
}

TEST_F(SignSessionTest, StepsOutOfOrderAreBorne) {
    EXPECT_EQ(session().end_of_headers(actions_), Answer::TempFail);
    EXPECT_EQ(session().end_of_message(actions_), Answer::TempFail);
    EXPECT_EQ(session().body("x", actions_), Answer::Continue);
    EXPECT_EQ(session().header("From", " a@b", actions_), Answer::Continue);
    session().abort();
    session().failed("what");
    EXPECT_THAT(log_.last(), HasSubstr("action=tempfail"));
}

} // namespace
} // namespace postern::sign
