#include "common/authres/lexer.hpp"
#include "common/authres/reading.hpp"
#include "common/authres/value_text.hpp"
#include "common/base/text.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace postern::authres {
namespace {

/// Reads one value. Functions give false when they fail; why_ then has the reason.
class Parser {
public:
    explicit Parser(std::string_view text) noexcept : lexer_(text) {}

    Result<Reading> reading() {
        if (!read_start() || !read_results()) return fail(why_);
        return std::move(reading_);
    }

private:
    /// [i=1;] authserv-id [version], up to the first ";" or, if there is no authserv-id, to the
    /// first method.
    bool read_start() {
        if (!skip()) return false;
        if (!read_instance() || !skip()) return false;
        if (lexer_.at_end()) return wrong("no authserv-id");
        if (lexer_.sees('"')) {
            auto quoted = lexer_.quoted();
            if (!quoted) return wrong("a quote that does not end");
            field().authserv_id = std::move(*quoted);
            return skip() && read_version();
        }
        const std::size_t start = lexer_.position();
        field().authserv_id = lexer_.bare_identifier();
        if (field().authserv_id.empty()) return unexpected("an authserv-id");
        if (!skip()) return false;
        if (!lexer_.sees('=')) return read_version();

        // Some leave it out and begin with the first method.
        if (field().instance != 0) return wrong("no authserv-id");
        field().authserv_id.clear();
        missing_id_ = true;
        reading_.clear_id = false;
        lexer_.go_back(start);
        return true;
    }

    /// "i=1;" of ARC-Authentication-Results (RFC 8617 4.1.1).
    bool read_instance() {
        const std::size_t start = lexer_.position();
        if (!iequals(lexer_.keyword(), "i") || !skip() || !lexer_.take('=') || !skip()) {
            if (!why_.empty()) return false;
            lexer_.go_back(start);
            return true;
        }
        const auto number = parse_number<std::uint16_t>(lexer_.digits());
        if (!skip()) return false;
        if (!number || *number == 0) {
            lexer_.go_back(start);
            return true;
        }
        field().instance = *number;
        return lexer_.take(';') || unexpected("\";\"");
    }

    bool read_version() {
        if (lexer_.at_end() || lexer_.sees(';')) return true;
        const std::size_t start = lexer_.position();
        const std::string_view digits = lexer_.digits();
        if (digits.empty() || !lexer_.dotted().empty()) {
            lexer_.go_back(start);
            return read_odd_words();
        }
        if (parse_number<unsigned>(digits) != 1U)
            return wrong("version " + std::string(digits.substr(0, 20)) +
                         " is not known (RFC 8601 2.2)");
        if (!skip()) return false;
        if (lexer_.at_end() || lexer_.sees(';')) return true;
        return unexpected("\";\"");
    }

    /// Words and name=value pairs where only a version may be, as Yahoo wrote them; left out.
    bool read_odd_words() {
        reading_.clear_id = false;
        while (!lexer_.sees(';')) {
            if (lexer_.at_end()) return wrong("no \";\" behind the authserv-id");
            if (lexer_.keyword().empty()) return unexpected("\";\"");
            if (!skip()) return false;
            if (!lexer_.take('=')) continue;
            if (!skip()) return false;
            if (lexer_.bare_identifier().empty()) return unexpected("a value");
            if (!skip()) return false;
        }
        return true;
    }

    bool read_results() {
        bool first = missing_id_;
        while (first || lexer_.take(';')) {
            first = false;
            if (!skip()) return false;
            // ";" at the end is outside of the grammar, but RFC 8601's own examples have had it.
            if (lexer_.at_end() || lexer_.sees(';')) continue;
            if (!read_result()) return false;
        }
        return lexer_.at_end() || unexpected("\";\"");
    }

