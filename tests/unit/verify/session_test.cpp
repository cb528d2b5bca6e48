// postern-verify's decisions, step by step, without libmilter: what is answered, what is edited,
// what the log says. The message is that of RFC 8463 A.3.
#include "common/dns/fixture.hpp"
#include "milters/verify/session.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/recorded_actions.hpp"
#include "tests/unit/verify/rfc8463_message.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace postern::verify {
namespace {

using milter::Answer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using namespace testing_support;

/// The day the message was signed; durations pass as they do.
class ThatDay final : public Clock {
public:
    [[nodiscard]] std::int64_t unix_time() const override { return kSignedAt + 60; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::now();
    }
};

class VerifySessionTest : public testing::Test {
protected:
    VerifySessionTest() {
        auto dns = dns::FixtureResolver::parse(kZone, "zone");
        EXPECT_TRUE(dns.has_value()) << dns.error().message;
        dns_ = std::make_shared<dns::FixtureResolver>(std::move(*dns));
        config_.resolver = dns_;
        config_.spf = spf::make_engine(spf::EngineKind::Own);
        config_.authserv_id = "mx.example.org";
        config_.tag_header = "X-Postern-Verify";
        config_.remove_headers = {"X-Postern-Verify"};
        tables::Report report;
        config_.internal_hosts =
            tables::HostList::load("127.0.0.1", tables::OpenHosts::Refused, report);
        actions_.macros["j"] = "host.example.org";
        actions_.macros["i"] = "4ZxQ1m2Jz9";
    }

    VerifySession& session() {
        if (!session_) {
            auto snapshot = std::make_shared<const Config>(std::move(config_));
            session_.emplace([snapshot] { return snapshot; }, nullptr, clock_, log_.log());
        }
        return *session_;
    }
    void on(Condition condition, Action action) {
        config_.policy.on[static_cast<std::size_t>(condition)] = action;
    }

    Answer begin(std::string_view sender = "joe@football.example.com",
                 std::string_view address = "192.0.2.1",
                 std::string_view helo = "mx.football.example.com") {
        session().connect(
            {.name = "mx.football.example.com", .address = IpAddress::parse(address), .port = 4711},
            actions_);
        session().helo(helo, actions_);
        return session().mail(sender, {}, actions_);
    }
    void fields(std::initializer_list<RawField> extra) {
        for (const auto& [name, value] : extra)
            EXPECT_EQ(session().header(name, value, actions_), Answer::Continue);
        for (const auto& [name, value] : kFields)
            EXPECT_EQ(session().header(name, value, actions_), Answer::Continue);
    }
    Answer end(std::string_view body = kBody) {
        session().body(body, actions_);
        return session().end_of_message(actions_);
    }
    /// The field we wrote, unfolded.
    std::string results() {
        for (const std::string& edit : actions_.edits)
            if (edit.starts_with("insert-header 0 Authentication-Results:"))
                return std::regex_replace(edit.substr(39), std::regex("[\r\n\t ]+"), " ");
        return {};
    }

