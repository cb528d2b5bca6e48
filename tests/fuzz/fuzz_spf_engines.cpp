// Both SPF engines over the same hostile DNS must say the same. Lines of the input: client address,
// sender, HELO, a script of how questions are answered, and then the texts that answers are made
// of. Which octet of the script answers a question is up to its name and type, not to its turn, so
// that it does not matter who asks what first.
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/spf/engine.hpp"
#include "common/spf/macro.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using namespace postern::spf;

namespace {

/// FNV-1a: the same everywhere.
std::size_t hash_of(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash ^ (hash >> 15U);
}

class ScriptedResolver final : public dns::Resolver {
public:
    ScriptedResolver(IpAddress client, std::string script, std::vector<std::string> texts)
        : client_(client), script_(std::move(script)), texts_(std::move(texts)) {}

    std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                 const dns::Deadline& /*deadline*/) override {
        std::vector<dns::Answer> answers;
        for (const dns::Question& question : questions)
            answers.push_back(answer(question));
        return answers;
    }

private:
    [[nodiscard]] dns::Answer answer(const dns::Question& question) const {
        using dns::Outcome;
        const std::size_t hash =
            hash_of(to_lower(question.name) + std::string(to_string(question.type)));
        const char how = script_.empty() ? 'r' : script_[hash % script_.size()];
        switch (how) {
        case '0':
            return {.outcome = Outcome::NxDomain};
        case '1':
            return {.outcome = Outcome::NoData};
        case '2':
            return {.outcome = Outcome::ServFail};
        case '3':
            return {.outcome = Outcome::Timeout};
        default:
            break;
        }
        dns::Answer out{.outcome = Outcome::Records};
        const std::size_t count = question.type == dns::RecordType::TXT ? 1 : 1 + hash % 12;
        for (std::size_t i = 0; i < count; ++i)
            out.records.push_back(record(question.type, hash / 16 + i));
        return out;
    }
    [[nodiscard]] dns::Record record(dns::RecordType type, std::size_t n) const {
        const bool v4 = type == dns::RecordType::A;
        if (v4 || type == dns::RecordType::AAAA) {
            if (client_.is_v4() == v4 && n % 3 == 0) return {.address = client_};
            return {.address = IpAddress::parse(v4 ? "203.0.113.1" : "2001:db8:ffff::1")};
        }
        const std::string& text = texts_[n % texts_.size()];
        if (type == dns::RecordType::TXT) return {.text = text};
        return {.text =
                    is_domain_name(text) ? text : "n" + std::to_string(n % 50) + ".example.org"};
    }

    IpAddress client_;
    std::string script_;
    std::vector<std::string> texts_;
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
    static const auto own = make_engine(EngineKind::Own);
    static const auto other = make_engine(EngineKind::LibSpf2);
    if (lines.size() < 5 || other == nullptr) return 0; // built without libspf2
    const auto address = IpAddress::parse(lines[0]);
    const IpAddress client = address ? *address : *IpAddress::parse("192.0.2.1");
    const Query query{.client = client,
                      .identity = lines[0].ends_with(' ') ? Identity::Helo : Identity::MailFrom,
                      .mail_from = lines[1],
                      .helo = lines[2],
                      .receiver = "mx.example.com"};
    ScriptedResolver resolver(client, lines[3], {lines.begin() + 4, lines.end()});
    const dns::Deadline deadline{.at = std::chrono::steady_clock::now() + std::chrono::seconds(60)};
    const Verdict a = own->check(query, resolver, deadline);
    Verdict b = other->check(query, resolver, deadline);
    const std::string input = to_lower({reinterpret_cast<const char*>(data), size});
    if (input.find("{t") != std::string::npos) b.explanation = a.explanation; // time goes on
    invariant(a == b, "the engines say the same");
    return 0;
}
