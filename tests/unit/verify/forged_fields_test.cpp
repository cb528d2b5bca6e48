// What of a message goes, also beyond the limits of what is read.
#include "milters/verify/forged_fields.hpp"

#include <gmock/gmock.h>

namespace postern::verify {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> removed(const ForgedFields& forged, const message::HeaderBlock& read) {
    std::vector<std::string> all;
    for (const authres::Removal& removal : forged.removals(read, {"mx.example.org"}))
        all.push_back(removal.name + "[" + std::to_string(removal.index) + "]");
    return all;
}

TEST(ForgedFields, ThoseThatClaimOurNameGoFromTheHighestIndexDown) {
    message::HeaderBlock read;
    read.add("Authentication-Results", " MX.example.org; dkim=pass");
    read.add("Authentication-Results", " other.example; dkim=pass");
    read.add("Received-SPF", " pass");
    read.add("X-Postern-Verify", " nothing");
    read.add("authentication-results", " mx.example.org; spf=pass");
    const ForgedFields forged(true, {"X-Postern-Verify"});
    EXPECT_THAT(removed(forged, read),
                ElementsAre("authentication-results[3]", "X-Postern-Verify[1]", "Received-SPF[1]",
                            "Authentication-Results[1]"));
}

TEST(ForgedFields, WhatNobodyReadGoesWhateverItSays) {
    message::HeaderBlock read;
    read.add("Authentication-Results", " other.example; dkim=pass");
    read.add("Authentication-Results", " mx.example.org; dkim=pass");
    ForgedFields forged(false, {"X-Tag"});
    for (const char* name :
         {"authentication-results ", "Subject", "Authentication-Results", "x-tag", "Received-SPF"})
        forged.unread(name);
    EXPECT_THAT(removed(forged, read),
                ElementsAre("authentication-results[4]", "authentication-results[3]", "x-tag[1]",
                            "Authentication-Results[2]"));
}

TEST(ForgedFields, TheListIsBounded) {
    ForgedFields forged(true, {});
    for (int i = 0; i < 100'000; ++i)
        forged.unread("Received-SPF");
    EXPECT_THAT(forged.removals({}, {"mx.example.org"}), SizeIs(kMaxRemovals + 1));
}

} // namespace
} // namespace postern::verify
