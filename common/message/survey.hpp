// What in a body will break a signature later, found out while it streams by: lines that some relay
// will wrap, 8-bit octets that a down-conversion will re-encode, bare CR and LF and NUL that are
// changed or refused on the way.
//
//     BodySurvey survey;
//     survey.update(chunk); // as often as chunks come, cut anywhere
//     survey.finish();
//     if (survey.longest_line() > 0) ...
//
// A few instructions per 64 octets, far below what hashing them costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::message {

class BodySurvey {
public:
    /// RFC 5322 2.1.1: a line must not have more octets than this, its CRLF not counted.
    static constexpr std::size_t kMaxLine = 998;

    void update(std::string_view chunk) noexcept;
    /// The end of the body: a last line without line end counts as one. To be called once.
    void finish() noexcept;

    /// Octets of the longest line if it is longer than kMaxLine, else 0.
    [[nodiscard]] std::uint64_t longest_line() const noexcept { return longest_; }
    [[nodiscard]] bool has_8bit() const noexcept { return eight_bit_; }
    [[nodiscard]] bool has_nul() const noexcept { return nul_; }
    [[nodiscard]] bool has_bare_cr() const noexcept { return bare_cr_; }
    [[nodiscard]] bool has_bare_lf() const noexcept { return bare_lf_; }
    /// Nothing of all this.
    [[nodiscard]] bool is_clean() const noexcept {
        return longest_ == 0 && !eight_bit_ && !nul_ && !bare_cr_ && !bare_lf_;
    }
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

    /// The same by the portable scan; for tests that compare the two.
    void update_portable(std::string_view chunk) noexcept;

private:
    struct Block; ///< what was found in up to 64 octets
    void take(const Block& block) noexcept;
    void line_ends(std::uint64_t at, bool after_cr) noexcept;

    std::uint64_t octets_ = 0;
    std::uint64_t line_start_ = 0; ///< offset in the body
    std::uint64_t longest_ = 0;
    bool eight_bit_ = false, nul_ = false, bare_cr_ = false, bare_lf_ = false;
    bool cr_ = false; ///< the last octet was a CR
};

} // namespace postern::message