    std::shared_ptr<dns::FixtureResolver> dns_;
    Config config_;
    ThatDay clock_;
    CapturedLog log_;
    RecordedActions actions_;
    std::optional<VerifySession> session_;
};

TEST_F(VerifySessionTest, TheMessageOfTheRfcPasses) {
    EXPECT_EQ(begin(), Answer::Continue);
    fields({kEd25519Signature, kRsaSignature});
    EXPECT_EQ(end(), Answer::Continue);
    ASSERT_THAT(actions_.edits, SizeIs(1));
    EXPECT_EQ(results(),
              " mx.example.org; dkim=pass (256-bit key) header.d=football.example.com "
              "header.s=brisbane header.i=@football.example.com header.a=ed25519-sha256 "
              "header.b=\"/gCrinpc\"; dkim=pass (1024-bit key) header.d=football.example.com "
              "header.s=test header.i=@football.example.com header.a=rsa-sha256 "
              "header.b=F45dVWDf; spf=pass smtp.mailfrom=joe@football.example.com; spf=pass "
              "smtp.helo=mx.football.example.com; iprev=pass policy.iprev=192.0.2.1");
    EXPECT_THAT(log_.last(),
                AllOf(StartsWith("info 4ZxQ1m2Jz9: action=verified dkim=pass:football.example.com,"
                                 "pass:football.example.com spf=pass spf-helo=pass iprev=pass "
                                 "from=<joe@football.example.com> "),
                      HasSubstr(" helo=mx.football.example.com questions=6 ms=")));
    EXPECT_THAT(log_.lines(), SizeIs(1)) << "one line per message";
}

TEST_F(VerifySessionTest, AnyCutOfTheBodyIsTheSameBody) {
    begin();
    fields({kRsaSignature});
    for (const char octet : kBody)
        EXPECT_EQ(session().body(std::string_view(&octet, 1), actions_), Answer::Continue);
    session().end_of_message(actions_);
    EXPECT_THAT(results(), HasSubstr("dkim=pass"));
}

TEST_F(VerifySessionTest, UnsignedMailNeedsNoBody) {
    begin();
    fields({});
    EXPECT_EQ(session().body("x", actions_), Answer::Skip);
    EXPECT_EQ(session().end_of_message(actions_), Answer::Continue);
    EXPECT_THAT(results(), HasSubstr("dkim=none; spf=pass"));
    EXPECT_THAT(log_.last(), HasSubstr("dkim=none spf=pass"));
}

TEST_F(VerifySessionTest, AChangedBodyFails) {
    begin();
    fields({kEd25519Signature});
    end("Hi.\r\n\r\nWe won the game.\r\n");
    EXPECT_THAT(results(), HasSubstr("dkim=fail"));
    EXPECT_THAT(log_.last(), AllOf(HasSubstr("dkim=fail:football.example.com"),
                                   HasSubstr("conditions=dkim-fail")));
}

TEST_F(VerifySessionTest, ANullSenderIsJudgedByHelo) {
    begin("");
    fields({});
    end();
    EXPECT_THAT(results(), AllOf(HasSubstr("spf=pass smtp.helo=mx.football.example.com"),
                                 Not(HasSubstr("smtp.mailfrom"))));
}

TEST_F(VerifySessionTest, SpfFailsForStrangersAndHidesTheLocalPart) {
    begin("joe@football.example.com", "198.51.100.9", "[198.51.100.9]");
    fields({});
    end();
    EXPECT_THAT(results(), AllOf(HasSubstr("spf=fail smtp.mailfrom=football.example.com;"),
                                 HasSubstr("spf=none smtp.helo=\"[198.51.100.9]\"")));
    EXPECT_THAT(log_.last(), HasSubstr("conditions=\"dkim-none, spf-fail\""));
}

TEST_F(VerifySessionTest, ASenderThatIsNoAddressIsNone) {
    begin("a@b@c");
    fields({});
    end();
    EXPECT_THAT(results(), HasSubstr("spf=none reason=\"the sender is no address\";"));
}

TEST_F(VerifySessionTest, ForgedResultsGoFromTheHighestIndexDown) {
    begin();
    fields({{"Authentication-Results", " mx.example.org; dkim=pass header.d=victim.example"},
            {"Authentication-Results", " elsewhere.example; dkim=pass"},
            {"authentication-results", " \"MX.Example.ORG\" (forged); spf=pass"},
            {"Received-SPF", " pass identity=mailfrom"},
            {"X-Postern-Verify", " none"},
            {"Authentication-Results", " host.example.org; dkim=pass"}});
    end();
    ASSERT_THAT(actions_.edits, SizeIs(6));
    EXPECT_EQ(actions_.edits[0], "delete-header Authentication-Results[4]");
    EXPECT_THAT(std::vector<std::string>(actions_.edits.begin(), actions_.edits.begin() + 5),
                testing::UnorderedElementsAre(
                    "delete-header Authentication-Results[4]", "delete-header X-Postern-Verify[1]",
                    "delete-header Received-SPF[1]", "delete-header authentication-results[3]",
                    "delete-header Authentication-Results[1]"));
    EXPECT_THAT(actions_.edits[5], StartsWith("insert-header 0 Authentication-Results:"));
    EXPECT_THAT(log_.last(), HasSubstr("removed=5"));
}

// The five cases measured in facts/dkim-peers.md: nothing of the message decides whether they go.
TEST_F(VerifySessionTest, ForgedResultsGoWithoutFrom) {
    begin();
    session().header("Authentication-Results", " mx.example.org; dkim=pass", actions_);
    EXPECT_EQ(session().end_of_message(actions_), Answer::Continue);
    EXPECT_EQ(actions_.edits[0], "delete-header Authentication-Results[1]");
}

TEST_F(VerifySessionTest, ForgedResultsGoFromAHeaderOverTheLimits) {
    config_.header_limits.fields = 2;
    begin();
    fields({kEd25519Signature,
            {"Authentication-Results", " elsewhere.example; dkim=pass"},
            {"Authentication-Results", " mx.example.org; dkim=pass"}});
    EXPECT_EQ(session().body("x", actions_), Answer::Skip);
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_EQ(actions_.edits[0], "delete-header authentication-results[2]");
    EXPECT_THAT(results(), HasSubstr("dkim=policy reason=\"too many header fields\";"));
    EXPECT_THAT(log_.last(), HasSubstr("conditions=dkim-policy"));
    EXPECT_EQ(dns_->asked({"brisbane._domainkey.football.example.com", dns::RecordType::TXT}), 0U);
}

TEST_F(VerifySessionTest, AFloodOfForgedResultsIsRefused) {
    config_.header_limits.fields = 2000;
    begin();
    for (int i = 0; i < 1001; ++i)
        session().header("Authentication-Results", " mx.example.org; dkim=pass", actions_);
    EXPECT_EQ(session().end_of_message(actions_), Answer::Reject);
    EXPECT_THAT(actions_.edits, ElementsAre(StartsWith("set-reply 550 5.7.0 ")));
    EXPECT_THAT(log_.last(), HasSubstr("action=rejected"));
}

TEST_F(VerifySessionTest, OwnNameIsPostfixsUnlessConfigured) {
    config_.authserv_id.clear();
    begin();
    fields({{"Authentication-Results", " host.example.org; dkim=pass"}});
    end();
    EXPECT_EQ(actions_.edits[0], "delete-header Authentication-Results[1]");
    EXPECT_THAT(results(), StartsWith(" host.example.org; "));
}

TEST_F(VerifySessionTest, InternalClientsAndLoginsPassUnchecked) {
    EXPECT_EQ(begin("joe@football.example.com", "127.0.0.1"), Answer::Accept);
    EXPECT_THAT(log_.last(), HasSubstr("action=skipped why=internal-hosts"));
    actions_.macros["{auth_type}"] = "PLAIN";
    actions_.macros["{auth_authen}"] = "joe";
    EXPECT_EQ(begin(), Answer::Accept);
    EXPECT_THAT(log_.last(), AllOf(HasSubstr("action=skipped why=login"), HasSubstr("login=joe")));
    EXPECT_THAT(actions_.edits, IsEmpty());
    EXPECT_EQ(dns_->asked(), 0U);
}

TEST_F(VerifySessionTest, LoginsAreCheckedAndShownWhenAskedFor) {
    config_.skip_logins = false;
    actions_.macros["{auth_type}"] = "PLAIN";
    actions_.macros["{auth_authen}"] = "joe";
    EXPECT_EQ(begin(), Answer::Continue);
    fields({});
    end();
    EXPECT_THAT(results(), HasSubstr("; auth=pass smtp.auth=joe"));
}

TEST_F(VerifySessionTest, TagIsWrittenBelowTheResults) {
    on(Condition::SpfFail, Action::Tag);
    begin("joe@football.example.com", "198.51.100.9");
    fields({});
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_THAT(actions_.edits, ElementsAre("insert-header 0 X-Postern-Verify: dkim-none, spf-fail",
                                            StartsWith("insert-header 0 Authentication-Results:")));
    EXPECT_THAT(log_.last(), HasSubstr("action=tagged"));
}

TEST_F(VerifySessionTest, QuarantineIsTheLastEdit) {
    on(Condition::SpfFail, Action::Quarantine);
    begin("joe@football.example.com", "198.51.100.9");
    fields({});
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_EQ(actions_.edits.back(), "quarantine dkim-none, spf-fail");
    EXPECT_THAT(log_.last(), HasSubstr("action=quarantined"));
}

TEST_F(VerifySessionTest, RejectionsHaveNoEdits) {
    on(Condition::SpfFail, Action::Reject);
    begin("joe@football.example.com", "198.51.100.9");
    fields({{"Received-SPF", " pass"}});
    EXPECT_EQ(end(), Answer::Reject);
    EXPECT_THAT(actions_.edits, ElementsAre("set-reply 550 5.7.23 SPF validation failed"));
    EXPECT_THAT(log_.last(), HasSubstr("action=rejected"));
}

TEST_F(VerifySessionTest, DnsTroubleIsTemperrorAndTheMailGoesOn) {
    dns_->fail("test._domainkey.football.example.com", dns::Outcome::ServFail)
        .fail("football.example.com", dns::Outcome::Timeout);
    begin();
    fields({kRsaSignature});
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_THAT(results(), AllOf(HasSubstr("dkim=temperror"), HasSubstr("spf=temperror")));
    EXPECT_THAT(log_.last(), HasSubstr("conditions=\"dkim-temperror, spf-temperror\""));
}

TEST_F(VerifySessionTest, DnsTroubleDefersWhenAskedTo) {
    on(Condition::DkimTempError, Action::TempFail);
    dns_->fail("test._domainkey.football.example.com", dns::Outcome::ServFail);
    begin();
    fields({kRsaSignature});
    EXPECT_EQ(end(), Answer::TempFail);
    EXPECT_THAT(actions_.edits, ElementsAre(StartsWith("set-reply 451 4.7.5 ")));
}

TEST_F(VerifySessionTest, EveryFirstQuestionIsAskedAtOnce) {
    dns_->delay_all(std::chrono::milliseconds(100));
    const auto began = std::chrono::steady_clock::now();
    begin();
    fields({kEd25519Signature, kRsaSignature});
    end();
    // Two keys, two SPF records, a reverse name and where it leads: one round; "a" is known by
    // then.
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(190));
    EXPECT_THAT(results(), HasSubstr("iprev=pass"));
}

