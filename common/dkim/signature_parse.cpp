// Signatures of the kind we make: everything else that can be read is an error here.
#include "common/dkim/signature.hpp"
#include "common/dkim/signature_reading.hpp"

namespace postern::dkim {

Result<SignatureFields> SignatureFields::parse(std::string_view value) {
    constexpr std::size_t kMaxNames = 1000;
    SignatureReading reading = read_signature(value, kMaxNames);
    if (!reading.problem.empty())
        return fail(reading.detail.empty() ? reading.problem
                                           : reading.problem + ": " + reading.detail);
    if (reading.named != NamedAlgorithm::Known)
        return fail("a= is neither rsa-sha256 nor ed25519-sha256");
    if (reading.too_many_names) return fail("h= has more than 1000 entries");
    if (!reading.covers_from) return fail("h= does not cover From");
    if (reading.length) return fail("l= limits the signature to a part of the body");
    return std::move(reading.fields);
}

} // namespace postern::dkim
