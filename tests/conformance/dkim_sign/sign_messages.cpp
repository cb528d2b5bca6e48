// Signs messages for other implementations to verify:
//
//     dkim_sign_messages KEY-DIRECTORY OUT-DIRECTORY MESSAGE...
//
// Each message is signed with an RSA-2048 and an Ed25519 key at once, in all four
// canonicalizations, with the default header selection and with one that covers fields which occur
// many times. The body goes to the signer in small uneven chunks. Results:
// OUT-DIRECTORY/<message>.<header>-<body>.<selection>.eml
#include "common/base/file.hpp"
#include "common/crypto/key.hpp"
#include "common/dkim/signer.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace {

using namespace postern;
using message::Canonicalization;

std::shared_ptr<const crypto::PrivateKey> key(const std::string& path) {
    const auto file = read_file(path, 64 * 1024);
    auto parsed = file ? crypto::PrivateKey::parse(file->text) : tl::unexpected(file.error());
    if (!parsed) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), parsed.error().message.c_str());
        return nullptr;
    }
    return std::make_shared<const crypto::PrivateKey>(std::move(*parsed));
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    const std::string keys = argv[1], out = argv[2];
    const auto rsa = key(keys + "/rsa2048_pkcs8.pem"), ed25519 = key(keys + "/ed25519.pem");
    if (!rsa || !ed25519) return 1;

    for (int i = 3; i < argc; ++i) {
        const auto file = read_file(argv[i], 16 << 20);
        const auto header =
            file ? message::HeaderBlock::parse(file->text) : tl::unexpected(file.error());
        if (!header) {
            std::fprintf(stderr, "%s: %s\n", argv[i], header.error().message.c_str());
            return 1;
        }
        const auto body = std::string_view(file->text).substr(header->body_start);
        for (const auto header_form : {Canonicalization::Simple, Canonicalization::Relaxed})
            for (const auto body_form : {Canonicalization::Simple, Canonicalization::Relaxed})
                for (const std::string_view selection : {"*", "*,+Comments,+Received,-Autocrypt"}) {
                    dkim::Signer signer(
                        {{.domain = "football.example.com",
                          .selector = "rsa",
                          .identity = "@football.example.com",
                          .key = rsa},
                         {.domain = "football.example.com",
                          .selector = "ed",
                          .identity = "jo e;=@mail.football.example.com",
                          .key = ed25519}},
                        {.header = header_form,
                         .body = body_form,
                         .selection = *dkim::HeaderSelection::parse(selection, "*"),
                         .expiry = std::chrono::hours(24 * 365 * 100)},
                        1767225600); // 2026-01-01: dkimpy refuses signatures from the future
                    for (std::size_t at = 0, size = 1; at < body.size();
                         at += size, size = size % 97 + 1)
                        signer.body(body.substr(at, size));
                    const auto fields = signer.finish(header->headers);
                    if (!fields) {
                        std::fprintf(stderr, "%s: %s\n", argv[i], fields.error().message.c_str());
                        return 1;
                    }
                    const std::string name = std::filesystem::path(argv[i]).stem().string() + "." +
                                             std::string(to_string(header_form)) + "-" +
                                             std::string(to_string(body_form)) +
                                             (selection == "*" ? ".default" : ".many") + ".eml";
                    std::ofstream result(out + "/" + name, std::ios::binary);
                    for (const auto& field : *fields)
                        result << "DKIM-Signature:" << field.value << "\r\n";
                    result << file->text;
                    if (!result.flush()) return 1;
                }
    }
    return 0;
}