TEST_F(VerifySessionTest, TheDeadlineIsOneForAll) {
    config_.timeout = std::chrono::seconds(1);
    dns_->delay_all(std::chrono::seconds(30));
    const auto began = std::chrono::steady_clock::now();
    begin();
    fields({kEd25519Signature, kRsaSignature});
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
    EXPECT_THAT(results(), AllOf(HasSubstr("dkim=temperror"), HasSubstr("spf=temperror"),
                                 HasSubstr("iprev=temperror")));
}

TEST_F(VerifySessionTest, QuestionsAreBounded) {
    config_.max_questions = 3;
    begin();
    fields({kEd25519Signature, kRsaSignature});
    EXPECT_EQ(end(), Answer::Continue);
    EXPECT_EQ(dns_->asked(), 3U);
    EXPECT_THAT(log_.last(), HasSubstr("max-questions met"));
}

TEST_F(VerifySessionTest, TheTimeCanBePinned) {
    config_.time = kSignedAt - 86400; // the signatures are from the future
    begin();
    fields({kRsaSignature});
    end();
    EXPECT_THAT(results(), Not(HasSubstr("dkim=pass")));
}

TEST_F(VerifySessionTest, ReceivedSpfIsWrittenWhenAskedFor) {
    config_.received_spf = true;
    begin();
    fields({{"Received-SPF", " fail"}});
    end();
    EXPECT_THAT(actions_.edits, ElementsAre("delete-header Received-SPF[1]",
                                            AllOf(StartsWith("insert-header 0 Received-SPF: pass"),
                                                  HasSubstr("client-ip=192.0.2.1")),
                                            StartsWith("insert-header 0 Authentication-Results:")));
}

