// A whole message through postern-verify's session, with DNS in the hands of the same stranger.
// First octet: options. Then three parts with a line "%%" between them: the SMTP session (client
// name, address, HELO, sender, login, each on a line), what DNS says (a line each: outcome, blank,
// text of a record; which line answers which question is left to a hash), and the message with LF.
//
// Whatever comes: nothing is thrown, no more questions leave than allowed, exactly one field of
// ours is written, it reads back, and nothing that claims to be ours is left beside it.
#include "common/authres/field.hpp"
#include "common/authres/scrub.hpp"
#include "common/base/invariant.hpp"
#include "common/base/text.hpp"
#include "common/dkim/key_cache.hpp"
#include "milters/verify/session.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace postern;
using milter::Answer;

namespace {

constexpr std::size_t kQuestions = 40;
constexpr const char* kId = "mx.example.org";

std::vector<std::string_view> lines_of(std::string_view text) {
    return text.empty() ? std::vector<std::string_view>() : split(text, '\n');
}

class HostileResolver final : public dns::Resolver {
public:
    explicit HostileResolver(std::string_view text) : lines_(lines_of(text)) {}

    std::vector<dns::Answer> ask(std::span<const dns::Question> questions,
                                 const dns::Deadline&) override {
        asked += questions.size();
        std::vector<dns::Answer> answers;
        for (const dns::Question& question : questions)
            answers.push_back(answer(question));
        return answers;
    }
    std::size_t asked = 0;

private:
    dns::Answer answer(const dns::Question& question) const {
        if (lines_.empty()) return {.outcome = dns::Outcome::NxDomain};
        const std::size_t hash = std::hash<std::string>{}(to_lower(question.name)) +
                                 static_cast<std::size_t>(question.type);
        const auto halves = cut(lines_[hash % lines_.size()], ' ');
        if (!halves) return {.outcome = dns::Outcome::NoData};
        for (const auto outcome : {dns::Outcome::ServFail, dns::Outcome::Timeout,
                                   dns::Outcome::NxDomain, dns::Outcome::Bogus})
            if (halves->before == to_string(outcome)) return {.outcome = outcome};
        // "records" or a number of them.
        const std::size_t count = parse_number<std::uint8_t>(halves->before).value_or(1);
        dns::Answer records{.outcome = dns::Outcome::Records};
        for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i) {
            dns::Record record{.text = std::string(halves->after)};
            if (question.type == dns::RecordType::A || question.type == dns::RecordType::AAAA) {
                record.address = IpAddress::parse(halves->after);
                if (!record.address) record.address = IpAddress::parse("192.0.2.1");
                record.text.clear();
            }
            records.records.push_back(std::move(record));
        }
        return records;
    }
    std::vector<std::string_view> lines_;
};

/// A header as the MTA has it, edited as it is told.
class Mta final : public milter::Actions {
public:
    std::map<std::string, std::string, std::less<>> macros{{"j", kId}, {"i", "4ZxQ1m2Jz9"}};
    std::vector<std::pair<std::string, std::string>> fields;
    std::size_t inserted = 0;
    bool replied = false;

    [[nodiscard]] std::string_view macro(const char* name) const override {
        const auto found = macros.find(std::string_view(name));
        return found == macros.end() ? std::string_view() : std::string_view(found->second);
    }
    void set_reply(std::string_view code, std::string_view enhanced, std::string_view) override {
        invariant(code.size() == 3 && enhanced.front() == code.front(), "a reply of one class");
        replied = true;
    }
    void insert_header(int index, std::string_view name, std::string_view value) override {
        invariant(index == 0, "above everything");
        for (std::size_t i = 0; i < value.size(); ++i)
            if (value[i] == '\r' || value[i] == '\n')
                invariant(value.substr(i, 3) == "\r\n\t" || value.substr(i - 1, 3) == "\r\n\t",
                          "only folds break lines");
        fields.insert(fields.begin(), {std::string(name), std::string(value)});
        if (name == "Authentication-Results") {
            ++inserted;
            const auto read = authres::parse(value);
            invariant(read.has_value() && read->authserv_id == kId, "it reads back");
        }
    }
    void change_header(std::string_view name, int index, std::string_view value) override {
        invariant(value.empty() && inserted == 0, "deleted before anything is written");
        for (auto field = fields.begin(); field != fields.end(); ++field)
            if (iequals(field->first, name) && --index == 0) {
                fields.erase(field);
                return;
            }
        invariant(false, "there is such a field");
    }
    void add_header(std::string_view, std::string_view) override { unexpected(); }
    void change_sender(std::string_view, std::string_view) override { unexpected(); }
    void add_recipient(std::string_view, std::string_view) override { unexpected(); }
    void delete_recipient(std::string_view) override { unexpected(); }
    void replace_body(std::string_view) override { unexpected(); }
    void quarantine(std::string_view) override {}
    void progress() override {}

private:
    static void unexpected() { invariant(false, "an edit of another kind"); }
};

