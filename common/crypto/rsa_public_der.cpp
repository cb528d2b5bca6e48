#include "common/crypto/rsa_public_der.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace postern::crypto {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::uint8_t kInteger = 0x02, kBitString = 0x03, kObjectId = 0x06, kSequence = 0x30;
/// 1.2.840.113549.1.1.1
constexpr std::array<std::uint8_t, 9> kRsaEncryption{0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                     0x0D, 0x01, 0x01, 0x01};

/// The content of the element of this type at the beginning of `rest`, which then begins behind it.
std::optional<Octets> take(Octets& rest, std::uint8_t type) {
    if (rest.size() < 2 || rest[0] != type) return std::nullopt;
    std::size_t size = rest[1];
    std::size_t head = 2;
    if (size >= 0x80) {
        const std::size_t digits = size & 0x7F;
        if (digits == 0 || digits > 3 || rest.size() < head + digits) return std::nullopt;
        size = 0;
        for (; head < 2 + digits; ++head)
            size = size << 8 | rest[head];
    }
    if (rest.size() - head < size) return std::nullopt;
    const Octets content = rest.subspan(head, size);
    rest = rest.subspan(head + size);
    return content;
}

/// Read as unsigned even where the sign bit is set: keys made without the leading zero are about,
/// and OpenSSL reads them so.
std::optional<Octets> take_number(Octets& rest) {
    auto number = take(rest, kInteger);
    if (!number) return std::nullopt;
    while (!number->empty() && number->front() == 0)
        number = number->subspan(1);
    return number;
}

Result<RsaNumbers> read_numbers(Octets sequence) {
    const auto modulus = take_number(sequence);
    const auto exponent = modulus ? take_number(sequence) : std::nullopt;
    if (!exponent) return fail("no RSA public key");
    return RsaNumbers{*modulus, *exponent};
}

} // namespace

Result<RsaNumbers> parse_rsa_public_der(Octets der) {
    auto outer = take(der, kSequence);
    if (!outer) return fail("no RSA public key");
    Octets rest = *outer;
    auto algorithm = take(rest, kSequence);
    if (!algorithm) return read_numbers(*outer);

    const auto id = take(*algorithm, kObjectId);
    if (!id || !std::equal(id->begin(), id->end(), kRsaEncryption.begin(), kRsaEncryption.end()))
        return fail("a key of another type than RSA");
    auto bits = take(rest, kBitString);
    if (!bits || bits->empty() || bits->front() != 0) return fail("no RSA public key");
    Octets inner = bits->subspan(1);
    const auto numbers = take(inner, kSequence);
    if (!numbers) return fail("no RSA public key");
    return read_numbers(*numbers);
}

} // namespace postern::crypto
