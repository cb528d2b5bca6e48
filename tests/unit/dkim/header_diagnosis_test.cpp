#include "common/dkim/diagnosis.hpp"
#include "tests/support/name_of.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace postern::dkim {
namespace {

using message::Canonicalization;
using testing_support::name_of;

using Fields = std::vector<std::pair<std::string, std::string>>;

/// What the signer hashed is written out here, octet by octet (RFC 6376 3.4.1, 3.4.2, 3.7).
struct Case {
    const char* name;
    std::string signed_octets; ///< of the fields in h=
    Fields received;
    std::vector<std::string> names;
    std::string text;
    Canonicalization form = Canonicalization::Relaxed;
    std::string copied = {};
};

constexpr std::string_view kSignature = "dkim-signature:v=1; a=rsa-sha256; b=";

class HeaderCause : public testing::TestWithParam<Case> {};

TEST_P(HeaderCause, IsFoundByTheHashTheSignerSaw) {
    const Case& row = GetParam();
    message::HeaderBlock headers;
    for (const auto& [name, value] : row.received)
        headers.add(name, value);
    headers.add("DKIM-Signature",
                row.copied.empty() ? " v=1; b=" : " v=1; z=" + row.copied + "; b=");
    const auto wanted = crypto::sha256(row.signed_octets + std::string(kSignature));
    DiagnosisWork work;
    unsigned asked = 0;
    const auto verifies = [&](const crypto::Sha256& hash) {
        ++asked;
        return hash == wanted;
    };
    EXPECT_EQ(explain_header({.headers = headers,
                              .names = row.names,
                              .form = row.form,
                              .signature_field = kSignature,
                              .field = headers.size() - 1},
                             verifies, work),
              row.text);
    EXPECT_EQ(work.verifications, asked);
    EXPECT_LE(asked, DiagnosisLimits{}.verifications);
}

Fields with_subject(const std::string& subject) {
    return {{"From", " a@example.org"}, {"Subject", subject}};
}
const std::vector<std::string> kFromSubject{"From", "Subject"};
const std::string kFrom = "from:a@example.org\r\n";
const Fields kMunged{{"From", " A via List <list@example.net>"},
                     {"Reply-To", "  A <a@example.org>"},
                     {"Subject", " x"}};

INSTANTIATE_TEST_SUITE_P(
    Table, HeaderCause,
    testing::Values(
        Case{"list_label", kFrom + "subject:Lunch?\r\n", with_subject(" [food] Lunch?"),
             kFromSubject, "Subject prefixed"},
        Case{"list_label_folded", kFrom + "subject:Lunch?\r\n",
             with_subject("\r\n [food]\r\n Lunch?"), kFromSubject, "Subject prefixed"},
        Case{"label_behind_reply_mark", kFrom + "subject:Re: Lunch?\r\n",
             with_subject(" Re: [food] Lunch?"), kFromSubject, "Subject prefixed"},
        Case{"label_in_front_of_reply_mark", kFrom + "subject:Re: Lunch?\r\n",
             with_subject(" [food] Re: Lunch?"), kFromSubject, "Subject prefixed"},
        Case{"reply_mark_moved", kFrom + "subject:Lunch?\r\n", with_subject(" Re: [food] Lunch?"),
             kFromSubject, "Subject prefixed"},
        Case{"two_labels", kFrom + "subject:Lunch?\r\n", with_subject(" [EXT] [food] Lunch?"),
             kFromSubject, "Subject prefixed"},
        Case{"inner_label_is_the_authors", kFrom + "subject:[food] Lunch?\r\n",
             with_subject(" [EXT] [food] Lunch?"), kFromSubject, "Subject prefixed"},
        Case{"stars", kFrom + "subject:Lunch?\r\n", with_subject(" ***SPAM*** Lunch?"),
             kFromSubject, "Subject prefixed"},
        Case{"word", kFrom + "subject:Lunch?\r\n", with_subject(" EXTERNAL: Lunch?"), kFromSubject,
             "Subject prefixed"},
        Case{"simple_label", "From: a@example.org\r\nSubject:  Lunch?\r\n",
             with_subject("  [food] Lunch?"), kFromSubject, "Subject prefixed",
             Canonicalization::Simple},
        Case{"other_subject", kFrom + "subject:Dinner?\r\n", with_subject(" [food] Lunch?"),
             kFromSubject, ""},
        Case{"subject_not_signed", kFrom, with_subject(" [food] Lunch?"), {"From", "Date"}, ""},
        Case{"reply_to_added",
             kFrom + "subject:x\r\n",
             {{"Reply-To", " list@example.net"}, {"From", " a@example.org"}, {"Subject", " x"}},
             {"From", "reply-to", "Subject", "To"},
             "field Reply-To added"},
        Case{"second_subject_added",
             kFrom + "subject:x\r\n",
             {{"Subject", " y"}, {"From", " a@example.org"}, {"Subject", " x"}},
             {"From", "Subject", "Subject"},
             "field Subject added"},
        Case{"private_field_added",
             kFrom,
             {{"X-Secret", " y"}, {"From", " a@example.org"}},
             {"From", "X-Secret"},
             ""},
        Case{"author_moved", "from:A <a@example.org>\r\nsubject:x\r\n", kMunged, kFromSubject,
             "field From changed"},
        Case{"encoding_changed",
             kFrom + "content-transfer-encoding:8bit\r\n",
             {{"From", " a@example.org"}, {"Content-Transfer-Encoding", " quoted-printable"}},
             {"From", "Content-Transfer-Encoding"},
             "field Content-Transfer-Encoding changed"},
        Case{"folded", "From: a@example.org\r\nSubject: x y\r\n", with_subject(" x\r\n y"),
             kFromSubject, "white space changed", Canonicalization::Simple},
        Case{"folded_at_another_place", "From: a@example.org\r\nSubject: x y\r\n z\r\n",
             with_subject(" x\r\n y z"), kFromSubject, "", Canonicalization::Simple},
        Case{"hashed_with_lf", "From: a@example.org\nSubject: x\n y\n", with_subject(" x\r\n y"),
             kFromSubject, "line ends changed", Canonicalization::Simple},
        Case{"refolded_with_tab", "From: a@example.org\r\nSubject: x\r\n\ty\r\n",
             with_subject(" x\r\n y"), kFromSubject, "white space changed",
             Canonicalization::Simple},
        Case{"copies_tell_the_field",
             kFrom + "subject:x y|z\r\nto:b@example.org\r\n",
             {{"From", " a@example.org"}, {"Subject", " other"}, {"To", " b@example.org"}},
             {"From", "Subject", "To"},
             "field Subject changed",
             Canonicalization::Relaxed,
             "From:=20a@example.org|\r\n Subject:=20x=20y=7Cz|To:=20b@example.org"},
        Case{"copies_tell_two_fields",
             kFrom + "subject:x\r\nto:b@example.org\r\n",
             {{"From", " a@example.org"}, {"Subject", " other"}, {"To", " c@example.org"}},
             {"From", "Subject", "To"},
             "header fields changed",
             Canonicalization::Relaxed,
             "From:a@example.org|Subject:x|To:b@example.org"},
        Case{"copies_tell_a_field_without_known_name",
             kFrom + "x-secret:x\r\n",
             {{"From", " a@example.org"}, {"X-Secret", " other"}},
             {"From", "X-Secret"},
             "header fields changed",
             Canonicalization::Relaxed,
             "X-Secret:x"},
        Case{"copies_that_lie", kFrom + "subject:x\r\n", with_subject(" other"), kFromSubject, "",
             Canonicalization::Relaxed, "Subject:y|nonsense||:|=|Subject:=ZZ"},
        Case{"no_fields_at_all", kFrom, {}, {"From"}, ""},
        Case{"the_signature_itself_is_never_meant",
             kFrom + "subject:x\r\n",
             with_subject(" [a] x"),
             {"From", "DKIM-Signature", "Subject"},
             "Subject prefixed"}),
    name_of);

// All of a message's signatures together: the work of one is what the next has left.
TEST(HeaderDiagnosis, SpendsNoMorePublicKeyOperationsThanAllowed) {
    message::HeaderBlock headers;
    std::vector<std::string> names;
    for (const char* name : {"Subject", "Reply-To", "Sender", "List-Id", "Cc", "To", "Date",
                             "Content-Transfer-Encoding", "MIME-Version", "List-Help", "List-Post",
                             "Content-Type", "List-Archive", "From", "References"}) {
        headers.add(name, " [a] [b] c\r\n d");
        names.emplace_back(name);
    }
    unsigned asked = 0;
    const auto never = [&](const crypto::Sha256&) { return ++asked == 0; };
    DiagnosisWork work;
    for (const auto form : {Canonicalization::Simple, Canonicalization::Relaxed})
        for (int i = 0; i < 5; ++i)
            EXPECT_EQ(explain_header({.headers = headers,
                                      .names = names,
                                      .form = form,
                                      .signature_field = kSignature},
                                     never, work),
                      "");
    EXPECT_EQ(asked, DiagnosisLimits{}.verifications);
    EXPECT_LE(work.hashed_octets,
              DiagnosisLimits{}.verifications * (headers.octets() + kSignature.size()));
}

TEST(HeaderDiagnosis, LeavesLargeHeadersAlone) {
    message::HeaderBlock headers;
    headers.add("Subject", " [a] " + std::string(DiagnosisLimits{}.header_octets, 'x'));
    const std::vector<std::string> names{"Subject"};
    DiagnosisWork work;
    const auto yes = [](const crypto::Sha256&) { return true; };
    EXPECT_EQ(explain_header({.headers = headers, .names = names}, yes, work), "");
    EXPECT_EQ(work.verifications, 0U);
    DiagnosisWork more;
    EXPECT_EQ(explain_header({.headers = headers, .names = names}, yes, more,
                             {.header_octets = headers.octets()}),
              "Subject prefixed");
}

} // namespace
} // namespace postern::dkim
