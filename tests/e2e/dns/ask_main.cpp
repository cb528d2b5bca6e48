// Asks servers through common/dns and prints one JSON object per answer: what the end-to-end tests
// compare with other people's resolvers.
//
//     dns_ask --server 127.0.0.1:5300 [--server ...] [--timeout-ms N] [--deadline-ms N]
//             [--attempts N] [--edns N] [--trust-ad] NAME TYPE [NAME TYPE ...]
//     {"name":"example.org","type":"TXT","outcome":"records","records":[{"text":"76"}],"ttl":60,
//      "authenticated":false,"why":"","ms":1}
//
// Octets that are no UTF-8 make a text hopeless in JSON, so "text" is in hexadecimal.
#include "common/base/text.hpp"
#include "common/dns/udp_resolver.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using namespace postern::dns;
using std::chrono::milliseconds;

namespace {

struct Command {
    UdpOptions options;
    milliseconds deadline{10'000};
    std::vector<Question> questions;
};

std::string hex(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (const std::uint8_t octet : as_bytes(text)) {
        digits.push_back(kDigits[octet >> 4U]);
        digits.push_back(kDigits[octet & 15U]);
    }
    return digits;
}

/// Escaped as far as our own reasons need it.
std::string quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted.push_back('\\');
        quoted.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
    }
    return quoted + "\"";
}

std::string format(const Question& question, const Answer& answer) {
    std::string records;
    for (const Record& record : answer.records) {
        records += records.empty() ? "{" : ",{";
        if (record.address) records += "\"address\":" + quoted(record.address->text()) + ",";
        records += "\"text\":\"" + hex(record.text) +
                   "\",\"preference\":" + std::to_string(record.preference) + "}";
    }
    return "{\"name\":" + quoted(question.name) + ",\"type\":" + quoted(to_string(question.type)) +
           ",\"outcome\":" + quoted(to_string(answer.outcome)) + ",\"records\":[" + records +
           "],\"ttl\":" + std::to_string(answer.ttl.count()) +
           ",\"authenticated\":" + (answer.authenticated ? "true" : "false") +
           ",\"why\":" + quoted(answer.why);
}

bool read_option(Command& command, std::string_view name, std::string_view value) {
    if (name == "--server") {
        const auto address = SocketAddress::parse("inet:" + std::string(value));
        if (address) command.options.servers.push_back(*address);
        return address.has_value();
    }
    const auto number = parse_number<unsigned>(value);
    if (!number) return false;
    if (name == "--timeout-ms")
        command.options.timeout = milliseconds(*number);
    else if (name == "--deadline-ms")
        command.deadline = milliseconds(*number);
    else if (name == "--attempts")
        command.options.attempts = *number;
    else if (name == "--edns")
        command.options.edns_size = static_cast<std::uint16_t>(*number);
    else
        return false;
    return true;
}

std::optional<Command> read_command(int argc, char** argv) {
    Command command;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--trust-ad") {
            command.options.trust_ad = TrustAd::Always;
            continue;
        }
        if (++i == argc) return std::nullopt;
        if (word.starts_with("--")) {
            if (!read_option(command, word, argv[i])) return std::nullopt;
            continue;
        }
        const auto type = parse_record_type(argv[i]);
        if (!type) return std::nullopt;
        command.questions.push_back({std::string(word), *type});
    }
    return command;
}

int run(int argc, char** argv) {
    const std::optional<Command> command = read_command(argc, argv);
    if (!command) {
        std::fprintf(stderr, "usage: dns_ask --server ADDRESS:PORT [options] NAME TYPE ...\n");
        return 64;
    }
    const auto resolver = UdpResolver::create(command->options);
    if (!resolver) {
        std::fprintf(stderr, "%s\n", resolver.error().message.c_str());
        return 78;
    }
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Answer> answers =
        (*resolver)->ask(command->questions, {.at = begin + command->deadline});
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    for (std::size_t i = 0; i < answers.size(); ++i)
        std::printf("%s,\"ms\":%lld}\n", format(command->questions[i], answers[i]).c_str(),
                    static_cast<long long>(took.count()));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
    }
    return 1;
}