    /// One resinfo, or "none", or a word that is neither but stands alone.
    bool read_result() {
        const std::string_view word = lexer_.dotted();
        if (word.empty()) return unexpected("a method");
        if (!skip()) return false;
        if (lexer_.at_end() || lexer_.sees(';')) return read_lone_word(word);
        if (none_) return wrong("a result beside \"none\"");
        if (word.find('.') != std::string_view::npos) return wrong("a method with a dot");
        MethodResult result{.method = to_lower(word), .result = {}};
        if (lexer_.take('/')) {
            if (!skip()) return false;
            const auto version = parse_number<unsigned>(lexer_.digits());
            if (!version) return wrong("a method's version that is no number");
            result.version = *version;
            if (!skip()) return false;
        }
        if (!lexer_.take('=')) return unexpected("\"=\"");
        if (!skip()) return false;
        result.result = to_lower(lexer_.dotted());
        if (result.result.empty()) return unexpected("a result");
        if (!read_properties(result)) return false;
        field().results.push_back(std::move(result));
        return true;
    }

    bool read_lone_word(std::string_view word) {
        if (iequals(word, "none")) {
            if (none_ || !field().results.empty()) return wrong("\"none\" beside results");
            none_ = true;
            return true;
        }
        // Exchange Online puts the receiving domain somewhere between the results.
        if (lexer_.at_end() || word.find('.') == std::string_view::npos)
            return wrong("a method without a result");
        reading_.clear_id = false;
        if (missing_id_ && field().authserv_id.empty()) field().authserv_id = word;
        return true;
    }

    /// [reason=value] *(ptype.property=value), in any order.
    bool read_properties(MethodResult& result) {
        bool has_reason = false;
        while (true) {
            if (!skip()) return false;
            if (lexer_.at_end() || lexer_.sees(';')) return true;
            Property property;
            property.name = to_lower(lexer_.keyword());
            if (property.name.empty()) return unexpected("a property");
            if (!skip()) return false;
            if (lexer_.take('.')) {
                property.type = std::move(property.name);
                if (!skip()) return false;
                property.name = to_lower(lexer_.dotted());
                if (property.name.empty()) return unexpected("a property");
                if (!skip()) return false;
            }
            if (!lexer_.take('=')) return unexpected("\"=\"");
            if (!read_value(property.value)) return false;
            if (!property.type.empty() || property.name != "reason")
                result.properties.push_back(std::move(property));
            else if (!std::exchange(has_reason, true))
                result.reason = std::move(property.value);
        }
    }

    bool read_value(std::string& value) {
        if (!skip()) return false;
        if (lexer_.at_end()) return wrong("a value is missing");
        if (!lexer_.sees('"')) {
            value = lexer_.bare_value();
            return !value.empty() || lexer_.sees(';') || unexpected("a value");
        }
        auto quoted = lexer_.quoted();
        if (!quoted) return wrong("a quote that does not end");
        // "local part"@domain: the address keeps its own quotes.
        value = lexer_.sees('@') ? quote(*quoted).append(lexer_.bare_value()) : std::move(*quoted);
        return true;
    }

    bool skip() { return lexer_.skip_cfws() || wrong("a comment that does not end"); }

    bool unexpected(const char* wanted) {
        if (lexer_.at_end()) return wrong(std::string("the end instead of ") + wanted);
        const char next = lexer_.peek();
        const std::string instead = !is_ascii({&next, 1}) ? "an octet that must stand in quotes"
                                    : next < ' '          ? "a control character"
                                                          : std::string("\"") + next + "\"";
        return wrong(instead + " instead of " + wanted);
    }
    bool wrong(std::string what) {
        why_ = "at octet " + std::to_string(lexer_.position()) + ": " + std::move(what);
        return false;
    }

    Field& field() noexcept { return reading_.field; }

    Lexer lexer_;
    Reading reading_;
    bool missing_id_ = false, none_ = false;
    std::string why_;
};

} // namespace

Result<Reading> read(std::string_view value) { return Parser(value).reading(); }

Result<Field> parse(std::string_view value) {
    return read(value).map([](Reading&& reading) { return std::move(reading.field); });
}

} // namespace postern::authres
