// Zone text as a fixture; fixture_text.hpp describes it.
//
// Not ldns's zone reader (1.8.3, measured): it takes class and TTL in one order only, drops NUL
// from strings, refuses a whole zone for one record type it does not know, and gives neither $FAIL
// its origin nor a person the word that is wrong.
#include "common/base/text.hpp"
#include "common/config/problem.hpp"
#include "common/dns/fixture_text.hpp"
#include "common/dns/master_file.hpp"
#include "common/dns/outcome_word.hpp"
#include "common/dns/record_text.hpp"

// clang-format off
#include <stdbool.h>
#include <ldns/rr.h>
// clang-format on

#include <algorithm>
#include <span>
#include <utility>

namespace postern::dns {
namespace {

using config::in_quotes;
using Tokens = std::span<const MasterToken>;

/// Milliseconds with the unit ms, otherwise as TTLs are written; up to a day.
std::optional<std::chrono::milliseconds> parse_delay(std::string_view text) {
    constexpr std::chrono::milliseconds kMost = std::chrono::hours(24);
    std::optional<std::chrono::milliseconds> delay;
    if (iends_with(text, "ms")) {
        if (const auto number = parse_number<std::uint32_t>(text.substr(0, text.size() - 2)))
            delay = std::chrono::milliseconds(*number);
    } else {
        delay = parse_ttl(text);
    }
    return delay && *delay <= kMost ? delay : std::nullopt;
}

class ZoneReader {
public:
    ZoneReader() { fixture_.empty_non_terminals(true); }

    Result<void> read(const MasterLine& line) {
        const MasterToken& first = line.tokens.front();
        if (!line.owner_left_out && !first.quoted && first.text.front() == '$')
            return directive(line.tokens);
        return record(line);
    }
    FixtureResolver take() && { return std::move(fixture_); }

private:
    Result<void> directive(Tokens tokens);
    Result<void> fail_directive(Tokens arguments);
    Result<void> delay_directive(Tokens arguments);
    Result<void> record(const MasterLine& line);
    Result<void> known_record(RecordType type, Tokens data, std::chrono::seconds ttl);
    static Result<void> only(Tokens data, std::size_t count, const char* what);
    void add(RecordType type, Record record, std::chrono::seconds ttl);