class Silent final : public LogSink {
public:
    void write(LogLevel, std::string_view line) noexcept override {
        invariant(line.find('\n') == std::string_view::npos, "one line");
    }
};

std::shared_ptr<const verify::Config> config_of(std::uint8_t flags) {
    verify::Config config;
    config.authserv_id = kId;
    config.tag_header = "X-Postern-Verify";
    config.remove_headers = {config.tag_header};
    config.received_spf = (flags & 1) != 0;
    config.skip_logins = false;
    config.spf =
        spf::make_engine((flags & 2) != 0 ? spf::EngineKind::LibSpf2 : spf::EngineKind::Own);
    config.policy.on.fill(static_cast<verify::Action>((flags >> 2) % 5));
    config.policy.author_match = static_cast<verify::AuthorMatch>((flags >> 5) % 3);
    config.policy.explanation = config.policy.dkim_excuses_spf = (flags & 128) != 0;
    config.max_questions = kQuestions;
    config.header_limits = {.octets = 4096, .fields = 40};
    config.time = 1528637909; // of the examples in RFC 8463
    return std::make_shared<const verify::Config>(std::move(config));
}

std::string_view next_part(std::string_view& text) {
    const std::size_t end = text.find("\n%%\n");
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 4);
    return part;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t flags = data[0];
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto envelope = lines_of(next_part(text));
    envelope.resize(5);
    HostileResolver resolver(next_part(text));
    auto config = std::const_pointer_cast<verify::Config>(config_of(flags));
    config->resolver = std::shared_ptr<dns::Resolver>(std::shared_ptr<void>(), &resolver);

    static dkim::KeyCache keys;
    const SystemClock clock;
    Log log(std::make_unique<Silent>());
    Mta mta;
    verify::VerifySession session([&] { return config; }, &keys, clock, log);
    session.connect({.name = envelope[0], .address = IpAddress::parse(envelope[1]), .port = 1},
                    mta);
    session.helo(envelope[2], mta);
    if (!envelope[4].empty()) {
        mta.macros["{auth_type}"] = "PLAIN";
        mta.macros["{auth_authen}"] = envelope[4];
    }
    if (session.mail(envelope[3], {}, mta) != Answer::Continue) return 0;
    while (!text.empty()) { // fields, with folds, up to the empty line
        std::size_t end = text.find('\n');
        while (end != std::string_view::npos && end + 1 < text.size() && is_wsp(text[end + 1]))
            end = text.find('\n', end + 1);
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (field.empty()) break;
        const auto halves = cut(field, ':').value_or(Halves{field, {}});
        if (halves.before.empty()) continue;
        std::string value;
        for (const char c : halves.after)
            value += c == '\n' ? std::string("\r\n") : std::string(1, c);
        // Postfix drops blanks before the colon (milter8.c), as RFC 5322 4.5 has them.
        std::string_view name = halves.before;
        while (!name.empty() && is_wsp(name.back()))
            name.remove_suffix(1);
        if (name.empty()) continue;
        mta.fields.emplace_back(name, value);
        session.header(halves.before, value, mta);
    }
    constexpr std::size_t kChunk = 50;
    for (; !text.empty(); text.remove_prefix(std::min(kChunk, text.size())))
        session.body(text.substr(0, kChunk), mta);

    const Answer answer = session.end_of_message(mta);
    invariant(resolver.asked <= kQuestions, "the budget holds");
    if (answer != Answer::Continue) {
        invariant(mta.replied && mta.inserted == 0, "refused with a reply and without edits");
        return 0;
    }
    invariant(mta.inserted == 1 && mta.fields.front().first == "Authentication-Results",
              "one field of ours, on top");
    mta.fields.erase(mta.fields.begin());
    const authres::Scrubber scrubber({.authserv_ids = {kId}, .received_spf = false});
    for (const auto& [name, value] : mta.fields)
        invariant(scrubber.judge(name, value).empty(), "nothing else claims to be ours");
    return 0;
}
