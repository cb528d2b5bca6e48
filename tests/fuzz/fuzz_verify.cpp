// A whole message with whatever DNS says about its keys, through the verifier: the first line holds
// options, the next ones the answers (one letter for the outcome, then the records, separated by
// octets 1), an empty line, the header, an empty line, the body. In the message "@1" and "@2" are
// signatures that pass, so that there is something to lose.
#include "common/base/base64.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dkim/key_cache.hpp"
#include "common/dkim/signer.hpp"
#include "common/dkim/verifier.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using namespace postern::dkim;

namespace {

using Key = std::shared_ptr<const crypto::PrivateKey>;
constexpr std::int64_t kNow = 1'700'000'000;

const Key& key() {
    // RFC 8463 A.1
    static const Key parsed = std::make_shared<const crypto::PrivateKey>(
        *crypto::PrivateKey::parse("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="));
    return parsed;
}

std::string_view take_line(std::string_view& text) {
    const auto halves = cut(text, '\n').value_or(Halves{text, {}});
    text = halves.after;
    return halves.before;
}

dns::Answer answer_of(std::string_view line) {
    dns::Answer answer;
    answer.outcome = static_cast<dns::Outcome>(line.empty() ? 0 : line.front() % 6);
    if (!line.empty()) line.remove_prefix(1);
    for (const std::string_view text : split(line, '\1')) {
        dns::Record record;
        record.text =
            text == "@" ? "k=ed25519; p=" + base64_encode(key()->public_key()) : std::string(text);
        answer.records.push_back(std::move(record));
    }
    return answer;
}

/// Our own signature over the message as it is so far.
void sign(message::HeaderBlock& headers, std::string_view body, char domain) {
    Signer signer({{.domain = std::string(1, domain) + ".example", .selector = "s", .key = key()}},
                  {}, kNow);
    signer.body(body);
    const auto fields = signer.finish(headers);
    if (fields) headers.add("DKIM-Signature", fields->front().value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string_view flags = take_line(text);
    const auto flag = [&](std::size_t i) { return i < flags.size() && flags[i] == '1'; };
    std::vector<dns::Answer> answers;
    for (auto line = take_line(text); !line.empty() && answers.size() < 20; line = take_line(text))
        answers.push_back(answer_of(line));

    message::HeaderBlock headers;
    std::vector<std::string_view> fields;
    for (auto line = take_line(text); !line.empty(); line = take_line(text))
        fields.push_back(line);
    for (const std::string_view field : fields) {
        const auto halves = cut(field, ':').value_or(Halves{field, {}});
        std::string value(halves.after);
        for (std::size_t at = value.find('\1'); at != std::string::npos; at = value.find('\1', at))
            value.replace(at, 1, "\r\n ");
        if (halves.before == "@1" || halves.before == "@2")
            sign(headers, text, halves.before[1]);
        else
            headers.add(halves.before, value);
    }

    VerifyOptions options;
    options.now = kNow;
    options.diagnose = flag(0);
    options.limits.signatures = flag(1) ? 2 : 10;
    options.limits.header_names = flag(2) ? 3 : 1000;
    options.limits.record_octets = flag(3) ? 50 : 8192;
    if (flag(4)) options.authors = {"1.example"};
    static KeyCache cache(8);
    Verifier verifier(headers, options, flag(5) ? &cache : nullptr);
    invariant(verifier.questions().size() <= options.limits.signatures, "within the budget");
    const std::size_t chunk = flag(6) ? 1 : 4096;
    for (std::size_t at = 0; at < text.size(); at += chunk)
        verifier.body(text.substr(at, chunk));
    const std::size_t asked = verifier.questions().size();
    if (answers.size() > asked) answers.resize(asked);
    const auto verdicts = verifier.finish(answers);

    invariant(verdicts.size() == headers.count("DKIM-Signature"), "one for each field");
    for (const Verdict& verdict : verdicts) {
        invariant(verdict.reason.empty() == (verdict.status == Status::Pass),
                  "all but pass say why");
        invariant(verdict.reason.size() < 200 && is_ascii(verdict.reason), "in our own words");
        invariant(iequals(headers[verdict.field].name, "DKIM-Signature"), "and of which field");
        if (verdict.status != Status::Pass) continue;
        invariant(asked > 0 && headers.count("From") > 0, "what passes was asked for");
        invariant(verdict.algorithm != "rsa-sha1" && verdict.key_bits >= 256, "and has a key");
        invariant(verdict.diagnosis.empty(), "and nothing to explain");
    }
    return 0;
}