    FixtureResolver fixture_;
    std::string origin_; ///< the root
    std::string owner_;
    bool has_owner_ = false;
    std::chrono::seconds ttl_ = kFixtureTtl;
    /// The records of owner_ and last_type_, to pass over equal ones as servers do (RFC 2181 5).
    std::vector<Record> last_;
    std::string last_owner_;
    std::optional<RecordType> last_type_;
};

Result<void> ZoneReader::directive(Tokens tokens) {
    const std::string_view word = tokens.front().text;
    const Tokens arguments = tokens.subspan(1);
    if (iequals(word, "$FAIL")) return fail_directive(arguments);
    if (iequals(word, "$DELAY")) return delay_directive(arguments);
    if (iequals(word, "$ORIGIN")) {
        if (arguments.size() != 1) return fail("$ORIGIN wants one name");
        auto name = parse_name_text(arguments.front().text, origin_);
        if (!name) return tl::unexpected(std::move(name.error()));
        origin_ = std::move(*name);
        return {};
    }
    if (iequals(word, "$TTL")) {
        const auto ttl = arguments.size() == 1 ? parse_ttl(arguments.front().text) : std::nullopt;
        if (!ttl) return fail("$TTL wants one time, such as 3600 or 1h");
        ttl_ = *ttl;
        return {};
    }
    return fail(in_quotes(word) + " is none of $ORIGIN, $TTL, $FAIL, $DELAY");
}

Result<void> ZoneReader::fail_directive(Tokens arguments) {
    if (arguments.size() != 2 && arguments.size() != 3)
        return fail("$FAIL wants a name, perhaps a type, and one of " + std::string(kOutcomeWords));
    const auto name = parse_name_text(arguments.front().text, origin_);
    if (!name) return tl::unexpected(name.error());
    const auto outcome = parse_outcome_word(arguments.back().text);
    if (!outcome)
        return fail(in_quotes(arguments.back().text) + " is none of " + std::string(kOutcomeWords));
    if (arguments.size() == 2 || iequals(arguments[1].text, "ANY")) {
        fixture_.fail(*name, *outcome);
        return {};
    }
    const auto type = parse_record_type(arguments[1].text);
    if (!type) return fail(in_quotes(arguments[1].text) + " is no type that is ever asked for");
    fixture_.fail(*name, *type, *outcome);
    return {};
}

Result<void> ZoneReader::delay_directive(Tokens arguments) {
    const auto delay = arguments.size() == 1 || arguments.size() == 2
                           ? parse_delay(arguments.back().text)
                           : std::nullopt;
    if (!delay) return fail("$DELAY wants a name (or none for all) and a time such as 200ms or 3s");
    if (arguments.size() == 1) {
        fixture_.delay_all(*delay);
        return {};
    }
    const auto name = parse_name_text(arguments.front().text, origin_);
    if (!name) return tl::unexpected(name.error());
    fixture_.delay(*name, *delay);
    return {};
}

Result<void> ZoneReader::record(const MasterLine& line) {
    Tokens tokens(line.tokens);
    if (!line.owner_left_out) {
        auto owner = parse_name_text(tokens.front().text, origin_);
        if (!owner) return tl::unexpected(std::move(owner.error()));
        owner_ = std::move(*owner);
        has_owner_ = true;
        tokens = tokens.subspan(1);
    } else if (!has_owner_) {
        return fail("the first record has no owner");
    }
    std::chrono::seconds ttl = ttl_;
    bool has_ttl = false, has_class = false;
    for (; !tokens.empty(); tokens = tokens.subspan(1)) {
        const std::string_view word = tokens.front().text;
        if (!has_class && (iequals(word, "IN") || iequals(word, "CLASS1"))) {
            has_class = true;
        } else if (const auto given = parse_ttl(word); !has_ttl && given) {
            has_ttl = true;
            ttl = *given;
        } else {
            break;
        }
    }
    if (tokens.empty()) return fail("no record type");
    const std::string word(tokens.front().text);
    const Tokens data = tokens.subspan(1);
    if (const auto type = parse_record_type(word)) return known_record(*type, data, ttl);
    if (ldns_get_rr_type_by_name(word.c_str()) == 0 || istarts_with(word, "TYPE0"))
        return fail(in_quotes(word) + " is no record type");
    if (to_string(static_cast<RecordType>(ldns_get_rr_type_by_name(word.c_str()))) != "?")
        return fail(in_quotes(word) + ": write the type by its name");
    fixture_.add_empty(owner_);
    return {};
}

Result<void> ZoneReader::only(Tokens data, std::size_t count, const char* what) {
    if (data.size() != count) return fail(what);
    return {};
}

void ZoneReader::add(RecordType type, Record record, std::chrono::seconds ttl) {
    if (last_type_ != type || last_owner_ != owner_) {
        last_.clear();
        last_type_ = type;
        last_owner_ = owner_;
    }
    if (std::find(last_.begin(), last_.end(), record) != last_.end()) return;
    last_.push_back(record);
    fixture_.add(owner_, type, std::move(record), ttl);
}

Result<void> ZoneReader::known_record(RecordType type, Tokens data, std::chrono::seconds ttl) {
    Result<Record> record;
    if (type == RecordType::TXT) {
        if (data.empty()) return fail("TXT wants at least one string; the empty one is \"\"");
        for (const MasterToken& token : data) {
            const auto octets = unescape_token(token.text);
            if (!octets) return tl::unexpected(octets.error());
            record->text += *octets;
        }
    } else if (type == RecordType::SOA) {
        if (auto ok = only(data, 7, "SOA wants two names and five numbers"); !ok) return ok;
        for (const MasterToken& number : data.subspan(2))
            if (!parse_ttl(number.text) && !parse_number<std::uint32_t>(number.text))
                return fail("SOA: " + in_quotes(number.text) + " is no number");
        if (const auto contact = parse_name_text(data[1].text, origin_); !contact)
            return tl::unexpected(contact.error());
        record = parse_record_text(RecordType::NS, data[0].text, origin_);
    } else if (type == RecordType::MX) {
        if (auto ok = only(data, 2, "MX wants a preference and a name"); !ok) return ok;
        record = parse_record_text(
            type, std::string(data[0].text) + " " + std::string(data[1].text), origin_);
    } else {
        if (auto ok = only(data, 1, "one address or name is wanted"); !ok) return ok;
        record = parse_record_text(type, data.front().text, origin_);
    }
    if (!record) return tl::unexpected(std::move(record.error()));
    add(type, std::move(*record), ttl);
    return {};
}

} // namespace

Result<FixtureResolver> parse_fixture_zone(std::string_view text, const std::string& name) {
    MasterFile lines(text);
    ZoneReader reader;
    while (true) {
        const auto line = lines.next();
        if (!line)
            return fail(name + ":" + std::to_string(lines.number()) + ": " + line.error().message);
        if (!*line) return std::move(reader).take();
        if (const auto read = reader.read(**line); !read)
            return fail(name + ":" + std::to_string((*line)->number) + ": " + read.error().message);
    }
}

} // namespace postern::dns
