#include "common/crypto/private_key_text.hpp"

#include "common/base/base64.hpp"
#include "common/base/text.hpp"
#include "common/crypto/openssl_error.hpp"
#include "common/crypto/secret.hpp"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace postern::crypto {
namespace {

using Bytes = std::span<const std::uint8_t>;

// ---- DER, as far as needed to tell one kind of key from another

enum Tag : std::uint8_t {
    kInteger = 0x02,
    kBitString = 0x03,
    kOctetString = 0x04,
    kSequence = 0x30
};

struct Element {
    std::uint8_t tag;
    Bytes content;
};

/// Takes the first element off `rest`; nothing if it is cut short or its length is not DER.
std::optional<Element> take(Bytes& rest) {
    if (rest.size() < 2) return std::nullopt;
    const std::uint8_t tag = rest[0];
    std::size_t length = rest[1];
    std::size_t header = 2;
    if (length >= 0x80) {
        const std::size_t octets = length - 0x80;
        if (octets == 0 || octets > 3 || rest.size() < 2 + octets) return std::nullopt;
        length = 0;
        for (std::size_t i = 0; i < octets; ++i)
            length = length << 8 | rest[2 + i];
        header += octets;
    }
    if (rest.size() - header < length) return std::nullopt;
    const Element element{tag, rest.subspan(header, length)};
    rest = rest.subspan(header + length);
    return element;
}

enum class Kind : std::uint8_t {
    Pkcs8,          ///< PrivateKeyInfo (RFC 5958)
    Pkcs1,          ///< RSAPrivateKey (RFC 8017 A.1.2)
    EncryptedPkcs8, ///< EncryptedPrivateKeyInfo
    Sec1,           ///< ECPrivateKey (RFC 5915)
    Dsa,            ///< OpenSSL's DSA private key
    PublicKey,      ///< SubjectPublicKeyInfo or RSAPublicKey
    Unknown,
};

Kind kind_of(Bytes der) {
    const auto outer = take(der);
    if (!outer || outer->tag != kSequence || !der.empty()) return Kind::Unknown;
    std::vector<std::uint8_t> tags;
    for (Bytes rest = outer->content; !rest.empty();) {
        const auto element = take(rest);
        if (!element || tags.size() > 16) return Kind::Unknown;
        tags.push_back(element->tag);
    }
    const auto starts = [&](std::initializer_list<std::uint8_t> expected) {
        return tags.size() >= expected.size() &&
               std::equal(expected.begin(), expected.end(), tags.begin());
    };
    if (starts({kInteger, kSequence, kOctetString})) return Kind::Pkcs8;
    if (starts({kInteger, kOctetString})) return Kind::Sec1;
    if (starts({kSequence, kOctetString})) return Kind::EncryptedPkcs8;
    if (starts({kSequence, kBitString})) return Kind::PublicKey;
    if (starts({kInteger, kInteger})) {
        if (tags.size() == 2) return Kind::PublicKey;
        return tags.size() == 6 ? Kind::Dsa : Kind::Pkcs1;
    }
    return Kind::Unknown;
}

// ---- what each kind becomes

struct Pkcs8Free {
    void operator()(PKCS8_PRIV_KEY_INFO* info) const noexcept { PKCS8_PRIV_KEY_INFO_free(info); }
};

tl::unexpected<Error> encrypted() {
    return fail("the private key is encrypted; a daemon cannot type a pass phrase, decrypt it with "
                "\"openssl pkey -in FILE -out FILE\"");
}
tl::unexpected<Error> public_only() {
    return fail("this is a public key; the private key is needed to sign");
}
tl::unexpected<Error> other_type(std::string_view name) {
    return fail("the key is of type " + std::string(name) +
                "; DKIM signs with RSA (RFC 6376) or Ed25519 (RFC 8463)");
}

/// RSAPrivateKey has no number larger than the modulus, which comes second. OpenSSL does not mind
/// one that is, and computes for minutes.
bool is_of_plausible_size(Bytes der) {
    const auto outer = take(der);
    if (!outer) return false;
    Bytes rest = outer->content;
    take(rest); // version
    const auto modulus = take(rest);
    while (modulus && !rest.empty()) {
        const auto number = take(rest);
        if (!number || number->content.size() > modulus->content.size()) return false;
    }
    return modulus.has_value();
}

Result<KeyHandle> from_pkcs1(Bytes der) {
    if (kind_of(der) != Kind::Pkcs1 || !is_of_plausible_size(der))
        return fail("damaged RSA private key: not the numbers of one");
    const ErrorScope errors;
    const unsigned char* at = der.data();
    KeyHandle key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
    if (!key) return fail("damaged RSA private key: " + ErrorScope::reason());
    return key;
}

Result<KeyHandle> from_seed(Bytes seed) {
    const ErrorScope errors;
    KeyHandle key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
    if (!key) return fail("Ed25519 seed refused: " + ErrorScope::reason());
    return key;
}

Result<KeyHandle> from_pkcs8(Bytes der) {
    const ErrorScope errors;
    const unsigned char* at = der.data();
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Pkcs8Free> info(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
    if (!info) return fail("damaged PKCS#8 private key: " + ErrorScope::reason());
    const ASN1_OBJECT* algorithm = nullptr;
    const unsigned char* inner = nullptr;
    int inner_size = 0;
    PKCS8_pkey_get0(&algorithm, &inner, &inner_size, nullptr, info.get());
    const int nid = OBJ_obj2nid(algorithm);
    if (nid == NID_rsaEncryption) return from_pkcs1({inner, static_cast<std::size_t>(inner_size)});
    if (nid != NID_ED25519) {
        if (nid == NID_X9_62_id_ecPublicKey) return other_type("EC");
        const char* name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
        return other_type(name != nullptr ? name : "unknown");
    }
    // An OCTET STRING in the octet string (RFC 8410 7). Taken apart here: OpenSSL's decoders would
    // spend more time on finding themselves than a signature takes.
    Bytes rest(inner, static_cast<std::size_t>(inner_size));
    const auto seed = take(rest);
    if (!seed || seed->tag != kOctetString || seed->content.size() != 32 || !rest.empty())
        return fail("damaged Ed25519 private key: no seed of 32 octets");
    return from_seed(seed->content);
}

Result<KeyHandle> from_der(Bytes der) {
    switch (kind_of(der)) {
    case Kind::Pkcs8:
        return from_pkcs8(der);
    case Kind::Pkcs1:
        return from_pkcs1(der);
    case Kind::EncryptedPkcs8:
        return encrypted();
    case Kind::Sec1:
        return other_type("EC");
    case Kind::Dsa:
        return other_type("DSA");
    case Kind::PublicKey:
        return public_only();
    case Kind::Unknown:
        break;
    }
    return fail("neither a PKCS#8 nor a PKCS#1 private key (damaged or cut short?)");
}

// ---- PEM (RFC 7468, and the older form with headers)

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";

struct Block {
    std::string_view label, content;
};

/// Takes the next block off `rest`, over whatever stands before it.
std::optional<Result<Block>> take_block(std::string_view& rest) {
    const auto begin = rest.find(kBegin);
    if (begin == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(begin + kBegin.size());
    const auto label_end = rest.find(kDashes);
    if (label_end == std::string_view::npos || label_end > 64)
        return fail("damaged PEM: the BEGIN line does not end");
    const std::string_view label = rest.substr(0, label_end);
    rest.remove_prefix(label_end + kDashes.size());
    const auto end = rest.find(kEnd);
    if (end == std::string_view::npos || !rest.substr(end + kEnd.size()).starts_with(label))
        return fail("damaged PEM: no END line for \"BEGIN " + std::string(trim(label)) + "\"");
    const Block block{label, rest.substr(0, end)};
    rest.remove_prefix(end + kEnd.size());
    return block;
}

Result<KeyHandle> from_pem_block(const Block& block) {
    // "Proc-Type: 4,ENCRYPTED"; the comma matters, for base64 may spell the word by chance.
    if (block.content.find(",ENCRYPTED") != std::string_view::npos) return encrypted();
    if (block.content.find(':') != std::string_view::npos)
        return fail("damaged PEM: unexpected header lines in the private key");
    auto der = base64_decode(block.content);
    if (!der) return fail("damaged PEM: " + der.error().message);
    const WipeAtExit wiping(*der);
    return from_der(*der);
}

Result<KeyHandle> from_pem(std::string_view text) {
    bool saw_public = false;
    std::string other;
    while (auto next = take_block(text)) {
        if (!*next) return tl::unexpected(next->error());
        const Block& block = **next;
        if (block.label == "PRIVATE KEY" || block.label == "RSA PRIVATE KEY")
            return from_pem_block(block);
        if (block.label == "ENCRYPTED PRIVATE KEY") return encrypted();
        if (block.label == "EC PRIVATE KEY") return other_type("EC");
        if (block.label == "DSA PRIVATE KEY") return other_type("DSA");
        if (block.label == "OPENSSH PRIVATE KEY")
            return fail("this is an OpenSSH key; make one with \"postern keygen\" or \"openssl "
                        "genpkey\"");
        if (iends_with(block.label, "PUBLIC KEY"))
            saw_public = true;
        else if (other.empty() && is_ascii(block.label))
            other = block.label;
    }
    if (saw_public) return public_only();
    return fail("no private key in the PEM text" +
                (other.empty() ? std::string() : ", only \"" + other + "\""));
}

} // namespace

void KeyFree::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Result<KeyHandle> parse_private_key_text(std::string_view text) {
    if (text.size() > kMaxKeyText) return fail("longer than any private key");
    if (trim(text).empty()) return fail("empty: no private key");
    if (text.find(kBegin) != std::string_view::npos) return from_pem(text);
    auto der = base64_decode(text);
    if (!der) return fail("not a private key: neither PEM nor base64");
    const WipeAtExit wiping(*der);
    if (der->size() == 32) return from_seed(*der);
    return from_der(*der);
}

} // namespace postern::crypto
