#include "milters/sign/fragile.hpp"

#include <gtest/gtest.h>

#include <array>

namespace postern::sign {
namespace {

struct Message {
    message::HeaderBlock headers;
    message::BodySurvey survey;
};

Message whole_message() {
    Message message;
    message.headers.add("From", " a@example.org");
    message.headers.add("Date", " Sat, 21 Nov 2026 05:00:00 +0000");
    message.headers.add("Message-ID", " <1@example.org>");
    return message;
}

const std::array<std::string, 1> kKeys{"2026a._domainkey.example.org"};

TEST(Fragile, AnOrdinaryMessageHasNoPoint) {
    Message message = whole_message();
    message.survey.update("hello\r\n");
    message.survey.finish();
    EXPECT_EQ(fragile_points(message.headers, message.survey, kKeys), "");
}

TEST(Fragile, NamesEachPointInTheOrderOfTheManual) {
    Message message;
    message.headers.add("From", " a@example.org");
    message.headers.add("DKIM-Signature",
                        " v=1; a=rsa-sha256; d=Example.org;\r\n s=2026a; h=From; bh=; b=");
    message.survey.update(std::string(999, 'x') + "\r\n\xE4\rb\nc");
    message.survey.update(std::string_view("\0\r\n", 3));
    message.survey.finish();
    EXPECT_EQ(fragile_points(message.headers, message.survey, kKeys),
              "long-line,8bit,bare-cr,bare-lf,nul,no-date,no-message-id,own-signature");
}

TEST(Fragile, ALineOf998OctetsIsNotTooLongAndForeignSignaturesAreNotOurs) {
    Message message = whole_message();
    message.headers.add("DKIM-Signature", " v=1; d=example.org; s=other");
    message.headers.add("DKIM-Signature", " not a tag list");
    message.survey.update(std::string(998, 'x') + "\r\n");
    message.survey.finish();
    EXPECT_EQ(fragile_points(message.headers, message.survey, kKeys), "");
}

} // namespace
} // namespace postern::sign