TEST_F(VerifySessionTest, WithoutAnAddressThereIsNoSpf) {
    session().connect({.name = "localhost", .address = std::nullopt, .port = 0}, actions_);
    session().mail("joe@football.example.com", {}, actions_);
    fields({kRsaSignature});
    end();
    EXPECT_THAT(results(),
                AllOf(HasSubstr("dkim=pass"), Not(HasSubstr("spf=")), Not(HasSubstr("iprev="))));
}

TEST_F(VerifySessionTest, MessagesOfOneConnectionDoNotMix) {
    begin();
    fields({kRsaSignature, {"Authentication-Results", " mx.example.org; dkim=pass"}});
    session().abort();
    EXPECT_EQ(session().mail("joe@football.example.com", {}, actions_), Answer::Continue);
    fields({});
    end();
    EXPECT_THAT(actions_.edits, SizeIs(1));
    EXPECT_THAT(results(), HasSubstr("dkim=none"));
}

TEST_F(VerifySessionTest, StepsOutOfOrderAreBorne) {
    EXPECT_EQ(session().end_of_message(actions_), Answer::TempFail);
    EXPECT_EQ(session().body("x", actions_), Answer::Continue);
    EXPECT_EQ(session().header("From", " a@b", actions_), Answer::Continue);
    session().abort();
    session().failed("what");
    EXPECT_THAT(log_.last(), HasSubstr("action=tempfail"));
    EXPECT_EQ(session().mail("a@b", {}, actions_), Answer::Continue); // no client, no HELO
    EXPECT_EQ(session().end_of_message(actions_), Answer::Continue);
    EXPECT_THAT(results(), HasSubstr("dkim=none"));
}

} // namespace
} // namespace postern::verify
