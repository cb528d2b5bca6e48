// A whole check with a DNS that the attacker answers. Lines of the input: client address, sender,
// HELO, a script of how questions are answered, and then the texts that answers are made of.
//
// However records are written, the questions of a check are bounded: one for the record, for each
// of ten terms one and ten for its hosts, eleven for the name of the client, one for the
// explanation, and those asked ahead of their turn.
#include "common/base/invariant.hpp"
#include "common/spf/answers.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/macro.hpp"
#include "common/spf/received_spf.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using postern::invariant;
using postern::IpAddress;
using namespace postern;
using namespace postern::spf;

namespace {

constexpr std::size_t kMostQuestions = 1 + 10 * (1 + 10) + (1 + 10) + 1 + Answers::kAskedAhead;

bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

class HostileResolver final : public dns::Resolver {
public:
    HostileResolver(IpAddress client, std::string_view script, std::vector<std::string> texts)
        : client_(client), script_(script), texts_(std::move(texts)) {}

    std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                 const dns::Deadline& /*deadline*/) override {
        std::vector<dns::Answer> answers;
        for (const dns::Question& question : questions) {
            check(question);
            answers.push_back(answer(question.type));
        }
        return answers;
    }

private:
    void check(const dns::Question& question) {
        std::string name;
        for (std::size_t i = 0; i < question.name.size(); ++i) {
            const bool escaped = question.name[i] == '\\';
            if (escaped) ++i;
            invariant(i < question.name.size(), "an escape escapes something");
            name += escaped && question.name[i] == '.' ? '_' : question.name[i];
        }
        invariant(is_domain_name(name), "only names are asked");
        invariant(asked_.insert(question.name + ' ' + std::string(to_string(question.type))).second,
                  "nothing is asked twice");
        invariant(asked_.size() <= kMostQuestions, "questions are bounded");
    }
    /// One octet of the script per question; from its end on all is answered, and differently.
    std::uint8_t next() {
        const std::size_t at = asked_.size() - 1;
        return at < script_.size() ? static_cast<std::uint8_t>(script_[at])
                                   : static_cast<std::uint8_t>(0x80 + at);
    }
    const std::string& text(std::size_t n) const { return texts_[n % texts_.size()]; }

    dns::Answer answer(dns::RecordType type) {
        using dns::Outcome;
        const std::uint8_t how = next();
        switch (how) {
        case '0':
            return {.outcome = Outcome::NxDomain};
        case '1':
            return {.outcome = Outcome::NoData};
        case '2':
            return {.outcome = Outcome::ServFail, .why = text(how)};
        case '3':
            return {.outcome = Outcome::Timeout};
        case '4':
            return {.outcome = Outcome::Bogus};
        default:
            break;
        }
        dns::Answer out{.outcome = Outcome::Records};
        const std::size_t count =
            type == dns::RecordType::TXT ? 1 + (how % 16 == 15 ? 1U : 0U) : 1 + how % 13U;
        for (std::size_t i = 0; i < count; ++i)
            out.records.push_back(record(type, how + i));
        return out;
    }
    dns::Record record(dns::RecordType type, std::size_t n) {
        if (type == dns::RecordType::A || type == dns::RecordType::AAAA) {
            const char* other = type == dns::RecordType::A ? "203.0.113.1" : "2001:db8:ffff::1";
            const bool right = client_.is_v4() == (type == dns::RecordType::A);
            return {.address = right && n % 7 == 6 ? client_ : *IpAddress::parse(other)};
        }
        if (type == dns::RecordType::TXT) return {.text = text(n)};
        // A name as the seam gives it: whole labels, of any octets.
        const std::string prefix = "n" + std::to_string(n + 31 * asked_.size()) + ".";
        const std::string& from = text(n);
        std::string name;
        for (const char c : from.substr(0, 40)) {
            if (c == '\\') name += c;
            name += c;
        }
        name = prefix + (is_domain_name(from.substr(0, 40)) ? name : "example.org");
        return {.text = name};
    }

    IpAddress client_;
    std::string script_;
    std::vector<std::string> texts_;
    std::set<std::string> asked_;
};

std::vector<std::string> lines_of(std::string_view input) {
    std::vector<std::string> lines(1);
    for (const char c : input) {
        if (c == '\n' && lines.size() < 40)
            lines.emplace_back();
        else
            lines.back() += c;
    }
    return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> lines = lines_of({reinterpret_cast<const char*>(data), size});
    if (lines.size() < 5) return 0;
    const auto address = IpAddress::parse(lines[0]);
    const IpAddress client = address ? *address : *IpAddress::parse("192.0.2.1");
    HostileResolver resolver(client, lines[3], {lines.begin() + 4, lines.end()});
    static const auto engine = make_engine(EngineKind::Own);

    Query query{.client = client,
                .identity = lines[0].ends_with(' ') ? Identity::Helo : Identity::MailFrom,
                .mail_from = lines[1],
                .helo = lines[2],
                .receiver = "mx.example.com"};
    if (size % 2 == 0)
        query.trace = [](std::string_view step) {
            invariant(is_clean(step), "steps can be shown");
        };
    const Verdict verdict = engine->check(
        query, resolver, {.at = std::chrono::steady_clock::now() + std::chrono::seconds(20)});
    invariant(verdict.lookups <= 10 && verdict.void_lookups <= 3, "limits hold");
    for (const std::string* text :
         {&verdict.domain, &verdict.mechanism, &verdict.explanation, &verdict.problem})
        invariant(is_clean(*text), "a verdict can be shown");
    invariant(verdict.explanation.empty() || verdict.status == Status::Fail,
              "only a fail is explained");
    const bool error = verdict.status == Status::None || verdict.status == Status::TempError ||
                       verdict.status == Status::PermError;
    invariant(error == !verdict.problem.empty(), "errors say why, and nothing else does");
    for (const char c : format_received_spf(query, verdict))
        invariant(c == '\r' || c == '\n' || c == '\t' || (c >= 0x20 && c <= 0x7e),
                  "the field is ASCII");
    return 0;
}
