#include "tools/postern/dkim_verify.hpp"

#include "common/base/clock.hpp"
#include "common/base/domain.hpp"
#include "common/base/text.hpp"
#include "common/dkim/verifier.hpp"
#include "common/message/address.hpp"
#include "common/message/tag_list.hpp"
#include "tools/postern/arguments.hpp"
#include "tools/postern/dkim_explain.hpp"
#include "tools/postern/dns_source.hpp"
#include "tools/postern/input.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <ostream>
#include <utility>

namespace postern::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxMessage = std::size_t{256} << 20;
constexpr std::chrono::seconds kTimeout{20}; // for all keys together

constexpr std::array kOptions{
    ArgumentOption{.name = "message",
                   .letter = 'm',
                   .value = "FILE",
                   .help = "The message, with line ends LF or CRLF; - is standard input."},
    ArgumentOption{.name = "time",
                   .value = "UNIX",
                   .help =
                       "Verify as if it were this time, in seconds since 1970; now without it."},
    kDnsOption,
    kConfigOption,
    ArgumentOption{.name = "trace",
                   .help = "Print the header fields too in the form in which they are hashed."},
    ArgumentOption{.name = "json", .help = "Print one JSON object, without the steps."},
};

constexpr Usage kUsage{
    .command = "dkim verify",
    .purpose = "Verifies the DKIM signatures of a message in a file, from the top, and explains "
               "each verdict: what the signature says, what was computed, which key there was.",
    .options = kOptions,
    .positional = "[FILE]",
    .max_positional = 1,
    .examples = "  postern dkim verify message.eml\n"
                "  postern dkim verify --dns keys.zone --time 1767225600 --message - < message.eml",
    .exit_codes = "  0   verified, whatever the result\n"
                  "  64  the command line is wrong\n"
                  "  65  the message or the file of --dns is none\n"
                  "  66  a file cannot be read\n"
                  "  78  the configuration is wrong",
};

struct Asked {
    std::string path;
    std::int64_t now = 0;
};

Result<Asked> asked_of(const Arguments& arguments) {
    Asked asked;
    if (arguments.given("message") != arguments.positional().empty())
        return fail(arguments.given("message") ? "the message is named twice"
                                               : "which message? Name a file, or - for standard "
                                                 "input");
    asked.path = arguments.given("message") ? arguments.text("message") : arguments.positional()[0];
    asked.now = SystemClock().unix_time();
    if (!arguments.given("time")) return asked;
    const auto time = parse_number<std::int64_t>(arguments.text("time"));
    if (!time || *time < 0)
        return fail("--time \"" + printable(arguments.text("time")) +
                    "\" is no number of seconds since 1970");
    asked.now = *time;
    return asked;
}

/// Line ends as on the wire.
std::string with_crlf(std::string_view text) {
    std::string wire;
    wire.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) wire.push_back('\r');
        wire.push_back(text[i]);
    }
    return wire;
}

/// Domains of the authors, whose signatures are looked at first; none if From cannot be read.
std::vector<std::string> authors_of(const message::HeaderBlock& headers) {
    std::vector<std::string> domains;
    const std::size_t from = headers.find("From");
    if (from == message::HeaderBlock::npos) return domains;
    const auto mailboxes = message::parse_from(headers[from].value);
    if (!mailboxes) return domains;
    for (const message::Mailbox& mailbox : *mailboxes)
        if (auto domain = to_a_labels(mailbox.domain)) domains.push_back(std::move(*domain));
    return domains;
}

void print_json(std::ostream& out, std::span<const dkim::Verdict> verdicts) {
    Json results = Json::array();
    for (const dkim::Verdict& verdict : verdicts) {
        std::string reason = verdict.reason;
        if (!verdict.diagnosis.empty()) reason += ": " + verdict.diagnosis;
        results.push_back({{"d", verdict.domain},
                           {"s", verdict.selector},
                           {"a", message::without_folding(verdict.algorithm)},
                           {"result", to_string(verdict.status)},
                           {"reason", reason}});
    }
    out << Json{{"results", std::move(results)}}.dump(2, ' ', false, Json::error_handler_t::replace)
        << "\n";
}

int run(const Arguments& arguments, Streams io) {
    const auto asked = asked_of(arguments);
    if (!asked) return usage_error(kUsage.command, asked.error(), io);
    const auto text = read_input(asked->path, io.in, kMaxMessage);
    if (!text) return failure(kUsage.command, text.error(), exit_code::kNoInput, io);
    const auto parsed = message::HeaderBlock::parse(*text);
    if (!parsed)
        return failure(kUsage.command, {asked->path + ": " + parsed.error().message},
                       exit_code::kDataError, io);
    int code = exit_code::kOk;
    const auto resolver = resolver_for(kUsage.command, arguments, io, code);
    if (!resolver) return code;

    const message::HeaderBlock& headers = parsed->headers;
    const std::string body = with_crlf(std::string_view(*text).substr(parsed->body_start));
    dkim::Verifier verifier(headers, {.now = asked->now, .authors = authors_of(headers)});
    verifier.body(body);
    const std::vector<dns::Question> questions(verifier.questions().begin(),
                                               verifier.questions().end());
    const auto answers =
        resolver->ask(questions, {.at = std::chrono::steady_clock::now() + kTimeout});
    const auto verdicts = verifier.finish(answers);

    if (arguments.given("json")) {
        print_json(io.out, verdicts);
        return exit_code::kOk;
    }
    if (verdicts.empty()) io.out << "The message has no DKIM signature.\n";
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        io.out << (i == 0 ? "" : "\n") << "Signature " << i + 1 << " of " << verdicts.size()
               << ", counted from the top:\n";
        explain(io.out, verdicts[i], {headers, body}, {questions, answers},
                arguments.given("trace") ? HeaderText::Show : HeaderText::Hide);
    }
    return exit_code::kOk;
}

} // namespace

const Command kDkimVerify{.name = "dkim verify",
                          .summary = "verifies the signatures of a message and explains them",
                          .usage = &kUsage,
                          .run = run};

} // namespace postern::tool
